"""What is gathered: one scan per credit rule, all aggregates of a scheme in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
from ibis.expr import types as ir

from jikao.evidence.credits import CREDITS, table_of
from jikao.evidence.measures import Aggregate, Formula, dues
from jikao.evidence.portable import (
    both,
    is_one_of,
    month,
    quarter,
    seconds_half_up,
    whole,
    year,
)
from jikao.scheme.period import Period, PeriodKind, numbered
from jikao.scheme.text import Text
from jikao.scoring.plan.step import ROSTER, SEATS, Step, staged
from jikao.scoring.tables import DUES, SCOPE


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
        return year(day) - first.number
    part, a_year = (month(day), 12) if first.kind is PeriodKind.MONTH else (quarter(day), 4)
    if first.start.year == last.start.year:  # as most runs: the month alone costs nothing, the year does
        return part - (first.number % a_year + 1)
    return year(day) * a_year + part - (first.number + 1)


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
