"""Scheme -> plan: named steps, each a small Ibis expression over the tables of the steps before it.

Every step is materialised by the engine before the next one runs, so no statement grows with the number of
indicators and none is computed twice. Keys inside a run are whole numbers: ``rid`` is one person in one seat of one
period, ``pid`` one person in one period.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import ibis
from ibis.expr import types as ir

from jikao.evidence.measures import CREDITS, LONG, NUMBER, Aggregate, Formula, Values, ask, deducted, dues, formula_of, table_of
from jikao.evidence.portable import (
    as_int64,
    both,
    count_if,
    greatest_of,
    idiv,
    is_one_of,
    least_of,
    seconds_half_up,
    total,
    whole,
    zero_if_null,
)
from jikao.scheme.model import Condition, Indicator, Missing
from jikao.scheme.number import MICRO, NANO
from jikao.scheme.params import rated_item
from jikao.scheme.period import Period, PeriodKind, numbered
from jikao.scheme.rules import Line, Rules, clauses_as_written
from jikao.scheme.text import Text
from jikao.scoring.plan_key import Phase, PlanKey, sources_there
from jikao.scoring.tables import CLAUSES, DUES, EARLIER, LINES, NODES, PERIODS, QUOTAS, SCOPE, SETTLED, common_unit, rule_tables

ROSTER = {
    "rid": "int64", "pid": "int64", "period_no": "int64", "person": "string", "seat": "int64", "department": "string", "team": "string",
    "position": "string", "from_on": "date", "until_on": "date", "days": "int64", "seats": "int64",
}  # fmt: skip
MEASURED = {"rid": "int64", "line": "int64", "num": "int64", "den": "int64", "n": "int64", "base": "int64", "state": "string"}
MARKED = {
    "rid": "int64", "line": "int64", "state": "string", "clause": "int64", "mark": "int64", "points": "int64", "loose": "int64",
}  # fmt: skip
SUMMED = {"rid": "int64", "node": "int64", "points": "int64", "loose": "int64"}
STANDING = {"pid": "int64", "node": "int64", "points": "int64", "loose": "int64"}


def staged(name: str, columns: Mapping[str, str]) -> ir.Table:
    """The table an earlier step left, unbound."""
    return ibis.table(columns, name=name)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its table's name, what it does in words, and the expression that makes it."""

    name: str
    title: Text
    expr: ir.Table


# --- who is judged -----------------------------------------------------------------------------------------------


def roster_steps(rules: Rules) -> list[Step]:
    """Who is judged, in which seat: people at work in the period in a position the scheme binds (S1.16, S8.4)."""
    return [
        Step("seats", Text("任职时段", "positions held in each period"), _seats()),
        Step("roster", Text("考核对象", "who is judged"), _roster(rules.scheme.positions)),
    ]


SEATS = {
    "period_no": "int64", "person": "string", "seat": "int64", "department": "string", "team": "string", "position": "string",
    "from_on": "date", "until_on": "date", "hired_from": "date", "hired_until": "date", "whole_period": "boolean",
}  # fmt: skip
"""A stretch of days in one position: evidence of those days counts; the person is employed on those of ``hired_…``."""


def _seats() -> ir.Table:
    periods, spans = staged("periods", PERIODS), table_of("spans")
    people = table_of("people")
    humans = people.filter(people.kind.isnull() | (people.kind != "robot"))
    here = humans.cross_join(periods)
    here = here.filter(
        both(here.hired_on.isnull() | (here.hired_on < here.end_on), here.left_on.isnull() | (here.left_on >= here.start_on))
    )
    held = spans.select(
        "person", span_position="position", span_department="department", span_from="from_on", span_until=_end_of_span(spans)
    )
    joined = here.left_join(
        held,
        [here.person == held.person, held.span_from < here.end_on, held.span_until.isnull() | (held.span_until >= here.start_on)],
    ).drop("person_right")
    last = _day_after(joined.span_until)
    starts = joined.span_from.isnull() | (joined.span_from < joined.start_on)
    ends = joined.span_until.isnull() | (last > joined.end_on)
    clipped = joined.mutate(
        position=joined.span_position.fill_null(joined.position),
        department=joined.span_department.fill_null(joined.department),
        from_on=starts.ifelse(joined.start_on, joined.span_from),
        until_on=ends.ifelse(joined.end_on, last),
    )
    clipped = clipped.mutate(
        hired_from=(clipped.hired_on > clipped.from_on).fill_null(False).ifelse(clipped.hired_on, clipped.from_on),
        hired_until=(clipped.left_on < clipped.until_on).fill_null(False).ifelse(_day_after(clipped.left_on), clipped.until_on),
    )
    clipped = clipped.filter(clipped.hired_from < clipped.hired_until)
    order = ibis.window(group_by=["period_no", "person"], order_by=[ibis.asc("from_on"), ibis.asc("position")])
    return clipped.select(
        "period_no",
        "person",
        "department",
        "team",
        "position",
        "from_on",
        "until_on",
        "hired_from",
        "hired_until",
        seat=ibis.row_number().over(order).cast("int64"),
        whole_period=both(clipped.from_on == clipped.start_on, clipped.until_on == clipped.end_on),
    )


