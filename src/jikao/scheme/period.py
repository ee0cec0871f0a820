"""The stretch of time an appraisal judges: a month, a quarter or a year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from jikao.scheme.number import narrow


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
_FORMS = (
    (PeriodKind.MONTH, re.compile(r"(?P<year>(19|20|21)[0-9]{2})\s*[-./年]\s*(?P<part>[0-9]{1,2})\s*月?份?\Z")),
    (PeriodKind.QUARTER, re.compile(r"(?P<year>(19|20|21)[0-9]{2})\s*[-./年]?\s*[Qq第](?P<part>[1-4一二三四])\s*(季度)?\Z")),
    (PeriodKind.YEAR, re.compile(r"(?P<year>(19|20|21)[0-9]{2})\s*年?度?\Z")),
)
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month, quarter or year; days are local days of the company. ``end`` is the first day after it."""

    start: dt.date
    kind: PeriodKind

    @property
    def end(self) -> dt.date:
        months = self.start.year * 12 + self.start.month - 1 + _MONTHS[self.kind]
        return dt.date(months // 12, months % 12 + 1, 1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def key(self) -> int:
        """A whole number that sorts as time does: 201111, 20114 (quarter), 2011."""
        if self.kind is PeriodKind.MONTH:
            return self.start.year * 100 + self.start.month
        return self.start.year * 10 + (self.start.month + 2) // 3 if self.kind is PeriodKind.QUARTER else self.start.year

    @property
    def number(self) -> int:
        """Counts periods of one kind along time: the next period has the next number."""
        a_year = 12 // _MONTHS[self.kind]
        return self.start.year * a_year + (self.start.month - 1) // _MONTHS[self.kind]

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.start:%Y-%m}"
        return f"{self.start.year}-Q{(self.start.month + 2) // 3}" if self.kind is PeriodKind.QUARTER else f"{self.start.year}"


@dataclass(frozen=True, order=True)
class PeriodToDate(Period):
    """A period looked at while it still runs: it has the same name and start, and ends with the day ``last``."""

    last: dt.date

    @property
    def end(self) -> dt.date:
        return min(super().end, self.last + dt.timedelta(days=1))


def numbered(periods: Sequence[Period]) -> list[tuple[int, Period]]:
    """Periods of one kind, in order, with how many periods each lies after the first."""
    return [(p.number - periods[0].number, p) for p in periods]


def ending_in(period: Period, kind: PeriodKind) -> list[Period]:
    """The periods of a kind whose last day lies in a period, in order."""
    found, months = [], _MONTHS[kind]
    for i in range(_MONTHS[period.kind]):
        month = period.start.month - 1 + i
        whole = Period(dt.date(period.start.year, month // months * months + 1, 1), kind)
        if month % months == months - 1:
            found.append(whole)
    return found


def parse_period(text: str) -> Period:
    """``2011-11``, ``2011年11月份``, ``2024-Q4``, ``2024年第四季度``, ``2024``. Raises ``ValueError`` otherwise."""
    plain = narrow(text)
    for kind, form in _FORMS:
        found = form.match(plain)
        if not found:
            continue
        year = int(found["year"])
        if kind is PeriodKind.YEAR:
            return Period(dt.date(year, 1, 1), kind)
        part = "一二三四".find(found["part"]) + 1 or int(found["part"])
        month = part if kind is PeriodKind.MONTH else 3 * part - 2
        return Period(dt.date(year, month, 1), kind)
    raise ValueError(text)


class DayError(ValueError):
    """Text that is no day of the calendar. ``shaped``: it looks like one, so the day does not exist."""

    def __init__(self, text: str, *, shaped: bool) -> None:
        self.shaped = shaped
        super().__init__(text)


def parse_day(text: str) -> dt.date:
    """``2011-11-01``. Raises ``DayError`` (a ``ValueError``) for other forms and for days that do not exist."""
    found = _DAY.fullmatch(narrow(text))
    if not found:
        raise DayError(text, shaped=False)
    try:
        return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as cause:
        raise DayError(text, shaped=True) from cause
