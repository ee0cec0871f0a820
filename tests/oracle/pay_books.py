"""What the slow pay is computed from and writes to: a company's rows, a scored run, all accounts; and what a person's base is."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jikao.scheme.period import Period

from .clock import ONE_DAY, half_up

Row = Mapping[str, Any]
Rules = Mapping[str, Any]
Account = tuple[str, str, str]


@dataclass(frozen=True)
class Books:
    """Everything a company recorded about money: rows by shape."""

    tables: Mapping[str, Sequence[Row]]
    _sorted: dict[Any, Any] = field(default_factory=dict)

    def rows(self, shape: str) -> Sequence[Row]:
        return self.tables.get(shape, ())

    def by(self, shape: str, *columns: str) -> dict[Any, list[Row]]:
        """The rows of a shape by one column, or by several as a tuple."""
        if (shape, columns) not in self._sorted:
            found: dict[Any, list[Row]] = {}
            for row in self.rows(shape):
                key = tuple(row.get(name, "") for name in columns)
                found.setdefault(key if len(columns) > 1 else key[0], []).append(row)
            self._sorted[shape, columns] = found
        grouped: dict[Any, list[Row]] = self._sorted[shape, columns]
        return grouped


@dataclass(frozen=True)
class Run:
    """A scored period under one scheme: results and violations as rows, payout rules as the text says them."""

    scheme: str
    rules: Rules
    period: Period
    results: Sequence[Row]
    violations: Sequence[Row] = ()
    full: Fraction = Fraction(100)

    @property
    def last(self) -> dt.date:
        return self.period.end - ONE_DAY

    @property
    def month(self) -> str:
        return f"{self.last:%Y-%m}"


@dataclass
class Till:
    """All accounts, what the present batch gave each person by rule, and what was dealt with already."""

    balances: defaultdict[Account, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    lines: defaultdict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    earned: defaultdict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    done: set[tuple[str, str]] = field(default_factory=set)
    lost: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    """By write-off what manager and company bear and did not get back."""
    order_pay: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    """Performance pay of the run under way, by order and person."""

    def move(self, rule: str, giver: Account, taker: Account, amount: Fraction) -> None:
        assert (amount * 100).denominator == 1, amount
        for account, change in ((giver, -amount), (taker, amount)):
            self.balances[account] += change
            if account[0] == "pay":
                self.lines[account[1], rule] += change

    def earn(self, rule: str, giver: Account, person: str, month: str, amount: Fraction) -> None:
        """Performance pay: what hardship is measured by and offsets are taken from."""
        self.move(rule, giver, pay(person), amount)
        self.earned[person, month] += amount

    def once(self, shape: str, key: str) -> bool:
        fresh = (shape, key) not in self.done
        self.done.add((shape, key))
        return fresh

    def standing(self) -> dict[Account, Fraction]:
        return {account: amount for account, amount in self.balances.items() if amount}


def pay(person: str) -> Account:
    return ("pay", person, "")


def company(rule: str) -> Account:
    return ("company", rule, "")


def cent(amount: Fraction) -> Fraction:
    """To the fen, half up."""
    return half_up(amount, 2)


def fraction(number: Any) -> Fraction:
    return Fraction(0 if number is None else number)


def apportion(amount: Fraction, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """An amount in proportion to weights, to the fen and adding up; fen left over go to the largest fractions, then by id."""
    total = sum(weights.values())
    exact = {key: amount * 100 * weight / total for key, weight in weights.items()}
    parts = {key: share.numerator // share.denominator for key, share in exact.items()}
    short = int(amount * 100) - sum(parts.values())
    for key in sorted(parts, key=lambda key: (parts[key] - exact[key], key))[:short]:
        parts[key] += 1
    return {key: Fraction(fen, 100) for key, fen in parts.items()}


# --- what is recorded of a person --------------------------------------------------------------------------------
def employed(books: Books, run: Run) -> dict[str, list[dt.date]]:
    """The days of the period on which each person was employed."""
    days = [run.period.start + ONE_DAY * i for i in range(run.period.days)]
    found = {}
    for row in books.rows("people"):
        hired, left = row.get("hired_on") or dt.date.min, row.get("left_on") or dt.date.max
        found[row["person"]] = [day for day in days if hired <= day <= left]
    return found


def present(books: Books, run: Run) -> dict[str, list[dt.date]]:
    """The days that count for proration."""
    held, proration = employed(books, run), run.rules.get("proration", "employed")
    if proration == "none":
        return {person: days[-1:] for person, days in held.items()}
    away = books.by("leaves", "person") if proration == "present" else {}
    return {person: [day for day in days if not _away(away.get(person, ()), day)] for person, days in held.items()}


def _away(leaves: Iterable[Row], day: dt.date) -> bool:
    return any(row["from_on"] <= day <= row["until_on"] and not row.get("statutory") for row in leaves)


def bases(books: Books, run: Run, kind: str) -> dict[str, Fraction]:
    """Everybody's base amount of the period, not rounded."""
    recorded, counted = books.by("bonuses", "person", "kind"), present(books, run)
    by = 1 if run.rules.get("proration") == "none" else run.period.days
    found = {}
    for person in people(run):
        rows = sorted(recorded.get((person, kind), ()), key=lambda row: row["from_on"])
        days = Counter(_in_force(rows, day) for day in counted[person])
        found[person] = sum((fraction(amount) * count for amount, count in days.items()), Fraction(0)) / by
    return found


def _in_force(rows: Sequence[Row], day: dt.date) -> Decimal:
    amount: Decimal = [row["amount"] for row in rows if row["from_on"] <= day][-1]
    return amount


def people(run: Run, *, with_grade: bool = False) -> dict[str, Row]:
    return {row["person"]: row for row in run.results if row.get("grade") or not with_grade}
