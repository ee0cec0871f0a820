"""Totals near a rounding edge are settled in exact fractions: thirds that sum to a tie are that tie."""

from __future__ import annotations

from pathlib import Path

import duckdb

from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period
from jikao.scheme.rules import rules_of
from jikao.scoring.run import score

IDENTITY = [{"from": "0", "score": "0", "to": "100"}]


def total(tmp_path: Path, counts: list[tuple[int, int]]) -> int:
    """The total of equally weighted rates num/den."""
    items = [
        {"id": f"r{i}", "title": "r", "measure": {"use": "observed_rate", "code": f"r{i}"}, "curve": IDENTITY} for i in range(len(counts))
    ]
    words = {
        "scheme": "t", "version": "1", "title": "t", "valid_from": "2024-01-01", "period": "month",
        "sections": [{"id": "all", "title": "all", "indicators": items}],
    }  # fmt: skip
    store = Store.create(tmp_path / "store")
    import_rows(store, "people", [{"person": "甲"}], origin="t")
    rows = [
        {"person": "甲", "code": f"r{i}", "measured_on": "2024-01-15", "numerator": str(n), "denominator": str(d)}
        for i, (n, d) in enumerate(counts)
    ]
    import_rows(store, "observations", rows, origin="t")
    score(rules_of(Scheme.model_validate(words)), store.snapshot(), [parse_period("2024-01")], tmp_path / "out")
    return int(duckdb.sql(f"SELECT total FROM '{tmp_path / 'out' / 'results.parquet'}'").fetchall()[0][0])


def test_thirds_that_sum_to_exactly_half_a_hundredth_round_up(tmp_path: Path) -> None:
    # three rates of 20001/60000 each: every mark is 33.335 exactly, every share a third of it; the total is 33.335 -> 33.34
    assert total(tmp_path, [(20001, 60000)] * 3) == 3334


def test_sevenths_and_ninths_that_sum_to_a_tie_round_up(tmp_path: Path) -> None:
    # 1/7 + 6/7 of the way: marks are endless decimals, their mean is exactly 50.005
    assert total(tmp_path, [(1, 7), (600_070 - 100_000, 700_000)]) == 4286


def test_just_below_a_tie_rounds_down(tmp_path: Path) -> None:
    assert total(tmp_path, [(500_049_999, 1_000_000_000)]) == 5000