def _day_after(day: ir.Value) -> ir.Value:
    return (day + ibis.interval(days=1)).cast("date")


def _end_of_span(spans: ir.Table) -> ir.Value:
    """A span that does not say when it ends, or runs into the next, ends the day before the next begins."""
    following = spans.from_on.lead().over(ibis.window(group_by="person", order_by=ibis.asc("from_on")))
    runs_on = following.notnull() & (spans.until_on.isnull() | (spans.until_on >= following))
    return runs_on.ifelse((following - ibis.interval(days=1)).cast("date"), spans.until_on)


def _roster(positions: Sequence[str]) -> ir.Table:
    seats = staged("seats", SEATS)
    seats = seats.mutate(from_on=seats.hired_from, until_on=seats.hired_until)
    judged = seats.filter(is_one_of(seats.position, positions))
    everyone = ibis.window(order_by=["period_no", "person", "seat"])
    numbered = judged.mutate(rid=ibis.row_number().over(everyone).cast("int64"))
    own = ibis.window(group_by=["period_no", "person"])
    return numbered.mutate(
        pid=numbered.rid.min().over(own).cast("int64"),
        seats=numbered.rid.count().over(own).cast("int64"),
        days=numbered.until_on.delta(numbered.from_on, unit="day").cast("int64"),
    ).select(*ROSTER)


# --- what is measured --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gathering:
    """All aggregates a scheme needs, by credit rule, each with the column it becomes."""

    columns: dict[tuple[str, str], str]
    by_credit: dict[str, list[Aggregate]]
    recipients: dict[str, tuple[str, ...]]

    def column(self, aggregate: Aggregate) -> str:
        return self.columns[aggregate.credit, aggregate.name]


def gathering(formulas: Sequence[Formula]) -> Gathering:
    """Collect the aggregates of all formulas, equal ones once."""
    columns: dict[tuple[str, str], str] = {}
    by_credit: dict[str, list[Aggregate]] = {}
    recipients: dict[str, tuple[str, ...]] = {}
    for formula in formulas:
        if formula.recipients:
            recipients[dues(formula.recipients)] = formula.recipients
        for aggregate in formula.needs.values():
            key = aggregate.credit, aggregate.name
            if key not in columns:
                columns[key] = f"a{len(columns)}"
                by_credit.setdefault(aggregate.credit, []).append(aggregate)
    return Gathering(columns, by_credit, recipients)


def gather_steps(gathered: Gathering, periods: Sequence[Period], sliced: bool, scoped: bool) -> list[Step]:
    """One scan per credit rule. ``sliced``: somebody changed position, so rows are split by seat. ``scoped``: only the
    people in ``scope`` are read (a refresh).
    """
    return [
        Step(_gathered_name(i), Text(f"汇总:{credit}", f"gather {credit}"), _gather(credit, gathered, periods, sliced, scoped))
        for i, credit in enumerate(gathered.by_credit)
    ]


def _gathered_name(index: int) -> str:
    return f"gathered_{index}"


def _gather(credit: str, gathered: Gathering, periods: Sequence[Period], sliced: bool, scoped: bool) -> ir.Table:
    aggregates = gathered.by_credit[credit]
    if credit in gathered.recipients:
        rows = due_rows(gathered.recipients[credit])
        return _aggregated(rows, ["rid"], aggregates, gathered)
    return _aggregated(*credited(credit, periods, sliced, scoped), aggregates, gathered)


def _aggregated(rows: ir.Table, keys: list[str], aggregates: Sequence[Aggregate], gathered: Gathering) -> ir.Table:
    lists: dict[str, list[Aggregate]] = {}
    for a in aggregates:
        if a.of:
            lists.setdefault(a.of, []).append(a)
    made = {gathered.column(a): a.build(rows) for a in aggregates if not a.of}
    made |= {f"of_{i}": several[0].build(rows).quantile([a.share for a in several]) for i, several in enumerate(lists.values())}
    t = rows.group_by(*keys).agg(**made)
    picked = {
        gathered.column(a): seconds_half_up(t[f"of_{i}"][k]) for i, several in enumerate(lists.values()) for k, a in enumerate(several)
    }
    return t.mutate(**picked).select(*keys, *[gathered.column(a) for a in aggregates])


