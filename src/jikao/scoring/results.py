"""Reading the result files of a run: everybody's results, and one person's measured values."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    """Days employed in each position, for somebody who changed it inside the period; cut as the plan cuts seats."""
    spans, people = (snapshot.tables.get(shape, ()) for shape in ("spans", "people"))
    if seats <= 1 or not spans:
        return {}
    first, end, who = f"DATE {quoted(str(period.start))}", f"DATE {quoted(str(period.end))}", f"person = {quoted(person)}"
    held = f"SELECT *, lead(from_on) OVER (ORDER BY from_on) AS next_on FROM {parquet(spans)} WHERE {who}"
    cut = on.rows(
        f"SELECT greatest(s.from_on, p.hired_on, {first}), least(s.until_on + 1, s.next_on, p.left_on + 1, {end}) "
        f"FROM ({held}) s, (SELECT hired_on, left_on FROM {parquet(people)} WHERE {who}) p ORDER BY s.from_on"
    )
    cut = [(since, until) for since, until in cut if since < until]
    return {seat: (until - since).days for seat, (since, until) in enumerate(cut)}
