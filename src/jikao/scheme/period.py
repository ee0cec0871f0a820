"""The stretch of time an appraisal judges: a month, a quarter or a year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from jikao.scheme.number import narrow


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
_FORMS = (
    (PeriodKind.MONTH, re.compile(r"(?P<year>\d{4})\s*[-./年]\s*(?P<part>\d{1,2})\s*月?份?\Z")),
    (PeriodKind.QUARTER, re.compile(r"(?P<year>\d{4})\s*[-./年]?\s*[Qq第](?P<part>[1-4一二三四])\s*(季度)?\Z")),
    (PeriodKind.YEAR, re.compile(r"(?P<year>\d{4})\s*年?度?\Z")),
)


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

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.start:%Y-%m}"
        return f"{self.start.year}-Q{(self.start.month + 2) // 3}" if self.kind is PeriodKind.QUARTER else f"{self.start.year}"


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