def credited(credit: str, periods: Sequence[Period], sliced: bool, scoped: bool) -> tuple[ir.Table, list[str]]:
    """The rows of a credit rule with their keys: ``who`` and ``period_no`` (and ``seat`` where seats were split)."""
    rule = CREDITS[credit]
    rows = rule.table()
    if rule.keep is not None:
        rows = rows.filter(rule.keep(rows))
    rows = rows.mutate(who=rule.person(rows), day=rule.day(rows))
    if scoped:
        rows = rows.semi_join(staged("scope", SCOPE), rows.who == staged("scope", SCOPE).scope_person)
    keys = ["who", "period_no"]
    if rule.left is not None:
        return _standing_at_ends(rows.mutate(left=rule.left(rows)), periods), keys
    rows = rows.filter(both(rows.day >= ibis.literal(periods[0].start), rows.day < ibis.literal(periods[-1].end)))
    rows = rows.mutate(period_no=_period_no(rows.day, periods))
    if sliced:
        rows, keys = _with_seat(rows), [*keys, "seat"]
    if credit == "exams":
        own = ibis.window(group_by=keys)
        counts = (rows.presence != "excused") & (rows.score.notnull() | (rows.presence == "absent"))
        rows = rows.mutate(last_exam_on=counts.ifelse(rows.held_on, ibis.null("date")).max().over(own))
    return rows, keys


def _period_no(day: ir.Value, periods: Sequence[Period]) -> ir.Value:
    """The number of the period a day between the first and the last of them lies in, the first being 0."""
    first, last = periods[0], periods[-1]
    if first == last:
        return whole(0)
    if first.kind is PeriodKind.YEAR:
        return day.year() - first.number
    part, a_year = (day.month(), 12) if first.kind is PeriodKind.MONTH else (day.quarter(), 4)
    if first.start.year == last.start.year:  # as most runs: the month alone costs nothing, the year does
        return part - (first.number % a_year + 1)
    return day.year() * a_year + part - (first.number + 1)


def _standing_at_ends(rows: ir.Table, periods: Sequence[Period]) -> ir.Table:
    """Every row once for each period at whose end it stands: entered before, not left by then."""
    start, end = ibis.literal(periods[0].start), ibis.literal(periods[-1].end)
    rows = rows.filter(both(rows.day < end, rows.left.isnull() | (rows.left >= ibis.literal(periods[0].end))))
    entered = (rows.day < start).ifelse(whole(0), _period_no(rows.day, periods))
    stays = rows.left.isnull() | (rows.left >= end)
    gone = stays.ifelse(whole(periods[-1].number - periods[0].number + 1), _period_no(rows.left, periods))
    rows = rows.mutate(entered=entered, gone=gone)
    rows = rows.filter(rows.entered < rows.gone)
    rows = rows.mutate(period_no=ibis.range(rows.entered, rows.gone).unnest())
    ends = ibis.cases(*[(rows.period_no == no, ibis.literal(p.end)) for no, p in numbered(periods)], else_=ibis.null("date"))
    return rows.mutate(period_end=ends)


def _with_seat(rows: ir.Table) -> ir.Table:
    """Split by seat the rows of those who changed position; what falls outside all their seats is nobody's."""
    seats = staged("seats", SEATS)
    slices = seats.filter(~seats.whole_period).select(
        s_person="person", s_period="period_no", s_seat="seat", s_from="from_on", s_until="until_on"
    )
    changed = slices.select(c_person="s_person", c_period="s_period").distinct()
    rows = rows.left_join(changed, [rows.who == changed.c_person, rows.period_no == changed.c_period])
    rows = rows.left_join(
        slices, [rows.who == slices.s_person, rows.period_no == slices.s_period, rows.day >= slices.s_from, rows.day < slices.s_until]
    )
    rows = rows.filter(rows.c_person.isnull() | rows.s_seat.notnull())
    return rows.mutate(seat=rows.s_seat.fill_null(whole(0))).drop(
        "c_person", "c_period", "s_person", "s_period", "s_seat", "s_from", "s_until"
    )


def due_rows(recipients: Sequence[str]) -> ir.Table:
    """The weekly due days of everybody at work on them, and whether the summary reached all recipients in time (F4, A19)."""
    roster, due, leaves = staged("roster", ROSTER), staged("due_days", DUES), table_of("leaves")
    days = roster.select("rid", "person", "period_no", "from_on", "until_on").inner_join(due, "period_no")
    days = days.filter(both(days.due_on >= days.from_on, days.due_on < days.until_on)).select("rid", "person", "due_on")
    away = days.inner_join(leaves, [days.person == leaves.person, days.due_on >= leaves.from_on, days.due_on <= leaves.until_on])
    days = days.anti_join(away.select("rid", "due_on"), ["rid", "due_on"])
    sent = table_of("feedback_summaries")
    sent = sent.filter(both(is_one_of(sent.recipient, recipients), sent.sent_on.notnull(), sent.sent_on <= sent.due_on))
    reached = sent.group_by("person", "due_on").agg(reached=sent.recipient.nunique())
    joined = days.left_join(reached, ["person", "due_on"])
    return joined.select("rid", "person", "due_on", complete=(joined.reached == len(set(recipients))).fill_null(False))


def crediting_steps(shape: str, periods: Sequence[Period]) -> list[Step]:
    """Whom the rows of a stored shape are credited to in the periods, by each rule that reads the shape alone."""
    rules = [name for name, credit in CREDITS.items() if credit.shape == shape and credit.source is None]
    title = Text("证据涉及谁", "whom evidence touches")
    rows = {name: credited(name, periods, sliced=False, scoped=False)[0] for name in rules}
    return [Step(name, title, t.filter(t.who.notnull()).select("who").distinct()) for name, t in rows.items()]


