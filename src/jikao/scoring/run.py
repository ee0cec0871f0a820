"""A run: the plan carried out by an engine, its results written as sorted parquet files.

A run is a pure function of (scheme, evidence, periods). ``out`` receives ``measures``, ``marks``, ``sections`` and
``results`` (columns in docs/reference/sealed-run.md).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.evidence.backend import Engine, EngineName, Row, engine
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.period import Period, numbered
from jikao.scheme.problem import stop_on_errors
from jikao.scheme.rules import Rules
from jikao.scheme.text import Text
from jikao.scoring.distribution import quota_rows
from jikao.scoring.plan_key import Phase, PlanKey
from jikao.scoring.settle import settled_rows
from jikao.scoring.statements import Statement, Statements
from jikao.scoring.tables import (
    CLAUSES,
    DUES,
    EARLIER,
    LINES,
    NODES,
    PERIODS,
    QUOTAS,
    SCOPE,
    SETTLED,
    WIDE,
    RuleTables,
    rule_tables,
    unfit,
)  # fmt: skip

Progress = Callable[[int, int, Text], None]
"""Told after each step: how many are done, of how many, what the step was."""

ALWAYS_READ = ("people", "spans")
"""Shapes every run reads."""

QUERIES = ("somebody_moved", "widest", "near", "sizes")
"""Statements that are asked between phases, not kept as tables."""

STEPS = 28
"""About how many steps a run has, for progress."""


@dataclass(frozen=True)
class Job:
    """One run to be made."""

    rules: Rules
    snapshot: Snapshot
    periods: tuple[Period, ...]
    scope: tuple[str, ...] | None = None
    """In a refresh: the people measured anew."""
    earlier: Path | None = None
    """In a refresh: the results of the run whose other measured values are kept."""


def shapes_read(rules: Rules) -> tuple[str, ...]:
    """Every shape a scheme's run may read: its measures', who held which position, and what its conduct bonus is paid by."""
    used = [CATALOGUE[line.indicator.measure.use] for line in rules.lines]
    paid_by = ("violations",) if rules.scheme.payout.conduct else ()
    return tuple(dict.fromkeys([*ALWAYS_READ, *(s for m in used for s in (*m.shapes, *m.reads_too)), *paid_by]))


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
    job = Job(rules, snapshot, tuple(sorted(periods)))
    carry_out(job, out, engine_name=engine_name, threads=threads, master=master, progress=progress)


def carry_out(
    job: Job,
    out: Path,
    *,
    engine_name: EngineName = "duckdb",
    threads: int | None = None,
    master: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Make a run on a fresh engine."""
    stop_on_errors(unfit(job.rules))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch, engine(engine_name, Path(scratch), threads, master) as on:
        Execution(on, job, progress).carry_out(out)


class Execution:
    """The plan of one job, phase by phase on one engine."""

    def __init__(self, on: Engine, job: Job, progress: Progress | None) -> None:
        self._on, self._job, self._progress = on, job, progress
        self._done = 0
        self._tables: RuleTables = rule_tables(job.rules)
        covered = frozenset(shape for shape in shapes_read(job.rules) if job.snapshot.covers(shape))
        self._statements = Statements(PlanKey(job.rules, covered, job.periods, on.dialect, job.scope is not None))

    def carry_out(self, out: Path) -> None:
        self._attach()
        sliced = bool(self._take("roster")["somebody_moved"])
        (largest,) = self._take("gather", sliced=sliced)["widest"][0]
        self._take("mark", wide=largest is not None and largest >= WIDE)
        self._take("sum", sliced=sliced)
        self._take("round")
        self._on.values("settled", SETTLED, settled_rows(self._job.rules, self._take("settle")["near"]))
        sizes = [int(size) for (size,) in self._take("grade", sliced=sliced)["sizes"]]
        self._on.values("quotas", QUOTAS, quota_rows(self._job.rules.scheme.rank.distribution, sizes))
        for statement in self._statements.phase("export"):
            self._on.export(statement.sql, out / f"{statement.name}.parquet")
            self._tell(statement)

    def _take(self, phase: Phase, *, sliced: bool = False, wide: bool = False) -> dict[str, list[Row]]:
        """Carry out a phase: its tables are kept by the engine, the answers to its queries returned by name."""
        answers: dict[str, list[Row]] = {}
        for statement in self._statements.phase(phase, sliced=sliced, wide=wide):
            if statement.name in QUERIES:
                answers[statement.name] = self._on.rows(statement.sql)
            else:
                self._on.stage(statement.name, statement.sql)
            self._tell(statement)
        return answers

    def _tell(self, statement: Statement) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, max(STEPS, self._done), statement.title)

    def _attach(self) -> None:
        snapshot, periods, tables = self._job.snapshot, self._job.periods, self._tables
        for name in (*shapes_read(self._job.rules), "leaves"):
            self._on.attach(name, snapshot.tables.get(name, ()), stored(SHAPES[name]))
        self._on.values("periods", PERIODS, [(no, str(x), x.start, x.end) for no, x in numbered(periods)])
        self._on.values("due_days", DUES, [(no, day) for no, x in numbered(periods) for day in self._due_days(x)])
        self._on.values("lines", LINES, tables.lines)
        self._on.values("clauses", CLAUSES, tables.clauses)
        self._on.values("nodes", NODES, tables.nodes)
        if self._job.scope is not None and self._job.earlier is not None:
            self._on.values("scope", SCOPE, [(person,) for person in self._job.scope])
            self._on.attach("earlier", [self._job.earlier / "measures.parquet"], EARLIER)

    def _due_days(self, period: Period) -> list[dt.date]:
        weekly = any(line.indicator.measure.use.startswith("feedback") for line in self._job.rules.lines)
        return self._job.snapshot.calendar.weekly_dues(period) if weekly else []
