"""Rules as whole numbers: nothing is rounded, and what does not fit is named before a run."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests import samples

from jikao.scheme.model import Scheme
from jikao.scheme.number import NANO
from jikao.scheme.rules import Rules, rules_of
from jikao.scoring.tables import FAR, common_unit, rule_tables, unfit


def rules(*indicators: dict[str, object]) -> Rules:
    section = {"id": "all", "title": "all", "indicators": list(indicators)}
    words = {"scheme": "t", "version": "1", "title": "t", "valid_from": "2024-01-01", "period": "month", "sections": [section]}
    return rules_of(Scheme.model_validate(words))


def rated(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "title": name, "measure": "rating", "curve": [{"score": "0", "to": "100"}], **more}


@pytest.mark.parametrize("preset", samples.PERIODS)
def test_every_preset_fits(preset: str) -> None:
    assert unfit(samples.rules(preset)) == []


def test_three_equal_items_are_thirds_of_one_unit() -> None:
    made = rules(rated("a"), rated("b"), rated("c"))
    assert common_unit(made) == 3
    assert [row[4] for row in rule_tables(made).lines] == [100, 100, 100]


def test_a_tier_is_looked_up_in_millionths_and_worth_billionths() -> None:
    tiers = [{"from": "90%", "score": "10"}, {"from": "0", "score": "2"}]
    made = rules({"id": "plan", "title": "p", "points": "100", "measure": "plan_on_time_rate", "curve": tiers})
    assert [row[1:5] for row in rule_tables(made).clauses] == [(0, 900_000, 0, 2 * NANO), (900_000, FAR, 1, 10 * NANO)]


def test_an_upper_end_that_is_included_moves_the_range_by_one_millionth() -> None:
    tiers = [{"upto": "15min", "score": "100"}, {"above": "15min", "score": "0"}]
    made = rules({"id": "t", "title": "t", "measure": "resolution_time", "curve": tiers})
    assert [row[1:3] for row in rule_tables(made).clauses] == [(-FAR, 900_000_001), (900_000_001, FAR)]


def test_a_slope_is_a_reduced_fraction_and_ends_where_the_clamp_is_met() -> None:
    made = rules({"id": "d", "title": "d", "points": "100", "measure": "deductions", "curve": [{"from": "0", "score": "40", "each": "-5"}]})
    (row,) = rule_tables(made).clauses
    assert row[6:] == (8 * NANO, 5, 1, False)


def test_the_guard_covers_every_division() -> None:
    assert rule_tables(rules(rated("a"), rated("b"), rated("c"))).guard >= 3 + Fraction(2)


def test_shares_too_fine_for_64_bits_are_named() -> None:
    parts = [rated(f"i{n}", weight=w) for n, w in enumerate(["0.000007", "99.999993"])]
    assert [p.code for p in unfit(rules(*parts))] == ["rules.too-fine"] * 2
