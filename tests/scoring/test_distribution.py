"""Forced distribution by largest remainder: the worked examples of the field."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.model import Distribution
from jikao.scoring.distribution import quota_rows, quotas

TWO_SEVEN_ONE = [Fraction(20, 100), Fraction(70, 100), Fraction(10, 100)]
THREE_SIX_ONE = [Fraction(30, 100), Fraction(60, 100), Fraction(10, 100)]


@pytest.mark.parametrize(("people", "heads"), [(3, [1, 2, 0]), (7, [1, 5, 1]), (8, [2, 5, 1]), (10, [2, 7, 1])])
def test_two_seven_one(people: int, heads: list[int]) -> None:
    assert quotas(TWO_SEVEN_ONE, people) == heads


@pytest.mark.parametrize(("people", "heads"), [(3, [1, 2, 0]), (5, [2, 3, 0]), (7, [2, 4, 1]), (10, [3, 6, 1])])
def test_three_six_one_gives_a_tie_of_remainders_to_the_better_grade(people: int, heads: list[int]) -> None:
    assert quotas(THREE_SIX_ONE, people) == heads


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6), st.integers(0, 500))
def test_quotas_always_sum_to_the_heads(weights: list[int], people: int) -> None:
    shares = [Fraction(w, sum(weights)) for w in weights]
    assert sum(quotas(shares, people)) == people


def rule(**more: object) -> Distribution:
    grades = [{"grade": "A", "share": "20"}, {"grade": "B", "share": "70"}, {"grade": "C", "share": "10"}]
    return Distribution.model_validate({"quotas": grades, **more})


def test_it_is_off_unless_the_scheme_says_so() -> None:
    assert quota_rows(rule(), [20]) == []


def test_small_groups_are_not_advised_on() -> None:
    assert quota_rows(rule(on=True), [9]) == []


def test_advice_goes_by_rank_so_that_equal_totals_get_equal_advice() -> None:
    assert quota_rows(rule(on=True), [10]) == [(10, 2, 1, "A"), (10, 9, 3, "B"), (10, 10, 10, "C")]
