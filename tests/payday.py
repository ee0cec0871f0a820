"""A company whose S8 evidence is scored for a quarter: three months of conduct and a quarter of points. Made once per
test session; every test gets a copy of its own.
"""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests import samples

from jikao import api
from jikao.archive.corrections import holding
from jikao.evidence.store import Store

MONTHS, QUARTER = ("2024-04", "2024-05", "2024-06"), "2024-Q2"
CONDUCT, POINTS = samples.preset("s8-conduct"), samples.preset("s8-points")
HANDS = {"by": "人事", "approver": "总经理"}


def company(folder: Path) -> Store:
    """A copy of the scored company."""
    shutil.copytree(_scored(), folder / "store")
    return api.open_store(folder / "store")


@cache
def _scored() -> Path:
    store = samples.fill(samples.fill(Store.create(Path(mkdtemp()) / "store"), CONDUCT.name), POINTS.name)
    for month in MONTHS:
        api.score(CONDUCT, store, month)
    api.score(POINTS, store, QUARTER)
    return store.root


def sealed(folder: Path) -> tuple[Store, Path]:
    """The company with its quarter paid, and the batch."""
    shutil.copytree(_paid(), folder / "store")
    store = api.open_store(folder / "store")
    return store, api.find_batch(None, store)


@cache
def _paid() -> Path:
    store = company(Path(mkdtemp()))
    api.make_batch(store, QUARTER, **HANDS)
    return store.root


def changed(store: Store, shape: str, folder: Path, key: str, **values: str) -> None:
    """Import one row of the sample evidence anew with other values; ``key`` is the value of its first column."""
    rows = [row for preset in (CONDUCT, POINTS) for row in _rows(preset / "evidence" / f"{shape}.csv")]
    row = next(row for row in rows if next(iter(row.values())) == key) | values
    file = folder / f"{shape}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, list(row))
        table.writeheader()
        table.writerow(row)
    report = api.import_file(store, file)
    assert not report.refused, report.problems


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def dismissed(store: Store, folder: Path) -> None:
    """Violation WG-02 of T02 turns out unfounded, and June is scored again: T02 is owed 80.00 more."""
    changed(store, "violations", folder, "WG-02", 状态="dismissed")
    rescored(store, CONDUCT, "2024-06")


def rescored(store: Store, scheme: Path, period: str) -> None:
    """A correction of the run that holds for a period."""
    holds = holding(api.runs_folder(store), scheme.name, [period])
    api.score(scheme, store, period, api.ScoreOptions(replaces=holds, reason="申诉成立"))
