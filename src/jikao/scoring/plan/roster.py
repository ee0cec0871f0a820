"""Who is judged: everybody at work in the period, in each position they held."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr import types as ir

from jikao.evidence.credits import table_of
from jikao.evidence.portable import (
    both,
    is_one_of,
)
from jikao.scheme.rules import Rules
from jikao.scheme.text import Text
from jikao.scoring.plan.step import ROSTER, SEATS, Step, staged
from jikao.scoring.tables import PERIODS


def roster_steps(rules: Rules) -> list[Step]:
    """Who is judged, in which seat: people at work in the period in a position the scheme binds (S1.16, S8.4)."""
    return [
        Step("seats", Text("任职时段", "positions held in each period"), _seats()),
        Step("roster", Text("考核对象", "who is judged"), _roster(rules.scheme.positions)),
    ]


def _seats() -> ir.Table:
    periods, spans = staged("periods", PERIODS), table_of("spans")
    people = table_of("people")
    humans = people.filter(people.kind.isnull() | (people.kind != "robot"))
    here = humans.select("person", "department", "team", "position", "hired_on", "left_on").cross_join(periods)
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


def somebody_moved() -> ir.Table:
    """A row if anybody held more than one position, or one for part of a period."""
    seats = staged("seats", SEATS)
    return seats.filter(~seats.whole_period).limit(1)
