"""Bonuses a sealed batch does not pay yet, worked out again from the results and schemes sealed with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jikao.archive.batch_manifest import BatchManifest
from jikao.archive.verify import sealed_scheme
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con
from jikao.payout.facts import Result, RunFacts
from jikao.payout.standing import Held, held
from jikao.scheme.period import parse_period
from jikao.scheme.read import read


def held_of(con: Con, folder: Path, manifest: BatchManifest) -> Iterator[Held]:
    """What the runs of a batch leave unpaid for want of a grade or a total, run by run, in the order of the people."""
    for run in manifest.runs:
        place = folder / "runs" / run.run
        text, _ = sealed_scheme(place)
        scheme = None if text is None else read(text).scheme
        if scheme is not None:
            columns = "person, coalesce(department, ''), coalesce(position, ''), total, grade, state"
            unsettled = f"period = '{run.period}' AND (grade IS NULL OR total IS NULL)"
            rows = con.execute(f"SELECT {columns} FROM {parquet([place / 'results.parquet'])} WHERE {unsettled}").fetchall()
            yield from held(RunFacts(run.run, scheme, parse_period(run.period), {row[0]: Result(*row) for row in rows}))
