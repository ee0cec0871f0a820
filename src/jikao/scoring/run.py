"""A run: the plan carried out by an engine, its results written as sorted parquet files.

A run is a pure function of (scheme, evidence, periods). ``out`` receives ``measures``, ``marks``, ``sections`` and
``results`` (columns in docs/reference/sealed-run.md).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
from ibis.expr import types as ir

from jikao.evidence.backend import Engine, EngineName, engine, sql_of
from jikao.evidence.measures import LONG, formula_of
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.evidence.portable import idiv
from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.number import NANO
from jikao.scheme.period import Period
from jikao.scheme.problem import stop_on_errors
from jikao.scheme.rules import Rules
from jikao.scheme.text import Text
from jikao.scoring import plan as p
from jikao.scoring.distribution import quota_rows
from jikao.scoring.settle import settled_rows
from jikao.scoring.tables import CLAUSES, LINES, NODES, RuleTables, rule_tables, unfit

Progress = Callable[[int, int, Text], None]
"""Told after each step: how many are done, of how many, what the step was."""

ALWAYS_READ = ("people", "spans")
"""Shapes every run reads."""


@dataclass(frozen=True)
class Job:
    """One run to be made."""

    rules: Rules
    snapshot: Snapshot
    periods: tuple[Period, ...]


def shapes_read(rules: Rules) -> tuple[str, ...]:
    """Every shape a scheme's run may read: its measures', and who held which position."""
    used = [CATALOGUE[line.indicator.measure.use] for line in rules.lines]
    return tuple(dict.fromkeys([*ALWAYS_READ, *(s for m in used for s in (*m.shapes, *m.reads_too))]))


def score(
    rules: Rules,
    snapshot: Snapshot,
    periods: Sequence[Period],
    out: Path,
    *,
    engine_name: EngineName = "duckdb",
    threads: int | None = None,
    master: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Score everybody in all the periods and write the results into the folder ``out``.

    Raises ``Refused`` when the scheme's numbers do not fit a run.
    """
    stop_on_errors(unfit(rules))
    out.mkdir(parents=True, exist_ok=True)
    job = Job(rules, snapshot, tuple(sorted(periods)))
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch, engine(engine_name, Path(scratch), threads, master) as on:
        Execution(on, job, progress).carry_out(out)


