"""The rules of one scheme for one person, in plain Python fractions: no engine, every step kept.

The engine scores everybody at once; this scores one person on a click and is what receipts and what-if read. Both
follow the same rows (``Rules``) and must agree (a differential test holds them together). Per line the measured value
meets its curve; bottom up a section is worth ``its points x got / could have got`` over its children with evidence
(AMB-22); bonus lines come on top of the total; the cap and the one rounding come last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from jikao.scheme.curve import Clause
from jikao.scheme.model import Missing
from jikao.scheme.number import MICRO, half_up
from jikao.scheme.rules import Line, Rules, clauses_as_written
from jikao.scheme.text import Text
from jikao.scoring.grading import Raised, flags_of, grade_of

MeasureState = Literal["measured", "nothing", "no_source", "held"]
LineState = Literal["scored", "missing", "zero", "full", "held"]
SheetState = Literal["scored", "insufficient", "held", "nothing"]

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure's row: the value is ``num / den`` in the measure's unit (ratio 0..1, score 0..100, seconds, count, points).

    ``n`` rows stand behind it, of ``base`` that could have. ``state``: ``nothing`` (no rows, denominator 0),
    ``no_source`` (that kind of evidence was never given), ``held`` (waits for somebody's entry).
    """

    num: int | None
    den: int | None
    n: int = 0
    base: int = 0
    state: MeasureState = "measured"

    @property
    def value(self) -> Fraction | None:
        """The exact value; ``None`` is N/A."""
        return None if self.num is None or not self.den else Fraction(self.num, self.den)


NO_SOURCE = Measured(None, None, state="no_source")


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line scored: the clause hit, the mark up to ``line.full`` and its points of the total before renormalising."""

    line: Line
    measured: Measured
    state: LineState
    clause: int | None
    mark: Fraction | None
    points: Fraction | None


class Standing(NamedTuple):
    """Points of a node after renormalising (``None``: N/A) and what the node is worth."""

    points: Fraction | None
    of: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """What a person gets.

    ``exact`` is the total before rounding, bonus and cap included; ``nodes`` (by number) leave bonus points out;
    ``coverage`` is the share of the total (0..1) that had evidence.
    """

    nodes: Mapping[int, Standing]
    exact: Fraction | None
    total: Decimal | None
    grade: str | None
    flags: tuple[Raised, ...]
    coverage: Fraction
    state: SheetState


@dataclass(frozen=True, slots=True)
class Sheet(Result):
    """The result of one seat, with every line that made it."""

    lines: tuple[MarkedLine, ...] = ()

    def marked(self, indicator_id: str) -> MarkedLine:
        return next(m for m in self.lines if m.line.indicator.id == indicator_id)


class Seat(NamedTuple):
    """A slice of the period a person spent in one position."""

    sheet: Sheet
    days: int


def sheet(rules: Rules, measured: Mapping[str, Measured]) -> Sheet:
    """Score one person. ``measured``: indicator id to measure row; an indicator without a row has no source.

    For many persons make one ``Scorer`` and reuse it.
    """
    return Scorer(rules).sheet(measured)


def combine_seats(rules: Rules, seats: Sequence[Seat | tuple[Sheet, int]]) -> Result:
    """The result of a person who changed position inside the period: weighted by days (A48)."""
    return Scorer(rules).combine([Seat(*seat) for seat in seats])


class Scorer:
    """Scores person after person by the same rules; everything that depends on the rules alone is made once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._lines = [_ReadyLine(rules, line) for line in rules.lines]
        self._cap = Fraction(rules.scheme.total.cap)
        self._needs_coverage = Fraction(rules.scheme.grades.needs_coverage)
        self._tops = [node.no for node in rules.nodes if node.depth == 1]

    def sheet(self, measured: Mapping[str, Measured]) -> Sheet:
        """Score one person."""
        return self.summed([ready.marked(measured.get(ready.line.indicator.id, NO_SOURCE)) for ready in self._lines])

    def summed(self, lines: Sequence[MarkedLine]) -> Sheet:
        """The sheet that marked lines (all of them, in order) add up to."""
        nodes = self._nodes(lines)
        evident = sum((m.line.points for m in lines if m.state == "scored" and not m.line.bonus), ZERO)
        coverage = evident / nodes[0].of if nodes[0].of else ZERO
        held = any(m.state == "held" for m in lines)
        r = self._result(nodes, self._total(nodes, lines), coverage, self._line_flags(lines), held=held)
        return Sheet(r.nodes, r.exact, r.total, r.grade, r.flags, r.coverage, r.state, tuple(lines))

    def combine(self, seats: Sequence[Seat]) -> Result:
        """The seats of one person, weighted by days; a seat without any evidence counts no days."""
        nodes = {
            no: Standing(_by_days([(s.sheet.nodes[no].points, s.days) for s in seats]), standing.of)
            for no, standing in seats[0].sheet.nodes.items()
        }
        exact = _by_days([(s.sheet.exact, s.days) for s in seats])
        coverage = _by_days([(s.sheet.coverage, s.days) for s in seats]) or ZERO
        flags = dict.fromkeys(flag for same in zip(*[s.sheet.lines for s in seats], strict=True) for flag in self._line_flags(same))
        return self._result(nodes, exact, coverage, list(flags), held=any(s.sheet.state == "held" for s in seats))

    def section_scores(self, nodes: Mapping[int, Standing]) -> list[Decimal]:
        """Scores (0-100) of the top sections that have evidence: what counted conditions look at."""
        standings = [nodes[no] for no in self._tops]
        return [half_up(s.points / s.of * 100) for s in standings if s.points is not None and s.of]

    def _nodes(self, lines: Sequence[MarkedLine]) -> dict[int, Standing]:
        """Bottom up: a node's points are its worth x what its children with evidence got / what those are worth."""
        got, worth = [ZERO] * len(self.rules.nodes), [ZERO] * len(self.rules.nodes)
        for m in lines:
            if m.points is not None and not m.line.bonus:
                got[m.line.node] += m.points
                worth[m.line.node] += m.line.points
        nodes: dict[int, Standing] = {}
        for node in reversed(self.rules.nodes):
            points = _renormalised(got[node.no], worth[node.no], node.points)
            nodes[node.no] = Standing(points, node.points)
            if points is not None and node.parent is not None:
                got[node.parent] += points
                worth[node.parent] += node.points
        return nodes

    def _total(self, nodes: Mapping[int, Standing], lines: Sequence[MarkedLine]) -> Fraction | None:
        whole = nodes[0].points
        if whole is None:
            return None
        bonus = sum((m.points for m in lines if m.line.bonus and m.points is not None), ZERO)
        return min(whole + bonus, self._cap)

    def _line_flags(self, lines: Sequence[MarkedLine]) -> list[Raised]:
        clauses = ((m, self._lines[m.line.no].flags[m.clause]) for m in lines if m.clause is not None)
        return [Raised(m.line.indicator.id, flag) for m, flag in clauses if flag is not None]

    def _result(
        self, nodes: Mapping[int, Standing], exact: Fraction | None, coverage: Fraction, line_flags: Sequence[Raised], *, held: bool
    ) -> Result:
        """Round once, then judge; a held line or too little evidence leaves the grade open."""
        if held:
            return Result(nodes, None, None, None, tuple(line_flags), coverage, "held")
        if exact is None:
            return Result(nodes, None, None, None, tuple(line_flags), coverage, "nothing")
        total = half_up(exact, self.rules.scheme.total.round)
        if coverage < self._needs_coverage:
            return Result(nodes, exact, total, None, tuple(line_flags), coverage, "insufficient")
        grades, scores = self.rules.scheme.grades, self.section_scores(nodes)
        given = grade_of(grades, total, scores)
        flags = (*line_flags, *flags_of(grades, given, scores))
        return Result(nodes, exact, total, given.id if given else None, flags, coverage, "scored")


