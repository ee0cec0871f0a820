"""Between what a person's result may still end, from the evidence to date.

The assumption, which ``assumed`` says in words: work keeps coming at most at the pace so far; at best all that is still to come succeeds, at
worst none of it does. Every line's value then ends in an interval, its curve makes of that an interval of marks, and a
total never falls when a mark rises: the sheets of all the least and of all the most marks bound every other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from jikao.scheme.catalogue import CATALOGUE, Unit
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line, Rules
from jikao.scheme.text import Text
from jikao.scoring.exact import ZERO, MarkedLine, Measured, Result, Scorer, Seat, Sheet
from jikao.scoring.steps import measure_of, unit_of

JUDGED = ("rating", "exam_score", "certificate_points")
"""Measures that somebody judged: they stay. What was not judged yet may still be, even after the period's last day."""

PILES = (
    "tickets_solved", "tickets_received", "feedback_deductions", "deductions", "complaints", "complaint_deductions",
    "violation_severity", "trainings", "training_hours", "sharing", "profit_attainment",
)  # fmt: skip
"""Measures that add up row by row: they only grow."""


PACE = Text(
    "工作量以至今的速度为限继续到来:余下的最好全部做成,最差一件不成",
    "work keeps coming, at most at the pace so far: at best all that is still to come succeeds, at worst none of it",
)
GOES_ON = Text(
    "扣分、投诉与违规:最好不再发生,最差照至今的速度继续",
    "deductions, complaints and violations: at best no more of them, at worst they go on at the pace so far",
)
STAYS = Text("已有的评分、考试成绩与有效证书照原样不变", "ratings, exam scores and valid certificates stay as they are")
ENDLESS = Text(
    "时长没有上限可言,期末之前从该项最差到最好",
    "lengths of time have no limit: until the period ends, from the line's least to its most marks",
)
NOTHING_YET = Text("尚无证据的一项:从 0 分到满分", "a line without evidence so far: from no marks to full marks")
NOT_UNDONE = Text("已计入的事不再改变;入职、离职与调岗以已登记的为准",
                  "what was counted is not undone; people join, leave and move as recorded already")  # fmt: skip


def assumed(rules: Rules) -> tuple[Text, ...]:
    """What is assumed about the rest of the period, sentence by sentence, as far as the scheme's lines need it."""
    uses = {line.indicator.measure.use for line in rules.lines}
    counted, taken = uses - set(JUDGED), any(CATALOGUE[use].better == "less" and use in {*PILES, "complaint_rate"} for use in uses)
    endless = any(CATALOGUE[use].unit is Unit.DURATION for use in uses)
    needed = ((PACE, counted), (GOES_ON, taken), (STAYS, uses & set(JUDGED)), (ENDLESS, endless), (NOTHING_YET, True), (NOT_UNDONE, True))
    return tuple(sentence for sentence, wanted in needed if wanted)


@dataclass(frozen=True, slots=True)
class SeatSoFar:
    """One person in one position: what was measured to date, and how many of the seat's ``days`` in the period are gone."""

    measured: Mapping[str, Measured]
    gone: int
    days: int


class Ends(NamedTuple):
    """Between which values a measure ends; ``high`` ``None``: there is no end."""

    low: Fraction
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class LineRange:
    """One line as it stands, and the least and the most marks it can end with (``None``: it stays without)."""

    now: MarkedLine
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """One person's result at worst, as it stands, and at best. ``grades``: every grade within reach, best first, ``None``
    (no grade) last. ``seats``: the lines of each seat.
    """

    low: Result
    now: Result
    high: Result
    grades: tuple[str | None, ...]
    seats: tuple[tuple[LineRange, ...], ...]


def ranged(scorer: Scorer, seats: Sequence[SeatSoFar]) -> ScoreRange:
    """Between what a person's result ends; ``seats`` in the order of time."""
    sheets = [scorer.sheet(seat.measured) for seat in seats]
    lines = [tuple(_line(m, seat) for m in sheet.lines) for sheet, seat in zip(sheets, seats, strict=True)]
    low = _together(scorer, seats, [scorer.summed([_marked(x, x.low) for x in own]) for own in lines])
    now = _together(scorer, seats, sheets)
    high = _together(scorer, seats, [scorer.summed([_marked(x, x.high) for x in own]) for own in lines])
    return ScoreRange(low, now, high, _between(scorer, low, now, high), tuple(lines))


