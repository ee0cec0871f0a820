"""The four result tables as they are written."""

from __future__ import annotations

from ibis.expr import types as ir

from jikao.evidence.portable import (
    idiv,
)
from jikao.scheme.number import NANO
from jikao.scheme.text import Text
from jikao.scoring.plan.step import MARKED, MEASURED, RANKED, ROSTER, SUMMED, Step, staged
from jikao.scoring.tables import LINES, NODES, PERIODS, QUOTAS


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
