"""The rows behind a batch: evidence and results of runs, out of what is sealed with it, by the names entries give them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from jikao.archive.batch_manifest import BATCH, BatchManifest, PaidRun
from jikao.archive.canonical import connection
from jikao.archive.inspect import opened
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con, name
from jikao.evidence.shapes import SHAPES
from jikao.payout.reading import fact_of
from jikao.payout.standing import STATES
from jikao.scheme.problem import Refused, errors
from jikao.scheme.text import Text
from jikao.scheme.words import same, score
from jikao.scoring.explain.behind import evidence_row
from jikao.scoring.explain.values import Cell, EvidenceRow, Origin

_RESULT = Text("考核结果", "appraisal result")
_REPLACED = Text("已被替代的考核结果", "appraisal result since replaced")
_SHORT = 4
"""Signs of an import id shown at least."""
_COLUMNS = {"scheme": Text("方案", "scheme"), "period": Text("周期", "period"), "total": Text("总分", "total"), "grade": Text("等级", "grade"), "run": Text("结果编号", "run")}  # fmt: skip


def source_rows(path: Path, facts: Iterable[str]) -> dict[str, EvidenceRow]:
    """The rows with the given names (``violations/WG-01``, ``run/<run id>|T02``) of a batch, given as folder or zip.

    A name that stands for no row is left out. Raises ``Refused`` when the batch is damaged.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        shape, _, key = fact.partition("/")
        wanted[shape].add(key)
    with opened(path, BATCH) as found, connection() as con:
        if found.manifest is None or errors(found.problems):
            raise Refused(found.problems)
        results = dict(_results(con, found.folder, found.manifest, wanted.pop("run", set())))
        return results | {fact: row for shape in wanted for fact, row in _evidence(con, found.folder, found.manifest, shape, wanted[shape])}


def _evidence(con: Con, folder: Path, manifest: BatchManifest, shape_name: str, keys: set[str]) -> Iterator[tuple[str, EvidenceRow]]:
    files = [
        folder / f"{table}.parquet" for table in manifest.tables if table.endswith(f"/{shape_name}") and not table.startswith("results/")
    ]
    shape = SHAPES.get(shape_name)
    if shape is None or not files:
        return
    names = origin_names(manifest.origins)
    joined = f"concat_ws('|', {', '.join(f'{name(c)}::VARCHAR' for c in shape.key)})"
    for row in _dicts(con, f"SELECT DISTINCT * FROM {parquet(files)} WHERE list_contains(?, {joined})", sorted(keys)):
        found = row | {"import_id": names.get(row["import_id"], f"#{row['import_id']}")}
        yield fact_of(shape_name, (row[c] for c in shape.key)), evidence_row(shape, found, shape.columns, dt.UTC)


def origin_names(origins: Mapping[str, str]) -> dict[str, str]:
    """How to call the files rows came from, by import id: imports of one name with as much of the id as tells them apart,
    as in ``bonuses.csv(#3f2a)``.
    """
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for import_id, file in origins.items():
        ids[file].append(import_id)
    return {i: file if len(ids[file]) == 1 else f"{file}(#{i[: _telling(ids[file])]})" for i, file in origins.items()}


def _telling(ids: Sequence[str]) -> int:
    """How many signs tell ids apart."""
    return next((n for n in range(_SHORT, max(map(len, ids))) if len({i[:n] for i in ids}) == len(ids)), max(map(len, ids)))


def _results(con: Con, folder: Path, manifest: BatchManifest, keys: set[str]) -> Iterator[tuple[str, EvidenceRow]]:
    runs = {run.run for run in manifest.runs}
    for key in sorted(key for key in keys if key.partition("|")[0] not in runs):  # what a correction was measured against
        cell = Cell("run", _COLUMNS["run"], same(key.partition("|")[0]))
        yield f"run/{key}", EvidenceRow("results", _REPLACED, (cell,), Origin("", None))
    for run in manifest.runs:
        people = sorted(person for key in keys for of, _, person in [key.partition("|")] if of == run.run)
        if people:
            file = folder / "runs" / run.run / "results.parquet"
            query = f"SELECT person, total, grade, state FROM {parquet([file])} WHERE period = '{run.period}' AND list_contains(?, person)"
            for row in _dicts(con, query, people):
                yield f"run/{run.run}|{row['person']}", _result(run, row)


def _result(run: PaidRun, row: Mapping[str, Any]) -> EvidenceRow:
    grade = same(row["grade"]) if row["grade"] else STATES.get(row["state"], same(row["state"]))
    total = score(None if row["total"] is None else Fraction(row["total"], 100))
    said = {"scheme": same(run.scheme), "period": same(run.period), "total": same(total), "grade": grade, "run": same(run.run)}
    return EvidenceRow("results", _RESULT, tuple(Cell(c, _COLUMNS[c], says) for c, says in said.items()), Origin("", None))


def _dicts(con: Con, query: str, keys: list[str]) -> list[dict[str, Any]]:
    found = con.execute(query, [keys])
    columns = [c[0] for c in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
