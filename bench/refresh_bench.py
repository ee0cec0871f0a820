"""One more day on a year of tickets: ``python bench/refresh_bench.py --sizes 1M``. Import it, and refresh the scores it touches.

A year without its last day is imported and December scored; then that day's tickets come. Refreshing December must give
exactly what scoring it again gives.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb
from generate import CALENDAR, generate, size_of
from import_bench import csv_of

from jikao.evidence.importing import import_file
from jikao.evidence.store import Store
from jikao.scheme.period import parse_period
from jikao.scheme.read import read_file
from jikao.scheme.rules import Rules, rules_of
from jikao.scoring.refresh import Earlier, refresh
from jikao.scoring.run import score

HERE = Path(__file__).resolve().parent
LAST = "created_at + INTERVAL 8 HOUR >= TIMESTAMP '2025-12-31'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1M")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", default="")
    asked = parser.parse_args()
    data = Path(asked.data or tempfile.mkdtemp(prefix="jikao-bench-"))
    scheme = read_file(HERE / "scheme.yaml").scheme
    assert scheme is not None
    for size in map(size_of, asked.sizes.split(",")):
        folder = data / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        generate(size, folder)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            print(report(size, folder, Path(scratch), rules_of(scheme), asked.repeats), flush=True)
    if not asked.data:
        shutil.rmtree(data)


def report(size: int, folder: Path, scratch: Path, rules: Rules, repeats: int) -> str:
    periods = [parse_period("2025-12")]
    year = csv_of(folder, "tickets", where=f"NOT ({LAST})", name="tickets-before")
    day = csv_of(folder, "tickets", where=LAST, name="tickets-last-day")
    base = Store.create(scratch / "base", calendar=CALENDAR)
    for path, shape in (
        (csv_of(folder, "people"), "people"),
        (year, "tickets"),
        (csv_of(folder, "surveys"), "surveys"),
        (csv_of(folder, "violations"), "violations"),
    ):
        _import(base, path, shape)
    before = base.snapshot()
    score(rules, before, periods, scratch / "before")
    spent: dict[str, list[float]] = {"importing the day": [], "refreshing the scores": [], "both": [], "scoring everything again": []}
    touched: tuple[str, ...] | None = ()
    for i in range(repeats):
        shutil.copytree(scratch / "base", scratch / f"copy-{i}")
        store = Store.open(scratch / f"copy-{i}")
        earlier = Earlier(store.snapshot(), scratch / "before")
        t0 = time.perf_counter()
        _import(store, day, "tickets")
        t1 = time.perf_counter()
        touched = refresh(rules, earlier, store.snapshot(), periods, scratch / f"refreshed-{i}")
        t2 = time.perf_counter()
        score(rules, store.snapshot(), periods, scratch / f"full-{i}")
        t3 = time.perf_counter()
        for name, seconds in zip(spent, (t1 - t0, t2 - t1, t2 - t0, t3 - t2), strict=True):
            spent[name].append(seconds)
        _check_equal(scratch / f"refreshed-{i}", scratch / f"full-{i}")
        shutil.rmtree(scratch / f"copy-{i}")
    people = "everybody" if touched is None else f"{len(touched)} people"
    lines = [
        f"\n## One more day on {size:,} tickets: {people} touched, results equal to a full run, {repeats} repeats\n",
        "| | s (median) | min–max |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {median(s):.2f} | {min(s):.2f}–{max(s):.2f} |" for name, s in spent.items())])


def _import(store: Store, path: Path, shape: str) -> None:
    report = import_file(store, path, shape=shape)
    if report.problems:
        raise SystemExit("\n".join(str(p) for p in report.problems[:5]))


def _check_equal(a: Path, b: Path) -> None:
    con = duckdb.connect()
    for table in ("measures", "marks", "sections", "results"):
        x, y = (f"FROM '{folder}/{table}.parquet'" for folder in (a, b))
        if con.execute(f"SELECT count(*) FROM ((({x}) EXCEPT ALL ({y})) UNION ALL (({y}) EXCEPT ALL ({x})))").fetchall()[0][0]:
            raise SystemExit(f"{table}: the refreshed run differs from a full one; no times are printed")


if __name__ == "__main__":
    main()
