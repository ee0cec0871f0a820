"""The rows in which two tables of the same key differ, found by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jikao.evidence.duck import Con, name

What = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class RowChange:
    """One row that is in one table only, or in both with other values. ``columns``: those that differ, before and after."""

    what: What
    key: dict[str, Any]
    columns: dict[str, tuple[Any, Any]]


def changes_sql(before: str, after: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """A query for the differing rows of two sources: ``what``, the key, then ``old.c`` and ``new.c`` of every column.

    Two missing values are equal, also in the key.
    """
    listed = ", ".join(name(c) for c in (*key, *columns))
    both = " AND ".join(f"o.{name(k)} IS NOT DISTINCT FROM n.{name(k)}" for k in key)
    other = " OR ".join(["o.there IS NULL", "n.there IS NULL", *(f"o.{name(c)} IS DISTINCT FROM n.{name(c)}" for c in columns)])
    keys = ", ".join(f"CASE WHEN o.there THEN o.{name(k)} ELSE n.{name(k)} END AS {name(k)}" for k in key)
    sides = [f"{side}.{name(c)} AS {name(f'{label}.{c}')}" for c in columns for side, label in (("o", "old"), ("n", "new"))]
    return (
        f"SELECT {', '.join([_WHAT, keys, *sides])}"
        f" FROM (SELECT {listed}, true AS there FROM {before}) o FULL JOIN (SELECT {listed}, true AS there FROM {after}) n ON {both}"
        f" WHERE {other}"
    )


_WHAT = "CASE WHEN o.there IS NULL THEN 'added' WHEN n.there IS NULL THEN 'removed' ELSE 'changed' END AS what"


def row_change(row: Sequence[Any], key: Sequence[str], columns: Sequence[str]) -> RowChange:
    """One row of ``changes_sql`` as a value; columns that are equal on both sides are left out."""
    what, named, values = row[0], row[1 : 1 + len(key)], row[1 + len(key) :]
    pairs = zip(values[::2], values[1::2], strict=True)
    return RowChange(
        what, dict(zip(key, named, strict=True)), {c: pair for c, pair in zip(columns, pairs, strict=True) if pair[0] != pair[1]}
    )


def first_changes(
    con: Con, before: str, after: str, key: Sequence[str], columns: Sequence[str], limit: int
) -> tuple[int, tuple[RowChange, ...]]:
    """How many rows differ, and the first of them by key."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE differing AS {changes_sql(before, after, key, columns)}")
    count = con.execute("SELECT count(*) FROM differing").fetchall()[0][0]
    order = ", ".join(name(k) for k in key)
    rows = con.execute(f"SELECT * FROM differing ORDER BY {order} LIMIT {int(limit)}").fetchall()
    return count, tuple(row_change(row, key, columns) for row in rows)
