"""Numbers together with the figures they come from, in neutral notation: ``4000.00 × 46/91 = 2021.98``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from jikao.payout import money
from jikao.scheme.number import plain_number


@dataclass(frozen=True, slots=True)
class Factor:
    """A number to multiply by, and its figures; without figures it is 1 and nobody need say so."""

    exact: Fraction = Fraction(1)
    figures: str = ""

    def __mul__(self, other: Factor) -> Factor:
        return Factor(self.exact * other.exact, product(self.figures, other.figures))

    def __truediv__(self, number: Decimal) -> Factor:
        return Factor(self.exact / Fraction(number), f"{self.figures} ÷ {plain_number(number)}")


@lru_cache(maxsize=1024)
def plain(number: Decimal) -> Factor:
    """A number as it stands in the scheme."""
    return Factor(Fraction(number), plain_number(number))


def product(*figures: str) -> str:
    """Figures multiplied with each other, those that say nothing left out."""
    return " × ".join(part for part in figures if part)


def equals(figures: str, amount: int) -> str:
    """Figures and the fen they come to; said once when they are the same."""
    said = money.yuan(amount)
    return said if figures == said else f"{figures} = {said}"
