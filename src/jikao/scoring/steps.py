"""How a measured value can move: in what steps, and in what words ("再按时完成 2 件", "2 more on time").

A rate of counted things moves by one thing; a length of time by a second; a score by a hundredth. Receipts and
what-if both speak in these steps, so what they promise can really happen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Unit
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scheme.words import fill, number, quantity, same
from jikao.scoring.exact import Measured

STEPS = {
    Unit.RATIO: Fraction(1, 10_000),
    Unit.COUNT: Fraction(1),
    Unit.DURATION: Fraction(1),
    Unit.SCORE: Fraction(1, 100),
    Unit.POINTS: Fraction(1, 100),
}
"""The smallest change worth speaking of, where nothing is counted: a hundredth of a percent, a second, a hundredth."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Words for ``{k}`` more and ``{k}`` fewer of what a measure counts, and for ``{k}`` of the ``{r}`` still to come."""

    more: Text
    fewer: Text
    at_least: Text
    at_most: Text


def _things(zh: str, unit: str, en: str) -> Counted:
    return Counted(
        more=Text(f"再{zh} {{k}} {unit}", f"{{k}} more {en}"),
        fewer=Text(f"少{zh} {{k}} {unit}", f"{{k}} fewer {en}"),
        at_least=Text(f"余下 {{r}} {unit}中至少{zh} {{k}} {unit}", f"at least {{k}} {en} of the {{r}} still to come"),
        at_most=Text(f"余下 {{r}} {unit}中至多{zh} {{k}} {unit}", f"at most {{k}} {en} of the {{r}} still to come"),
    )


COUNTED: dict[str, Counted] = {
    "tickets_solved": _things("解决", "件", "solved"),
    "tickets_received": _things("受理", "件", "received"),
    "first_response_attainment": _things("及时响应", "件", "answered in time"),
    "resolution_attainment": _things("及时解决", "件", "solved in time"),
    "sla_attainment": _things("达成", "个目标", "targets met"),
    "reopen_rate": _things("重开", "件", "reopened"),
    "one_touch_rate": Counted(
        more=Text("再有 {k} 件一次解决", "{k} more solved in one touch"),
        fewer=Text("少 {k} 件一次解决", "{k} fewer solved in one touch"),
        at_least=Text("余下 {r} 件中至少 {k} 件一次解决", "at least {k} solved in one touch of the {r} still to come"),
        at_most=Text("余下 {r} 件中至多 {k} 件一次解决", "at most {k} solved in one touch of the {r} still to come"),
    ),
    "backlog": _things("积压", "件", "left open"),
    "csat": Counted(
        more=Text("再有 {k} 份满意答卷", "{k} more satisfied answers"),
        fewer=Text("少 {k} 份满意答卷", "{k} fewer satisfied answers"),
        at_least=Text("余下 {r} 份答卷中至少 {k} 份满意", "at least {k} satisfied answers of the {r} still to come"),
        at_most=Text("余下 {r} 份答卷中至多 {k} 份满意", "at most {k} satisfied answers of the {r} still to come"),
    ),
    "calls_answered_rate": _things("接听", "个", "answered"),
    "calls_resolved_rate": _things("当场解决", "个", "resolved"),
    "plan_on_time_rate": _things("按时完成", "件", "on time"),
    "feedback_rate": _things("按时反馈", "次", "summaries in time"),
    "complaint_rate": _things("被投诉", "次", "complaints"),
    "complaints": _things("被投诉", "次", "complaints"),
    "renewal_rate": _things("续约", "份", "renewed"),
    "trainings": _things("参加培训", "次", "trainings"),
    "sharing": _things("分享", "次", "shared"),
}
"""Measures that count things, by name; the others move by amounts."""

WEIGHED = {
    "plan_on_time_rate": (
        Text("再按时完成 {k} 个工作量", "{k} more work on time"),
        Text("少按时完成 {k} 个工作量", "{k} less work on time"),
    ),
    "renewal_rate": (Text("再续约 {k} 元", "{k} yuan more renewed"), Text("少续约 {k} 元", "{k} yuan less renewed")),
}
"""Rates of amounts, where rows do not all weigh one: they move by a hundredth of their unit."""

_STORED = {"plan_on_time_rate": 10_000, "observed_rate": 10_000, "task_points": 10_000}

_SHARES = ("violation_severity", "workload_share")
"""Measures that are shares to begin with: nobody counts what they are shares of."""


def measure_of(line: Line) -> MeasureKind:
    """The line's measure in the catalogue."""
    return CATALOGUE[line.indicator.measure.use]


