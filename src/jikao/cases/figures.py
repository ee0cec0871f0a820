"""The figures of one person in the results of a run, by the names a case may expect them under."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from jikao.cases.outcome import Figure
from jikao.evidence.backend import DuckEngine, parquet, quoted
from jikao.scheme.number import NANO


def figures(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    """Everything a case may expect of one person, by name."""
    return {**_marks(on, out, person), **_measures(on, out, person), **_sections(on, out, person), **_result(on, out, person)}


def _marks(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for indicator, state, mark, points in _rows(on, out, "marks", person, "indicator, state, mark, points"):
        found |= {indicator: _nano(points), f"{indicator}.mark": _nano(mark), f"{indicator}.state": state}
    return found


def _measures(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for indicator, num, den, n, base in _rows(on, out, "measures", person, "indicator, num, den, n, base"):
        found[f"{indicator}.value"] = Fraction(num, den) if den else None
        found |= {f"{indicator}.n": Fraction(n), f"{indicator}.base": Fraction(base)}
    return found


def _sections(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for section, points, of in _rows(on, out, "sections", person, "section, points, of"):
        worth = _nano(points)
        found |= {section: worth, f"{section}.percent": None if worth is None else worth / Fraction(of, NANO) * 100}
    return found


def _result(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    columns = "total, grade, rank, peers, coverage, state, flags, advice"
    found: dict[str, Figure] = {}
    for total, grade, rank, peers, coverage, state, flags, advice in _rows(on, out, "results", person, columns):
        found |= {
            "total": None if total is None else Fraction(total, 100), "grade": grade, "state": state, "flags": flags or None, "advice": advice,
            "rank": None if rank is None else Fraction(rank), "peers": None if peers is None else Fraction(peers), "coverage": Fraction(coverage, 10_000),
        }  # fmt: skip
    return found


def _rows(on: DuckEngine, out: Path, name: str, person: str, columns: str) -> Iterator[tuple[Any, ...]]:
    yield from on.rows(f"SELECT {columns} FROM {parquet([out / f'{name}.parquet'])} WHERE person = {quoted(person)}")


def _nano(value: int | None) -> Fraction | None:
    return None if value is None else Fraction(value, NANO)
