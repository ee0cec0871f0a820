"""The evidence as it was known on a day: rows that say something of earlier days, but came to be known later, are left out.

Whatever falls on a later day is outside a period that ends on the day; this is only about shapes whose rows carry a day of
their own on which they were made. What rows do not say (when a ticket was reopened) nobody can take back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from jikao.evidence.backend import DuckEngine, parquet, quoted
from jikao.evidence.shapes import SHAPES, day_column
from jikao.evidence.snapshot import Snapshot

KNOWN_ON = {"ratings": "rated_on", "corrections": "corrected_on"}
"""The day a row was made, where that is not the day it falls on."""


def known_on(snapshot: Snapshot, day: dt.date, folder: Path) -> Snapshot:
    """The evidence known at the end of ``day``; what has to be filtered is written into ``folder``."""
    tables = dict(snapshot.tables)
    with contextlib.closing(DuckEngine(folder)) as on:
        for shape, made_on in KNOWN_ON.items():
            if tables.get(shape):
                file = folder / f"{shape}.parquet"
                on.export(f"SELECT * FROM {parquet(tables[shape])} WHERE {made_on} <= DATE {quoted(str(day))}", file)
                tables[shape] = (file,)
    return replace(snapshot, tables=tables)


def joining(snapshot: Snapshot, day: dt.date, until: dt.date, folder: Path) -> Snapshot:
    """The evidence with those who are registered to join between ``day`` and ``until`` here on ``day`` already, so that they
    are judged with everybody else: by nothing yet.
    """
    people = snapshot.tables.get("people", ())
    if not people:
        return snapshot
    file, here = folder / "people.parquet", f"DATE {quoted(str(day))}"
    moved = f"CASE WHEN hired_on > {here} AND hired_on < DATE {quoted(str(until))} THEN {here} ELSE hired_on END AS hired_on"
    with contextlib.closing(DuckEngine(folder)) as on:
        on.export(f"SELECT * REPLACE ({moved}) FROM {parquet(people)}", file)
    return replace(snapshot, tables={**snapshot.tables, "people": (file,)})


def last_day(snapshot: Snapshot, shapes: Iterable[str], since: dt.date, until: dt.date, folder: Path) -> dt.date | None:
    """The last day from ``since`` until before ``until`` that has evidence of the shapes; ``None`` without any."""
    with contextlib.closing(DuckEngine(folder)) as on:
        found = [day for shape in shapes if snapshot.tables.get(shape) for day in _last(on, snapshot.tables[shape], shape, since, until)]
    return max(found, default=None)


def _last(on: DuckEngine, paths: tuple[Path, ...], shape: str, since: dt.date, until: dt.date) -> list[dt.date]:
    day = day_column(SHAPES[shape])
    if not day:
        return []
    inside = f"{day} >= DATE {quoted(str(since))} AND {day} < DATE {quoted(str(until))}"
    return [found for (found,) in on.rows(f"SELECT max({day}) FROM {parquet(paths)} WHERE {inside}") if found is not None]
