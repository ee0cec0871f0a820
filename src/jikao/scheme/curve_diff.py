"""How two curves differ: where full marks begin, and every stretch of values that is now worth something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from jikao.scheme.curve import Curve
from jikao.scheme.words import number

Worth = tuple[Fraction, Fraction] | None
"""Points at the lower end of a stretch and just before its upper end; ``None``: the curve says nothing."""


@dataclass(frozen=True)
class Stretch:
    """Values from ``low`` to ``high`` (``None``: no end; the same: one value) and what they were and are worth."""

    low: Fraction
    high: Fraction | None
    before: Worth
    after: Worth

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def is_flat(self) -> bool:
        return all(worth is None or worth[0] == worth[1] for worth in (self.before, self.after))


def full_marks(curve: Curve, better: Literal["more", "less"]) -> Fraction | None:
    """The value at which full marks begin (or, where less is better, end); ``None`` if they cannot be reached."""
    reached = curve.values_for(curve.full)
    if not reached:
        return None
    return reached[0][0] if better == "more" else reached[-1][1]


def stretches(before: Curve, after: Curve) -> list[Stretch]:
    """The stretches worth something else, neighbours of the same change joined, in rising order."""
    found: list[Stretch] = []
    last = -1
    for place, (low, high) in enumerate(_pieces(before, after)):
        piece = Stretch(low, high, _worth(before, low, high), _worth(after, low, high))
        if piece.before == piece.after:
            continue
        joined = _joined(found[-1], piece) if found and last == place - 1 else None
        found = [*found[:-1], joined] if joined else [*found, piece]
        last = place
    return found


def _joined(one: Stretch, other: Stretch) -> Stretch | None:
    """Neighbours as one stretch: a single value with the line it lies on, flat stretches of the same worth."""
    if one.is_point or other.is_point:
        line = other if one.is_point else one
        meet = all((was and was[1]) == (now and now[0]) for was, now in ((one.before, other.before), (one.after, other.after)))
        return Stretch(one.low, other.high, line.before, line.after) if meet else None
    same = one.is_flat and (one.before, one.after) == (other.before, other.after)
    return Stretch(one.low, other.high, one.before, one.after) if same else None


def say_worth(worth: Worth) -> str | None:
    """``8`` for a flat stretch, ``60→80`` for a line; ``None`` where the curve says nothing."""
    if worth is None:
        return None
    start, end = worth
    return number(start) if start == end else f"{number(start)}→{number(end)}"


def _pieces(before: Curve, after: Curve) -> Iterator[tuple[Fraction, Fraction | None]]:
    """The domain cut at every end of either curve and wherever a line meets zero or full marks: point, stretch, point."""
    low, high = Fraction(before.domain.low), before.domain.high
    cuts = {low, *_bends(before), *_bends(after)} | ({Fraction(high)} if high is not None else set())
    inside = sorted(cut for cut in cuts if cut >= low and (high is None or cut <= Fraction(high)))
    for following, cut in enumerate(inside, 1):
        yield cut, cut
        if following < len(inside):
            yield cut, inside[following]
    if high is None:
        yield inside[-1], None


def _bends(curve: Curve) -> Iterator[Fraction]:
    for clause in curve.clauses:
        yield from (Fraction(end) for end in (clause.lower, clause.upper) if end is not None)
        if clause.change:
            slope = Fraction(clause.change) * Fraction(curve.scale) / Fraction(clause.per)
            start = Fraction(clause.base) * Fraction(curve.scale)
            yield from (Fraction(clause.anchor) + (points - start) / slope for points in (Fraction(0), curve.full))


def _worth(curve: Curve, low: Fraction, high: Fraction | None) -> Worth:
    """Read inside the stretch, so that which end belongs to it does not matter."""
    if low == high:
        points = curve.points(low)
        return None if points is None else (points, points)
    end = low + 3 if high is None else high
    first, second = (curve.points(low + (end - low) * part / 3) for part in (1, 2))
    if first is None or second is None:
        return None
    return first - (second - first), second + (second - first)
