"""Local days and working time in SQL: what the store adds to every instant.

The working-time coordinate of an instant is the working time, in seconds, from the first day of the calendar up to
it; between two instants it is the difference of their coordinates (``WorkCalendar.table``). Days are looked up by an
equi-join, so NULL stays NULL.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from jikao.evidence.backend import quoted
from jikao.evidence.duck import Con
from jikao.scheme.calendar import UnknownYear, WorkCalendar

EPOCH = dt.date(2000, 1, 1)
"""Coordinates count from the first known day on or after this one, so they never move when later years are added."""

LAST = dt.date(2100, 1, 1)
"""No coordinate is stored for this day or later, even where every Monday to Friday works."""

Row = tuple[dt.date, int, int, int, int, int]
TABLE = "work_days"


@dataclass(frozen=True)
class WorkDays:
    """The days of a calendar without a gap, with the working time before each (``WorkCalendar.table``)."""

    rows: tuple[Row, ...]

    @property
    def first(self) -> dt.date:
        return self.rows[0][0]

    @property
    def last(self) -> dt.date:
        return self.rows[-1][0]

    def until(self, last: dt.date) -> str:
        """A sum over the days up to ``last``: equal sums mean equal coordinates."""
        return hashlib.sha256(repr([row for row in self.rows if row[0] <= last]).encode()).hexdigest()[:16]

    def load(self, con: Con) -> None:
        """The days as table ``work_days`` of a connection."""
        names = ("day", "before", "s1", "e1", "s2", "e2")
        types = ("DATE", *("BIGINT",) * 5)
        unnested = ", ".join(f"unnest(${i + 1}::{t}[]) AS {n}" for i, (n, t) in enumerate(zip(names, types, strict=True)))
        con.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT {unnested}", [list(column) for column in zip(*self.rows, strict=True)])


def work_days(calendar: WorkCalendar) -> WorkDays:
    """The known days of a calendar, from ``EPOCH`` until the first day nobody has published yet."""
    return _work_days(calendar.hours, calendar.official, tuple(sorted(calendar.days.items())), calendar.version)


@lru_cache(maxsize=8)
def _work_days(hours: tuple[tuple[int, int], ...], official: bool, days: tuple[tuple[dt.date, bool], ...], _version: str) -> WorkDays:
    calendar = WorkCalendar(hours=hours, official=official, days=dict(days))
    start = EPOCH
    while not _known(calendar, start):
        start += dt.timedelta(days=1)
    rows = []
    try:
        rows += calendar.table(start, _first_unknown_year(calendar, start))
    except UnknownYear:
        rows = [*_contiguous(calendar, start)]
    return WorkDays(tuple(rows))


def _known(calendar: WorkCalendar, day: dt.date) -> bool:
    try:
        calendar.is_workday(day)
    except UnknownYear:
        return False
    return True


def _first_unknown_year(calendar: WorkCalendar, start: dt.date) -> dt.date:
    year = start.year + 1
    while year < LAST.year and _known(calendar, dt.date(year, 1, 1)):
        year += 1
    return dt.date(year, 1, 1)
