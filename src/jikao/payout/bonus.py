"""A bonus somebody gets under a rule with a floor and a cap, and paying it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout import money
from jikao.payout.facts import Result, RunFacts
from jikao.payout.ledger import Account, Book
from jikao.scheme.model import BonusPool, PerformanceBonus


@dataclass(frozen=True, slots=True)
class Bonus:
    """What somebody gets, in fen, and how it comes to be."""

    result: Result
    amount: int
    formula: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Floor and cap of a person's bonus, in fen."""

    floor: int
    cap: int | None

    @classmethod
    def of(cls, rule: PerformanceBonus | BonusPool) -> Bounds:
        """Those a rule states."""
        return cls(money.fen(rule.floor), None if rule.cap is None else money.fen(rule.cap))

    def keep(self, exact: Fraction, figures: str) -> tuple[Fraction, str]:
        """An amount within the bounds; the figures name the one that holds."""
        if exact < self.floor:
            return Fraction(self.floor), f"max({money.yuan(self.floor)}, {figures})"
        if self.cap is not None and exact > self.cap:
            return Fraction(self.cap), f"min({money.yuan(self.cap)}, {figures})"
        return exact, figures


def give(run: RunFacts, book: Book, rule: str, bonuses: Sequence[Bonus]) -> None:
    """Pay bonuses; they are performance pay of the month the run ends in."""
    period, month, scheme = str(run.period), run.month, run.scheme.scheme
    for bonus in bonuses:
        person = bonus.result.person
        book.move(
            period, rule, scheme, person,
            giver=Account("company", rule), taker=Account("pay", person), amount=bonus.amount, formula=bonus.formula, sources=bonus.sources,
        )  # fmt: skip
        book.earned[person, month] += bonus.amount
