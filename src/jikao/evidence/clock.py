"""Zones, local days and working time in SQL: what the store adds to every instant.

The working-time coordinate of an instant is the working time, in seconds, from the first day of the calendar up to
it; the working time between two instants is the difference of their coordinates (``WorkCalendar.table``). Days are
looked up by an equi-join, so NULL stays NULL.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from jikao.evidence.backend import quoted
from jikao.evidence.duck import Con
from jikao.scheme.calendar import UnknownYear, WorkCalendar

EPOCH = dt.date(2000, 1, 1)
"""Coordinates count from the first known day on or after this one, so they never move when later years are added."""

LAST = dt.date(2100, 1, 1)
"""No coordinate exists for this day or later, even where every Monday to Friday works."""

_LOADING = threading.Lock()
Row = tuple[dt.date, int, int, int, int, int]


@dataclass(frozen=True, eq=False)
class WorkDays:
    """The days of a calendar without a gap, each with the working time before it. One object for one calendar."""

    rows: tuple[Row, ...]

    @property
    def first(self) -> dt.date:
        return self.rows[0][0]

    @property
    def last(self) -> dt.date:
        return self.rows[-1][0]

    def sum_until(self, last: dt.date) -> str:
        """A checksum of the days up to ``last``: equal sums mean equal coordinates."""
        return _sum(self, last)

    @property
    def table(self) -> str:
        """What the days are called on a connection they were loaded on."""
        return f"work_days_{self.sum_until(self.last)}"

    def load(self, con: Con) -> None:
        """The days as a table of the connection's database, unless they are there already."""
        with _LOADING:
            if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [self.table]).fetchone():
                return
            types = {"day": "DATE", "before": "BIGINT", "s1": "BIGINT", "e1": "BIGINT", "s2": "BIGINT", "e2": "BIGINT"}
            unnested = ", ".join(f"unnest(${i}::{t}[]) AS {n}" for i, (n, t) in enumerate(types.items(), 1))
            columns = [list(column) for column in zip(*self.rows, strict=True)]
            con.execute(f"CREATE TABLE {self.table} AS SELECT {unnested}", columns)


@lru_cache(maxsize=32)
def _sum(days: WorkDays, last: dt.date) -> str:
    return hashlib.sha256(repr([row for row in days.rows if row[0] <= last]).encode()).hexdigest()[:16]


def work_days(calendar: WorkCalendar) -> WorkDays:
    """The known days of a calendar, from ``EPOCH`` up to the first day nobody has published yet."""
    return _work_days(calendar.hours, calendar.official, tuple(sorted(calendar.days.items())), calendar.version)


@lru_cache(maxsize=8)
def _work_days(hours: tuple[tuple[int, int], ...], official: bool, days: tuple[tuple[dt.date, bool], ...], _version: str) -> WorkDays:
    calendar = WorkCalendar(hours=hours, official=official, days=dict(days))
    rows: list[Row] = []
    with suppress(UnknownYear):
        rows.extend(calendar.table(_first_known(calendar), LAST))
    return WorkDays(tuple(rows))


def _first_known(calendar: WorkCalendar) -> dt.date:
    day = EPOCH
    while day < LAST:
        try:
            calendar.is_workday(day)
        except UnknownYear:
            day += dt.timedelta(days=1)
        else:
            break
    return day


def to_utc(local: str, zone: str) -> str:
    """SQL: the instant (UTC) of a local wall-clock time."""
    return _shifted(local, zone, -1, f"TRY(timezone({quoted(zone)}, {local})::TIMESTAMP)")


def to_local(instant: str, zone: str) -> str:
    """SQL: the wall-clock time in a zone of an instant (UTC)."""
    return _shifted(instant, zone, 1, f"TRY(timezone({quoted(zone)}, timezone('UTC', {instant})))")


def _shifted(moment: str, zone: str, sign: int, exact: str) -> str:
    """A zone that stopped moving its clock is a fixed shift since then: an addition, not a look-up of the zone's rules."""
    since, offset = settled(zone)
    if since is None:
        return exact
    return f"CASE WHEN {moment} >= TIMESTAMP '{since}' THEN {moment} + INTERVAL ({sign * offset}) SECOND ELSE {exact} END"


@lru_cache(maxsize=32)
def settled(zone: str) -> tuple[dt.datetime | None, int]:
    """Since when a zone's offset never changed again, and that offset in seconds; ``None`` where it still changes."""
    months = [dt.datetime(1970 + m // 12, m % 12 + 1, 1, tzinfo=dt.UTC) for m in range((LAST.year - 1970) * 12)]
    offsets = [_offset(month, zone) for month in months]
    changes = [i for i, (a, b) in enumerate(pairwise(offsets)) if a != b]
    if not changes:
        return months[0].replace(tzinfo=None), offsets[-1]
    last = months[changes[-1] + 1].replace(tzinfo=None) + dt.timedelta(days=1)
    return (last, offsets[-1]) if last.year <= EPOCH.year else (None, 0)


def _offset(moment: dt.datetime, zone: str) -> int:
    return int((moment.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()).total_seconds())


def coordinate(local: str, days: str) -> str:
    """SQL: the working-time coordinate of a local time, ``days`` being the alias its day was joined as."""
    second = f"(epoch_us({local}) // 1000000 % 86400)"
    worked = (f"greatest(least({second}, {days}.e{i}) - {days}.s{i}, 0)" for i in (1, 2))
    return f"{days}.before + {' + '.join(worked)}"
