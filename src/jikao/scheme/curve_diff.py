"""How two curves differ: where full marks begin, and every stretch of values that is now worth something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from jikao.scheme.curve import Curve
from jikao.scheme.words import number

Worth = tuple[Fraction, Fraction] | None
"""Points at the lower end of a stretch and just before its upper end; ``None``: the curve says nothing."""


@dataclass(frozen=True)
class Stretch:
    """Values from ``low`` to ``high`` (``None``: no end) and what they were and are worth."""

    low: Fraction
    high: Fraction | None
    before: Worth
    after: Worth


def full_marks(curve: Curve, better: Literal["more", "less"]) -> Fraction | None:
    """The value at which full marks begin (or, where less is better, end); ``None`` if they cannot be reached."""
    reached = curve.values_for(curve.full)
    if not reached:
        return None
    return reached[0][0] if better == "more" else reached[-1][1]


def stretches(before: Curve, after: Curve) -> list[Stretch]:
    """The stretches worth something else, neighbours of the same change joined, in rising order."""
    found: list[Stretch] = []
    for low, high in _pieces(before, after):
        piece = Stretch(low, high, _worth(before, low, high), _worth(after, low, high))
        if piece.before == piece.after:
            continue
        last = found[-1] if found else None
        if last is not None and last.high == low and _is_flat(last) and _worths(last) == _worths(piece):
            found[-1] = Stretch(last.low, high, piece.before, piece.after)
        else:
            found.append(piece)
    return found


def say_worth(worth: Worth) -> str | None:
    """``8`` for a flat stretch, ``60→80`` for a line; ``None`` where the curve says nothing."""
    if worth is None:
        return None
    start, end = worth
    return number(start) if start == end else f"{number(start)}→{number(end)}"


def _pieces(before: Curve, after: Curve) -> Iterator[tuple[Fraction, Fraction | None]]:
    """The domain cut at every end of either curve and wherever a line meets zero or full marks."""
    low, high = Fraction(before.domain.low), before.domain.high
    cuts = {low, *_bends(before), *_bends(after)} | ({Fraction(high)} if high is not None else set())
    inside = sorted(cut for cut in cuts if cut >= low and (high is None or cut <= Fraction(high)))
    yield from pairwise(inside)
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
    end = low + 3 if high is None else high
    first, second = (curve.points(low + (end - low) * part / 3) for part in (1, 2))
    if first is None or second is None:
        return None
    return first - (second - first), second + (second - first)


def _is_flat(stretch: Stretch) -> bool:
    return all(worth is None or worth[0] == worth[1] for worth in _worths(stretch))


def _worths(stretch: Stretch) -> tuple[Worth, Worth]:
    return stretch.before, stretch.after