def _together(scorer: Scorer, seats: Sequence[SeatSoFar], sheets: Sequence[Sheet]) -> Result:
    return sheets[0] if len(sheets) == 1 else scorer.combine([Seat(sheet, seat.days) for sheet, seat in zip(sheets, seats, strict=True)])


def _between(scorer: Scorer, *results: Result) -> tuple[str | None, ...]:
    """The grades of the results and all that lie between them, best first."""
    ids = scorer.rules.scheme.grades.ids
    reached = [ids.index(result.grade) for result in results if result.grade is not None]
    none = [None] if any(result.grade is None for result in results) else []
    return tuple([*ids[min(reached) : max(reached) + 1], *none] if reached else none)


def _line(now: MarkedLine, seat: SeatSoFar) -> LineRange:
    line, over = now.line, seat.gone >= seat.days
    if now.state != "scored" or _waits(now, over=over):
        judged_later = line.indicator.measure.use in JUDGED or now.state == "held"
        return LineRange(now, now.mark, now.mark) if over and not judged_later else LineRange(now, ZERO, line.full)
    marks = None if over else line.curve.bounds(*ends(line, now.measured, seat))
    return LineRange(now, *(marks or (now.mark, now.mark)))


def _waits(now: MarkedLine, *, over: bool) -> bool:
    """Whether nothing was counted so far of what only adds to the marks: there is no pace to go by."""
    return not over and not now.measured.n and measure_of(now.line).better == "more"


def _marked(line: LineRange, mark: Fraction | None) -> MarkedLine:
    """The line with another mark; a line that stays without one stays as it is."""
    now = line.now
    if mark is None or mark == now.mark:
        return now
    points = now.line.points * mark / now.line.full if now.line.full else ZERO
    return MarkedLine(now.line, now.measured, "scored", None, mark, points)


def ends(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    """Between which values a measured line ends the period."""
    value, use = measured.value, line.indicator.measure.use
    if value is None:
        raise ValueError(line.indicator.id)
    if use in JUDGED or seat.gone >= seat.days:
        return Ends(value, value)
    special = _OWN.get(use) or (_pile if use in PILES else _length if unit_of(line) is Unit.DURATION else _rate)
    return special(line, measured, seat)


def _further(amount: int, rows: int, seat: SeatSoFar) -> Fraction:
    """How much more comes at the pace so far: whole rows of the mean size, rounded up."""
    rest, by = seat.days - seat.gone, rows or 1
    return Fraction(amount, by) * math.ceil(Fraction(by * rest, seat.gone)) if seat.gone else Fraction(amount)


def _rate(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    """A share, or a mean of scores, of what was counted: all of the rest counts in full, or none of it does."""
    num, den = measured.num or 0, measured.den or 1
    more, top = _further(den, measured.n, seat), line.curve.domain.high or 1
    return Ends(num / (den + more), (num + Fraction(top) * more) / (den + more))


def _pile(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    del line
    num, den = measured.num or 0, measured.den or 1
    return Ends(Fraction(num, den), (num + _further(num, measured.n, seat)) / den)


def _stock(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    """What stands open on the last day: all of it may be done by then."""
    return Ends(ZERO, _pile(line, measured, seat).high)


def _length(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    """A mean can fall as far as nothing more is added to it; a percentile may fall to nothing; nothing bounds either above."""
    mean = params_of(line.indicator.measure).get("stat", "mean") == "mean"
    return Ends(_rate(line, measured, seat).low if mean else ZERO, None)


def _ours_and_theirs(line: Line, measured: Measured, seat: SeatSoFar) -> Ends:
    """Numerator and denominator grow on their own: work against that of others, complaints against requests."""
    num, den = measured.num or 0, measured.den or 1
    params = params_of(line.indicator.measure)
    most = (num + _further(num, measured.n, seat)) / den
    least = Fraction(num) if params.get("against") == "target" else num / (1 + _further(den, measured.n, seat) / den)
    return Ends(least / den, min(most, Fraction(1)) if params.get("against") == "best" else most)


_OWN: Mapping[str, Callable[[Line, Measured, SeatSoFar], Ends]] = {
    "backlog": _stock,
    "reassignments": _length,
    "complaint_rate": _ours_and_theirs,
    "task_points": _ours_and_theirs,
}
"""Measures that are neither a share, nor a pile, nor a length of time."""
