"""A line's curve read backwards, over the values the line can really take: in its own steps, with what is still to come."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.catalogue import Unit
from jikao.scheme.rules import Line
from jikao.scoring.exact import Measured
from jikao.scoring.steps import as_counted, counts_things, measure_of, step_of, stored_per_unit, unit_of


@dataclass(frozen=True, slots=True)
class Room:
    """The values a line can take: ``low`` to ``high`` (``None``: no end) in steps of ``step``, counted from 0."""

    line: Line
    measured: Measured
    remaining: int
    low: Fraction
    high: Fraction | None
    step: Fraction

    @property
    def now(self) -> Fraction | None:
        """The value as it stands."""
        return self.measured.value

    @property
    def counts(self) -> bool:
        """Whether the value is a rate of whole things (or will be, once the first of those to come are counted)."""
        if unit_of(self.line) is not Unit.RATIO:
            return False
        return counts_things(self.line, self.measured) or (self.now is None and self.remaining > 0)

    def with_value(self, value: Fraction) -> Measured:
        """The measure row that has this value; a rate keeps its denominator, grown by what is still to come."""
        counted, per = as_counted(self.line, self.measured), stored_per_unit(self.line)
        den = ((counted[1] if counted is not None else 0) + self.remaining) * per
        rows = self.measured.n + self.remaining
        if unit_of(self.line) is Unit.RATIO and den and (value * den).denominator == 1:
            return Measured(int(value * den), int(den), rows, max(self.measured.base, rows))
        return Measured(value.numerator * per, value.denominator * per, rows, max(self.measured.base, rows))

    def reach(self, mark: Fraction) -> Fraction | None:
        """The value nearest to the present one that earns at least ``mark``; ``None`` when none can."""
        found = [v for stretch in self.line.curve.values_for(mark) if (v := self._nearest(*stretch, mark)) is not None]
        return min(found, key=self._effort, default=None)

    def best(self) -> Fraction | None:
        """The value that earns most, the nearest of several; ``None`` when the line can take no value."""
        top = self.reach(self.line.curve.highest())
        if top is not None:
            return top
        there = [(mark, v) for v in self._edges() if (mark := self.line.curve.points(v)) is not None]
        return max(there, key=lambda pair: (pair[0], -self._effort(pair[1])), default=(None, None))[1]

    def levels(self) -> list[Fraction]:
        """Marks worth aiming at, rising: those at the ends of the clauses."""
        curve = self.line.curve
        ends = [(clause, end) for clause in curve.clauses for end in curve.stretch(clause) or () if end is not None]
        return sorted({curve.clause_points(clause, end) for clause, end in ends} | {curve.highest()})

    def _effort(self, value: Fraction) -> Fraction:
        """How far a value is from the present one; without one, or with things to come, how much has to go well."""
        if self.now is not None and not self.remaining:
            return abs(value - self.now)
        return value if measure_of(self.line).better == "more" else -value

    def _nearest(self, low: Fraction, high: Fraction | None, mark: Fraction) -> Fraction | None:
        """The step in the stretch with the least effort that earns the mark: an end of the stretch may not belong to it."""
        low = max(low, self.low)
        tops = [x for x in (high, self.high) if x is not None]
        top = min(tops) if tops else None
        first = math.ceil(low / self.step)
        last = None if top is None else math.floor(top / self.step)
        tried = [first, first + 1] + ([] if last is None else [last, last - 1])
        if self.now is not None and not self.remaining:
            tried += [math.floor(self.now / self.step), math.ceil(self.now / self.step)]
        values = [k * self.step for k in tried if k >= first and (last is None or k <= last)]
        return min((v for v in values if (self.line.curve.points(v) or 0) >= mark), key=self._effort, default=None)

    def _edges(self) -> Iterator[Fraction]:
        """First and last steps inside every clause."""
        for low, high in filter(None, map(self.line.curve.stretch, self.line.curve.clauses)):
            first = math.ceil(max(low, self.low) / self.step)
            tops = [x for x in (high, self.high) if x is not None]
            last = math.floor(min(tops) / self.step) if tops else first
            for k in (first, first + 1, last - 1, last):
                if first <= k <= last:
                    yield k * self.step


def room_of(line: Line, measured: Measured, remaining: int = 0) -> Room:
    """The room of a line. ``remaining``: how many more things will be counted in the denominator of a rate."""
    domain, counted = line.curve.domain, as_counted(line, measured)
    if not remaining or not counts_rates(line) or (counted is not None and not counts_things(line, measured)):
        return Room(
            line, measured, 0, Fraction(domain.low), None if domain.high is None else Fraction(domain.high), step_of(line, measured)
        )
    num, den = counted or (Fraction(0), Fraction(0))
    whole = den + remaining
    return Room(line, measured, remaining, num / whole, (num + remaining) / whole, 1 / whole)


def counts_rates(line: Line) -> bool:
    """Whether things may still come that are counted in this line's denominator."""
    return unit_of(line) is Unit.RATIO and counts_things(line, Measured(0, stored_per_unit(line), 1, 1))
