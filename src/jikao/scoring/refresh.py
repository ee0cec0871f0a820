"""Late or new evidence: measure anew only whom it touches, with the same result as a full run.

Which rows came, went or changed is read from the part files two snapshots do not share; whom a row touches is decided
by the same credit rules as in a run. Values that depend on a whole group (task points) or on who is judged at all
(people, positions) touch everybody.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.evidence.backend import DuckEngine, parquet
from jikao.evidence.shapes import PROVENANCE, SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.rules import Rules
from jikao.scoring.run import Job, Progress, carry_out, shapes_read
from jikao.scoring.statements import crediting

TOUCH_EVERYBODY = ("people", "spans", "leaves", "tasks", "task_shares", "corrections", "meetings", "orders", "order_splits", "costs")
"""Shapes whose change may move anybody's value."""


@dataclass(frozen=True)
class Earlier:
    """A run made before: the evidence it read and the folder of its results."""

    snapshot: Snapshot
    results: Path


def refresh(
    rules: Rules, earlier: Earlier, snapshot: Snapshot, periods: Sequence[Period], out: Path, *, progress: Progress | None = None
) -> tuple[str, ...] | None:
    """Score again after evidence changed, keeping the measured values nobody's change touched.

    The earlier run must be of the same rules and periods. Returns the people measured anew, ``None`` for everybody.
    """
    ordered = tuple(sorted(periods))
    touched = touched_people(rules, earlier.snapshot, snapshot, ordered)
    job = Job(rules, snapshot, ordered) if touched is None else Job(rules, snapshot, ordered, touched, earlier.results)
    carry_out(job, out, progress=progress)
    return touched


def touched_people(rules: Rules, before: Snapshot, after: Snapshot, periods: Sequence[Period]) -> tuple[str, ...] | None:
    """Whom the difference between two snapshots touches in these periods; ``None``: possibly everybody."""
    people: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch, contextlib.closing(DuckEngine(Path(scratch))) as on:
        for shape in shapes_read(rules):
            if before.covers(shape) != after.covers(shape):
                return None
            changed = changed_rows(before.tables.get(shape, ()), after.tables.get(shape, ()), shape)
            if changed is None:
                continue
            on.stage("changed", changed)
            if not on.rows("SELECT 1 FROM changed LIMIT 1"):
                continue
            if shape in TOUCH_EVERYBODY:
                return None
            people |= _credited_people(on, shape, periods)
    return tuple(sorted(people))


def changed_rows(before: Sequence[Path], after: Sequence[Path], shape: str) -> str | None:
    """SQL for the rows only one of two sets of parts has; ``None`` when the parts are the same."""
    gone, new = [x for x in before if x not in after], [x for x in after if x not in before]
    if not gone and not new:
        return None
    columns = ", ".join(f'"{c}"' for c in stored(SHAPES[shape]) if c not in PROVENANCE)
    none = f"SELECT {columns} FROM {parquet([*gone, *new])} LIMIT 0"
    old = f"SELECT {columns} FROM {parquet(gone)}" if gone else none
    now = f"SELECT {columns} FROM {parquet(new)}" if new else none
    return f"(({old}) EXCEPT ALL ({now})) UNION ALL (({now}) EXCEPT ALL ({old}))"


def _credited_people(on: DuckEngine, shape: str, periods: Sequence[Period]) -> set[str]:
    """The people a shape's credit rules give the changed rows to, in the periods."""
    if shape == "feedback_summaries":
        return {str(who) for (who,) in on.rows("SELECT DISTINCT person FROM changed")}
    columns = ", ".join(f'"{c}"' for c in stored(SHAPES[shape]) if c not in PROVENANCE)
    on.stage(shape, f"SELECT {columns}, '' AS import_id, 0 AS row_no FROM changed")
    found = [on.rows(statement.sql) for statement in crediting(shape, periods, on.dialect)]
    return {str(who) for rows in found for (who,) in rows}
