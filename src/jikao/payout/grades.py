"""Quarterly bonus by grade, and what grades lose shared among those who earned it (F9, A31-A34, S8.24-29, AMB-9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from jikao.payout import money
from jikao.payout.facts import Facts, Result, RunFacts
from jikao.payout.figures import comes_to
from jikao.payout.ledger import Account, Book
from jikao.payout.presence import Presence
from jikao.payout.standing import Standing
from jikao.scheme.model import GradeAmount, Redistribution


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Credit everybody's bonus, apply what the grades do to it, then share what was given."""
    payout = run.scheme.payout
    if not payout.grades:
        return
    presence = Presence(run, facts, book)
    work = _Bonuses(run, book)
    graded = work.graded()
    for result, effect in graded:
        base = presence.recorded(result.person, payout.grade_base)
        if base is not None:
            work.give("grade_base", result, base.amount, base.formula, base.sources)
            work.apply(effect, result, base.amount)
    if payout.redistribution is not None:
        work.redistribute(payout.redistribution, graded)


class _Bonuses:
    """The bonuses of one run."""

    def __init__(self, run: RunFacts, book: Book) -> None:
        self._book, self._standing, self._results = book, Standing(run, "grade_base", book), run.results
        self._period, self._scheme = str(run.period), run.scheme.scheme
        self._sharing = run.scheme.payout.redistribution
        self._effects = {effect.grade: effect for effect in run.scheme.payout.grades}
        self._carried = {pool: held for pool, held in book.balances("pool").items() if pool.owner == self._scheme}
        """What earlier periods left in the pools."""
        self._givers: Counter[Account] = Counter()
        """How many people gave to each pool in this run."""
        self._amounts = {grade: money.fen(money.filled(effect.amount)) for grade, effect in self._effects.items()}

    def graded(self) -> list[tuple[Result, GradeAmount]]:
        """Everybody with a grade and what it does, in the order of the people."""
        found = [(result, self._standing.grade(result, self._effects)) for _, result in sorted(self._results.items())]
        return [(result, self._effects[grade]) for result, grade in found if grade is not None]

    def apply(self, effect: GradeAmount, result: Result, bonus: int) -> None:
        """What the grade does to a person's bonus, which it never takes below 0 (A34)."""
        amount = self._amounts[effect.grade]
        if effect.withheld:
            self._take("withheld", result, bonus, f"−{money.yuan(bonus)}", _company("withheld"))
        elif amount > 0:
            self.give("grade_effect", result, amount, money.yuan(amount), (self._standing.source(result),))
        elif amount < 0:
            taken = min(-amount, bonus)
            formula = f"−min({money.yuan(-amount)}, {money.yuan(bonus)}) = −{money.yuan(taken)}"
            pooled = self._sharing if effect.gives else None
            self._take("grade_effect", result, taken, formula, self._pool(result) if pooled else _company("grade_effect"))
            if pooled:
                self._count(pooled, result, -amount, taken)

    def redistribute(self, sharing: Redistribution, graded: Sequence[tuple[Result, GradeAmount]]) -> None:
        """Share each pool: what it holds ÷ heads each; what does not divide stays in it and is part of the next X."""
        getting: dict[Account, list[Result]] = {pool: [] for pool in (*self._carried, *map(self._pool, self._results.values()))}
        for result, effect in graded:
            if effect.gets_share:
                getting[self._pool(result)].append(result)
        for pool, heads in sorted(getting.items()):
            held = self._book.balance(pool)
            if held <= 0:
                continue
            if heads:
                self._share(pool, held, heads)
            elif sharing.nobody == "keep":
                self._move("kept", pool.part, pool, _company("kept"), held, money.yuan(held), ())

    def give(self, rule: str, result: Result, amount: int, formula: str, sources: Sequence[str]) -> None:
        """From the company to a person."""
        self._move(rule, result.person, _company(rule), Account("pay", result.person), amount, formula, sources)

    def _take(self, rule: str, result: Result, amount: int, formula: str, taker: Account) -> None:
        self._move(rule, result.person, Account("pay", result.person), taker, amount, formula, (self._standing.source(result),))

    def _count(self, sharing: Redistribution, result: Result, stated: int, taken: int) -> None:
        """Who gave; where X counts the stated amount, the company adds what the bonus did not cover."""
        fixed = sharing.counts == "fixed"
        self._givers[self._pool(result)] += 1 if taken or fixed else 0
        if fixed:
            self._complete(result, stated, taken)

    def _complete(self, result: Result, stated: int, taken: int) -> None:
        formula = f"{money.yuan(stated)} − {money.yuan(taken)} = {money.yuan(stated - taken)}"
        source = self._standing.source(result)
        self._move("redistribution", result.person, _company("redistribution"), self._pool(result), stated - taken, formula, (source,))

    def _share(self, pool: Account, held: int, heads: Sequence[Result]) -> None:
        each = held // len(heads)
        formula = comes_to(f"X {self._x(pool, held)} ÷ Y {len(heads)}", Fraction(held, len(heads)), each)
        for result in heads:
            self._move(
                "redistribution", result.person, pool, Account("pay", result.person), each, formula, (self._standing.source(result),)
            )

    def _x(self, pool: Account, held: int) -> str:
        """What a pool holds, with the number of people who gave it and apart from what was carried over: ``2500.00 (3)``."""
        carried = self._carried.get(pool, 0)
        given = f"{money.yuan(held - carried)} ({self._givers[pool]})"
        return f"({given} + {money.yuan(carried)})" if carried else given

    def _pool(self, result: Result) -> Account:
        together = self._sharing is None or self._sharing.within == "everybody"
        return Account("pool", self._scheme, "" if together else result.department)

    def _move(self, rule: str, subject: str, giver: Account, taker: Account, amount: int, formula: str, sources: Sequence[str]) -> None:
        self._book.move(
            self._period, rule, self._scheme, subject, giver=giver, taker=taker, amount=amount, formula=formula, sources=sources,
        )  # fmt: skip


def _company(rule: str) -> Account:
    return Account("company", rule)