def judged(scoped: bool) -> ir.Table:
    """The roster, or in a refresh those of it whose evidence changed."""
    roster, scope = staged("roster", ROSTER), staged("scope", SCOPE)
    return roster.semi_join(scope, roster.person == scope.scope_person) if scoped else roster


def facts_step(gathered: Gathering, sliced: bool, scoped: bool) -> Step:
    """Everybody judged beside everything gathered for them."""
    facts = judged(scoped).select("rid", "period_no", "person", "seat", "department")
    for i, credit in enumerate(gathered.by_credit):
        names = [gathered.column(a) for a in gathered.by_credit[credit]]
        columns = dict.fromkeys(names, "int64")
        if credit in gathered.recipients:
            part = staged(_gathered_name(i), {"rid": "int64", **columns})
            facts = facts.left_join(part, "rid").drop("rid_right")
            continue
        by_seat = sliced and CREDITS[credit].left is None
        keys = {"who": "string", "period_no": "int64"} | ({"seat": "int64"} if by_seat else {})
        part = staged(_gathered_name(i), keys | columns)
        on = [facts.person == part.who, facts.period_no == part.period_no] + ([facts.seat == part.seat] if by_seat else [])
        facts = facts.left_join(part, on).select(*[facts[c] for c in facts.columns], *[part[c] for c in names])
    return Step("facts", Text("每人每期的事实", "facts of each person"), facts)


def facts_schema(gathered: Gathering) -> dict[str, str]:
    """Columns of the facts: keys, and one for every aggregate."""
    keys = {"rid": "int64", "period_no": "int64", "person": "string", "seat": "int64", "department": "string"}
    return keys | dict.fromkeys(gathered.columns.values(), "int64")


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


RATER_ITEM = "item"


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


# --- marks -------------------------------------------------------------------------------------------------------


HUGE_VALUE = 9_000_000_000


def marks_steps(wide: bool) -> list[Step]:
    """Value -> key -> clause -> points: one range join of everybody's values with the table of clauses."""
    return [Step("marked", Text("按分段计分", "points by clause"), _marked(_valued(wide)))]


def _valued(wide: bool) -> ir.Table:
    """``nano``: the value in billionths, rounded down; ``key``: its floor or ceiling in millionths; ``loose``: 1 if rounded."""
    m, lines = staged("measured", MEASURED), staged("lines", LINES)
    t = m.inner_join(lines.select("line", "upper"), "line")
    t = t.mutate(d=t.den.fill_null(whole(1)), a=t.num.fill_null(whole(0)))
    t = t.mutate(q=idiv(t.a, t.d), r=t.a % t.d)
    t = t.mutate(q=least_of(t.q, whole(HUGE_VALUE)))
    if wide:
        t = t.mutate(f=whole(0))
        for _ in range(3):
            t = t.mutate(step=t.r * 1000)
            t = t.mutate(f=t.f * 1000 + idiv(t.step, t.d), r=t.step % t.d)
    else:
        t = t.mutate(step=t.r * whole(NANO))
        t = t.mutate(f=idiv(t.step, t.d), r=t.step % t.d)
    low = t.q * MICRO + idiv(t.f, 1000)
    above = ((t.f % 1000 > 0) | (t.r > 0)).ifelse(whole(1), whole(0))
    return t.select(
        "rid",
        "line",
        "state",
        key=t.upper.ifelse(low + above, low),
        nano=t.q * whole(NANO) + t.f,
        loose=(t.r > 0).ifelse(whole(1), whole(0)),
    )


def _marked(v: ir.Table) -> ir.Table:
    lines, clauses = staged("lines", LINES), staged("clauses", CLAUSES)
    there = v.state == "measured"
    t = v.mutate(key=there.ifelse(v.key, whole(None)))
    t = t.left_join(clauses, [t.line == clauses.line, t.key >= clauses.lo, t.key < clauses.hi]).drop("line_right")
    t = t.inner_join(lines.select("line", "policy", "full", "fn", "fd", "bonus"), "line")
    way = greatest_of(t.nano - t.anchor, whole(0))
    t = t.mutate(product=least_of(way, t.span) * t.rise)
    t = t.mutate(climb=idiv(t.product, t.per), broken=((t.product % t.per > 0) | ((t.loose > 0) & (t.rise > 0))).fill_null(False))
    raw = t.rising.ifelse(t.worth + t.climb, t.worth - t.climb)
    t = t.mutate(state=_state(t), mark=least_of(greatest_of(raw, whole(0)), t.full))
    t = t.mutate(
        mark=ibis.cases((t.state == "scored", t.mark), (t.state == "zero", whole(0)), (t.state == "full", t.full), else_=whole(None)),
        broken=t.broken & (t.state == "scored"),
    )
    t = t.mutate(product=t.mark * t.fn)
    loose = (t.broken | (t.product % t.fd > 0).fill_null(False)).ifelse(whole(1), whole(0))
    return t.select(
        "rid",
        "line",
        "state",
        clause=(t.state == "scored").ifelse(t.clause, whole(None)),
        mark=t.mark,
        points=idiv(t.product, t.fd),
        loose=loose,
    )


