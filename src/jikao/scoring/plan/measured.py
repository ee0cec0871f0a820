"""What is measured: numerator, denominator, n and base of every line for everybody judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

import ibis
from ibis.expr import types as ir

from jikao.evidence.credits import NUMBER
from jikao.evidence.measures import LONG, Values, ask, deducted, formula_of
from jikao.evidence.portable import (
    count_if,
    total,
    whole,
    zero_if_null,
)
from jikao.scheme.model import Indicator
from jikao.scheme.number import MICRO
from jikao.scheme.params import rated_item
from jikao.scheme.period import Period
from jikao.scheme.rules import Line, Rules
from jikao.scheme.text import Text
from jikao.scoring.plan.gather import Gathering, credited, facts_schema, judged
from jikao.scoring.plan.step import MEASURED, ROSTER, Step, staged
from jikao.scoring.plan_key import sources_there
from jikao.scoring.tables import EARLIER, LINES, PERIODS, SCOPE


def measures_step(
    rules: Rules, covered: frozenset[str], gathered: Gathering, sliced: bool, scoped: bool, periods: Sequence[Period]
) -> Step:
    """All measured values in long form: numerator, denominator, n and base of each line for each of the roster."""
    facts = staged("facts", facts_schema(gathered))
    parts: list[ir.Table] = []
    for line in rules.lines:
        if not sources_there(line.indicator, covered):
            parts.append(_measured(facts, line, None))
        elif line.indicator.measure.use not in LONG:
            formula = formula_of(line.indicator)
            values = formula.values(lambda name, formula=formula: facts[gathered.column(formula.needs[name])])  # type: ignore[misc]
            parts.append(_measured(facts, line, values))
    there = [x for x in rules.lines if sources_there(x.indicator, covered)]
    ratings = [x for x in there if x.indicator.measure.use == "rating"]
    deductions = [x for x in there if x.indicator.measure.use == "deductions"]
    parts += [_ratings(rules, ratings, sliced, scoped, periods)] if ratings else []
    parts += [_deductions(deductions, sliced, scoped, periods)] if deductions else []
    parts += [_measured_earlier()] if scoped else []
    return Step("measured", Text("测得的值", "measured values"), reduce(lambda a, b: a.union(b), parts))


def _measured_earlier() -> ir.Table:
    """In a refresh: the values of an earlier run, for everybody whose evidence did not change."""
    earlier, lines, periods, scope = staged("earlier", EARLIER), staged("lines", LINES), staged("periods", PERIODS), staged("scope", SCOPE)
    kept = earlier.anti_join(scope, earlier.person == scope.scope_person)
    t = kept.inner_join(periods.select("period_no", "period"), "period").inner_join(lines.select("line", "indicator"), "indicator")
    roster = staged("roster", ROSTER).select("rid", "period_no", "person", "seat")
    t = t.mutate(seat=t.seat.cast("int64")).inner_join(roster, ["period_no", "person", "seat"])
    return t.select(*MEASURED)


def _measured(facts: ir.Table, line: Line, values: Values | None) -> ir.Table:
    if values is None:
        blank = {c: whole(None) for c in ("num", "den")} | {c: whole(0) for c in ("n", "base")}
        return facts.select("rid", line=whole(line.no), **blank, state=ibis.literal("no_source"))
    nothing = (values.den == 0).fill_null(True)
    state = nothing.ifelse(ibis.literal("nothing"), ibis.literal("measured"))
    if values.held is not None:
        state = values.held.fill_null(False).ifelse(ibis.literal("held"), state)
    kept = state == "measured"
    return facts.select(
        "rid",
        line=whole(line.no),
        num=kept.ifelse(values.num, whole(None)),
        den=kept.ifelse(values.den, whole(None)),
        n=values.n,
        base=values.base,
        state=state,
    )


def rater_weights(rules: Rules, indicator: Indicator) -> dict[str, int]:
    """Weights of the raters of an indicator as whole numbers; its own, else the scheme's, else the superior alone."""
    own = ask(indicator).params["raters"] or indicator.raters or rules.scheme.raters.weights or {"superior": 1}
    return {role: int(weight * MICRO) for role, weight in own.items()}


