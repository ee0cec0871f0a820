"""Evidence as people write it: lists of rows of words, days, moments, decimals; and who sat where on which days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jikao.scheme.period import Period

from .clock import ONE_DAY, Clock, Slice

Row = Mapping[str, Any]

DEFAULTS: dict[str, dict[str, Any]] = {
    "people": {"kind": "human"},
    "tickets": {"status": "open", "reopen_count": 0},
    "surveys": {"question": "result"},
    "plan_items": {"kind": "plan", "amount": Decimal(1), "approved": True},
    "deductions": {"verified": True},
    "complaints": {"origin": "customer", "state": "received"},
    "violations": {"state": "reported"},
    "exams": {"presence": "present"},
    "sharings": {"counts_to": "knowledge"},
}
"""What an empty cell means, where it means something."""


class Files:
    """``tables`` holds the covered shapes; a shape nobody ever imported is absent, not empty."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], clock: Clock) -> None:
        self.clock = clock
        self._tables = {shape: [filled(shape, row) for row in rows] for shape, rows in tables.items()}
        self._of: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for shape, rows in self._tables.items():
            for row in rows:
                self._of.setdefault((shape, row.get("person", "")), []).append(row)

    def covers(self, shape: str) -> bool:
        return shape in self._tables

    def rows(self, shape: str) -> list[dict[str, Any]]:
        return self._tables.get(shape, [])

    def of(self, shape: str, person: str) -> list[dict[str, Any]]:
        return self._of.get((shape, person), [])


def filled(shape: str, row: Row) -> dict[str, Any]:
    """A row with its empty cells filled in where they mean something, and left out where they mean nothing."""
    return DEFAULTS.get(shape, {}) | {name: value for name, value in row.items() if value is not None}


@dataclass(frozen=True)
class Seat:
    """A stretch of days in which a person held one position: ``days`` is whose evidence counts, ``worked`` those of them
    in which the person was employed."""

    person: str
    number: int
    days: Slice
    worked: Slice
    position: str | None
    department: str | None
    team: str | None


def seats(files: Files, period: Period, positions: Sequence[str]) -> dict[str, list[Seat]]:
    """Everybody who is appraised in the period, with the seats they held in positions the scheme binds."""
    found: dict[str, list[Seat]] = {}
    for row in files.rows("people"):
        if row["kind"] == "robot":
            continue
        held = [seat for seat in _held(files, row, period) if not positions or seat.position in positions]
        if held:
            found[row["person"]] = held
    return found


def _held(files: Files, row: Row, period: Period) -> list[Seat]:
    whole = Slice(period.start, period.end - ONE_DAY)
    stretches = [(whole.cut(span["from_on"], until), span) for span, until in _spans(files, row["person"])]
    held: list[Seat] = []
    for days, span in [(days, span) for days, span in stretches if days is not None] or [(whole, row)]:
        worked = days.cut(row.get("hired_on"), row.get("left_on"))
        if worked is not None:
            department = span.get("department", row.get("department"))
            held.append(Seat(row["person"], len(held), days, worked, span.get("position"), department, row.get("team")))
    return held


def _spans(files: Files, person: str) -> list[tuple[Row, dt.date | None]]:
    """The spans of a person in order, each with its end; one that is open or runs into the next ends the day before it."""
    spans = sorted(files.of("spans", person), key=lambda span: span["from_on"])
    followed = zip(spans, [*spans[1:], None], strict=False)
    return [(span, _earlier(span.get("until_on"), None if after is None else after["from_on"] - ONE_DAY)) for span, after in followed]


def _earlier(a: dt.date | None, b: dt.date | None) -> dt.date | None:
    return min((day for day in (a, b) if day is not None), default=None)