def _state(t: ir.Table) -> ir.Value:
    """What became of a line: scored, held (somebody must act), or one of the policies for missing evidence (AMB-22)."""
    missing = ibis.cases(
        (t.bonus, "missing"), (t.policy == str(Missing.ZERO), "zero"), (t.policy == str(Missing.FULL), "full"),
        (t.policy == str(Missing.HOLD), "held"), else_="missing",
    )  # fmt: skip
    return ibis.cases(
        (t.state == "held", "held"),
        ((t.state == "measured") & t.clause.notnull(), "scored"),
        (t.state == "measured", "held"),
        else_=missing,
    )


# --- sections and totals -----------------------------------------------------------------------------------------


def sum_steps(rules: Rules) -> list[Step]:
    """Lines into sections, sections into the total, deepest first; N/A renormalises inside its section (AMB-22)."""
    deepest = max(n.depth for n in rules.nodes)
    levels = [
        Step(f"level_{depth}", Text(f"第 {depth} 层合计", f"sections of level {depth}"), _level(depth, deepest))
        for depth in range(deepest, -1, -1)
    ]
    every = reduce(lambda a, b: a.union(b), [staged(f"level_{d}", SUMMED) for d in range(deepest + 1)])
    return [*levels, Step("summed", Text("各层合计", "sections and totals"), every)]


def _level(depth: int, deepest: int) -> ir.Table:
    nodes, lines, marked = staged("nodes", NODES), staged("lines", LINES), staged("marked", MARKED)
    here = nodes.filter(nodes.depth == depth).select("node", whole_units=nodes.units)
    own = lines.filter(~lines.bonus).select("line", "node", "units").inner_join(here.select("node"), "node")
    parts = marked.inner_join(own, "line").select("rid", "node", "units", "points", "loose")
    if depth < deepest:
        below = staged(f"level_{depth + 1}", SUMMED).inner_join(nodes.select("node", "parent", "units"), "node")
        parts = parts.union(
            below.select("rid", "units", "points", "loose", node=below.parent).select("rid", "node", "units", "points", "loose")
        )
    present = parts.points.notnull()
    sums = parts.group_by("rid", "node").agg(
        got=total(parts.points), have=total(present.ifelse(parts.units, whole(0))), loose=total(present.ifelse(parts.loose, whole(0)))
    )
    t = sums.inner_join(here, "node")
    t = t.mutate(have=zero_if_null(t.have))
    t = t.mutate(product=t.got * t.whole_units, over=(t.have > 0).ifelse(t.have, whole(1)))
    whole_section = t.have == t.whole_units
    points = ibis.cases((t.have == 0, whole(None)), (whole_section, t.got), else_=idiv(t.product, t.over))
    broken = (~whole_section & (t.product % t.over > 0).fill_null(False)).ifelse(whole(1), whole(0))
    return t.select("rid", "node", points=points, loose=t.loose + broken)


def standing_steps(rules: Rules, sliced: bool) -> list[Step]:
    """Each person's standing in every section and in all: seats weighted by days (A48), bonuses added, capped."""
    return [
        Step("extras", Text("加分与提示", "bonuses and flags"), _extras(rules)),
        Step("standing", Text("个人各层得分", "everybody's points"), _standing(rules, sliced)),
    ]


EXTRAS = {"rid": "int64", "bonus": "int64", "held": "int64", "scored_units": "int64", "loose": "int64"}


def flagged_clauses(rules: Rules) -> dict[int, list[int]]:
    """Clauses that raise a flag when they are hit, by line."""
    flagged = {x.no: [i for i, c in enumerate(clauses_as_written(rules.scheme, x.indicator)) if c.flag is not None] for x in rules.lines}
    return {no: clauses for no, clauses in flagged.items() if clauses}


def extras_schema(rules: Rules) -> dict[str, str]:
    """Columns of the extras: the fixed ones, and one for every line that can raise a flag."""
    return EXTRAS | {f"flag{no}": "int64" for no in flagged_clauses(rules)}


def _extras(rules: Rules) -> ir.Table:
    lines, marked = staged("lines", LINES), staged("marked", MARKED)
    t = marked.inner_join(lines.select("line", "bonus", "units"), "line")
    hits = {f"flag{no}": count_if(t, (t.line == no) & t.clause.isin(clauses)) for no, clauses in flagged_clauses(rules).items()}
    return t.group_by("rid").agg(
        **hits,
        bonus=zero_if_null(total(t.bonus.ifelse(t.points, whole(None)))),
        held=count_if(t, t.state == "held"),
        scored_units=zero_if_null(total((~t.bonus & (t.state == "scored")).ifelse(t.units, whole(0)))),
        loose=zero_if_null(total(t.bonus.ifelse(t.loose, whole(0)))),
    )