def _renormalised(got: Fraction, worth: Fraction, of: Fraction) -> Fraction | None:
    if not worth:
        return None
    return got if worth == of else of * got / worth


def _by_days(parts: Sequence[tuple[Fraction | None, int]]) -> Fraction | None:
    """Mean weighted by days over the parts that are there."""
    there = [(value, days) for value, days in parts if value is not None and days > 0]
    days = sum(d for _, d in there)
    return sum((value * d for value, d in there), ZERO) / days if days else None


class _ReadyLine:
    """A line with its look-up keys as whole numbers and its clauses as ``mark = start + slope x value``."""

    __slots__ = ("_factor", "_keys", "_marks", "_upper", "flags", "line")

    def __init__(self, rules: Rules, line: Line) -> None:
        self.line = line
        self.flags: list[Text | None] = [c.flag for c in clauses_as_written(rules.scheme, line.indicator)]
        self._upper = line.curve.includes == "upper"
        self._keys = [line.curve.key_range(clause) for clause in line.curve.clauses]
        self._marks = [self._straight(clause) for clause in line.curve.clauses]
        self._factor = line.points / line.full if line.full else ZERO

    def _straight(self, clause: Clause) -> tuple[Fraction, Fraction]:
        """Start and slope; a flat clause is clamped here, once and for all."""
        if not clause.change:
            return self.line.curve.clause_points(clause, ZERO), ZERO
        scale = Fraction(self.line.curve.scale)
        slope = scale * Fraction(clause.change) / Fraction(clause.per)
        return scale * Fraction(clause.base) - slope * Fraction(clause.anchor), slope

    def marked(self, measured: Measured) -> MarkedLine:
        if measured.state == "held":
            return MarkedLine(self.line, measured, "held", None, None, None)
        if measured.num is None or not measured.den:
            return self._without_evidence(measured)
        index = self._clause_at(measured.num, measured.den)
        if index is None:  # the curve says nothing here: nobody may guess
            return MarkedLine(self.line, measured, "held", None, None, None)
        mark = self._mark(index, measured)
        return MarkedLine(self.line, measured, "scored", index, mark, mark if self._factor == 1 else mark * self._factor)

    def _clause_at(self, num: int, den: int) -> int | None:
        key = -(-num * MICRO // den) if self._upper else num * MICRO // den
        for index, (lo, hi) in enumerate(self._keys):
            if (lo is None or lo <= key) and (hi is None or key < hi):
                return index
        return None

    def _mark(self, index: int, measured: Measured) -> Fraction:
        start, slope = self._marks[index]
        if not slope:
            return start
        mark = start + slope * Fraction(measured.num or 0, measured.den)
        return ZERO if mark < 0 else min(mark, self.line.full)

    def _without_evidence(self, measured: Measured) -> MarkedLine:
        """By the policy the scheme states; a bonus that is not there just adds nothing."""
        policy = Missing.RENORMALISE if self.line.bonus else self.line.missing
        if policy is Missing.ZERO:
            return MarkedLine(self.line, measured, "zero", None, ZERO, ZERO)
        if policy is Missing.FULL:
            return MarkedLine(self.line, measured, "full", None, self.line.full, self.line.points)
        return MarkedLine(self.line, measured, "held" if policy is Missing.HOLD else "missing", None, None, None)
