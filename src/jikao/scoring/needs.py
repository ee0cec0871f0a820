"""Which evidence rows a sealed run must hold so that it can be computed again anywhere: conditions in plain SQL."""

from __future__ import annotations

from jikao.evidence.shapes import SHAPES, day_column
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.rules import Rules
from jikao.scoring.run import shapes_read

EVERYTHING = "true"

WHOLE = ("people", "spans", "leaves", "tasks", "task_shares", "corrections", "meetings", "orders", "order_splits")
"""Small tables whose rows matter beyond their own day."""


def needed_rows(rules: Rules, snapshot: Snapshot, period: Period) -> dict[str, str]:
    """A condition for every covered shape the scheme reads; the rows left out cannot change the run."""
    return {shape: _condition(shape, period) for shape in (*shapes_read(rules), "leaves") if snapshot.covers(shape)}


def _condition(shape: str, period: Period) -> str:
    start, end = f"DATE '{period.start}'", f"DATE '{period.end}'"
    if shape in WHOLE:
        return EVERYTHING
    if shape == "tickets":  # open at the end, or touched in the period
        late = " OR ".join(f"{day} >= {start}" for day in ("solved_on", "first_solved_on", "responded_on"))
        return f"created_on < {end} AND (solved_on IS NULL OR {late})"
    if shape == "certificates":
        return f"issued_on < {end} AND (valid_until IS NULL OR valid_until >= {start})"
    day = "coalesce(judged_on, rated_on)" if shape == "ratings" else day_column(SHAPES[shape])
    return f"{day} >= {start} AND {day} < {end}"
