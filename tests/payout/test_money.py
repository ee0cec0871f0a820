"""Whole fen: one rounding, and splits that add up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.payout import money


@pytest.mark.parametrize(
    ("amount", "share", "part"),
    [
        (800_000, Fraction(3, 100), 24_000), (1, Fraction(1, 2), 1), (3, Fraction(1, 2), 2), (1, Fraction(49, 100), 0),
        (-1, Fraction(1, 2), -1), (-3, Fraction(1, 6), -1), (3, Fraction(-1, 6), -1), (0, Fraction(1, 3), 0), (400_000, Fraction(46, 91), 202_198),
    ],
)  # fmt: skip
def test_a_share_is_rounded_half_away_from_nought(amount, share, part):
    assert money.part(amount, share) == part


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)], [17, 33, 50]),
        (-100, [1, 1, 1], [-33, -33, -34]),
        (2, [1, 1, 1], [1, 1, 0]),
        (5, [0, 1], [0, 5]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_a_split_goes_by_largest_remainders_then_by_order(amount, weights, parts):
    assert money.split(amount, weights) == parts


def test_nothing_can_be_split_by_no_weight():
    with pytest.raises(ValueError, match="nothing to split by"):
        money.split(1, [0, 0])


@given(amount=st.integers(-(10**12), 10**12), weights=st.lists(st.fractions(0, 10**6, max_denominator=10**4), min_size=1, max_size=9))
def test_a_split_adds_up_and_is_within_a_fen_of_exact(amount, weights):
    whole = sum(weights)
    if not whole:
        return
    parts = money.split(amount, weights)
    assert sum(parts) == amount
    assert all(abs(part - amount * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))


def test_money_is_written_with_two_decimals_and_shares_as_percentages():
    assert [money.yuan(amount) for amount in (0, 5, -5, 123_405, -123_405)] == ["0.00", "0.05", "-0.05", "1234.05", "-1234.05"]
    assert [money.percent(share) for share in (Fraction(1, 40), Decimal("0.05"), Fraction(1), Fraction(0))] == ["2.5%", "5%", "100%", "0%"]
    assert (money.fen(Decimal("833.33")), money.fen(Fraction(1, 3))) == (83_333, 33)