def unit_of(line: Line) -> Unit:
    """What the line's measured value is."""
    return measure_of(line).unit


def stored_per_unit(line: Line) -> int:
    """How many stored units make one thing in a measure's numerator and denominator."""
    name, params = line.indicator.measure.use, params_of(line.indicator.measure)
    if name == "renewal_rate" and params["by"] == "amount":
        return 100
    if name == "profit_attainment":  # yuan of profit of the yuan aimed at, not both times the share's denominator
        return 100 * Fraction(str(params["profit_share"])).denominator
    return _STORED.get(name, 1) * (2 if params.get("against") == "median" else 1)


def as_counted(line: Line, measured: Measured) -> tuple[Fraction, Fraction] | None:
    """Numerator and denominator in the units people count: 36 of 40; ``None`` when N/A."""
    if measured.num is None or not measured.den:
        return None
    per = measured.den if line.indicator.measure.use in _SHARES else stored_per_unit(line)
    return Fraction(measured.num, per), Fraction(measured.den, per)


def counts_things(line: Line, measured: Measured) -> bool:
    """Whether the value moves by whole things: always for counts, for rates when every row weighs one."""
    if line.indicator.measure.use not in COUNTED or params_of(line.indicator.measure).get("by") == "amount":
        return False
    if unit_of(line) is Unit.COUNT:
        return True
    counted = as_counted(line, measured)
    return counted is not None and (stored_per_unit(line) == 1 or counted[1] == measured.n)


def step_of(line: Line, measured: Measured) -> Fraction:
    """The smallest change of the value: one counted thing, or the unit's own step."""
    counted = as_counted(line, measured)
    if unit_of(line) is Unit.RATIO and counted is not None:
        if counts_things(line, measured):
            return 1 / counted[1]
        if line.indicator.measure.use in WEIGHED:
            return 1 / (100 * counted[1])
    return STEPS[unit_of(line)]


def steps_past(gap: Fraction, step: Fraction, *, strict: bool) -> int:
    """How many steps close the gap; ``strict``: and go beyond it."""
    return math.floor(gap / step) + 1 if strict else math.ceil(gap / step)


def _amounts(more: str, less: str, more_en: str, less_en: str) -> tuple[Text, Text]:
    return Text(more, more_en), Text(less, less_en)


_AMOUNTS = {
    Unit.RATIO: _amounts("再高 {k} 个百分点", "再低 {k} 个百分点", "{k} percentage points more", "{k} percentage points less"),
    Unit.COUNT: _amounts("再多 {k} 个", "再少 {k} 个", "{k} more", "{k} fewer"),
    Unit.DURATION: _amounts("再延长 {k}", "再缩短 {k}", "{k} longer", "{k} shorter"),
    Unit.SCORE: _amounts("再高 {k} 分", "再低 {k} 分", "{k} points higher", "{k} points lower"),
    Unit.POINTS: _amounts("再多 {k} 分", "再少 {k} 分", "{k} points more", "{k} points less"),
}
_DEDUCTED = _amounts("再扣 {k} 分", "少扣 {k} 分", "{k} more points deducted", "{k} fewer points deducted")
_OWN_AMOUNTS = {
    "deductions": _DEDUCTED,
    "feedback_deductions": _DEDUCTED,
    "complaint_deductions": _DEDUCTED,
    "reassignments": _amounts("平均再多 {k} 次", "平均再少 {k} 次", "{k} more on average", "{k} fewer on average"),
    "training_hours": _amounts("再多 {k} 学时", "再少 {k} 学时", "{k} more hours", "{k} fewer hours"),
}
"""What is not counted moves by amounts: in words of the measure, else of its unit."""


def change_words(line: Line, measured: Measured, change: Fraction) -> Text:
    """``再按时完成 2 件`` / ``2 more on time`` for a change of the value (negative: downwards)."""
    size, unit = abs(change), unit_of(line)
    if counts_things(line, measured):
        things = COUNTED[line.indicator.measure.use]
        return fill(things.more if change > 0 else things.fewer, k=number(size / step_of(line, measured)))
    counted = as_counted(line, measured)
    if line.indicator.measure.use in WEIGHED and counted is not None:
        more, less = WEIGHED[line.indicator.measure.use]
        return fill(more if change > 0 else less, k=number(size * counted[1]))
    more, less = _OWN_AMOUNTS.get(line.indicator.measure.use, _AMOUNTS[unit])
    said = same(number(size * 100)) if unit is Unit.RATIO else quantity(unit, size)
    return fill(more if change > 0 else less, k=said)
