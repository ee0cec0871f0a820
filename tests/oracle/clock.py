"""Days, slices of days and working time, counted the slow way: day by day, straight from the national calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

import chinese_calendar

from jikao.scheme.calendar import WorkCalendar

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Slice:
    """Days from ``first`` to ``last``, both inside."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + ONE_DAY * i for i in range(self.days))

    def cut(self, first: dt.date | None, last: dt.date | None) -> Slice | None:
        """The part of the slice from ``first`` to ``last`` (``None``: no bound); nothing when no day is left."""
        begin = self.first if first is None else max(self.first, first)
        end = self.last if last is None else min(self.last, last)
        return Slice(begin, end) if begin <= end else None


@dataclass(frozen=True)
class Clock:
    """The company's clock: its zone, working days and hours."""

    calendar: WorkCalendar

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.calendar.zone)

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A moment on the company's wall clock; one without a zone already is."""
        return moment if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)

    def day(self, moment: dt.datetime | None) -> dt.date | None:
        return None if moment is None else self.local(moment).date()

    def works(self, day: dt.date) -> bool:
        if day in self.calendar.days:
            return self.calendar.days[day]
        return bool(chinese_calendar.is_workday(day)) if self.calendar.official else day.weekday() < 5

    def seconds(self, start: dt.datetime, end: dt.datetime, clock: str) -> int:
        """Whole seconds from ``start`` to ``end`` by the ``working`` or the ``calendar`` clock."""
        return self.working(start, end) if clock == "working" else self.elapsed(start, end)

    def elapsed(self, start: dt.datetime, end: dt.datetime) -> int:
        begin, stop = (self.local(moment).replace(tzinfo=self.zone).astimezone(dt.UTC) for moment in (start, end))
        return int((stop - begin).total_seconds())

    def working(self, start: dt.datetime, end: dt.datetime) -> int:
        """Seconds of working hours between two moments; less than nothing when ``end`` comes first."""
        if end < start:
            return -self.working(end, start)
        begin, stop = self.local(start), self.local(end)
        return sum(self._overlap(day, begin, stop) for day in Slice(begin.date(), stop.date()))

    def _overlap(self, day: dt.date, begin: dt.datetime, stop: dt.datetime) -> int:
        if not self.works(day):
            return 0
        midnight = dt.datetime.combine(day, dt.time())
        low, high = (int((moment - midnight).total_seconds()) for moment in (begin, stop))
        return sum(max(0, min(high, closes) - max(low, opens)) for opens, closes in self.calendar.hours)

    def fridays_due(self, days: Slice) -> list[dt.date]:
        """A due day a week: Friday, or the last working day of its week before it; weeks without one have none."""
        mondays = [day for day in Slice(days.first - 7 * ONE_DAY, days.last + 7 * ONE_DAY) if day.weekday() == 0]
        weeks = ([monday + ONE_DAY * i for i in range(5)] for monday in mondays)
        worked = ([day for day in week if self.works(day)] for week in weeks)
        return [week[-1] for week in worked if week and week[-1] in days]


def half_up(value: Fraction, places: int) -> Fraction:
    """Rounded to ``places`` decimals, halves away from zero."""
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def quantile(values: list[int], share: Fraction) -> Fraction:
    """The ``share``-quantile, interpolated linearly between neighbours at ``share x (n - 1)``."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = place.numerator // place.denominator
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
