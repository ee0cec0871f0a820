"""Reading evidence for one run on a laptop: the rows behind a line, and the checks a scheme demands of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import ibis
from ibis.expr import types as ir

from jikao.evidence.backend import DuckEngine, sql_of
from jikao.evidence.credits import CREDITS, table_of
from jikao.evidence.measures import LONG, formula_of
from jikao.evidence.portable import both, whole
from jikao.evidence.shapes import SHAPES, WORKED_OUT, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.catalogue import CATALOGUE, Unit
from jikao.scheme.params import rated_item
from jikao.scheme.period import Period
from jikao.scheme.rules import Line, Rules
from jikao.scoring.plan.gather import credited, due_rows
from jikao.scoring.plan.roster import roster_steps
from jikao.scoring.plan.step import ROSTER, staged
from jikao.scoring.plan_key import sources_there
from jikao.scoring.run import shapes_read
from jikao.scoring.tables import DUES, PERIODS

Row = Mapping[str, Any]

MISSED = "✗ 未按时送达全部对象 / not in time to everybody"
"""Stands in place of the recipient for a due day that was missed; evidence is said as it is, in both languages at once."""


class EvidenceReader:
    """Evidence of one period as the run saw it: same credit rules, same seats."""

    def __init__(self, on: DuckEngine, rules: Rules, snapshot: Snapshot, period: Period) -> None:
        self._on, self.rules, self.snapshot, self.period = on, rules, snapshot, period
        for name in (*shapes_read(rules), "leaves"):
            on.attach(name, snapshot.tables.get(name, ()), stored(SHAPES[name]))
        on.values("periods", PERIODS, [(0, str(period), period.start, period.end)])
        for step in roster_steps(rules):
            on.stage(step.name, sql_of(step.expr, on.dialect))

    def fetch(self, expr: ir.Table) -> list[Row]:
        """Rows of an expression as mappings."""
        return [dict(zip(expr.columns, row, strict=True)) for row in self._on.rows(sql_of(expr, self._on.dialect))]

    def behind(self, line: Line, person: str, seat: int) -> list[Row]:
        """The evidence rows of one line for one person: stored columns, and ``shape``. In the order of their days."""
        rows: list[Row] = []
        for shape, expr in self._sources(line):
            mine = expr.filter(both(expr.who == person, expr.seat == seat))
            names = [c for c in (*stored(SHAPES[shape]), *(c.name for c in WORKED_OUT.get(shape, ()))) if c in mine.columns]
            telling = [ibis.desc(mine.telling)] if "telling" in mine.columns else []
            ordered = mine.order_by([*telling, mine.day, *[mine[k] for k in SHAPES[shape].key]]).select(*names)
            rows += [{**row, "shape": shape} for row in self.fetch(ordered)]
        return self._missed_dues(line, person, seat) + rows

    def _sources(self, line: Line) -> Iterator[tuple[str, ir.Table]]:
        use = line.indicator.measure.use
        if not sources_there(line.indicator, frozenset(self.snapshot.tables)):
            return
        if use in LONG:
            yield self._long(line)
            return
        formula = formula_of(line.indicator)
        by_credit: dict[str, list[Any]] = {}
        for aggregate in formula.needs.values():
            by_credit.setdefault(aggregate.credit, []).append(aggregate.rows)
        for credit, looks in by_credit.items():
            if credit in CREDITS:
                rows = self._credited(credit)
                seen = rows.filter(reduce(lambda a, b: a | b, [look(rows) for look in looks]))
                yield CREDITS[credit].shape, seen.mutate(telling=self._telling(line, credit, seen))
            else:
                yield "feedback_summaries", self._summaries(formula.recipients)

    @staticmethod
    def _telling(line: Line, credit: str, rows: ir.Table) -> ir.Value:
        """The rows that work against the person, shown first: not counted in a rate that should be high, or counted in
        one that should be low.
        """
        measure, counted = CATALOGUE[line.indicator.measure.use], formula_of(line.indicator).needs.get("num")
        if measure.unit is not Unit.RATIO or counted is None or counted.credit != credit:
            return ibis.literal(False)
        hit = counted.rows(rows).fill_null(False)
        return hit if measure.better == "less" else ~hit

    def _credited(self, credit: str) -> ir.Table:
        rows, _ = credited(credit, [self.period], sliced=CREDITS[credit].left is None, scoped=False)
        return rows if "seat" in rows.columns else rows.mutate(seat=whole(0))

    def _long(self, line: Line) -> tuple[str, ir.Table]:
        if line.indicator.measure.use == "rating":
            rows = self._credited("ratings")
            return "ratings", rows.filter(rows["item"] == rated_item(line.indicator))
        rows = self._credited("deductions")
        return "deductions", rows.filter(rows.indicator == line.indicator.id)

    def _summaries(self, recipients: Sequence[str]) -> ir.Table:
        """Weekly summaries of the period to the recipients that matter."""
        rows = table_of("feedback_summaries")
        rows = rows.filter(both(rows.recipient.isin(list(recipients)), rows.due_on >= self.period.start, rows.due_on < self.period.end))
        return rows.mutate(who=rows.person, day=rows.due_on, seat=whole(0))

    def _missed_dues(self, line: Line, person: str, seat: int) -> list[Row]:
        """Due days on which the summary had not reached everybody; such a day may have no row at all."""
        if not line.indicator.measure.use.startswith("feedback") or not sources_there(line.indicator, frozenset(self.snapshot.tables)):
            return []
        self._on.values("due_days", DUES, [(0, day) for day in self.snapshot.calendar.weekly_dues(self.period)])
        dues, roster = due_rows(formula_of(line.indicator).recipients), staged("roster", ROSTER)
        missed = dues.filter(both(dues.person == person, ~dues.complete)).inner_join(
            roster.filter(roster.seat == seat).select("rid"), "rid"
        )
        days = self.fetch(missed.order_by("due_on").select("due_on"))
        return [{"shape": "feedback_summaries", "person": person, "recipient": MISSED, **day} for day in days]


@contextmanager
def evidence_reader(rules: Rules, snapshot: Snapshot, period: Period) -> Iterator[EvidenceReader]:
    """A reader for the length of a ``with`` block."""
    with tempfile.TemporaryDirectory() as scratch:
        on = DuckEngine(Path(scratch))
        try:
            yield EvidenceReader(on, rules, snapshot, period)
        finally:
            on.close()
