"""No pay case passes in vain: every wrong expectation of it is a miss that says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import jikao
from jikao.cases import Case, run_case
from jikao.cases.company import Day
from jikao.cases.form import Pay, Payday
from jikao.cases.outcome import Miss
from jikao.cases.paid import _sealing_misses

PRESETS = Path(jikao.__file__).parent / "presets"

BASE = {"person": "甲", "kind": "bonus_base", "from_on": "2024-01-01", "amount": "8000"}
RIGHT = {"甲": {"conduct": "400.00", "conduct.2024-06": "400", "redistribution": "N/A", "total": "400.00", "paid": "400.00"}}


def misses(pay: dict[str, Any], preset: str = "s8-conduct", **case: Any) -> list[Miss]:
    """How a month of one person without violations goes, whose bonus is 5 % of 8,000."""
    text = (PRESETS / preset / "scheme.yaml").read_text(encoding="utf-8")
    evidence = {"bonuses": [BASE], "violations": []}
    said = {"case": "一个月", "period": "2024-06", "people": {"甲": {}}, "evidence": evidence, **case}
    return list(run_case(text, Case.model_validate(said | {"pay": pay}), "scheme.yaml").misses)


def test_a_right_expectation_is_met() -> None:
    assert misses({"expect": RIGHT, "accounts": {"company/conduct": "-400.00", "pay/甲": "0.00", "pool/s8-points": "N/A"}}) == []


def test_every_wrong_figure_is_a_miss_of_its_own() -> None:
    wrong = {"conduct": "400.01", "conduct.2024-05": "400.00", "redistribution": "0.00", "paid": "N/A", "withheld": "0.01"}
    accounts = {"company/conduct": "400.00", "pool/s8-points": "0.00", "paid/乙": "400.00"}
    assert misses({"expect": {"甲": wrong, "乙": {"total": "0.00"}}, "accounts": accounts}) == [
        Miss("pay 甲.conduct", "400.01", "400.00"),
        Miss("pay 甲.conduct.2024-05", "400.00", "N/A"),
        Miss("pay 甲.redistribution", "0.00", "N/A"),
        Miss("pay 甲.paid", "N/A", "400.00"),
        Miss("pay 甲.withheld", "0.01", "0.00"),
        Miss("pay 乙.total", "0.00", "N/A"),
        Miss("pay company/conduct", "400.00", "-400.00"),
        Miss("pay pool/s8-points", "0.00", "N/A"),
        Miss("pay paid/乙", "400.00", "N/A"),
    ]


def test_a_problem_nobody_expects_is_a_miss() -> None:
    found = misses({"expect": RIGHT}, evidence={"bonuses": [], "violations": []})
    assert [miss.where for miss in found] == ["pay problems", "pay expect"]
    assert "payout.no-base" in found[0].got


def test_a_problem_expected_in_vain_is_a_miss() -> None:
    assert misses({"problems": ["payout.no-base"], "expect": RIGHT}) == [Miss("pay problems", "payout.no-base", "—")]


def test_expected_problems_do_not_excuse_others() -> None:
    found = misses({"problems": ["payout.no-base"], "approver": ""}, evidence={"bonuses": [], "violations": []})
    assert [miss.where for miss in found] == ["pay problems"]
    assert "batch.no-approver" in found[0].got
    assert "payout.no-base" not in found[0].got


def test_a_batch_made_again_is_no_new_one_and_a_new_one_is_not_made_again() -> None:
    assert misses({"again": True}) == [Miss("pay written", "no", "yes")]
    assert misses({"expect": RIGHT, "then": [{"expect": RIGHT}]}) == [Miss("pay.then.1 written", "yes", "no")]
    assert misses({"expect": RIGHT, "then": [{"again": True}]}) == []


def test_a_file_of_a_closed_batch_that_changed_is_a_miss() -> None:
    step, day = Payday(), Day((), Path("pay/b"))
    assert list(_sealing_misses(step, "pay", day, {"a": b"1"}, {"a": b"1", "b": b"2"})) == []
    changed = list(_sealing_misses(step, "pay", day, {"a": b"1"}, {"a": b"0", "b": b"2"}))
    assert changed == [Miss("pay closed batches unchanged", "yes", "no")]


def test_a_correction_without_a_batch_to_correct_is_refused() -> None:
    found = misses({"corrects": True, "reason": "重算", "expect": RIGHT})
    assert "batch.corrects-unknown" in found[0].got


def test_a_setting_another_scheme_does_not_have_is_a_miss() -> None:
    found = misses({"also": {"s8-points": {"no_such": "1"}}, "expect": RIGHT})
    assert [miss.where for miss in found] == ["pay.also"]


def test_an_order_nobody_recorded_is_a_miss() -> None:
    pay = {"expect": RIGHT, "orders": {"R1": {"state": "settled"}}}
    assert misses(pay) == [Miss("pay R1", "{'state': 'settled'}", "N/A")]


def test_the_first_step_is_the_case_itself() -> None:
    pay = Pay.model_validate({"expect": RIGHT, "then": [{"period": "2024-07"}]})
    assert [step.period for step in pay.steps] == ["", "2024-07"]


@pytest.mark.parametrize(
    ("preset", "settings", "price", "where"),
    [
        ("s5-output-value", {"profit_share": "sample", "expense_share": "sample"}, {"cost": "65000", "value": "100000"}, []),
        (
            "s5-output-value",
            {"profit_share": "sample", "expense_share": "sample"},
            {"cost": "65000", "value": "100000.01"},
            ["price.value"],
        ),
        (
            "s5-output-value",
            {"profit_share": "sample", "expense_share": "sample"},
            {"cost": "65000", "value": "100000", "profit": "1", "expense": "1"},
            ["price.expense", "price.profit"],
        ),
        ("s5-output-value", {}, {"cost": "65000", "value": "100000"}, ["price"]),
        ("s8-conduct", {}, {"cost": "65000", "value": "100000"}, ["price.value"]),
    ],
)
def test_a_price_is_compared_to_the_fen(preset: str, settings: dict[str, str], price: dict[str, str], where: list[str]) -> None:
    text = (PRESETS / preset / "scheme.yaml").read_text(encoding="utf-8")
    case = Case.model_validate({"case": "报价", "settings": settings, "price": price})
    assert [miss.where for miss in run_case(text, case).misses] == where