def _standing(rules: Rules, sliced: bool) -> ir.Table:
    summed, extras = staged("summed", SUMMED), staged("extras", extras_schema(rules))
    cap = int(rules.scheme.total.cap * NANO)
    t = summed.inner_join(extras.select("rid", "bonus", extra_loose="loose"), "rid")
    top = t.node == 0
    points = top.ifelse(least_of(t.points + t.bonus, whole(cap)), t.points)
    t = t.select("rid", "node", points=t.points.notnull().ifelse(points, whole(None)), loose=top.ifelse(t.loose + t.extra_loose, t.loose))
    if not sliced:
        return t.select("node", "points", "loose", pid=t.rid).select("pid", "node", "points", "loose")
    roster = staged("roster", ROSTER)
    t = t.inner_join(roster.select("rid", "pid", "days"), "rid").filter(ibis._.points.notnull())
    by_person = t.group_by("pid", "node").agg(
        product=total(t.points * t.days), days=total(t.days), loose=total(t.loose), seats=t.count().cast("int64")
    )
    broken = ((by_person.seats > 1) & (by_person["product"] % by_person.days > 0)).ifelse(whole(1), whole(0))
    return by_person.select("pid", "node", points=idiv(by_person["product"], by_person.days), loose=by_person.loose + broken)


# --- results -----------------------------------------------------------------------------------------------------

HUNDREDTH = NANO // 100


def rounded_step(rules: Rules) -> Step:
    """Totals in hundredths of a point, half up; where counted rules grade, the sections' percentages too. ``near``:
    so close to a rounding edge that the exact value must decide (``settle``).
    """
    standing, nodes = staged("standing", STANDING), staged("nodes", NODES)
    t = standing.inner_join(nodes.select("node", "depth", "units"), "node").filter(ibis._.points.notnull())
    t = t.filter((t.node == 0) | (t.depth == 1)) if rules.scheme.grades.rules else t.filter(t.node == 0)
    unit = common_unit(rules)
    over = (t.node == 0).ifelse(whole(1), t.units)
    t = t.mutate(scaled=(t.node == 0).ifelse(t.points, t.points * whole(100 * unit)), over=over)
    t = t.mutate(nano=idiv(t.scaled, t.over), broken=t.scaled % t.over > 0)
    shifted = t.nano + HUNDREDTH // 2
    guard = (t.node == 0).ifelse(whole(rule_tables(rules).guard), whole(section_guard(rules)))
    edge = shifted % HUNDREDTH
    near = ((edge <= guard) | (edge >= HUNDREDTH - guard)) & ((t.loose > 0) | t.broken)
    return Step(
        "rounded", Text("总分取两位小数", "totals to two decimals"), t.select("pid", "node", hundredths=idiv(shifted, HUNDREDTH), near=near)
    )


ROUNDED = {"pid": "int64", "node": "int64", "hundredths": "int64", "near": "boolean"}


def section_guard(rules: Rules) -> int:
    """The engine's largest error in a section's points turned into a percentage."""
    smallest = min((n.points for n in rules.nodes if n.points > 0), default=rules.nodes[0].points)
    return int(rule_tables(rules).guard * max(Fraction(1), 100 / smallest)) + 1


RESULTS = {
    "pid": "int64", "period_no": "int64", "person": "string", "department": "string", "team": "string", "position": "string", "seats": "int64",
    "total": "int64", "grade": "string", "coverage": "int64", "state": "string", "flags": "string",
}  # fmt: skip


def graded_step(rules: Rules, sliced: bool) -> Step:
    """Grades by bands or counted rules, coverage, flags and what state a result is in."""
    roster, rounded, settled, extras = (
        staged("roster", ROSTER), staged("rounded", ROUNDED), staged("settled", SETTLED), staged("extras", extras_schema(rules)),
    )  # fmt: skip
    exact = rounded.left_join(settled, ["pid", "node"])
    exact = exact.select("pid", "node", hundredths=exact.hundredths_right.fill_null(exact.hundredths))
    t = _people(roster, extras, rules, sliced)
    totals = exact.filter(exact.node == 0).select("pid", total_points=exact.hundredths)
    t = t.left_join(totals, "pid").drop("pid_right")
    conditions = _conditions(rules)
    if conditions:
        shares = exact.filter(exact.node != 0)
        counts = shares.group_by("pid").agg(
            sections=shares.count().cast("int64"), **{f"c{i}": count_if(shares, _meets(shares, c)) for i, c in enumerate(conditions)}
        )
        t = t.left_join(counts, "pid").drop("pid_right")
    needed = int(rules.scheme.grades.needs_coverage * 10_000)
    state = ibis.cases((t.held > 0, "held"), (t.total_points.isnull(), "nothing"), (t.coverage < needed, "insufficient"), else_="scored")
    t = t.mutate(state=state, total=(t.held > 0).ifelse(whole(None), t.total_points))
    graded = t.state == "scored"
    grade = graded.ifelse(_grade(rules, t, conditions), ibis.null("string"))
    flags = _flags(rules, t, grade, conditions)
    return Step("graded", Text("评定等级", "grades"), t.mutate(grade=grade, flags=flags).select(*RESULTS))


