"""The calendar of a sealed run: every day that could matter, said outright.

The official calendar comes from a package that grows and is corrected; a run must not depend on which version is
installed where it is checked. So the file holds each day of the run's periods, and a month to both sides, with its
answer, company overrides included.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

from jikao.scheme.calendar import UnknownYear, WorkCalendar
from jikao.scheme.period import Period

MARGIN = 31
"""Days to both sides of the periods."""


class CalendarFile(BaseModel):
    """``calendar.json``. ``official`` and ``version`` say where the days came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    zone: str
    hours: tuple[tuple[int, int], ...]
    official: bool
    version: str
    days: dict[dt.date, bool]

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (OSError, KeyError) as cause:  # a folder of the zone database, or no such zone
            raise ValueError(zone) from cause
        return zone

    @property
    def sha256(self) -> str:
        """Over what a run can depend on: not the calendar's name, nor the version the days came from."""
        said = self.model_dump(mode="json", exclude={"name", "version"})
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def as_text(self) -> str:
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"

    def calendar(self) -> WorkCalendar:
        """The calendar a run is recomputed with."""
        return WorkCalendar(self.name, self.zone, self.hours, self.days, self.official)


def calendar_file(calendar: WorkCalendar, periods: Sequence[Period]) -> CalendarFile:
    """What a run over ``periods`` can ask of a calendar. Days of years nobody has published are left out."""
    return CalendarFile(
        name=calendar.name,
        zone=calendar.zone,
        hours=calendar.hours,
        official=calendar.official,
        version=calendar.version,
        days=dict(_answers(calendar, min(p.start for p in periods), max(p.end for p in periods))),
    )


def _answers(calendar: WorkCalendar, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, bool]]:
    first, last = max(start.toordinal() - MARGIN, dt.date.min.toordinal()), min(end.toordinal() + MARGIN, dt.date.max.toordinal())
    for day in map(dt.date.fromordinal, range(first, last)):
        try:
            yield day, calendar.is_workday(day)
        except UnknownYear:
            continue
