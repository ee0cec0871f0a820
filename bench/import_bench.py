"""Import of raw tickets: ``python bench/import_bench.py --sizes 1M``. CSV → store, against a plain CSV → parquet by DuckDB.

The import types every cell, checks it, finds unknown people and repeated keys, adds local days and working-time
coordinates, notes where every row came from, keeps the raw file and is atomic. The plain conversion guesses types.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
from cost import cpu_seconds, peak_mib
from generate import CALENDAR, generate, size_of

TITLES = {
    "read": "reading the bytes",
    "text": "DuckDB: CSV → parquet, all text",
    "plain": "DuckDB: CSV → parquet, types guessed",
    "jikao": "jikao import",
    "again": "jikao import of the same file again",
}
INSTANTS = ("created_at", "responded_at", "first_solved_at", "solved_at")


def csv_of(folder: Path, shape: str, *, where: str = "true", name: str = "") -> Path:
    """The raw tickets (local times, as helpdesks export them) or people as one CSV file."""
    path = folder / f"{name or shape}.csv"
    if not path.exists():
        kind = "raw" if shape == "tickets" else "stored"
        files = [str(p) for p in sorted((folder / kind).glob(f"{shape}*.parquet"))]
        local = ", ".join(f"strftime({c} + INTERVAL 8 HOUR, '%Y-%m-%d %H:%M:%S') AS {c}" for c in INSTANTS)
        columns = f"* REPLACE ({local})" if shape == "tickets" else "* EXCLUDE (import_id, row_no)"
        duckdb.connect().execute(f"COPY (SELECT {columns} FROM read_parquet({files}) WHERE {where}) TO '{path}.part' (FORMAT csv, HEADER)")
        Path(f"{path}.part").rename(path)
    return path


def run(name: str, folder: Path, scratch: Path) -> dict[str, float]:
    tickets, people = csv_of(folder, "tickets"), csv_of(folder, "people")
    once = {"read": _read, "text": _convert, "plain": _convert, "jikao": _import, "again": _import}[name](name, tickets, people, scratch)
    start, cpu = time.perf_counter(), cpu_seconds()
    once()
    cost = {"wall": time.perf_counter() - start, "cpu": cpu_seconds() - cpu}
    return cost | {"rss": peak_mib()}


def _read(_: str, tickets: Path, people: Path, scratch: Path) -> Callable[[], None]:
    def once() -> None:
        with tickets.open("rb") as file:
            while file.read(1 << 24):
                pass

    return once


def _convert(name: str, tickets: Path, people: Path, scratch: Path) -> Callable[[], None]:
    options = ", all_varchar = true" if name == "text" else ""
    con = duckdb.connect()
    return lambda: (
        con.execute(f"COPY (FROM read_csv('{tickets}'{options})) TO '{scratch}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)") and None
    )


def _import(name: str, tickets: Path, people: Path, scratch: Path) -> Callable[[], None]:
    from jikao.evidence.importing import import_file
    from jikao.evidence.store import Store

    store = Store.create(scratch / "store", calendar=CALENDAR)

    def once(path: Path = tickets) -> None:
        report = import_file(store, path, shape=path.stem)
        if report.problems:
            sys.exit("\n".join(str(p) for p in report.problems[:5]))

    once(people)
    if name == "again":
        once()
    return once


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        with tempfile.TemporaryDirectory(dir=sys.argv[3]) as scratch:
            print(json.dumps(run(sys.argv[2], Path(sys.argv[3]), Path(scratch))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1M")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", default="")
    asked = parser.parse_args()
    data = Path(asked.data or tempfile.mkdtemp(prefix="jikao-bench-"))
    for size in map(size_of, asked.sizes.split(",")):
        folder = data / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        generate(size, folder)
        csv_of(folder, "people")
        print(report(size, folder, csv_of(folder, "tickets"), asked.repeats), flush=True)
    if not asked.data:
        shutil.rmtree(data)


def report(size: int, folder: Path, csv: Path, repeats: int) -> str:
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in TITLES}
    for _ in range(repeats):
        for name, costs in seen.items():
            done = subprocess.run([sys.executable, __file__, "--worker", name, folder], capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stdout}{done.stderr}")
            costs.append(json.loads(done.stdout.splitlines()[-1]))
    lines = [f"\n## Import of {size:,} tickets, {csv.stat().st_size / 2**20:.0f} MiB of CSV, {repeats} repeats, interleaved\n"]
    lines += ["| | wall s (median) | min–max | CPU s | peak MiB | × plain |", "|---|---|---|---|---|---|"]
    plain = median(c["wall"] for c in seen["plain"])
    for name, costs in seen.items():
        walls = [c["wall"] for c in costs]
        figures = f"{median(walls):.2f} | {min(walls):.2f}–{max(walls):.2f} | {median(c['cpu'] for c in costs):.2f} | {max(c['rss'] for c in costs):.0f}"
        lines.append(f"| {TITLES[name]} | {figures} | {median(walls) / plain:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
