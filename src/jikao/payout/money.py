"""Money is whole fen. Shares of it are exact fractions, rounded once, half up; what is split adds up to the fen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from jikao.scheme.number import Unset, half_up

FEN = 100
"""Fen in a yuan."""


def fen(yuan: Decimal | Fraction | int) -> int:
    """Yuan as whole fen, half up."""
    return int(half_up(Fraction(yuan) * FEN, 0))


def filled(number: Decimal | Unset) -> Fraction:
    """A number of the payout rules that must not be open; runs with such holes are refused before pay (AMB-20)."""
    assert not isinstance(number, Unset)  # noqa: S101 - reading.read_run saw to it
    return Fraction(number)


def part(amount: int, share: Fraction) -> int:
    """A share of an amount of fen, half up."""
    whole = 2 * abs(amount * share.numerator)
    rounded = (whole + share.denominator) // (2 * share.denominator)
    return -rounded if (amount < 0) != (share < 0) else rounded


def split(amount: int, weights: Sequence[Fraction | int]) -> list[int]:
    """An amount of fen in proportion to weights ≥ 0, by largest remainders; equal remainders go to the earlier ones.

    The parts add up to ``amount`` exactly. Raises ``ValueError`` when all weights are 0 and there is something to split.
    """
    whole, _ = whole_numbers(weights)
    total = sum(whole)
    if not total:
        if amount:
            raise ValueError("nothing to split by")
        return [0] * len(whole)
    exact = [divmod(amount * weight, total) for weight in whole]
    parts = [whole_fen for whole_fen, _ in exact]
    missing = amount - sum(parts)
    for i in sorted(range(len(parts)), key=lambda i: (-exact[i][1], i))[:missing]:
        parts[i] += 1
    return parts


def total(shares: Sequence[Fraction]) -> Fraction:
    """The sum of shares, exactly; faster than adding fractions one by one."""
    whole, scale = whole_numbers(shares)
    return Fraction(sum(whole), scale)


def whole_numbers(weights: Sequence[Fraction | int]) -> tuple[list[int], int]:
    """Weights as whole numbers in the same proportion, and the number each of them was multiplied by."""
    scale = math.lcm(*{weight.denominator for weight in weights})
    return [weight.numerator * (scale // weight.denominator) for weight in weights], scale


def yuan(amount: int) -> str:
    """Fen as people write money: ``-1234.05``."""
    sign, whole = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{whole // FEN}.{whole % FEN:02d}"


def said(amounts: Mapping[str, int]) -> dict[str, str]:
    """Amounts by name, as people write money."""
    return {name: yuan(amount) for name, amount in amounts.items()}


@lru_cache(maxsize=10_000)
def percent(share: Decimal | Fraction) -> str:
    """A share as a percentage: ``2.5%``."""
    hundredths = half_up(Fraction(share) * 100, 6).normalize()
    return f"{hundredths:f}%"
