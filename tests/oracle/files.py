"""Evidence as people write it: lists of rows of words, days, moments, decimals; and who sat where on which days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class Files:
    """``tables`` holds the covered shapes; a shape nobody ever imported is absent, not empty."""

    tables: Mapping[str, Sequence[Row]]
    clock: Clock

    def covers(self, shape: str) -> bool:
        return shape in self.tables

    def rows(self, shape: str) -> Iterator[dict[str, Any]]:
        """The rows of a shape, empty cells filled in where they mean something; every other cell is read by ``get``."""
        for row in self.tables.get(shape, ()):
            yield DEFAULTS.get(shape, {}) | {name: value for name, value in row.items() if value is not None}

    def of(self, shape: str, person: str) -> list[dict[str, Any]]:
        return [row for row in self.rows(shape) if row["person"] == person]


@dataclass(frozen=True)
class Seat:
    """A stretch of days in which a person held one position."""

    person: str
    days: Slice
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
    employed = Slice(period.start, period.end - ONE_DAY).cut(row.get("hired_on"), row.get("left_on"))
    if employed is None:
        return []
    spans = sorted(files.of("spans", row["person"]), key=lambda span: span["from_on"])
    if not spans:
        return [Seat(row["person"], employed, row.get("position"), row.get("department"), row.get("team"))]
    held = []
    for span, until in zip(spans, _ends(spans), strict=True):
        days = employed.cut(span["from_on"], until)
        if days is not None:
            held.append(Seat(row["person"], days, span["position"], span.get("department", row.get("department")), row.get("team")))
    return held


def _ends(spans: Sequence[Row]) -> list[Any]:
    """A span without an end, or one that runs into the next, ends the day before the next begins."""
    nexts = [*(span["from_on"] - ONE_DAY for span in spans[1:]), None]
    both = [(span.get("until_on"), following) for span, following in zip(spans, nexts, strict=True)]
    return [min((day for day in ends if day is not None), default=None) for ends in both]
