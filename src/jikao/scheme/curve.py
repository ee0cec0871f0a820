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
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from jikao.scheme.number import MICRO

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

    def clause_at(self, value: Fraction) -> int | None:
        """Index of the clause the value falls in; ``None`` where the curve says nothing."""
        key = self.key(value)
        for index, clause in enumerate(self.clauses):
            lo, hi = self.key_range(clause)
            if (lo is None or lo <= key) and (hi is None or key < hi):
                return index
        return None

    def clause_points(self, clause: Clause, value: Fraction) -> Fraction:
        """Points of a value by the given clause, scaled and clamped."""
        return min(max(clause.rule_score(value) * Fraction(self.scale), Fraction(0)), self.full)

    def points(self, value: Fraction) -> Fraction | None:
        """Points of a value, exact; ``None`` where the curve says nothing."""
        index = self.clause_at(value)
        return None if index is None else self.clause_points(self.clauses[index], value)

    # --- proofs -------------------------------------------------------------------------------------------------

    def gaps(self) -> list[Span]:
        """Stretches of the domain no clause covers."""
        found: list[Span] = []
        covered: Decimal | None = self.domain.low
        for clause in self.clauses:
            if covered is None:
                break
            if clause.lower is not None and clause.lower > covered:
                found.append(Span(covered, clause.lower))
            covered = None if clause.upper is None else max(covered, clause.upper)
        if covered is not None and (self.domain.high is None or self._open_below_top(covered)):
            found.append(Span(covered, self.domain.high))
        return [gap for gap in found if self._holds_a_value(gap)]

    def _open_below_top(self, covered: Decimal) -> bool:
        high = self.domain.high
        return high is not None and (covered < high or (covered == high and self.includes == "lower"))

    def _holds_a_value(self, span: Span) -> bool:
        step, lower, upper = self.domain.step, span.lower, span.upper
        if lower is not None and upper is not None and lower == upper:
            return self.domain.high == lower
        if step is None or lower is None or upper is None:
            return True
        first = (lower / step).to_integral_value(rounding="ROUND_CEILING") * step
        if self.includes == "upper" and first == lower:
            first += step
        return first < upper or (self.includes == "upper" and first == upper)

    def overlaps(self) -> list[tuple[int, int]]:
        """Pairs of clauses (indexes) that both claim some value."""
        pairs = []
        for i, a in enumerate(self.clauses):
            for j in range(i + 1, len(self.clauses)):
                b = self.clauses[j]
                a_low, b_low = a.lower, b.lower
                lower = b_low if a_low is None else a_low if b_low is None else max(a_low, b_low)
                uppers = [u for u in (a.upper, b.upper) if u is not None]
                if lower is None or not uppers or lower < min(uppers):
                    pairs.append((i, j))
        return pairs

    def ends(self, clause: Clause) -> tuple[Fraction, Fraction | None]:
        """The clause's stretch inside the domain; ``None``: it has no upper end."""
        low = self.domain.low if clause.lower is None else max(clause.lower, self.domain.low)
        uppers = [u for u in (clause.upper, self.domain.high) if u is not None]
        return Fraction(low), Fraction(min(uppers)) if uppers else None

    def highest(self) -> Fraction:
        """The most points any value of the domain can earn (an open end counts as reached)."""
        best = Fraction(0)
        for clause in self.clauses:
            low, high = self.ends(clause)
            best = max(best, self.clause_points(clause, low))
            if high is not None:
                best = max(best, self.clause_points(clause, high))
            elif clause.change > 0:
                best = self.full
        return best

    def direction(self) -> Literal["up", "down", "flat", "mixed"]:
        """Whether more of the value never lowers the points (``up``), never raises them (``down``), or both happen."""
        levels: list[Fraction] = []
        for clause in self.clauses:
            low, high = self.ends(clause)
            levels.append(self.clause_points(clause, low))
            last = high if high is not None else low + Fraction(clause.per) * LONG_RUN
            levels.append(self.clause_points(clause, last))
        rises = any(b > a for a, b in zip(levels, levels[1:], strict=False))
        falls = any(b < a for a, b in zip(levels, levels[1:], strict=False))
        return "mixed" if rises and falls else "up" if rises else "down" if falls else "flat"

    def values_for(self, points: Fraction) -> list[tuple[Fraction, Fraction | None]]:
        """The curve read backwards: stretches of values worth at least ``points``, in rising order of value."""
        found: list[tuple[Fraction, Fraction | None]] = []
        for clause in self.clauses:
            low, high = self.ends(clause)
            if high is not None and low > high:
                continue
            reach = _reach(self, clause, low, high, points)
            if reach is None:
                continue
            if found and found[-1][1] == reach[0]:
                found[-1] = (found[-1][0], reach[1])
            else:
                found.append(reach)
        return found


LONG_RUN = 1_000_000
"""Far enough along an endless sloping clause for its clamp to have been met."""


def _reach(
    curve: Curve, clause: Clause, low: Fraction, high: Fraction | None, points: Fraction
) -> tuple[Fraction, Fraction | None] | None:
    """The part of one clause worth at least ``points``."""
    if points > curve.full:
        return None
    if points <= 0:
        return low, high
    if clause.change == 0:
        return (low, high) if curve.clause_points(clause, low) >= points else None
    scale = Fraction(curve.scale)
    if scale == 0:
        return None
    per, change = Fraction(clause.per), Fraction(clause.change)
    turn = Fraction(clause.anchor) + (points / scale - Fraction(clause.base)) * per / change
    if change > 0:
        start = max(low, turn)
        return (start, high) if high is None or start <= high else None
    stop = turn if high is None else min(high, turn)
    return (low, stop) if low <= stop else None


def lower_end(clause: Clause) -> tuple[bool, Decimal]:
    """By what clauses are ordered: rising lower end, no lower end first."""
    return clause.lower is not None, clause.lower or Decimal(0)


def in_order(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses by rising lower end (no lower end first)."""
    return tuple(sorted(clauses, key=lower_end))
