"""Sharing within floors and caps, to the fen."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jikao.payout.allot import allot


@pytest.mark.parametrize(
    ("amount", "weights", "floor", "cap", "parts", "left"),
    [
        (10_000, [1, 1, 1], 0, None, [3334, 3333, 3333], 0),
        (10_000, [10, 1, 1], 0, 4000, [4000, 3000, 3000], 0),
        (10_000, [10, 1, 1], 2000, None, [6000, 2000, 2000], 0),
        (10_000, [6, 3, 1], 2000, 5000, [5000, 3000, 2000], 0),
        (10_000, [8, 3, 1], 0, 4000, [4000, 4000, 2000], 0),
        (10_000, [10, 1, 1], 0, 2000, [2000, 2000, 2000], 4000),
        (10_000, [1, 0], 0, 4000, [4000, 0], 6000),
        (10_000, [1, 0], 500, None, [9500, 500], 0),
        (10_000, [0, 0], 100, None, [100, 100], 9800),
        (300, [5, 1, 1], 100, 200, [100, 100, 100], 0),
        (0, [1, 2], 0, None, [0, 0], 0),
        (0, [], 0, None, [], 0),
        (5, [], 0, None, [], 5),
        (100, [Fraction(1, 3), Fraction(2, 7)], 0, None, [54, 46], 0),
    ],
)
def test_the_rest_is_shared_again_among_those_within_the_bounds(amount, weights, floor, cap, parts, left):
    found = allot(amount, weights, floor, cap)
    assert (found.parts, found.left) == (parts, left)


@given(
    amount=st.integers(0, 10**9), weights=st.lists(st.fractions(0, 1000, max_denominator=90), max_size=9), floor=st.integers(0, 10**7),
    room=st.none() | st.integers(0, 10**8),
)  # fmt: skip
def test_parts_add_up_keep_within_the_bounds_and_go_by_weight(amount, weights, floor, room):
    assume(floor * len(weights) <= amount)
    cap = None if room is None else floor + room
    found = allot(amount, weights, floor, cap)
    assert sum(found.parts) + found.left == amount
    assert all(floor <= part and (cap is None or part <= cap) for part in found.parts)
    if any(weight and (cap is None or part < cap) for weight, part in zip(weights, found.parts, strict=True)):
        assert found.left == 0
    each = found.rest / found.weight if found.weight else Fraction(0)
    for weight, part in zip(weights, found.parts, strict=True):
        level = max(Fraction(floor), each * weight if cap is None else min(Fraction(cap), each * weight))
        assert abs(part - level) < 1
    ordered = [part for _, part in sorted(zip(weights, found.parts, strict=True), key=lambda pair: pair[0])]
    assert all(after >= before - 1 for before, after in pairwise(ordered))
