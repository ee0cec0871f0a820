"""What a person's recorded amount comes to in a period, by the days they were there (``payout.proration``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout import money
from jikao.payout.facts import Base, Facts, Leave, RunFacts
from jikao.payout.figures import Factor, equals
from jikao.payout.ledger import Book
from jikao.scheme.model import BaseKind
from jikao.scheme.problem import Level, kind
from jikao.scheme.text import Text

NO_BASE = kind(
    "payout.no-base", Level.ERROR,
    what=Text("“{person}”在 {day} 没有{title}({kind})的记录。", "'{person}' has no {title} ({kind}) recorded on {day}."),
    why=Text("奖金按它计算;没有记录不能当作 0。", "The bonus is worked out from it, and no record does not mean 0."),
    mend=Text("导入一行 bonuses:类别 {kind},自 {day} 或更早起;确实没有的,金额写 0。", "Import a row of bonuses: kind {kind}, from {day} or earlier; amount 0 if there is none."),
)  # fmt: skip

TITLES: dict[BaseKind, Text] = {
    "bonus_base": Text("奖金基数", "bonus base"),
    "salary": Text("工资", "salary"),
    "quarterly_bonus": Text("季度奖金", "quarterly bonus"),
}
"""The kinds of recorded amounts in words."""

DAY = dt.timedelta(days=1)

Stretch = tuple[dt.date, dt.date]
"""Days from the first until before the second."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded amount comes to. ``exact``: fen, not rounded; ``figures``: how it comes to be, in yuan."""

    exact: Fraction
    figures: str
    sources: tuple[str, ...]

    @property
    def amount(self) -> int:
        """Whole fen."""
        return money.part(1, self.exact)

    @property
    def factor(self) -> str:
        """The figures as they stand in a product."""
        return f"({self.figures})" if " + " in self.figures else self.figures

    @property
    def formula(self) -> str:
        """``4000.00``, or ``4000.00 × 46/91 = 2021.98``."""
        return equals(self.figures, self.amount)


class Presence:
    """The days that count in a run's period, and what recorded amounts come to by them.

    ``none`` looks at one day only, the person's last in the period; ``employed`` at all days between hiring and leaving;
    ``present`` at those without leave that is not statutory. People nobody recorded days for were there all the time.
    """

    def __init__(self, run: RunFacts, facts: Facts, book: Book) -> None:
        self._rule = run.scheme.payout.proration
        self._period, self._start, self._end = str(run.period), run.period.start, run.period.end
        self._days = 1 if self._rule == "none" else run.period.days
        self._facts, self._book = facts, book

    def cuts(self, person: str) -> tuple[str, ...]:
        """The rows for which days of the period do not count: hired or left, leave; none when all days do."""
        if self._days_of(self._there(person)) == self._days:
            return ()
        known, (start, end) = self._facts.people.get(person), self._employed(person)
        away = [x.fact for x in self._facts.leaves.get(person, ()) if not x.statutory and x.from_on < end and x.until_on >= start]
        cut = (known.fact,) if known and (start, end) != (self._start, self._end) else ()
        return (*cut, *(away if self._rule == "present" else ()))

    def share(self, person: str) -> Factor:
        """Days that count ÷ days of the period, as ``46/91``; the whole period goes without saying."""
        days = self._days_of(self._there(person))
        return Factor() if days == self._days else Factor(Fraction(days, self._days), f"{days}/{self._days}")

    def recorded(self, person: str, kind: BaseKind) -> Recorded | None:
        """What the person's amount of this kind comes to; ``None``, and a problem, when none is recorded for a day that counts."""
        there = self._there(person)
        rows = self._facts.bases.get((person, kind), ())
        if there and (not rows or there[0][0] < rows[0].from_on):
            self._book.problems.append(NO_BASE(person=person, kind=kind, title=TITLES[kind], day=there[0][0]))
            return None
        in_force = list(_in_force(rows, there))
        days: dict[int, int] = {}
        for row, count in in_force:
            days[row.amount] = days.get(row.amount, 0) + count
        exact = Fraction(sum(amount * count for amount, count in days.items()), self._days)
        return Recorded(exact, self._figures(days), (*(row.fact for row, _ in in_force), *self.cuts(person)))

    def _figures(self, days: dict[int, int]) -> str:
        """One amount on all the days is just that amount."""
        if list(days.values()) == [self._days]:
            return money.yuan(next(iter(days)))
        terms = [f"{money.yuan(amount)} × {count}/{self._days}" for amount, count in days.items()]
        return " + ".join(terms) or f"0/{self._days}"

    def _employed(self, person: str) -> Stretch:
        """The days of the period between hiring and leaving; the end is not after the start when there are none."""
        known = self._facts.people.get(person)
        hired, left = (known.hired_on, known.left_on) if known else (None, None)
        start = self._start if hired is None or hired < self._start else hired
        end = self._end if left is None or left >= self._end else left + DAY
        return start, end

    @staticmethod
    def _days_of(there: Sequence[Stretch]) -> int:
        return sum((end - start).days for start, end in there)

    def _there(self, person: str) -> list[Stretch]:
        """The days that count, in order of time."""
        start, end = self._employed(person)
        if self._rule == "none":
            return [(end - DAY, end)]
        whole = [(start, end)] if start < end else []
        return _without(whole, self._facts.leaves.get(person, ())) if self._rule == "present" else whole


def _without(stretches: list[Stretch], leaves: Sequence[Leave]) -> list[Stretch]:
    for leave in leaves:
        if not leave.statutory:
            cut = [((start, min(end, leave.from_on)), (max(start, leave.until_on + DAY), end)) for start, end in stretches]
            stretches = [piece for pieces in cut for piece in pieces if piece[0] < piece[1]]
    return stretches


def _in_force(rows: Sequence[Base], there: Sequence[Stretch]) -> Iterator[tuple[Base, int]]:
    """Every row with the days on which it counts, if there are any."""
    for i, row in enumerate(rows):
        until = rows[i + 1].from_on if i + 1 < len(rows) else dt.date.max
        days = 0
        for start, end in there:
            days += max(0, (min(end, until) - max(start, row.from_on)).days)
        if days:
            yield row, days
