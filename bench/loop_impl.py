"""The workload as an ordinary web application does it: one employee and month at a time, rows fetched from SQLite and
counted in Python. Only a sample of the people is done; the time is extrapolated by the tickets they were credited with.

Kinder than life: only the sample's rows are loaded, every column queried has an index, there is no ORM and no network.
"""

from __future__ import annotations

import datetime as dt
import math
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import sheet
from generate import calendar_rows

SAMPLE = 12
COLUMNS = (
    "status, merged_into, assignee, solver, first_solver, responder, reopen_count, reply_count, sla_met::INTEGER AS sla_met, "
    "created_at::VARCHAR AS created_at, responded_at::VARCHAR AS responded_at, first_solved_at::VARCHAR AS first_solved_at, solved_at::VARCHAR AS solved_at"
)
CREDITS = {"solver": "solved_at", "responder": "responded_at", "first_solver": "first_solved_at", "assignee": "created_at"}


class Sample:
    """The people of the sample and an SQLite file with everything about them."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        con = duckdb.connect()
        tickets = f"read_parquet({[str(p) for p in sorted((folder / 'raw').glob('tickets-*.parquet'))]})"
        people = con.execute(
            f"SELECT person, hired_on, left_on FROM '{folder}/stored/people.parquet' WHERE kind = 'human' ORDER BY hash(person) LIMIT {SAMPLE}"
        )
        self.people = people.fetchall()
        names = ", ".join(f"'{p[0]}'" for p in self.people)
        self.db = sqlite3.connect(scratch / "loop.sqlite")
        self.db.row_factory = sqlite3.Row
        roles = " OR ".join(f"{role} IN ({names})" for role in CREDITS)
        _copy(con, self.db, "tickets", f"SELECT {COLUMNS} FROM {tickets} WHERE {roles}")
        surveys = f"read_parquet({[str(p) for p in sorted((folder / 'stored').glob('surveys-*.parquet'))]})"
        _copy(
            con,
            self.db,
            "surveys",
            f"SELECT person, question, asked_on::VARCHAR AS asked_on, answer FROM {surveys} WHERE person IN ({names})",
        )
        broken = f"SELECT person, happened_on::VARCHAR AS happened_on, severity, state FROM '{folder}/stored/violations.parquet' WHERE person IN ({names})"
        _copy(con, self.db, "violations", broken)
        for index in ("tickets (solver, solved_at)", "tickets (responder, responded_at)", "tickets (assignee, created_at)", "tickets (first_solver)",
                      "surveys (person, asked_on)", "violations (person)"):  # fmt: skip
            self.db.execute(f"CREATE INDEX {''.join(filter(str.isalpha, index))} ON {index}")
        self.tickets = int(con.execute(f"SELECT count(*) FROM {tickets} WHERE solver IN ({names})").fetchall()[0][0])
        self.all_tickets = int(con.execute(f"SELECT count(solver) FROM {tickets}").fetchall()[0][0])


def _copy(con: duckdb.DuckDBPyConnection, db: sqlite3.Connection, table: str, sql: str) -> None:
    rows = con.execute(sql)
    names = [column[0] for column in rows.description or ()]
    db.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    while batch := rows.fetchmany(50_000):
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", batch)
    db.commit()


def run(sample: Sample) -> tuple[float, list[tuple[Any, ...]]]:
    """Seconds for the sample, and its rows (period, person, total, grade)."""
    start = time.perf_counter()
    rows = []
    for person, hired, left in sample.people:
        for month in range(1, 13):
            begin, end = dt.date(2025, month, 1), dt.date(2025 + month // 12, month % 12 + 1, 1)
            if (hired is None or hired < end) and (left is None or left >= begin):
                total = _total(_values(sample.db, person, begin, end))
                rows.append((f"{begin:%Y-%m}", person, total, next(name for name, edge in sheet.GRADES if total >= edge)))
    return time.perf_counter() - start, rows


# --- one person and month ----------------------------------------------------------------------------------------

_DAYS = {row[0]: row[1:] for row in calendar_rows()}
_SHIFT = dt.timedelta(hours=8)


def _local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text) + _SHIFT


def _worked(local: dt.datetime) -> int:
    before, s1, e1, s2, e2 = _DAYS[local.date()]
    second = local.hour * 3600 + local.minute * 60 + local.second
    return before + max(min(second, e1) - s1, 0) + max(min(second, e2) - s2, 0)


def _values(db: sqlite3.Connection, person: str, begin: dt.date, end: dt.date) -> dict[str, float | None]:
    since, until = (str(dt.datetime.combine(day, dt.time()) - _SHIFT) for day in (begin, end))
    counts = "(status IS NULL OR status NOT IN ('merged', 'duplicate', 'spam')) AND merged_into IS NULL"

    def tickets(where: str, *values: str) -> list[sqlite3.Row]:
        return db.execute(f"SELECT * FROM tickets WHERE {counts} AND {where}", values).fetchall()

    solved = tickets("solver = ? AND solved_at >= ? AND solved_at < ?", person, since, until)
    responded = tickets("responder = ? AND responded_at >= ? AND responded_at < ?", person, since, until)
    first = tickets(
        "((first_solver = ?1) OR (first_solver IS NULL AND solver = ?1)) AND coalesce(first_solved_at, solved_at) >= ?2 AND coalesce(first_solved_at, solved_at) < ?3",
        person, since, until,
    )  # fmt: skip
    standing = tickets("assignee = ? AND created_at < ? AND (solved_at IS NULL OR solved_at >= ?)", person, until, until)
    answers = [r["answer"] for r in db.execute(
        "SELECT answer FROM surveys WHERE person = ? AND question = 'result' AND asked_on >= ? AND asked_on < ? AND answer IS NOT NULL",
        (person, str(begin), str(end)),
    )]  # fmt: skip
    broken = db.execute(
        "SELECT severity FROM violations WHERE person = ? AND state = 'verified' AND happened_on >= ? AND happened_on < ?",
        (person, str(begin), str(end)),
    ).fetchall()
    spans = [_worked(_local(t["responded_at"])) - _worked(_local(t["created_at"])) for t in responded]
    decided = [t["sla_met"] for t in solved if t["sla_met"] is not None]
    replied = [t for t in solved if t["reply_count"] is not None]
    return {
        "solved": len(solved),
        "backlog": len(standing),
        "response": _percentile(spans, 0.5),
        "response_p90": _percentile(spans, 0.9),
        "sla": _share(sum(decided), len(decided)),
        "resolution": _percentile([_worked(_local(t["solved_at"])) - _worked(_local(t["created_at"])) for t in solved], 0.5),
        "reopen": _share(sum((t["reopen_count"] or 0) > 0 for t in first), len(first)),
        "one_touch": _share(sum(t["reply_count"] < 2 and not t["reopen_count"] for t in replied), len(replied)),
        "csat": _share(sum(a >= 4 for a in answers), len(answers)),
        "violations": sum(sheet.SEVERITY[r["severity"]] for r in broken) / 10,
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percentile(values: Sequence[int], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return math.floor(ordered[low] + (ordered[high] - ordered[low]) * (place - low) + sheet.WHOLE_SECOND)


def _marks(value: float | None, curve: Sequence[tuple[float, float, float]]) -> float | None:
    if value is None:
        return None
    start, marks, slope = next(c for c in reversed(curve) if value >= c[0])
    return min(max(marks + slope * (value - start), 0), 100)


def _total(values: dict[str, float | None]) -> int:
    got = worth = 0.0
    for parts in sheet.SECTIONS.values():
        marks = {name: _marks(values[name], sheet.CURVES[name]) for name in parts}
        have = sum(points for name, points in parts.items() if marks[name] is not None)
        if have:
            own = sum(mark * parts[name] / 100 for name, mark in marks.items() if mark is not None)
            got += sum(parts.values()) * own / have
            worth += sum(parts.values())
    return math.floor(100 * 100 * got / worth + sheet.HALF)