def _people(roster: ir.Table, extras: ir.Table, rules: Rules, sliced: bool) -> ir.Table:
    """One row per person and period, with what stands against a grade: lines held, and coverage in basis points."""
    raised = [f"flag{no}" for no in flagged_clauses(rules)]
    t = roster.inner_join(extras.select("rid", "held", "scored_units", *raised), "rid")
    full = whole(int(rules.scheme.total.full * common_unit(rules)))
    if sliced:
        last = ibis.window(group_by="pid", order_by=ibis.desc("seat"))
        own = ibis.window(group_by="pid")
        t = t.mutate(
            nth=ibis.row_number().over(last),
            held=as_int64(t.held.sum().over(own)),
            weighted=as_int64((t.scored_units * t.days).sum().over(own)),
            all_days=as_int64(t.days.sum().over(own)),
            **{name: as_int64(t[name].sum().over(own)) for name in raised},
        )
        t = t.filter(t.nth == 0)
        t = t.mutate(coverage=idiv(t.weighted * 10_000, full * t.all_days))
    else:
        t = t.mutate(coverage=idiv(t.scored_units * 10_000, full))
    return t.select("pid", "period_no", "person", "department", "team", "position", "seats", "held", "coverage", *raised)


def _conditions(rules: Rules) -> list[Condition]:
    grades = rules.scheme.grades
    found = [c for rule in grades.rules for c in rule.when] + [c for flag in grades.flags for c in flag.when]
    return list(dict.fromkeys(found))


def _meets(shares: ir.Table, condition: Condition) -> ir.Value:
    line = condition.from_ if condition.from_ is not None else condition.below
    assert line is not None  # noqa: S101 - the checks require exactly one line
    edge = whole(int(line * 100))
    return shares.hundredths >= edge if condition.from_ is not None else shares.hundredths < edge


def _holds(t: ir.Table, condition: Condition, conditions: Sequence[Condition]) -> ir.Value:
    count = zero_if_null(t[f"c{conditions.index(condition)}"])
    if condition.at_least is not None:
        return count >= condition.at_least
    if condition.exactly is not None:
        return count == condition.exactly
    return count == 0 if condition.none else (count == t.sections) & (count > 0)


def _grade(rules: Rules, t: ir.Table, conditions: Sequence[Condition]) -> ir.Value:
    grades = rules.scheme.grades
    if grades.rules:
        cases = [(both(*[_holds(t, c, conditions) for c in rule.when]), ibis.literal(rule.id)) for rule in grades.rules if rule.when]
        return ibis.cases(*cases, else_=ibis.literal(grades.rules[-1].id)) if cases else ibis.literal(grades.rules[-1].id)
    if not grades.bands:
        return ibis.null("string")
    step = 10 ** (2 - grades.round)
    score = idiv(t.total * 2 + step, 2 * step) * step
    bands = sorted(grades.bands, key=lambda b: b.from_, reverse=True)
    return ibis.cases(*[(score >= int(b.from_ * 100), ibis.literal(b.id)) for b in bands], else_=ibis.null("string"))


def _flags(rules: Rules, t: ir.Table, grade: ir.Value, conditions: Sequence[Condition]) -> ir.Value:
    """Ids of what raised a flag, joined by commas: indicators by a flagged clause, then the grade, then the scheme's flags."""
    grades = rules.scheme.grades
    raised = [(x.indicator.id, t[f"flag{x.no}"] > 0) for x in rules.lines if x.no in flagged_clauses(rules)]
    graded = t.state == "scored"
    raised += [(rule.id, graded & (grade == rule.id)) for rule in grades.rules if rule.flag is not None]
    raised += [(flag.id, both(graded, *[_holds(t, c, conditions) for c in flag.when])) for flag in grades.flags]
    joined = ibis.literal("")
    for name, met in raised:
        joined = joined + met.fill_null(False).ifelse(ibis.literal(f",{name}"), ibis.literal(""))
    return joined.substr(1) if raised else joined


RANKED = RESULTS | {"rank": "int64", "peers": "int64"}


def ranked_step(rules: Rules) -> Step:
    """Ranks among scored peers of the same period: equal totals share the better rank (1, 1, 3)."""
    t = staged("graded", RESULTS)
    peers = rules.scheme.rank.peers
    group = ["period_no", "is_scored"] + ([] if peers == "everybody" else [peers])
    t = t.mutate(is_scored=t.state == "scored")
    ordered = ibis.window(group_by=group, order_by=ibis.desc("total"))
    t = t.mutate(place=ibis.rank().over(ordered), company=t.pid.count().over(ibis.window(group_by=group)))
    scored = t.mutate(
        rank=t.is_scored.ifelse((t.place + 1).cast("int64"), whole(None)), peers=t.is_scored.ifelse(t.company.cast("int64"), whole(None))
    )
    return Step("ranked", Text("同组排名", "ranks among peers"), scored.select(*RANKED))


# --- phases ------------------------------------------------------------------------------------------------------


