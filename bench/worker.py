"""One implementation, once, in a process of its own: ``python worker.py NAME FOLDER OUT`` prints what it cost as JSON.

``start`` is the time to import what the implementation needs, ``wall`` and ``cpu`` the run itself, ``rss`` the most
memory the process ever held.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cost import cpu_seconds, peak_mib

HERE = Path(__file__).resolve().parent
SHAPES = ("people", "tickets", "surveys", "violations")
WORDS = ("solver", "first_solver", "responder", "assignee", "status", "merged_into")
Run = Callable[[], dict[str, Any] | None]


def prepare(name: str, folder: Path, out: Path) -> Run:
    """Import what the implementation needs, and give back its run."""
    kind, _, source = name.partition("-")
    makers = {"scan": _scan, "hand": _hand, "hand4": _hand4, "jikao": _jikao, "polars": _frames, "pandas": _frames, "loop": _loop}
    return makers[kind](kind, folder, out, raw=source == "raw")


def _files(folder: Path, shape: str, *, raw: bool) -> list[str]:
    kind = "raw" if raw and shape == "tickets" else "stored"
    return [str(p) for p in sorted((folder / kind).glob(f"{shape}*.parquet"))]


def raw_tickets(con: Any, files: list[str]) -> str:
    """SQL for tickets with local days and working-time coordinates made from raw instants on the way."""
    from generate import coordinate, load_work_days

    load_work_days(con)
    all_four, timed = ("created", "responded", "first_solved", "solved"), ("created", "responded", "solved")
    local = ", ".join(f"{x}_at + INTERVAL 8 HOUR AS {x}_l, ({x}_at + INTERVAL 8 HOUR)::DATE AS {x}_on" for x in all_four)
    columns = [*WORDS, "reopen_count", "reply_count", "sla_met", *(f"{x}_on" for x in all_four)]
    columns += [f"{coordinate(f'{x}_l', f'd_{x}')} AS {x}_work" for x in timed]
    joins = " ".join(f"LEFT JOIN work_days d_{x} ON d_{x}.day = {x}_on" for x in timed)
    return f"SELECT {', '.join(columns)} FROM (SELECT *, {local} FROM read_parquet({files})) {joins}"


def _connect(folder: Path, *, raw: bool) -> Any:
    import duckdb

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"SET temp_directory = '{tempfile.gettempdir()}'")
    for shape in SHAPES:
        files = _files(folder, shape, raw=raw)
        made = raw_tickets(con, files) if raw and shape == "tickets" else f"FROM read_parquet({files})"
        con.execute(f"CREATE TEMP VIEW {shape} AS {made}")
    return con


def _scan(_: str, folder: Path, out: Path, *, raw: bool) -> Run:
    """Every needed column read once, and something trivial done with every value."""
    import duckdb

    days = ("created", "responded", "first_solved", "solved")
    columns = [*(f"sum(strlen({c}))" for c in WORDS), "sum(reopen_count)", "sum(reply_count)", "count(*) FILTER (sla_met)"]
    columns += [f"sum(epoch_us({x}_at))" for x in days] if raw else [f"sum({x}_on - DATE '2025-01-01')" for x in days]
    columns += [] if raw else [f"sum({x}_work)" for x in ("created", "responded", "solved")]
    surveys = "sum(strlen(person)), sum(strlen(question)), sum(asked_on - DATE '2025-01-01'), sum(answer)"

    def run() -> None:
        con = duckdb.connect()
        con.execute("SET preserve_insertion_order = false")
        con.execute(f"SELECT {', '.join(columns)} FROM read_parquet({_files(folder, 'tickets', raw=raw)})").fetchall()
        con.execute(f"SELECT {surveys} FROM read_parquet({_files(folder, 'surveys', raw=raw)})").fetchall()

    return run


def _hand(_: str, folder: Path, out: Path, *, raw: bool) -> Run:
    sql = (HERE / "hand.sql").read_text()
    importlib.import_module("duckdb")

    def run() -> None:
        _connect(folder, raw=raw).execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")

    return run


def _hand4(_: str, folder: Path, out: Path, *, raw: bool) -> Run:
    """By hand too, and written as the four tables of a sealed run."""
    importlib.import_module("duckdb")
    results = out.with_suffix("")
    wide, tables = (HERE / "hand.sql").read_text(), (HERE / "hand_tables.sql").read_text().replace("{out}", str(results))

    def run() -> None:
        results.mkdir(exist_ok=True)
        con = _connect(folder, raw=raw)
        con.execute(f"CREATE TEMP TABLE wide AS {wide}")
        con.execute(tables)
        shutil.copyfile(results / "results.parquet", out)

    return run


def _jikao(_: str, folder: Path, out: Path, *, raw: bool) -> Run:
    from jikao.evidence import backend
    from jikao.evidence.snapshot import Snapshot
    from jikao.scheme.calendar import WorkCalendar
    from jikao.scheme.period import parse_period
    from jikao.scheme.read import read_file
    from jikao.scheme.rules import rules_of
    from jikao.scoring.run import score

    class RawEngine(backend.DuckEngine):
        """Tickets come raw: coordinates are made on the way and not kept."""

        def attach(self, name: str, paths: Any, columns: Any) -> None:
            if name != "tickets":
                return super().attach(name, paths, columns)
            made = raw_tickets(self._con, [str(p) for p in paths])
            had = {row[0] for row in self._con.execute(f"DESCRIBE {made}").fetchall()}
            rest = ", ".join(f'NULL AS "{c}"' for c in columns if c not in had)
            return self._con.execute(f"CREATE TEMP VIEW tickets AS SELECT *, {rest} FROM ({made})") and None

    if raw:
        backend.DuckEngine = RawEngine  # type: ignore[misc]
    scheme = read_file(HERE / "scheme.yaml").scheme
    assert scheme is not None
    rules, periods = rules_of(scheme), [parse_period(f"2025-{m:02}") for m in range(1, 13)]
    snapshot = Snapshot({s: tuple(map(Path, _files(folder, s, raw=raw))) for s in SHAPES}, WorkCalendar())

    def run() -> dict[str, Any]:
        spent: dict[str, float] = {}
        last = time.perf_counter()

        def progress(_: int, __: int, title: Any) -> None:
            nonlocal last
            now = time.perf_counter()
            word = title.en.split()[0]
            stage = {"gather": "measuring", "write": "writing"}.get(word, "scoring")
            spent[stage] = spent.get(stage, 0) + now - last
            last = now

        results = out.with_suffix("")
        score(rules, snapshot, periods, results, progress=progress)
        shutil.copyfile(results / "results.parquet", out)
        return {"stages": spent}

    return run


def _frames(kind: str, folder: Path, out: Path, *, raw: bool) -> Run:
    made = importlib.import_module(f"{kind}_impl")
    return lambda: made.run(folder, out, raw=raw)


def _loop(_: str, folder: Path, out: Path, *, raw: bool) -> Run:
    import duckdb
    import loop_impl

    sample = loop_impl.Sample(folder, Path(tempfile.mkdtemp(dir=out.parent)))

    def run() -> dict[str, Any]:
        seconds, rows = loop_impl.run(sample)
        con = duckdb.connect()
        con.execute("CREATE TABLE r (period VARCHAR, person VARCHAR, total BIGINT, grade VARCHAR)")
        con.executemany("INSERT INTO r VALUES (?, ?, ?, ?)", rows)
        con.execute(f"COPY r TO '{out}'")
        return {"sample": sample.tickets, "of": sample.all_tickets, "sample_seconds": seconds}

    return run


def main() -> None:
    name, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    begun = time.perf_counter()
    run = prepare(name, folder, out)
    start, cpu = time.perf_counter(), cpu_seconds()
    more = run() or {}
    cost = {"start": start - begun, "wall": time.perf_counter() - start, "cpu": cpu_seconds() - cpu}
    print(json.dumps(cost | {"rss": peak_mib()} | more))


if __name__ == "__main__":
    main()
