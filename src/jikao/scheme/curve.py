"""The one scoring form: a piecewise-linear curve from a measured value to points.

A curve is an ordered list of clauses ``[lower, upper) -> base + change x (value - lower) / per``, then a scale and a
clamp to ``[0, full]``. Tiers, deductions, ratios of plan, ratings and pass/fail are all of this form, so coverage,
reachability, direction, explanation and "what do I still need" come from this one file.

Boundaries stand on a grid of one millionth (``MICRO``). A value is looked up by a whole number, its *key*: the floor
of ``value x MICRO`` where clauses include their lower end, the ceiling where they include their upper end. That makes
every comparison with a boundary exact, in any engine, without a fraction in sight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from jikao.scheme.number import MICRO, NANO

ZERO = Fraction(0)

FAR = 2**62
"""Beyond every whole number a run computes with."""

LONG_RUN = 1_000_000
"""How far an endless clause that comes back from beyond its clamp is followed, in units of the value."""

Includes = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The values a measure can have: from ``low`` up to ``high`` (``None``: no end), in steps of ``step`` if not dense."""

    low: Decimal = Decimal(0)
    high: Decimal | None = None
    step: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: from ``lower`` to ``upper`` (``None``: no end), worth ``base`` plus ``change`` for every ``per``."""

    lower: Decimal | None
    upper: Decimal | None
    base: Decimal
    change: Decimal = Decimal(0)
    per: Decimal = Decimal(1)
    anchor: Decimal = Decimal(0)
    """The value at which the clause is worth ``base``: its lower end, or the bottom of the domain."""

    def rule_score(self, value: Fraction) -> Fraction:
        """The score by this clause alone, before scale and clamp."""
        return Fraction(self.base) + Fraction(self.change) * (value - Fraction(self.anchor)) / Fraction(self.per)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of values; ``None`` is no end. Which end belongs to it is the curve's ``includes``."""

    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Clauses in rising order of value. Points are clamped to ``[0, full]`` after multiplying by ``scale``."""

    clauses: tuple[Clause, ...]
    full: Fraction
    domain: Domain
    scale: Decimal = Decimal(1)
    includes: Includes = "lower"

    def key(self, value: Fraction) -> int:
        """The whole number by which ``value`` is looked up."""
        scaled = value * MICRO
        return math.floor(scaled) if self.includes == "lower" else math.ceil(scaled)

    def key_range(self, clause: Clause) -> tuple[int | None, int | None]:
        """``(lo, hi)`` such that a value lies in the clause exactly when ``lo <= key < hi``."""
        shift = 0 if self.includes == "lower" else 1
        return (
            None if clause.lower is None else int(clause.lower * MICRO) + shift,
            None if clause.upper is None else int(clause.upper * MICRO) + shift,
        )

    def holds(self, clause: Clause, value: Fraction) -> bool:
        """Whether the value falls in the clause."""
        key = self.key(value)
        lo, hi = self.key_range(clause)
        return (lo is None or lo <= key) and (hi is None or key < hi)

    def clause_at(self, value: Fraction) -> int | None:
        """Index of the clause the value falls in; ``None`` where the curve says nothing."""
        return next((index for index, clause in enumerate(self.clauses) if self.holds(clause, value)), None)

    def clause_points(self, clause: Clause, value: Fraction) -> Fraction:
        """Points of a value by the given clause, scaled and clamped."""
        return min(max(clause.rule_score(value) * Fraction(self.scale), Fraction(0)), self.full)

    def points(self, value: Fraction) -> Fraction | None:
        """Points of a value, exact; ``None`` where the curve says nothing."""
        index = self.clause_at(value)
        return None if index is None else self.clause_points(self.clauses[index], value)

    # --- as whole numbers ---------------------------------------------------------------------------------------

    def slope(self, clause: Clause) -> Fraction:
        """Points more for every unit of the value, the scale applied."""
        return Fraction(clause.change) * Fraction(self.scale) / Fraction(clause.per)

    def span(self, clause: Clause) -> int:
        """How far along a sloping clause points still change, in billionths of the value: to its end or to the clamp."""
        slope = self.slope(clause)
        if slope == 0:
            return 0
        base = Fraction(clause.base) * Fraction(self.scale)
        way = (self.full - base if slope > 0 else base) / abs(slope)
        to_clamp = max(way, Fraction(0))
        if clause.upper is not None:
            to_clamp = min(to_clamp, Fraction(clause.upper) - Fraction(clause.anchor))
        if base < 0 or base > self.full:  # starts beyond the clamp and comes back: the whole way counts
            to_clamp = Fraction(LONG_RUN) if clause.upper is None else Fraction(clause.upper) - Fraction(clause.anchor)
        return math.ceil(to_clamp * NANO)

    def fits(self, clause: Clause) -> bool:
        """Whether a run can hold the clause exactly: whole billionths, products within 64 bits."""
        worth = Fraction(clause.base) * Fraction(self.scale) * NANO
        slope = self.slope(clause)
        return worth.denominator == 1 and slope.denominator <= NANO and abs(slope.numerator) * self.span(clause) <= FAR

    # --- proofs -------------------------------------------------------------------------------------------------

    def gaps(self) -> list[Span]:
        """Stretches of the domain no clause covers."""
        covered: Decimal | None = self.domain.low
        found = [Span(covered, covered)]  # the very bottom, which no clause may include
        for clause in self.clauses:
            if covered is None:
                break
            if clause.lower is not None and clause.lower > covered:
                found.append(Span(covered, clause.lower))
            covered = None if clause.upper is None else max(covered, clause.upper)
        if covered is not None:
            found.append(Span(covered, None))
        gaps = [gap for gap in map(self._inside, found) if self._is_open(gap)]
        return gaps[1:] if len(gaps) > 1 and gaps[0].lower == gaps[1].lower else gaps

    def _inside(self, span: Span) -> Span:
        high = self.domain.high
        uppers = [u for u in (span.upper, high) if u is not None]
        return Span(span.lower, min(uppers) if uppers else None)

    def _is_open(self, gap: Span) -> bool:
        """Whether the domain has a value in a gap; an end belongs to the gap if no clause holds it."""
        low, high = Fraction(gap.lower or 0), gap.upper
        if high is None:
            return True
        if low == high:
            return self.clause_at(low) is None
        return low < high and self._steps(low, Fraction(high), lambda value: self.clause_at(value) is None) is not None

    def _steps(self, low: Fraction, high: Fraction | None, belongs: Callable[[Fraction], bool]) -> tuple[Fraction, Fraction | None] | None:
        """The first and last value of the domain from ``low`` to ``high``, each end only if it ``belongs``."""
        if self.domain.step is None:
            return low, high
        step = Fraction(self.domain.step)
        first = math.ceil(low / step) * step
        first += 0 if first > low or belongs(low) else step
        if high is None:
            return first, None
        last = math.floor(high / step) * step
        last -= 0 if last < high or belongs(high) else step
        return (first, last) if first <= last else None

    def overlaps(self) -> list[tuple[int, int]]:
        """Pairs of clauses (indexes) that both claim some value."""
        pairs = []
        for i, a in enumerate(self.clauses):
            for j in range(i + 1, len(self.clauses)):
                b = self.clauses[j]
                lower = max((end for end in (a.lower, b.lower) if end is not None), default=None)
                upper = min((end for end in (a.upper, b.upper) if end is not None), default=None)
                if lower is None or upper is None or lower < upper:
                    pairs.append((i, j))
        return pairs

    def stretch(self, clause: Clause) -> tuple[Fraction, Fraction | None] | None:
        """The clause's values inside the domain, end to end (``None``: endless); ``None`` if it has none there.

        Of an end that does not belong to the clause the values just beside it are meant; in a domain of steps the
        ends are the first and the last step.
        """
        low = Fraction(self.domain.low if clause.lower is None else max(clause.lower, self.domain.low))
        top = self._inside(Span(None, clause.upper)).upper
        high = None if top is None else Fraction(top)
        if high is not None and low >= high:
            return (low, high) if low == high and self.holds(clause, low) else None
        return self._steps(low, high, lambda value: self.holds(clause, value))

    def highest(self) -> Fraction:
        """The most points any value of the domain can earn (an open end counts as reached)."""
        best = Fraction(0)
        for clause in self.clauses:
            for points in self._levels(clause):
                best = max(best, points)
        return best

    def bounds(self, low: Fraction, high: Fraction | None) -> tuple[Fraction, Fraction] | None:
        """The fewest and the most points the values from ``low`` to ``high`` (``None``: endless) can earn; ``None`` where the
        curve says nothing. Inside a clause every value between its ends is thought possible.
        """
        if low == high:
            there = self.points(low)
            return None if there is None else (there, there)
        levels = [points for clause in self.clauses for points in self._levels(clause, low, high)]
        return (min(levels), max(levels)) if levels else None

    def direction(self) -> Literal["up", "down", "flat", "mixed"]:
        """Whether more of the value never lowers the points (``up``), never raises them (``down``), or both happen."""
        levels = [points for clause in self.clauses for points in self._levels(clause)]
        rises = any(b > a for a, b in pairwise(levels))
        falls = any(b < a for a, b in pairwise(levels))
        return "mixed" if rises and falls else "up" if rises else "down" if falls else "flat"

    def _levels(self, clause: Clause, since: Fraction = ZERO, until: Fraction | None = None) -> list[Fraction]:
        """Points at both ends of a clause, as far as it lies between the values; between its ends they only rise or only fall."""
        stretch = self.stretch(clause)
        if stretch is None:
            return []
        low, high = max(stretch[0], since), min((end for end in (stretch[1], until) if end is not None), default=None)
        if high is not None and (low > high or (low == high and not self.holds(clause, low))):
            return []
        if high is None:
            at_last = {-1: Fraction(0), 0: self.clause_points(clause, low), 1: self.full}[_sign(clause.change * self.scale)]
        else:
            at_last = self.clause_points(clause, high)
        return [self.clause_points(clause, low), at_last]

    def values_for(self, points: Fraction) -> list[tuple[Fraction, Fraction | None]]:
        """The curve read backwards: stretches of values worth at least ``points``, in rising order of value.

        Everything strictly between the ends is worth that much and everything beyond them is not; an end itself is
        worth what ``points`` says.
        """
        found: list[tuple[Fraction, Fraction | None]] = []
        for clause in self.clauses:
            reach = self._reach(clause, points)
            if reach is None:
                continue
            if found and found[-1][1] == reach[0]:
                found[-1] = (found[-1][0], reach[1])
            else:
                found.append(reach)
        return [(low, high) for low, high in found if low != high or self._earns(low, points)]

    def _earns(self, value: Fraction, points: Fraction) -> bool:
        earned = self.points(value)
        return earned is not None and earned >= points

    def _reach(self, clause: Clause, points: Fraction) -> tuple[Fraction, Fraction | None] | None:
        """The part of one clause worth at least ``points``."""
        stretch = self.stretch(clause)
        if stretch is None or points > self.full:
            return None
        low, high = stretch
        slope = Fraction(clause.change) * Fraction(self.scale) / Fraction(clause.per)
        if points <= 0 or slope == 0:
            return stretch if self.clause_points(clause, low) >= points else None
        turn = Fraction(clause.anchor) + (points - Fraction(clause.base) * Fraction(self.scale)) / slope
        if slope > 0:
            return (max(low, turn), high) if high is None or turn <= high else None
        return (low, turn if high is None else min(high, turn)) if low <= turn else None


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)


def lower_end(clause: Clause) -> tuple[bool, Decimal]:
    """By what clauses are ordered: rising lower end, no lower end first."""
    return clause.lower is not None, clause.lower or Decimal(0)


def in_order(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses by rising lower end (no lower end first)."""
    return tuple(sorted(clauses, key=lower_end))