class Execution:
    """The plan of one job, step by step on one engine."""

    def __init__(self, on: Engine, job: Job, progress: Progress | None) -> None:
        self._on, self._job, self._progress = on, job, progress
        self._done = 0
        self._tables: RuleTables = rule_tables(job.rules)

    def carry_out(self, out: Path) -> None:
        rules, periods = self._job.rules, self._job.periods
        self._attach()
        self._take(p.roster_steps(rules))
        sliced = self._somebody_moved()
        gathered = p.gathering([formula_of(x.indicator) for x in rules.lines if self._is_gathered(x.indicator.measure.use, x.no)])
        self._take(p.gather_steps(gathered, periods, sliced, scoped=False))
        self._take([p.facts_step(gathered, sliced)])
        self._take([p.measures_step(rules, self._job.snapshot.covers, gathered, sliced, periods)])
        self._take(p.marks_steps(self._is_wide()))
        self._take(p.sum_steps(rules))
        self._take(p.standing_steps(rules, sliced))
        self._take([p.rounded_step(rules)])
        self._settle()
        self._take([p.graded_step(rules, sliced), p.ranked_step(rules)])
        self._advise()
        self._write(out)

    def _is_gathered(self, use: str, line: int) -> bool:
        return use not in LONG and p.sources_there(self._job.rules.lines[line].indicator, self._job.snapshot.covers)

    def _take(self, steps: Iterable[p.Step]) -> None:
        for step in steps:
            self._on.stage(step.name, sql_of(step.expr, self._on.dialect))
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._done + 1, step.title)

    def _attach(self) -> None:
        snapshot, periods, tables = self._job.snapshot, self._job.periods, self._tables
        for name in (*shapes_read(self._job.rules), "leaves"):
            self._on.attach(name, snapshot.tables.get(name, ()), stored(SHAPES[name]))
        rows = [(no, str(x), x.start, x.end) for no, x in enumerate(periods)]
        self._on.values("periods", p.PERIODS, rows)
        due = [(no, day) for no, x in enumerate(periods) for day in self._due_days(x)]
        self._on.values("due_days", p.DUES, due)
        self._on.values("lines", LINES, tables.lines)
        self._on.values("clauses", CLAUSES, tables.clauses)
        self._on.values("nodes", NODES, tables.nodes)

    def _due_days(self, period: Period) -> list[dt.date]:
        weekly = any(line.indicator.measure.use.startswith("feedback") for line in self._job.rules.lines)
        return self._job.snapshot.calendar.weekly_dues(period) if weekly else []

    def _query(self, expr: ir.Table) -> list[tuple[object, ...]]:
        return self._on.rows(sql_of(expr, self._on.dialect))

    def _somebody_moved(self) -> bool:
        seats = p.staged("seats", p.SEATS)
        return bool(self._query(seats.filter(~seats.whole_period).limit(1)))

    def _is_wide(self) -> bool:
        measured = p.staged("measured", p.MEASURED)
        largest = self._query(measured.agg(den=measured.den.max()))[0][0]
        return isinstance(largest, int) and largest >= p.WIDE

    def _settle(self) -> None:
        """Totals too near a rounding edge for whole billionths are recomputed in exact fractions, person by person."""
        rounded, roster = p.staged("rounded", p.ROUNDED), p.staged("roster", p.ROSTER)
        near = rounded.filter(rounded.near).select("pid").distinct()
        pids = self._query(near)
        rows: list[tuple[object, ...]] = []
        if pids:
            measured, lines = p.staged("measured", p.MEASURED), p.staged("lines", LINES)
            t = measured.inner_join(roster.select("rid", "pid", "seat", "days"), "rid").semi_join(near, "pid")
            t = t.inner_join(lines.select("line", "indicator"), "line")
            columns = ("pid", "seat", "days", "indicator", "num", "den", "n", "base", "state")
            rows = settled_rows(self._job.rules, self._query(t.select(*columns)))
        self._on.values("settled", p.SETTLED, rows)

    def _advise(self) -> None:
        """Forced-distribution advice by rank, where the scheme asks for it; never a grade by itself."""
        ranked, distribution = p.staged("ranked", p.RANKED), self._job.rules.scheme.rank.distribution
        sizes: list[int] = []
        if distribution.on:
            sizes = [int(str(size)) for (size,) in self._query(ranked.filter(ranked.peers.notnull()).select("peers").distinct())]
        self._on.values("quotas", p.QUOTAS, quota_rows(distribution, sizes))

    def _write(self, out: Path) -> None:
        for name, expr in exports(self._tables.unit).items():
            ordered = expr.order_by([expr[c] for c in expr.columns[: ORDER[name]]])
            self._on.export(sql_of(ordered, self._on.dialect), out / f"{name}.parquet")


ORDER = {"measures": 4, "marks": 4, "sections": 4, "results": 2}
"""By how many of its first columns each file is sorted."""


def exports(unit: int) -> dict[str, ir.Table]:
    """The four result tables, with names in place of the run's own numbers."""
    roster, periods, lines, nodes = (
        p.staged("roster", p.ROSTER), p.staged("periods", p.PERIODS), p.staged("lines", LINES), p.staged("nodes", NODES),
    )  # fmt: skip
    who = roster.inner_join(periods.select("period_no", "period"), "period_no").select("rid", "period", "person", seat=roster.seat.cast("int32"))
    key = ["period", "person", "seat"]
    measured, marked, summed = p.staged("measured", p.MEASURED), p.staged("marked", p.MARKED), p.staged("summed", p.SUMMED)
    name = lines.select("line", "indicator")
    worth = nodes.select("node", "section", "units")
    measures = measured.inner_join(who, "rid").inner_join(name, "line").select(*key, "indicator", "num", "den", "n", "base", "state")
    marks = marked.inner_join(who, "rid").inner_join(name, "line")
    marks = marks.select(*key, "indicator", "state", "mark", "points", clause=marks.clause.cast("int32"))
    sections = summed.inner_join(who, "rid").inner_join(worth, "node")
    sections = sections.select(*key, "section", "points", of=idiv(sections.units * NANO, unit))
    ranked, quotas = p.staged("ranked", p.RANKED), p.staged("quotas", p.QUOTAS)
    results = ranked.inner_join(periods.select("period_no", "period"), "period_no")
    results = results.left_join(
        quotas, [results.peers == quotas.peers, results["rank"] >= quotas.from_rank, results["rank"] <= quotas.upto]
    ).drop("peers_right")
    results = results.select(
        "period", "person", "department", "team", "position", "total", "grade", "rank", "peers", "coverage", "state", "flags", "advice",
        seats=results.seats.cast("int32"),
    )  # fmt: skip
    return {
        "measures": measures,
        "marks": marks.select(*key, "indicator", "state", "clause", "mark", "points"),
        "sections": sections,
        "results": results.select(
            "period", "person", "department", "team", "position", "seats", "total", "grade", "rank", "peers", "coverage", "state", "flags", "advice"
        ),
    }