def phase_steps(key: PlanKey, phase: Phase, *, sliced: bool, wide: bool) -> list[Step]:
    """The steps of one phase. Between phases the run looks at the data once: did somebody move, are denominators wide,
    which totals are near an edge, how large are the peer groups.
    """
    rules = key.rules
    phases: dict[Phase, Callable[[], list[Step]]] = {
        "roster": lambda: [*roster_steps(rules), Step("somebody_moved", Text("有无岗位变动", "did somebody change position"), _moved())],
        "gather": lambda: _gather_phase(key, sliced),
        "mark": lambda: marks_steps(wide),
        "sum": lambda: [*sum_steps(rules), *standing_steps(rules, sliced)],
        "round": lambda: [rounded_step(rules)],
        "settle": lambda: [Step("near", Text("临界总分", "totals near an edge"), _near())],
        "grade": lambda: [
            graded_step(rules, sliced),
            ranked_step(rules),
            Step("sizes", Text("各组人数", "sizes of peer groups"), _sizes()),
        ],
        "export": lambda: export_steps(common_unit(rules)),
    }
    return phases[phase]()


def _moved() -> ir.Table:
    seats = staged("seats", SEATS)
    return seats.filter(~seats.whole_period).limit(1)


def _sizes() -> ir.Table:
    ranked = staged("ranked", RANKED)
    return ranked.filter(ranked.peers.notnull()).select("peers").distinct()


def _gather_phase(key: PlanKey, sliced: bool) -> list[Step]:
    lines = [x for x in key.rules.lines if x.indicator.measure.use not in LONG and sources_there(x.indicator, key.covered)]
    gathered = gathering([formula_of(x.indicator) for x in lines])
    measured = staged("measured", MEASURED)
    return [
        *gather_steps(gathered, key.periods, sliced, key.scope),
        facts_step(gathered, sliced, key.scope),
        measures_step(key.rules, key.covered, gathered, sliced, key.scope, key.periods),
        Step("widest", Text("最大分母", "largest denominator"), measured.agg(den=measured.den.max())),
    ]


def _near() -> ir.Table:
    """The measured values of everybody whose total, or a section's percentage, is near a rounding edge."""
    rounded, roster = staged("rounded", ROUNDED), staged("roster", ROSTER)
    measured, lines = staged("measured", MEASURED), staged("lines", LINES)
    near = rounded.filter(rounded.near).select("pid").distinct()
    t = measured.inner_join(roster.select("rid", "pid", "seat", "days"), "rid").semi_join(near, "pid")
    t = t.inner_join(lines.select("line", "indicator"), "line")
    return t.select("pid", "seat", "days", "indicator", "num", "den", "n", "base", "state")


def export_steps(unit: int) -> list[Step]:
    """The four result tables, with names in place of the run's own numbers, in the order of their first columns:
    ``rid`` counts period, person and seat in just that order, and sorts faster than they would.
    """
    order = {"measures": ("rid", "indicator"), "marks": ("rid", "indicator"), "sections": ("rid", "section"), "results": ("rid",)}
    return [
        Step(name, Text(f"写出 {name}", f"write {name}"), expr.order_by(order[name]).drop("rid")) for name, expr in _exports(unit).items()
    ]


def _exports(unit: int) -> dict[str, ir.Table]:
    roster, periods, lines, nodes = staged("roster", ROSTER), staged("periods", PERIODS), staged("lines", LINES), staged("nodes", NODES)
    who = roster.inner_join(periods.select("period_no", "period"), "period_no").select(
        "rid", "period", "person", seat=roster.seat.cast("int32")
    )
    key, name = ["rid", "period", "person", "seat"], lines.select("line", "indicator")
    measured, marked, summed = staged("measured", MEASURED), staged("marked", MARKED), staged("summed", SUMMED)
    marks = marked.inner_join(who, "rid").inner_join(name, "line")
    sections = summed.inner_join(who, "rid").inner_join(nodes.select("node", "section", "units"), "node")
    return {
        "measures": measured.inner_join(who, "rid").inner_join(name, "line").select(*key, "indicator", "num", "den", "n", "base", "state"),
        "marks": marks.select(*key, "indicator", "state", "mark", "points", clause=marks.clause.cast("int32")).select(
            *key, "indicator", "state", "clause", "mark", "points"
        ),
        "sections": sections.select(*key, "section", "points", of=idiv(sections.units * NANO, unit)),
        "results": _results(periods),
    }


def _results(periods: ir.Table) -> ir.Table:
    ranked, quotas = staged("ranked", RANKED), staged("quotas", QUOTAS)
    t = ranked.inner_join(periods.select("period_no", "period"), "period_no")
    t = t.left_join(quotas, [t.peers == quotas.peers, t["rank"] >= quotas.from_rank, t["rank"] <= quotas.upto]).drop("peers_right")
    t = t.mutate(seats=t.seats.cast("int32"), rid=t.pid)
    return t.select(
        "rid",
        "period",
        "person",
        "department",
        "team",
        "position",
        "seats",
        "total",
        "grade",
        "rank",
        "peers",
        "coverage",
        "state",
        "flags",
        "advice",
    )
