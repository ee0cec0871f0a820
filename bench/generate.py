"""Made-up evidence of a given size, exactly as the store keeps it, and the raw table it would have come from.

    python bench/generate.py 1M FOLDER

A year (2025) of N tickets for N/3000 people in departments of 25, unevenly loaded: 3 % never solved, 2 % merged, 8 %
reopened, one in ten answered or solved by a colleague, some by a robot, and 30 % followed by a survey. Every figure
follows from a hash of the ticket's number, so the same size always gives the same files.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from jikao.evidence.shapes import SHAPES, stored
from jikao.scheme.calendar import WorkCalendar

CALENDAR = WorkCalendar()
YEAR = 2025
TICKETS_PER_PERSON = 3000
TEAM = 25
MONTH_STARTS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]
NOW = "TIMESTAMP '2026-01-01'"
INSTANTS = ("created", "responded", "first_solved", "solved")
ONE_LOT = 1_000_000
"""Most tickets of one part file, as in a store."""


def size_of(text: str) -> int:
    """``1M`` → 1000000, ``250k`` → 250000."""
    units = {"k": 1_000, "m": 1_000_000}
    unit = units.get(text[-1].lower(), 1)
    return round(float(text[:-1]) * unit) if unit > 1 else int(text)


def generate(tickets: int, folder: Path, *, per_person: int = TICKETS_PER_PERSON, months: Sequence[int] = range(12)) -> None:
    """Write ``stored/`` (what a run reads) and ``raw/`` (instants in UTC, nothing derived), unless they are there.

    ``months``: which months of the year to write tickets of, counted from 0.
    """
    done, asked = folder / "done", f"{tickets} {per_person} {list(months)}"
    if done.exists() and done.read_text() == asked:
        return
    people = max(2 * TEAM, tickets // per_person)
    for part in ("stored", "raw"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute(f"SET temp_directory = '{folder / 'spill'}'")
    load_work_days(con)
    _people(con, people, folder)
    _violations(con, people, folder)
    lots = -(-tickets // 12 // ONE_LOT)
    for month in months:
        for lot in range(lots):
            _tickets(con, tickets, people, (month, lot, lots), folder)
    _surveys(con, folder)
    done.write_text(asked)


def calendar_rows() -> list[tuple[object, ...]]:
    """One row a day: the day, the working seconds before it, and its two stretches of working time."""
    return list(CALENDAR.table(dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 12, 31)))


def load_work_days(con: duckdb.DuckDBPyConnection) -> None:
    """The calendar as table ``work_days``, one row a day."""
    con.execute("CREATE TEMP TABLE work_days (day DATE PRIMARY KEY, before BIGINT, s1 BIGINT, e1 BIGINT, s2 BIGINT, e2 BIGINT)")
    columns = [list(column) for column in zip(*calendar_rows(), strict=True)]
    con.execute(f"INSERT INTO work_days SELECT {', '.join(f'unnest(${i})' for i in range(1, 7))}", columns)


def coordinate(local: str, day: str) -> str:
    """SQL: working seconds up to a local time whose day was joined as ``day``."""
    second = f"(epoch_us({local}) // 1000000 % 86400)"
    return f"{day}.before + " + " + ".join(f"greatest(least({second}, {day}.e{i}) - {day}.s{i}, 0)" for i in (1, 2))


def _random(k: int, of: str = "i") -> str:
    return f"((hash({of} * 31 + {k}) >> 11)::DOUBLE / 9007199254740992.0)"


def _pick(k: int, of: int) -> str:
    """A whole number below ``of``."""
    return f"(hash(i * {k}) % {of})::BIGINT"


def _write(con: duckdb.DuckDBPyConnection, shape: str, select: str, path: Path) -> None:
    """Write the columns a stored table has, in order; what ``select`` does not give is NULL."""
    given = {row[0] for row in con.execute(f"DESCRIBE {select}").fetchall()}
    types = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
    columns = [f'{c if c in given else "NULL"}::{types[t]} AS "{c}"' for c, t in stored(SHAPES[shape]).items()]
    con.execute(f"COPY (SELECT {', '.join(columns)} FROM ({select})) TO '{path}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")


def _person(number: str) -> str:
    return f"printf('E%07d', {number})"


def _people(con: duckdb.DuckDBPyConnection, people: int, folder: Path) -> None:
    """One in thirty joined in the year, one in thirty left, and one robot."""
    _write(con, "people", f"""
        SELECT {_person('i')} AS person, 'N' || i AS name, printf('D%05d', i // {TEAM}) AS department,
            printf('T%05d', i // 5) AS team, 'support' AS position, 'human' AS kind,
            CASE WHEN {_pick(1, 30)} = 0 THEN DATE '{YEAR}-01-01' + ({_pick(3, 300)})::INTEGER END AS hired_on,
            CASE WHEN {_pick(1, 30)} = 1 THEN DATE '{YEAR}-01-01' + ({_pick(5, 300)})::INTEGER END AS left_on,
            'bench' AS import_id, i AS row_no
        FROM range({people}) t(i) UNION ALL BY NAME SELECT 'ROBOT' AS person, 'robot' AS kind""", folder / "stored" / "people.parquet")  # fmt: skip


def _violations(con: duckdb.DuckDBPyConnection, people: int, folder: Path) -> None:
    _write(con, "violations", f"""
        SELECT 'V' || i AS violation, {_person(f'{_pick(7, people)}')} AS person, DATE '{YEAR}-01-01' + ({_pick(11, 365)})::INTEGER AS happened_on,
            'conduct' AS clause, CASE WHEN {_random(1)} < 0.85 THEN 'minor' WHEN {_random(2)} < 0.9 THEN 'major' ELSE 'grave' END AS severity,
            CASE WHEN {_random(3)} < 0.8 THEN 'verified' WHEN {_random(3)} < 0.9 THEN 'dismissed' ELSE 'reported' END AS state,
            'as recorded' AS reason, 'bench' AS import_id, i AS row_no
        FROM range({people * 5}) t(i)""", folder / "stored" / "violations.parquet")  # fmt: skip


def _tickets(con: duckdb.DuckDBPyConnection, tickets: int, people: int, lot: tuple[int, int, int], folder: Path) -> None:
    """One lot of one month: local times first, then UTC, local days and working-time coordinates."""
    month, part, parts = lot
    first, last = tickets * MONTH_STARTS[month] // 365, tickets * MONTH_STARTS[month + 1] // 365
    begin, end = first + (last - first) * part // parts, first + (last - first) * (part + 1) // parts
    days, day = MONTH_STARTS[month + 1] - MONTH_STARTS[month], f"DATE '{YEAR}-01-01' + {MONTH_STARTS[month]}"
    randoms = ", ".join(f"{_random(k)} AS u{k}" for k in range(1, 10))
    con.execute(f"""CREATE OR REPLACE TEMP TABLE local AS
        WITH r AS (SELECT i, {randoms} FROM range({begin}, {end}) t(i)),
        q AS (SELECT *, least((u1 * u1 * {people})::BIGINT, {people - 1}) AS a FROM r),
        c AS (SELECT *, ({day} + ((i - {first}) * {days} // {max(1, last - first)})::INTEGER)::TIMESTAMP
                + to_seconds(CASE WHEN u2 < 0.8 THEN 28800 + (u3 * 39600)::BIGINT ELSE (u3 * 86399)::BIGINT END) AS created, 0.3 + 6 * power({_random(51, "a")}, 2) AS pace FROM q),
        e AS (SELECT *, CASE WHEN u7 >= 0.004 THEN created + to_seconds(((60 + 1500 * exp(3.2 * (u4 + u5 + u6 - 1.5))) * pace)::BIGINT) END AS responded FROM c),
        s AS (SELECT *, CASE WHEN u7 >= 0.03 THEN responded + to_seconds(((300 + 40000 * exp(2.6 * (u5 + u6 + u8 - 1.5))) * pace)::BIGINT) END AS made FROM e)
        SELECT i, u1, u4, u8, u9, created, responded, a,
            CASE WHEN made < {NOW} THEN made END AS first_made, made IS NOT NULL AND u4 < 0.08 AS again,
            CASE WHEN made + to_seconds(CASE WHEN u4 < 0.08 THEN 3600 + (u9 * 400000)::BIGINT ELSE 0 END) < {NOW}
                THEN made + to_seconds(CASE WHEN u4 < 0.08 THEN 3600 + (u9 * 400000)::BIGINT ELSE 0 END) END AS solved,
            CASE WHEN u9 < 0.1 THEN a // {TEAM} * {TEAM} + {_pick(3, TEAM)} ELSE a END % {people} AS r,
            CASE WHEN u9 > 0.92 THEN a // {TEAM} * {TEAM} + {_pick(5, TEAM)} ELSE a END % {people} AS s
        FROM s""")
    named = f"""SELECT printf('T%010d', i) AS ticket, 'Request ' || ({_pick(1, 500)}) AS title, ['question', 'incident', 'problem', 'task'][1 + {_pick(7, 4)}] AS kind,
        CASE WHEN u8 < 0.05 THEN 'critical' WHEN u8 < 0.25 THEN 'high' WHEN u8 < 0.8 THEN 'normal' ELSE 'low' END AS priority,
        ['web', 'mail', 'phone', 'chat'][1 + {_pick(9, 4)}] AS channel, printf('T%05d', a // 5) AS team,
        printf('C%07d', {_pick(13, 200000)}) AS requester, CASE WHEN u4 < 0.7 THEN 'customer' ELSE 'internal' END AS requester_kind,
        CASE WHEN {_pick(15, 50)} = 0 THEN ['merged', 'duplicate', 'spam'][1 + {_pick(17, 3)}] WHEN solved IS NULL THEN 'open' ELSE 'closed' END AS status,
        {_person('a')} AS assignee, CASE WHEN solved IS NOT NULL THEN CASE WHEN {_pick(19, 100)} = 0 THEN 'ROBOT' ELSE {_person('s')} END END AS solver,
        CASE WHEN first_made IS NOT NULL AND (again OR {_pick(21, 10)} < 7) THEN {_person('CASE WHEN again THEN a ELSE s END')} END AS first_solver,
        CASE WHEN responded < {NOW} THEN {_person('r')} END AS responder,
        created AS created_l, CASE WHEN responded < {NOW} THEN responded END AS responded_l,
        CASE WHEN again OR {_pick(21, 10)} < 7 THEN first_made END AS first_solved_l, solved AS solved_l,
        again::BIGINT AS reopen_count, CASE WHEN {_pick(23, 50)} > 0 THEN 1 + (-ln(1 - u9 * 0.999) * 1.4)::BIGINT END AS reply_count,
        {_pick(25, 3)} AS reassignment_count, CASE WHEN solved IS NOT NULL AND {_pick(27, 10)} > 0 THEN u1 * 0.3 + u8 * 0.7 < 0.84 END AS sla_met,
        CASE WHEN {_pick(29, 400)} = 0 THEN printf('T%010d', i // 2) END AS merged_into,
        'bench' || {month} AS import_id, i - {begin} AS row_no FROM local"""  # fmt: skip
    name = f"tickets-{month + 1:02}-{part:02}.parquet"
    utc = ", ".join(f"{x}_l - INTERVAL 8 HOUR AS {x}_at" for x in INSTANTS)
    derived = ", ".join(f"{x}_l::DATE AS {x}_on, {coordinate(f'{x}_l', f'd_{x}')} AS {x}_work" for x in INSTANTS)
    joins = " ".join(f"LEFT JOIN work_days d_{x} ON d_{x}.day = {x}_l::DATE" for x in INSTANTS)
    _write(con, "tickets", f"SELECT *, {utc}, {derived} FROM ({named}) {joins} ORDER BY created_l", folder / "stored" / name)
    con.execute(f"""COPY (SELECT * EXCLUDE (import_id, row_no, {", ".join(f"{x}_l" for x in INSTANTS)}), {utc} FROM ({named}) ORDER BY created_at)
        TO '{folder / "raw" / name}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)""")


def _surveys(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Asked up to two days after 30 % of the solves; four in ten never answered; some asked a second question."""
    for path in sorted((folder / "stored").glob("tickets-*.parquet")):
        _write(con, "surveys", f"""
            WITH t AS (SELECT ticket, solver, solved_on, row_no AS i, {_random(41, 'hash(ticket) % 1000000007')} AS u, {_random(43, 'hash(ticket) % 1000000007')} AS v
                FROM '{path}' WHERE solved_on IS NOT NULL AND solver <> 'ROBOT' AND hash(ticket) % 10 < 3)
            SELECT 'S' || ticket AS survey, question, solver AS person, solved_on + (hash(ticket) % 3)::INTEGER AS asked_on,
                CASE WHEN u < 0.6 THEN CASE WHEN v < 0.62 THEN 5 WHEN v < 0.84 THEN 4 WHEN v < 0.92 THEN 3 WHEN v < 0.96 THEN 2 ELSE 1 END END AS answer,
                ticket, 'bench' AS import_id, i AS row_no
            FROM t, (VALUES ('result'), ('attitude')) q(question) WHERE question = 'result' OR hash(ticket) % 50 < 7""",
            path.with_name(path.name.replace("tickets", "surveys")))  # fmt: skip


def main() -> None:
    tickets, folder = size_of(sys.argv[1]), Path(sys.argv[2])
    start = time.perf_counter()
    generate(tickets, folder)
    size = sum(f.stat().st_size for f in folder.rglob("*.parquet")) // 2**20
    print(f"{tickets} tickets in {folder}: {size} MiB, {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
