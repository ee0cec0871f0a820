"""A scheme's rules as small tables of whole numbers: what the engine joins with the measured values.

Points are billionths (``NANO``), lookup keys millionths (``MICRO``), shares of the total whole numbers of one common
unit, slopes reduced fractions. Nothing is rounded here: what does not fit is a problem of the scheme, named before a run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.curve import FAR
from jikao.scheme.number import NANO
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.rules import Line, Rules
from jikao.scheme.text import Text

WIDE = 9_000_000_000
"""Denominators from here on need the long division in three steps."""

LARGEST_UNIT = 100_000
"""Most parts one point of the total may be cut into; 12 equal thirds need 3, eleven sevenths 77."""

TOO_FINE = kind(
    "rules.too-fine",
    Level.ERROR,
    what=Text("指标“{indicator}”的数值精度超出计算范围", 'The numbers of indicator "{indicator}" are finer than a run can hold'),
    why=Text(
        "为保证各引擎结果逐字节一致,分值按十亿分之一计算,超出即可能失真",
        "points are whole billionths so that every engine gives the same bytes; finer numbers would be lost",
    ),
    mend=Text("减少小数位数,或让同级项目数的乘积小一些", "use fewer decimals, or shares with smaller common denominators"),
)


@dataclass(frozen=True, slots=True)
class RuleTables:
    """Rows for the engine, and the two numbers the plan needs to know about them."""

    lines: list[tuple[object, ...]]
    clauses: list[tuple[object, ...]]
    nodes: list[tuple[object, ...]]
    unit: int
    """How many units of share one point of the total has."""
    guard: int
    """Billionths of a point by which an engine's total can miss the exact one."""


LINES = {
    "line": "int64", "indicator": "string", "node": "int64", "policy": "string", "units": "int64", "full": "int64",
    "fn": "int64", "fd": "int64", "bonus": "boolean", "upper": "boolean",
}  # fmt: skip
CLAUSES = {
    "line": "int64", "lo": "int64", "hi": "int64", "clause": "int64", "worth": "int64", "anchor": "int64", "span": "int64",
    "rise": "int64", "per": "int64", "rising": "boolean",
}  # fmt: skip
PERIODS = {"period_no": "int64", "period": "string", "start_on": "date", "end_on": "date"}
DUES = {"period_no": "int64", "due_on": "date"}
SETTLED = {"pid": "int64", "node": "int64", "hundredths": "int64"}
QUOTAS = {"peers": "int64", "upto": "int64", "from_rank": "int64", "advice": "string"}
SCOPE = {"scope_person": "string"}
EARLIER = {
    "period": "string", "person": "string", "seat": "int32", "indicator": "string", "num": "int64", "den": "int64", "n": "int64", "base": "int64",
    "state": "string",
}  # fmt: skip
NODES = {"node": "int64", "section": "string", "parent": "int64", "depth": "int64", "units": "int64"}


def rule_tables(rules: Rules) -> RuleTables:
    """The tables of a scheme. Raises nothing; call ``unfit`` first."""
    unit = common_unit(rules)
    return RuleTables(
        lines=[_line_row(line, unit) for line in rules.lines],
        clauses=[_clause_row(line, index) for line in rules.lines for index in range(len(line.curve.clauses))],
        nodes=[(n.no, n.id, -1 if n.parent is None else n.parent, n.depth, int(n.points * unit)) for n in rules.nodes],
        unit=unit,
        guard=_guard(rules),
    )


def unfit(rules: Rules) -> list[Problem]:
    """Indicators whose numbers do not fit whole billionths and 64 bits."""
    if common_unit(rules) > LARGEST_UNIT:
        return [TOO_FINE(indicator=line.indicator.title) for line in rules.lines if line.points.denominator > 1000]
    return [TOO_FINE(indicator=line.indicator.title) for line in rules.lines if not _fits(line)]


def common_unit(rules: Rules) -> int:
    """Into how many equal parts one point of the total is cut so that every share is a whole number of them."""
    return math.lcm(*(points.denominator for points in _worths(rules)))


def _worths(rules: Rules) -> list[Fraction]:
    return [line.points for line in rules.lines] + [node.points for node in rules.nodes]


def _fits(line: Line) -> bool:
    share = line.points / line.full
    return max(share.numerator, share.denominator) <= LARGEST_UNIT * 1000 and all(line.curve.fits(clause) for clause in line.curve.clauses)


def _line_row(line: Line, unit: int) -> tuple[object, ...]:
    share = line.points / line.full
    return (
        line.no, line.indicator.id, line.node, str(line.missing), int(line.points * unit), int(line.full * NANO),
        share.numerator, share.denominator, line.bonus, line.curve.includes == "upper",
    )  # fmt: skip


def _clause_row(line: Line, index: int) -> tuple[object, ...]:
    clause = line.curve.clauses[index]
    lo, hi = line.curve.key_range(clause)
    slope = line.curve.slope(clause)
    worth = Fraction(clause.base) * Fraction(line.curve.scale) * NANO
    return (
        line.no, -FAR if lo is None else lo, FAR if hi is None else hi, index, int(worth), int(Fraction(clause.anchor) * NANO),
        line.curve.span(clause), abs(slope.numerator), slope.denominator, slope >= 0,
    )  # fmt: skip


def _guard(rules: Rules) -> int:
    """An upper bound of the engine's error in a total: each division may lose a billionth, and renormalising scales it."""
    largest: Fraction = max((n.points for n in rules.nodes), default=Fraction(100))
    smallest = min((points for points in _worths(rules) if points > 0), default=Fraction(1))
    swell = largest / smallest
    error = Fraction(0)
    for line in rules.lines:
        steepest = max((abs(line.curve.slope(c)) for c in line.curve.clauses), default=Fraction(0))
        error += (steepest + 1) * line.points / line.full + 1
    return math.ceil((error + len(rules.nodes)) * swell) + 1
