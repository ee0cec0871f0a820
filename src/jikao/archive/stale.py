"""Has the evidence moved on since a run was sealed? Pay then rests on something the store no longer says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jikao.archive.canonical import connection
from jikao.archive.paying import Paying
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con, name
from jikao.evidence.shapes import PROVENANCE, SHAPES, day_column, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.rules import rules_of
from jikao.scheme.text import Text
from jikao.scheme.words import fill, listed
from jikao.scoring.needs import EVERYTHING, needed_rows

STALE_RUN = kind(
    "batch.stale-run", Level.WARNING,
    what=Text("结果 {run}(方案“{scheme}”,{period})封存之后,证据有变:{changes}", "Evidence has changed since run {run} of scheme '{scheme}', {period}, was sealed: {changes}"),
    why=Text("发放按封存的结果,不会用到后来的证据", "pay rests on the sealed result, which knows nothing of what came later"),
    mend=Text("若变动应计入本期,先用 jikao score 加 --replaces {run} --reason 理由 重新计分,再发放", "if it belongs to this period, first score again: jikao score … --replaces {run} --reason WHY"),
)  # fmt: skip
_CHANGES = Text("{shape} {rows} 行", "{shape} {rows} row(s)")

_LASTING = {"people": "hired_on", "spans": "from_on", "leaves": "from_on"}
"""Rows of these that begin after the period say nothing about it."""

_COUNTED_ONCE = {"tasks": "completed_on", "orders": "settled_on"}
"""Rows of these count in the period of that day only; they are written long before and change until then."""


def stale_runs(paying: Sequence[Paying], snapshot: Snapshot) -> Iterator[Problem]:
    """Runs whose evidence the store tells otherwise now, with how many rows of each shape differ."""
    with connection() as con:
        for run in paying:
            changes = list(_changes(con, run, snapshot))
            if changes:
                yield STALE_RUN(run=run.manifest.run, scheme=run.scheme.title, period=run.period, changes=listed(changes))


def _changes(con: Con, run: Paying, snapshot: Snapshot) -> Iterator[Text]:
    for shape, condition in needed_rows(rules_of(run.scheme), snapshot, run.period).items():
        where = _telling(shape, run.period) if condition == EVERYTHING else condition
        if snapshot.tables[shape] and (rows := _differing(con, run, shape, parquet(snapshot.tables[shape]), where)):
            yield fill(_CHANGES, shape=SHAPES[shape].title, rows=rows)


def _differing(con: Con, run: Paying, shape: str, now: str, where: str) -> int:
    """How many rows came, went or changed since (changed ones once); where they stand in a file does not matter."""
    known = run.manifest.evidence.get(shape)
    columns = ", ".join(name(c) for c in stored(SHAPES[shape]) if c not in PROVENANCE and (known is None or c in known.columns))
    new = f"SELECT {columns} FROM {now} WHERE {where}"
    old = f"SELECT {columns} FROM {parquet([run.folder / 'evidence' / f'{shape}.parquet'])} WHERE {where}" if known else f"{new} LIMIT 0"
    counts = (f"SELECT count(*) AS n FROM (({one}) EXCEPT ALL ({other}))" for one, other in ((old, new), (new, old)))
    return max(int(count) for (count,) in con.execute(" UNION ALL ".join(counts)).fetchall())


def _telling(shape: str, period: Period) -> str:
    """Of a table that is sealed whole, the rows that can matter to the period."""
    end = f"DATE '{period.end}'"
    if shape in _LASTING:
        return f"{_LASTING[shape]} IS NULL OR {_LASTING[shape]} < {end}"
    if shape in _COUNTED_ONCE:
        return f"{_COUNTED_ONCE[shape]} >= DATE '{period.start}' AND {_COUNTED_ONCE[shape]} < {end}"
    return f"{day_column(SHAPES[shape])} < {end}" if SHAPES[shape].day else EVERYTHING
