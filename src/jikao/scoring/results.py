"""Reading the result files of a run: everybody's results, and one person's measured values."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jikao.evidence.backend import DuckEngine, parquet, quoted
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.number import half_up
from jikao.scheme.period import Period
from jikao.scoring.exact import Measured, Scorer, Seat


@contextlib.contextmanager
def _engine() -> Iterator[DuckEngine]:
    with tempfile.TemporaryDirectory() as scratch, contextlib.closing(DuckEngine(Path(scratch))) as on:
        yield on


def _table(folder: Path, name: str) -> str:
    return parquet([folder / f"{name}.parquet"])


def count_results(folder: Path) -> int:
    """How many results a run has."""
    with _engine() as on:
        return int(on.rows(f"SELECT count(*) FROM {_table(folder, 'results')}")[0][0])


def people_in(folder: Path) -> list[str]:
    """Everybody in a run, by employee number."""
    with _engine() as on:
        return [str(who) for (who,) in on.rows(f"SELECT DISTINCT person FROM {_table(folder, 'results')} ORDER BY 1")]


def result_rows(folder: Path, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Everybody's results with their names, by period and rank; people without a rank last."""
    columns = "period, person, department, position, total, grade, rank, peers, coverage, state, flags, advice"
    with _engine() as on:
        names = _names(on, snapshot)
        rows = on.rows(f"SELECT {columns} FROM {_table(folder, 'results')} ORDER BY period, total DESC NULLS LAST, person")
    return [_result(dict(zip(columns.split(", "), row, strict=True)), names) for row in rows]


def _result(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    total = row["total"]
    return row | {
        "name": names.get(row["person"], ""),
        "total": None if total is None else f"{total // 100}.{total % 100:02d}",
        "coverage": f"{half_up(row['coverage'], 0) / 100:.2f}%",
        "flags": tuple(x for x in (row["flags"] or "").split(",") if x),
    }


def _names(on: DuckEngine, snapshot: Snapshot) -> dict[str, str]:
    paths = snapshot.tables.get("people", ())
    rows = on.rows(f"SELECT person, name FROM {parquet(paths)} WHERE name IS NOT NULL") if paths else []
    return {str(person): str(name) for person, name in rows}


def name_of(snapshot: Snapshot, person: str) -> str:
    """A person's name, or nothing."""
    with _engine() as on:
        return _names(on, snapshot).get(person, "")


def person_seats(folder: Path, scorer: Scorer, person: str, period: Period, snapshot: Snapshot) -> list[Seat]:
    """One person's seats in a period, each scored in exact fractions from the measured values of the run."""
    with _engine() as on:
        measured = _measured(on, folder, person, period)
        days = _days(on, snapshot, person, period, len(measured))
    return [Seat(scorer.sheet(values), days.get(seat, period.days)) for seat, values in measured.items()]


def _measured(on: DuckEngine, folder: Path, person: str, period: Period) -> dict[int, dict[str, Measured]]:
    where = f"person = {quoted(person)} AND period = {quoted(str(period))}"
    rows = on.rows(f"SELECT seat, indicator, num, den, n, base, state FROM {_table(folder, 'measures')} WHERE {where} ORDER BY seat")
    seats: dict[int, dict[str, Measured]] = {}
    for seat, indicator, num, den, n, base, state in rows:
        seats.setdefault(seat, {})[indicator] = Measured(num=num, den=den, n=n, base=base, state=state)
    return seats


def measured_by_seat(folder: Path, person: str, period: Period) -> dict[int, dict[str, Measured]]:
    """The measured values of one person in a period, by seat."""
    with _engine() as on:
        return _measured(on, folder, person, period)


def _days(on: DuckEngine, snapshot: Snapshot, person: str, period: Period, seats: int) -> dict[int, int]:
    """Days employed in each position, for somebody who changed it inside the period."""
    if seats <= 1 or not snapshot.tables.get("spans", ()):
        return {}
    cut = _stays(on, snapshot, period, f"person = {quoted(person)}").get(person, [])
    return {seat: (stay.until - stay.since).days for seat, stay in enumerate(cut)}


class Stay(NamedTuple):
    """Somebody's seat: its position, the first day in it, and the first day no more."""

    position: str | None
    since: dt.date
    until: dt.date


def stays(snapshot: Snapshot, period: Period) -> dict[str, list[Stay]]:
    """When everybody sat in which seat of the period, by person, in the order of the seats."""
    with _engine() as on:
        return _stays(on, snapshot, period)


def _stays(on: DuckEngine, snapshot: Snapshot, period: Period, who: str = "true") -> dict[str, list[Stay]]:
    """The seats cut as the plan cuts them: by span, employment and period; a span runs at most until the next begins."""
    first, end = f"DATE {quoted(str(period.start))}", f"DATE {quoted(str(period.end))}"
    people, spans = (snapshot.tables.get(shape, ()) for shape in ("people", "spans"))
    following = "lead(from_on) OVER (PARTITION BY person ORDER BY from_on)"
    none = "SELECT NULL::VARCHAR AS person, NULL::VARCHAR AS position, NULL::DATE AS from_on, NULL::DATE AS ended WHERE false"
    held = (
        f"SELECT person, position, from_on, least(until_on + 1, {following}) AS ended FROM {parquet(spans)} WHERE {who}" if spans else none
    )
    rows = on.rows(
        "SELECT p.person, coalesce(s.position, p.position) AS position, "
        f"greatest(s.from_on, p.hired_on, {first}) AS since, least(s.ended, p.left_on + 1, {end}) AS until "
        f"FROM (SELECT * FROM {parquet(people)} WHERE {who}) p "
        f"LEFT JOIN ({held}) s ON s.person = p.person AND s.from_on < {end} AND coalesce(s.ended > {first}, true) "
        "WHERE since < until ORDER BY p.person, since"
    )  # fmt: skip
    found: dict[str, list[Stay]] = {}
    for person, *stay in rows:
        found.setdefault(person, []).append(Stay(*stay))
    return found


def measured_by_person(folder: Path, period: Period) -> dict[str, dict[int, dict[str, Measured]]]:
    """The measured values of everybody in a period, by person (in order) and seat."""
    found: dict[str, dict[int, dict[str, Measured]]] = {}
    columns, where = "person, seat, indicator, num, den, n, base, state", f"period = {quoted(str(period))}"
    with _engine() as on:
        for person, seat, indicator, *values in on.rows(
            f"SELECT {columns} FROM {_table(folder, 'measures')} WHERE {where} ORDER BY person, seat"
        ):
            found.setdefault(person, {}).setdefault(seat, {})[indicator] = Measured(*values)
    return found
