"""A bonus somebody gets under a rule with a floor and a cap, and paying it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout import money
from jikao.payout.allot import Allotment
from jikao.payout.facts import Result, RunFacts
from jikao.payout.figures import Factor, comes_to, product, rounded
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

    def formulas(self, amount: int, weights: Sequence[Factor], shared: Allotment) -> Iterator[str]:
        """How the parts of an amount shared within these bounds come to be; what others got at their bound is taken off first.

        ``(100000.00 − 20000.00) × 85.50 × 1.2 ÷ 640.5 = 12814.99``; ``amount`` in fen, figures in yuan.
        """
        whole, taken, weight = money.yuan(amount), amount - shared.rest, shared.weight or Fraction(1)
        rest, by, each = f"({whole} − {money.yuan(taken)})" if taken else whole, rounded(weight), shared.rest / weight
        for own, part in zip(weights, shared.parts, strict=True):
            exact, figures = self.keep(each * own.exact, f"{product(rest, own.figures)} ÷ {by}")
            yield comes_to(figures, exact, part)


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
