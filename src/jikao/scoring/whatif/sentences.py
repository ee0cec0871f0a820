"""A change of one line in words: what has to happen, and what it gives."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from jikao.scheme.text import Text
from jikao.scheme.words import NOT_AVAILABLE, fill, number, percent, points, quantity, same, score
from jikao.scoring.reach import Room
from jikao.scoring.steps import COUNTED, as_counted, change_words, measure_of, unit_of

MOVE = Text("{way}:{now} → {value},本项 {mark},总分 {total}", "{way}: {now} → {value}, this line {mark}, total {total}")
TO_VALUE = Text("做到 {value}", "be at {value}")


def move_words(room: Room, value: Fraction, mark: Fraction, total: Decimal | None) -> Text:
    """``再按时完成 1 件:87.5 % → 36 ÷ 40 = 90 %,本项 10 分,总分 63.50``."""
    unit = unit_of(room.line)
    now = same(NOT_AVAILABLE) if room.now is None else quantity(unit, room.now)
    return fill(MOVE, way=_way(room, value), now=now, value=_value_words(room, value), mark=points(mark), total=score(total))


def _way(room: Room, value: Fraction) -> Text:
    """``再按时完成 2 件``; of things still to come, at least or at most so many."""
    line, measured = room.line, room.measured
    if room.remaining:
        counted = as_counted(line, measured)
        more = value / room.step - (counted[0] if counted else 0)
        things = COUNTED[measure_of(line).name]
        return fill(things.at_least if measure_of(line).better == "more" else things.at_most, k=number(more), r=room.remaining)
    if room.now is None or value == room.now:
        return fill(TO_VALUE, value=quantity(unit_of(line), value))
    return change_words(line, measured, value - room.now)


def _value_words(room: Room, value: Fraction) -> Text:
    """``36 ÷ 40 = 90 %`` where things are counted, else the value alone."""
    unit, counted = unit_of(room.line), as_counted(room.line, room.with_value(value))
    if room.counts and counted is not None:
        return same(f"{number(counted[0])} ÷ {number(counted[1])} = {percent(value)}")
    return quantity(unit, value)