def _ratings(rules: Rules, lines: Sequence[Line], sliced: bool, scoped: bool, periods: Sequence[Period]) -> ir.Table:
    """Weighted raters (F5): num/den = sum(w*mean) / sum(w) over the roles present, kept as one exact fraction."""
    roles = sorted({role for line in lines for role, weight in rater_weights(rules, line.indicator).items() if weight})
    rows, keys = credited("ratings", periods, sliced, scoped)
    by_item = rows.group_by(*keys, "item").agg(
        **{f"s{i}": total((rows.role == role).ifelse(rows.score, whole(None))) for i, role in enumerate(roles)},
        **{f"k{i}": count_if(rows, rows.role == role) for i, role in enumerate(roles)},
        base=rows.count().cast("int64"),
    )
    joined = _everyone(by_item, keys, lines, "item", rated_item, scoped)
    k = [zero_if_null(joined[f"k{i}"]) for i in range(len(roles))]
    s = [zero_if_null(joined[f"s{i}"]) for i in range(len(roles))]
    many = [(x > 0).ifelse(x, whole(1)) for x in k]
    weights = [ibis.cases(*_weight_cases(rules, joined, lines, role), else_=whole(0)) for role in roles]
    num, den, n = whole(0), whole(0), whole(0)
    for i in range(len(roles)):
        others = reduce(lambda a, b: a * b, [many[j] for j in range(len(roles)) if j != i], whole(1))
        present = ((k[i] > 0) & (weights[i] > 0)).ifelse(whole(1), whole(0))
        num += weights[i] * s[i] * others
        den += weights[i] * present * others * many[i]
        n += present * k[i]
    return _long(joined, num, den * whole(NUMBER), n, zero_if_null(joined.base))


def _weight_cases(rules: Rules, joined: ir.Table, lines: Sequence[Line], role: str) -> list[tuple[ir.Value, ir.Value]]:
    """The weight of one role in each line, reduced so that products stay small."""
    cases = []
    for line in lines:
        weights = rater_weights(rules, line.indicator)
        shrink = reduce(_gcd, [w for w in weights.values() if w], 0) or 1
        cases.append((joined.line == line.no, whole(weights.get(role, 0) // shrink)))
    return cases


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _deductions(lines: Sequence[Line], sliced: bool, scoped: bool, periods: Sequence[Period]) -> ir.Table:
    """Sum of verified deductions by indicator; nobody entered any means nothing is deducted (F3)."""
    rows, keys = credited("deductions", periods, sliced, scoped)
    rows = rows.filter(rows.verified.fill_null(False))
    amount = ibis.cases(*[(rows.indicator == x.indicator.id, deducted(rows, x.indicator)) for x in lines], else_=whole(None))
    rows = rows.mutate(taken=amount)
    taken = rows.group_by(*keys, "indicator").agg(taken=total(rows.taken), n=rows.count().cast("int64"))
    joined = _everyone(taken, keys, lines, "indicator", lambda indicator: indicator.id, scoped)
    n = zero_if_null(joined.n)
    return _long(joined, zero_if_null(joined.taken), whole(NUMBER), n, n)


def _everyone(
    values: ir.Table, keys: Sequence[str], lines: Sequence[Line], column: str, name: Callable[[Indicator], str], scoped: bool
) -> ir.Table:
    """Every line for everybody judged, beside the values gathered under the line's name in ``column``."""
    roster, rows = judged(scoped), staged("lines", LINES)
    numbers = [x.no for x in lines]
    wanted = rows.filter(rows.line.isin(numbers)).select("line")
    wanted = wanted.mutate(wanted=ibis.cases(*[(wanted.line == x.no, ibis.literal(name(x.indicator))) for x in lines]))
    grid = roster.select("rid", "person", "period_no", "seat").cross_join(wanted)
    on = [grid.person == values.who, grid.period_no == values.period_no, grid.wanted == values[column]]
    on += [grid.seat == values.seat] if "seat" in keys else []
    return grid.left_join(values, on).drop("period_no_right", *(["seat_right"] if "seat" in keys else []))


def _long(joined: ir.Table, num: ir.Value, den: ir.Value, n: ir.Value, base: ir.Value) -> ir.Table:
    kept = den > 0
    return joined.select(
        "rid",
        "line",
        num=kept.ifelse(num, whole(None)),
        den=kept.ifelse(den, whole(None)),
        n=n,
        base=base,
        state=kept.ifelse(ibis.literal("measured"), ibis.literal("nothing")),
    )
