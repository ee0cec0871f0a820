"""The working-day calendar: public holidays, make-up working days (调休), working hours, deadlines.

Days come from the published national calendar unless the company says otherwise. A year that is not yet published is
an error (``UnknownYear``), never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from zoneinfo import ZoneInfo

import chinese_calendar

from jikao.scheme.period import Period

FRIDAY = 4
_HOUR = 3600


class UnknownYear(ValueError):  # noqa: N818 - says what is unknown
    """The official calendar of this year is not known yet, and the company gave none."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"no official working-day calendar for {year}")


@dataclass(frozen=True)
class WorkCalendar:
    """Working days and hours of a company.

    ``hours`` are up to two stretches a working day, in seconds from midnight. ``days`` overrides single days
    (``True``: works). ``official`` follows the national calendar; without it Monday to Friday work.
    """

    name: str = "company"
    zone: str = "Asia/Shanghai"
    hours: tuple[tuple[int, int], ...] = ((9 * _HOUR, 12 * _HOUR), (13 * _HOUR, 18 * _HOUR))
    days: Mapping[dt.date, bool] = field(default_factory=dict)
    official: bool = True

    @property
    def version(self) -> str:
        """What a sealed run records: where the days come from."""
        return f"chinesecalendar {version('chinesecalendar')}" if self.official else "monday-to-friday"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def is_workday(self, day: dt.date) -> bool:
        if day in self.days:
            return self.days[day]
        if not self.official:
            return day.weekday() < 5
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError as cause:
            raise UnknownYear(day.year) from cause

    def add_workdays(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after ``day``; the day after it is day 1 (F17)."""
        left = count
        while left > 0:
            day += dt.timedelta(days=1)
            left -= self.is_workday(day)
        return day

    def weekly_dues(self, period: Period, weekday: int = FRIDAY) -> list[dt.date]:
        """One due day a week (F4, A18, A60): ``weekday``, moved to the last working day of that week before it.

        A due day belongs to the period it falls in after moving. A week without any working day up to then has none.
        """
        planned = (day for day in _days(period.start, period.end + dt.timedelta(days=weekday)) if day.weekday() == weekday)
        dues = (self._moved_back(day) for day in planned)
        return [due for due in dues if due is not None and due in period]

    def _moved_back(self, day: dt.date) -> dt.date | None:
        monday = day - dt.timedelta(days=day.weekday())
        while day >= monday:
            if self.is_workday(day):
                return day
            day -= dt.timedelta(days=1)
        return None

    def table(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int, int, int, int, int]]:
        """Rows ``(day, seconds worked before the day, s1, e1, s2, e2)`` for days ``start <= day < end``.

        The working-time coordinate of an instant is ``before + overlap(s1, e1) + overlap(s2, e2)``; the working time
        between two instants is the difference of their coordinates, exact to the second.
        """
        done, day = 0, start
        while day < end:
            stretches = self.hours if self.is_workday(day) else ()
            (s1, e1), (s2, e2) = (*stretches, (0, 0), (0, 0))[:2]
            yield day, done, s1, e1, s2, e2
            done += e1 - s1 + e2 - s2
            day += dt.timedelta(days=1)


def _days(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    return (start + dt.timedelta(days=i) for i in range((end - start).days))
