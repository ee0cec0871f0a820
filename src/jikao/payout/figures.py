"""Numbers together with the figures they come from, in neutral notation: ``4000.00 × 46/91 = 2021.98``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from jikao.payout import money
from jikao.scheme.number import half_up, plain_number


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


def comes_to(figures: str, exact: Fraction, amount: int) -> str:
    """Figures, the fen they come to exactly, and the whole fen posted, which sharing out may have rounded the other way:
    ``1000.00 × 60.00 ÷ 315 ≈ 190.4762 → 190.47``.
    """
    if money.part(1, exact) == amount:
        return equals(figures, amount)
    return f"{figures} {equal_sign(exact / money.FEN, _PLACES)} {plain_number(half_up(exact / money.FEN, _PLACES))} → {money.yuan(amount)}"


def rounded(number: Fraction) -> str:
    """A number to divide by, marked where it had to be rounded for the eye: ``315``, ``≈106.666667``."""
    said = plain_number(number)
    return said if Fraction(said) == number else f"≈{said}"


def equal_sign(exact: Fraction, places: int) -> str:
    """``=`` when so many decimals say it all, else ``≈``."""
    return "=" if (exact * 10**places).denominator == 1 else "≈"


_PLACES = 4
"""Decimals of yuan shown where the fen posted is not the nearest one."""
