"""What a scheme demands of entries, beyond what the presets' cases show."""

from __future__ import annotations

from pathlib import Path

import pytest

from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Problem
from jikao.scheme.rules import rules_of
from jikao.scoring.entry_checks import entry_problems

IDENTITY = [{"score": "0", "to": "100"}]
FALLING = [{"from": "0", "score": "100", "each": "-1"}]
MAY = parse_period("2024-05")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    import_rows(made, "people", [{"person": "甲"}, {"person": "乙"}], origin="people.csv")
    return made


def problems(store: Store, shape: str, rows: list[dict[str, str]], indicator: dict[str, object], **more: object) -> list[Problem]:
    assert not import_rows(store, shape, rows, origin="entered.csv").refused
    words = {
        "scheme": "t", "version": "1", "title": "t", "valid_from": "2024-01-01", "period": "month",
        "sections": [{"id": "s", "title": "s", "indicators": [{"id": "line", "title": "line", **indicator}]}], **more,
    }  # fmt: skip
    return entry_problems(rules_of(Scheme.model_validate(words)), Store.open(store.root).snapshot(), [MAY])


def codes(found: list[Problem]) -> list[str]:
    return [p.code for p in found]


def deduction(**cells: str) -> dict[str, str]:
    return {
        "deduction": "D1",
        "person": "甲",
        "indicator": "line",
        "kind": "late",
        "happened_on": "2024-05-06",
        "reason": "r",
        "evidence": "e",
    } | cells


def rating(**cells: str) -> dict[str, str]:
    return {"person": "甲", "item": "line", "role": "superior", "rater": "乙", "rated_on": "2024-05-30", "score": "80"} | cells


DEDUCTED = {"measure": "deductions", "curve": FALLING, "entry": {"kinds": {"late": {"min": "2", "max": "3"}, "false": {"each": "5"}}}}
RATED = {"measure": "rating", "curve": IDENTITY}


@pytest.mark.parametrize(
    ("amount", "wanted"), [("2", []), ("3", []), ("1.9999", ["evidence.deduction-range"]), ("3.01", ["evidence.deduction-range"])]
)
def test_an_amount_must_lie_in_the_range_of_its_kind(store: Store, amount: str, wanted: list[str]) -> None:
    assert codes(problems(store, "deductions", [deduction(amount=amount)], DEDUCTED)) == wanted


def test_a_kind_with_a_range_needs_an_amount_and_a_fixed_one_does_not(store: Store) -> None:
    assert codes(problems(store, "deductions", [deduction()], DEDUCTED)) == ["evidence.deduction-range"]
    assert codes(problems(store, "deductions", [deduction(kind="false")], DEDUCTED)) == []


def test_a_kind_the_scheme_does_not_know_is_named_with_those_it_knows(store: Store) -> None:
    (found,) = problems(store, "deductions", [deduction(kind="rude", amount="2")], DEDUCTED)
    assert (found.code, "late, false" in found.mend("en")) == ("evidence.deduction-kind", True)


def test_a_problem_points_at_the_file_and_row(store: Store) -> None:
    (found,) = problems(store, "deductions", [deduction(amount="2"), deduction(deduction="D2", amount="9")], DEDUCTED)
    assert (found.place.file, found.place.line) == ("entered.csv", 2)


def test_a_deduction_without_evidence_has_no_proof_and_a_record_is_evidence(store: Store) -> None:
    assert codes(problems(store, "deductions", [deduction(amount="2", evidence="")], DEDUCTED)) == ["evidence.no-proof"]
    assert codes(problems(store, "deductions", [deduction(amount="2", evidence="", record="R7")], DEDUCTED)) == []


def test_an_entry_of_another_period_is_not_this_runs_business(store: Store) -> None:
    assert problems(store, "deductions", [deduction(amount="9", happened_on="2024-06-01")], DEDUCTED) == []


def test_nobody_rates_themselves_but_as_self(store: Store) -> None:
    assert codes(problems(store, "ratings", [rating(rater="甲")], RATED)) == ["evidence.rated-oneself"]


def test_rating_oneself_as_self_is_as_it_should_be(store: Store) -> None:
    assert codes(problems(store, "ratings", [rating(rater="甲", role="self", rated_on="2024-05-29"), rating()], RATED)) == []


def test_a_rating_off_its_scale_is_refused(store: Store) -> None:
    five = {"measure": {"use": "rating", "scale": {"low": "1", "high": "5"}}, "curve": [{"from": "1", "score": "20", "each": "20"}]}
    assert codes(problems(store, "ratings", [rating(score="5.5")], five)) == ["evidence.rating-scale"]
    assert codes(problems(store, "ratings", [rating(score="5")], five)) == []


def test_a_gap_between_raters_owes_a_comment_by_the_second(store: Store) -> None:
    gap = {"gap": {"between": ["self", "superior"], "more_than": "10"}}
    rows = [rating(rater="甲", role="self", score="92"), rating(score="80")]
    assert codes(problems(store, "ratings", rows, RATED, raters=gap)) == ["evidence.comment-owed"]
    assert codes(problems(store, "ratings", [rating(score="80", reason="见面谈记录")], RATED, raters=gap)) == []


def test_extreme_ratings_owe_a_comment(store: Store) -> None:
    rows = [rating(score="90"), rating(person="乙", rater="甲", score="59.9")]
    assert (
        codes(problems(store, "ratings", rows, RATED, raters={"comment_from": "90", "comment_below": "60"}))
        == ["evidence.comment-owed"] * 2
    )


def violation(**cells: str) -> dict[str, str]:
    return {
        "violation": "V1",
        "person": "甲",
        "happened_on": "2024-05-06",
        "clause": "3.1",
        "severity": "x",
        "state": "verified",
        "reason": "r",
    } | cells


def test_a_severity_without_a_number_is_not_zero(store: Store) -> None:
    table = {
        "measure": {"use": "violation_severity", "levels": {"minor": "1%"}},
        "curve": [{"from": "0", "score": "100", "each": "-10", "per": "1%"}],
    }
    assert codes(problems(store, "violations", [violation()], table)) == ["evidence.unknown-level"]
    assert codes(problems(store, "violations", [violation(state="dismissed")], table)) == []


def test_a_case_decided_one_by_one_must_be_decided(store: Store) -> None:
    cases = {
        "measure": {"use": "violation_severity", "levels": {"minor": "1%"}, "decided": "yes"},
        "curve": [{"from": "0", "score": "100", "each": "-10", "per": "1%"}],
    }
    assert codes(problems(store, "violations", [violation()], cases)) == ["evidence.not-decided"]
    assert codes(problems(store, "violations", [violation(share="2%")], cases)) == []
