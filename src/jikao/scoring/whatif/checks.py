"""What may be asked: names the scheme has, values a measure can take, targets that exist."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.catalogue import Unit
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.rules import Line, Rules
from jikao.scheme.text import Text
from jikao.scheme.words import Number, fill, number, percent, quantity, same
from jikao.scoring.reach import counts_rates
from jikao.scoring.steps import measure_of, unit_of

UNKNOWN_INDICATOR = kind(
    "whatif.unknown-indicator", Level.ERROR,
    what=Text("方案里没有指标“{indicator}”", 'The scheme has no indicator "{indicator}"'),
    why=Text("只能假设方案中已有的指标", "only the scheme's own indicators can be supposed"),
    mend=Text("可用的指标:{known}", "use one of: {known}"),
)  # fmt: skip
OUT_OF_DOMAIN = kind(
    "whatif.out-of-domain", Level.ERROR,
    what=Text("指标“{indicator}”不可能是 {value}", 'Indicator "{indicator}" cannot be {value}'),
    why=Text("“{measure}”的取值范围是 {range}", '"{measure}" lies in {range}'),
    mend=Text("换一个范围内的数值", "give a value in that range"),
)  # fmt: skip
UNKNOWN_GRADE = kind(
    "whatif.unknown-grade", Level.ERROR,
    what=Text("方案里没有等级“{grade}”", 'The scheme has no grade "{grade}"'),
    why=Text("目标须是方案规定的等级", "the target must be a grade of the scheme"),
    mend=Text("可用的等级:{known}", "use one of: {known}"),
)  # fmt: skip
TOTAL_OUT_OF_RANGE = kind(
    "whatif.total-out-of-range", Level.ERROR,
    what=Text("总分不可能达到 {total}", "A total of {total} cannot be reached"),
    why=Text("总分在 0 与封顶 {cap} 之间", "totals lie between 0 and the cap of {cap}"),
    mend=Text("换一个范围内的目标", "aim at a total in that range"),
)  # fmt: skip
NOT_COUNTED = kind(
    "whatif.not-counted", Level.ERROR,
    what=Text("指标“{indicator}”没有“余下几件”可言", 'Nothing is "still to come" for indicator "{indicator}"'),
    why=Text("只有按件计的比率才有余下的件数,且不能为负", "only rates of counted things can have more of them, and never fewer than none"),
    mend=Text("去掉这一项,或改为直接假设它的数值", "leave it out, or suppose a value for it instead"),
)  # fmt: skip


def check_changes(rules: Rules, changes: Mapping[str, Number], remaining: Mapping[str, int] | None = None) -> list[Problem]:
    """Everything wrong with supposed values and with numbers still to come: names, and what the measure can be."""
    lines = {line.indicator.id: line for line in rules.lines}
    named = [*changes, *(remaining or {})]
    found = [UNKNOWN_INDICATOR(indicator=name, known=", ".join(lines)) for name in named if name not in lines]
    found += [_outside(lines[name], value) for name, value in changes.items() if name in lines and not _possible(lines[name], value)]
    for name, count in (remaining or {}).items():
        if name in lines and (count < 0 or not counts_rates(lines[name])):
            found.append(NOT_COUNTED(indicator=name))
    return found


def _possible(line: Line, value: Number) -> bool:
    domain = line.curve.domain
    inside = domain.low <= value and (domain.high is None or value <= domain.high)
    return inside and (unit_of(line) is not Unit.COUNT or Fraction(value).denominator == 1)


def _outside(line: Line, value: Number) -> Problem:
    unit, domain = unit_of(line), line.curve.domain
    high = quantity(unit, domain.high) if domain.high is not None else same("…")
    span = fill(same("{low} – {high}"), low=quantity(unit, domain.low), high=high)
    said = percent(value) if unit is Unit.RATIO else number(value)
    return OUT_OF_DOMAIN(indicator=line.indicator.id, value=said, measure=measure_of(line).title, range=span)


def check_target(rules: Rules, grade: str | None = None, total: Decimal | None = None) -> list[Problem]:
    """Whether the target is one the scheme knows."""
    grades, cap = rules.scheme.grades, rules.scheme.total.cap
    known = [band.id for band in grades.bands] + [rule.id for rule in grades.rules]
    found = [UNKNOWN_GRADE(grade=grade, known=", ".join(known))] if grade is not None and grade not in known else []
    return found + ([TOTAL_OUT_OF_RANGE(total=number(total), cap=number(cap))] if total is not None and not 0 <= total <= cap else [])
