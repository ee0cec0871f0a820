"""The whole workload, side by side: ``python bench/run.py --sizes 1M,10M --repeats 5`` (or ``./jk bench``).

Every implementation runs in a fresh process, in turn, as often as asked. Before any time is printed the results must be
equal, exactly: every total in hundredths of a point, every grade, every rank.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from generate import generate, size_of

HERE = Path(__file__).resolve().parent
STORED = ("scan", "hand", "hand4", "jikao", "polars", "pandas")
RAW = ("scan-raw", "hand-raw", "jikao-raw", "polars-raw", "pandas-raw", "loop")
TITLES = {
    "scan": "bare scan of the needed columns",
    "hand": "hand-written DuckDB SQL, one wide table",
    "hand4": "hand-written DuckDB SQL, the four tables of a run",
    "jikao": "jikao, the four tables of a run",
    "polars": "Polars, results only",
    "pandas": "pandas, results only",
    "loop": "query loop per employee, SQLite (sample)",
}


@dataclass
class Costs:
    """What the repeats of one implementation cost."""

    name: str
    seen: list[dict[str, Any]] = field(default_factory=list)

    def of(self, what: str) -> list[float]:
        return [run[what] for run in self.seen]

    @property
    def wall(self) -> float:
        return median(self.of("wall"))


def main() -> None:
    asked = _arguments()
    names = [n for n in (*STORED, *RAW) if not asked.only or n in asked.only.split(",")]
    print(_machine(asked.repeats))
    measured: dict[int, dict[str, Costs]] = {}
    with _folder(asked.data) as data:
        os.environ["JIKAO_CACHE"] = str(data / "plans")
        for size in map(size_of, asked.sizes.split(",")):
            folder = data / str(size)
            folder.mkdir(parents=True, exist_ok=True)
            generate(size, folder)
            measured[size] = _measure(names, folder, asked.repeats)
            print(report(size, measured[size]), flush=True)
    print(growth(measured))
    if asked.json:
        Path(asked.json).write_text(json.dumps({size: {n: c.seen for n, c in costs.items()} for size, costs in measured.items()}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--sizes", default="1M,10M", help="tickets, e.g. 100k,1M,10M,100M")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="names parted by commas, e.g. scan,hand,jikao")
    parser.add_argument("--data", default="", help="folder for the generated data (kept); by default a temporary one (removed)")
    parser.add_argument("--json", default="", help="also write all figures here")
    return parser.parse_args()


@contextmanager
def _folder(given: str) -> Iterator[Path]:
    if given:
        yield Path(given).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="jikao-bench-") as made:
        yield Path(made)


def _machine(repeats: int) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{date.today()}, {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}, {repeats} repeats, interleaved"


def _measure(names: list[str], folder: Path, repeats: int) -> dict[str, Costs]:
    """One run each for the results (it also warms the file cache and compiles the plan), then the repeats in turn."""
    costs = {name: Costs(name) for name in names}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        results = {name: Path(scratch) / f"{name}.parquet" for name in names}
        for name in names:
            _run(name, folder, results[name])
        check_equal({name: path for name, path in results.items() if not name.startswith("scan")})
        if "jikao" in results and "hand4" in results:
            check_tables(*(results[name].with_suffix("") for name in ("jikao", "hand4")))
        for _ in range(repeats):
            for name in names:
                costs[name].seen.append(_run(name, folder, results[name]))
    return costs


def _run(name: str, folder: Path, out: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, HERE / "worker.py", name, folder, out], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    cost: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "sample" in cost:
        cost["wall"] = cost["sample_seconds"] * cost["of"] / cost["sample"]
        cost["cpu"] = cost["wall"]
    return cost


def check_equal(results: dict[str, Path]) -> None:
    """Stop unless every implementation gives the same rows; the sample must be among them."""
    first, *others = sorted(results, key=lambda name: not name.startswith("jikao"))
    con = duckdb.connect()
    for other in others:
        columns = "period, person, total, grade" + ("" if other == "loop" else ", rank")
        a, b = (f"SELECT {columns} FROM '{results[name]}'" for name in (first, other))
        wrong = (
            f"SELECT count(*) FROM (({b}) EXCEPT ALL ({a}))"
            if other == "loop"
            else f"SELECT count(*) FROM ((({a}) EXCEPT ALL ({b})) UNION ALL (({b}) EXCEPT ALL ({a})))"
        )
        found = con.execute(wrong).fetchall()[0][0]
        rows = con.execute(f"SELECT count(*) FROM '{results[other]}'").fetchall()[0][0]
        if found:
            sys.exit(f"{other} differs from {first} in {found} rows: no times are printed")
        print(f"equal: {first} = {other} in all {rows} rows")


def check_tables(ours: Path, theirs: Path) -> None:
    """Beyond the results: every measured value, every state and clause; points by hand are floats, equal to a millionth."""
    con = duckdb.connect()
    columns = {"measures": "*", "results": "*", "marks": "period, person, seat, indicator, state, clause"}
    for table, chosen in columns.items():
        a, b = (f"SELECT {chosen} FROM '{folder}/{table}.parquet'" for folder in (ours, theirs))
        found = con.execute(f"SELECT count(*) FROM ((({a}) EXCEPT ALL ({b})) UNION ALL (({b}) EXCEPT ALL ({a})))").fetchall()[0][0]
        if found:
            sys.exit(f"{table}: hand4 differs from jikao in {found} rows: no times are printed")
    for table, name in (("marks", "indicator"), ("sections", "section")):
        joined = f"'{ours}/{table}.parquet' a JOIN '{theirs}/{table}.parquet' b USING (period, person, seat, {name})"
        far = con.execute(
            f"SELECT count(*) FROM {joined} WHERE abs(a.points - b.points) > 1000 OR (a.points IS NULL) <> (b.points IS NULL)"
        ).fetchall()[0][0]
        if far:
            sys.exit(f"{table}: {far} points by hand are not ours: no times are printed")
    print("equal: every measured value, state and clause; points by hand within a millionth")


def report(size: int, costs: dict[str, Costs]) -> str:
    parts = [f"\n## {size:,} tickets"]
    for title, group in (("Working-time coordinates stored at import", STORED), ("From raw instants, nothing stored", RAW)):
        chosen = [costs[n] for n in group if n in costs]
        if chosen:
            parts.append(f"\n{title}\n\n{_table(size, chosen)}")
    parts += [_stages(costs[n]) for n in ("jikao", "jikao-raw") if n in costs]
    return "\n".join(parts)


def _table(size: int, chosen: list[Costs]) -> str:
    base = {c.name.partition("-")[0]: c.wall for c in chosen}
    heads = [
        "",
        "wall s (median)",
        "min–max",
        "CPU s",
        "ns a ticket",
        "peak MiB",
        "× scan",
        "× hand, wide",
        "× hand, four tables",
        "imports s",
    ]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for c in chosen:
        against = [f"{c.wall / base[name]:.2f}" if name in base else "" for name in ("scan", "hand", "hand4")]
        low, high = min(c.of("wall")), max(c.of("wall"))
        cpu, start, memory = median(c.of("cpu")), median(c.of("start")), max(c.of("rss"))
        figures = [
            f"{c.wall:.2f}",
            f"{low:.2f}–{high:.2f}",
            f"{cpu:.2f}",
            f"{c.wall / size * 1e9:.0f}",
            f"{memory:.0f}",
            *against,
            f"{start:.2f}",
        ]
        rows.append(" | ".join(["| " + TITLES[c.name.partition("-")[0]], *figures]) + " |")
    return "\n".join(rows)


def _stages(costs: Costs) -> str:
    stages = [run["stages"] for run in costs.seen]
    told = ", ".join(f"{name} {median(s.get(name, 0) for s in stages):.2f} s" for name in ("measuring", "scoring", "writing"))
    return f"\n{costs.name}: {told}"


def growth(measured: dict[int, dict[str, Costs]]) -> str:
    """How time grows from size to size: 1.00 is in proportion."""
    sizes = sorted(measured)
    lines = []
    for small, large in pairwise(sizes):
        for name in measured[small]:
            power = math.log(measured[large][name].wall / measured[small][name].wall) / math.log(large / small)
            lines.append(f"| {name} | {small:,} → {large:,} | {power:.2f} |")
    return "\n".join(["\n## Growth\n", "| | | exponent |", "|---|---|---|", *lines]) if lines else ""


if __name__ == "__main__":
    main()
