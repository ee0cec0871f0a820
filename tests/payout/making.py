"""Runs and facts for tests of pay, in a few words each: money in yuan as text, days as ``2024-05-01``."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from jikao.payout import money
from jikao.payout.facts import Base, Budget, Facts, Leave, Person, Record, Result, RunFacts, Violation
from jikao.payout.ledger import Book, Opening
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period
from jikao.scheme.read import Reading, read

_T = TypeVar("_T")
_K = TypeVar("_K")

TEXT = """\
scheme: {name}
version: "1.0"
title: {{zh: 试验, en: Trial}}
valid_from: 2010-01-01
period: {period}
sections:
  - id: work
    title: {{zh: 工作, en: Work}}
    weight: 100
    indicators:
      - id: rated
        title: {{zh: 评分, en: Rated}}
        measure: rating
        weight: 100
        curve: [{{from: 0, score: 0, to: 100}}]
grades:
  bands:
    - {{id: A, title: A, from: 90}}
    - {{id: B, title: B, from: 70}}
    - {{id: C, title: C, from: 60}}
    - {{id: D, title: D, from: 40}}
    - {{id: E, title: E, from: 0}}
payout: {payout}
"""
"""A scheme with the grades A to E (``bands``) and one indicator that the superior rates."""


def reading(payout: str, *, name: str = "trial", period: str = "quarter") -> Reading:
    """The trial scheme with this payout, in the flow style of YAML, as read; with its problems."""
    return read(TEXT.format(name=name, period=period, payout=payout), f"{name}.yaml")


def scheme(payout: str, *, name: str = "trial", period: str = "quarter") -> Scheme:
    """The trial scheme with this payout; it must have no problems but holes."""
    found = reading(payout, name=name, period=period)
    said = [(p.code, p.what("en")) for p in found.problems if p.code != "scheme.unset"]
    assert found.scheme is not None, said
    assert said == []
    return found.scheme


def run(
    of: Scheme, period: str, results: Mapping[str, tuple[str, str | None, str | None]], violations: Iterable[Violation] = (),
    *, positions: Mapping[str, str] | None = None, name: str = "R1",
) -> RunFacts:  # fmt: skip
    """A run. ``results``: person → department, total ("92.50" or ``None``), grade; the state follows from the total."""
    held = positions or {}
    found = {who: _result(who, department, held.get(who, ""), total, grade) for who, (department, total, grade) in results.items()}
    broken = sorted(violations, key=lambda v: (v.happened_on, v.fact))
    return RunFacts(name, of, parse_period(period), found, _by(broken, lambda v: v.person))


def _result(who: str, department: str, position: str, total: str | None, grade: str | None) -> Result:
    hundredths = None if total is None else int(Decimal(total) * 100)
    return Result(who, department, position, hundredths, grade, "scored" if total is not None else "insufficient")


def fen(yuan: str) -> int:
    """``8000`` and ``833.33`` as fen."""
    return money.fen(Decimal(yuan))


def day(text: str) -> dt.date:
    """A day."""
    return dt.date.fromisoformat(text)


def person(who: str, department: str = "", hired: str | None = None, left: str | None = None, position: str = "") -> Person:
    """Somebody, and the days between which they were employed."""
    return Person(f"people/{who}", _AT, who, who, department, position, _maybe(hired), _maybe(left))


def base(who: str, amount: str, since: str = "2010-01-01", kind: str = "bonus_base") -> Base:
    """A recorded amount from a day on."""
    return Base(f"bonuses/{who}|{kind}|{since}", _AT, who, kind, day(since), fen(amount))


def leave(who: str, first: str, last: str, *, statutory: bool = False) -> Leave:
    """Days off."""
    return Leave(f"leaves/{who}|{first}", _AT, who, day(first), day(last), statutory)


def violation(no: str, who: str, severity: str, on: str, state: str = "verified", share: str | None = None) -> Violation:
    """A violation; ``share`` as "1.5%" of one: "0.015"."""
    return Violation(f"violations/{no}", ("I1", 7), who, day(on), severity, None if share is None else Fraction(share), state)


def budget(of: Scheme, amount: str, since: str, department: str = "*") -> Budget:
    """Money set aside for a scheme's bonus of the period that begins that day."""
    return Budget(f"budgets/{of.scheme}|{department}|{since}", _AT, of.scheme, department, day(since), fen(amount))


_AT = ("I1", 2)


def facts(
    *, people: Iterable[Person] = (), bases: Iterable[Base] = (), leaves: Iterable[Leave] = (), budgets: Iterable[Budget] = (), **more: Any
) -> Facts:
    """Facts, each list keyed and ordered as the reader orders them. ``more``: fields of ``Facts`` as they are."""
    ordered = sorted(bases, key=lambda b: (b.person, b.kind, b.from_on))
    return Facts(
        people={p.person: p for p in people},
        bases=_by(ordered, lambda b: (b.person, b.kind)),
        leaves=_by(sorted(leaves, key=lambda x: (x.person, x.from_on)), lambda x: x.person),
        budgets=sorted(budgets, key=lambda b: (b.scheme, b.department, b.from_on)),
        origins={"I1": "rows.csv"},
        **more,
    )


def _by(records: Iterable[_T], key: Callable[[_T], _K]) -> dict[_K, list[_T]]:
    grouped: defaultdict[_K, list[_T]] = defaultdict(list)
    for record in records:
        grouped[key(record)].append(record)
    return dict(grouped)


def _maybe(text: str | None) -> dt.date | None:
    return None if text is None else day(text)


Post = Callable[[RunFacts, Facts, Book], None]


def posted(post: Post, of: RunFacts, known: Facts, opening: Opening | None = None) -> Book:
    """The book a family of rules writes for one run."""
    book = Book(opening or Opening())
    post(of, known, book)
    return book


def moved(book: Book, kind: str = "pay") -> dict[str, str]:
    """The balances of one kind of account by owner (``owner/part`` where there is a part), in yuan."""
    return {"/".join(x for x in account[1:] if x): money.yuan(amount) for account, amount in book.balances(kind).items()}


def codes(book: Book) -> list[str]:
    """The codes of the problems found."""
    return [problem.code for problem in book.problems]


def facts_of(*records: Record) -> tuple[str, ...]:
    """The names of records, as entries cite them."""
    return tuple(record.fact for record in records)
