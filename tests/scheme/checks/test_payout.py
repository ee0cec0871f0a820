"""Payout rules that contradict each other, or leave somebody without a rule, are found before anybody is scored."""

from __future__ import annotations

import pytest
from tests.payout import making

from jikao.scheme.problem import Level

ALL = "{A: 1.5, B: 1.2, C: 1, D: 0.5, E: 0}"
REST = "{grade: B}, {grade: D}, {grade: E}"


def problems(payout: str, **how: str) -> list[str]:
    found = making.reading(payout, **how)
    assert found.scheme is not None
    return sorted(problem.code for problem in found.problems)


@pytest.mark.parametrize("part", ["performance: {coefficients: %s}", "pool: {amount: 1000, coefficients: %s}"])
@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [
        (ALL, []),
        ("{}", []),
        ("{A: 1, B: 1, C: 1, D: 1}", ["payout.uncovered-grade"]),
        ("{A: 1, B: 1, C: 1, D: 1, E: 0, S: 2}", ["payout.unknown-grade"]),
        ("{A: 1, B: 1, C: 1, D: 1, E: -0.5}", ["payout.negative"]),
        ("{S: -1}", ["payout.negative", "payout.uncovered-grade", "payout.unknown-grade"]),
    ],
)
def test_coefficients_name_every_grade_and_no_other(part, coefficients, expected):
    assert problems("{" + part % coefficients + "}") == expected


@pytest.mark.parametrize(
    ("payout", "expected"),
    [
        ("{performance: {floor: 100, cap: 100}}", []),
        ("{performance: {floor: 101, cap: 100}}", ["payout.floor-cap"]),
        ("{performance: {floor: -1}}", ["payout.negative"]),
        ("{performance: {cap: -1}}", ["payout.floor-cap", "payout.negative"]),
        ("{performance: {budget: -1}}", ["payout.negative"]),
        ("{performance: {budget: unset}}", ["scheme.unset"]),
        ("{pool: {amount: 1000, positions: {经理: -2}}}", ["payout.negative"]),
        ("{pool: {amount: -1000}}", ["payout.negative"]),
        ("{pool: {amount: 1000, within: department}}", ["payout.pool-amount"]),
        ("{pool: {amount: unset, within: department}}", ["scheme.unset"]),
        ("{pool: {amount: 1000, within: everybody, by: weight, base: salary, floor: 5, cap: 50}}", []),
    ],
)
def test_amounts_of_bonuses_are_possible(payout, expected):
    assert problems(payout) == expected


@pytest.mark.parametrize(
    ("payout", "expected"),
    [
        (f"{{grades: [{{grade: A, gets_share: true}}, {{grade: C, amount: -500, gives: true}}, {REST}], redistribution: {{}}}}", []),
        (f"{{grades: [{{grade: A, gets_share: true}}, {{grade: C, amount: -500}}, {REST}]}}", ["payout.not-shared"]),
        (f"{{grades: [{{grade: A}}, {{grade: C, amount: -500, gives: true}}, {REST}]}}", ["payout.not-shared"]),
        (f"{{grades: [{{grade: A, gets_share: true}}, {{grade: C, amount: 500, gives: true}}, {REST}], redistribution: {{}}}}", ["payout.gives"]),
        (f"{{grades: [{{grade: A, amount: -1, withheld: true}}, {{grade: C}}, {REST}]}}", ["payout.conflict"]),
        ("{grades: [{grade: A}, {grade: B}]}", ["payout.uncovered-grade"]),
    ],
)  # fmt: skip
def test_effects_of_grades_are_complete(payout, expected):
    assert problems(payout) == expected


@pytest.mark.parametrize(
    ("payout", "expected"),
    [
        ("{conduct: {rate: 5%}}", ["payout.no-severity"]),
        ("{conduct: {rate: 5%, decided: true}}", []),
        ("{conduct: {rate: 5%, severity: {轻微: 1%}, decided: true}}", []),
        ("{conduct: {rate: 5%, base: wages, severity: {轻微: 1%}}}", ["value.choice"]),
    ],
)
def test_violations_have_a_share_to_take(payout, expected):
    assert [problem.code for problem in making.reading(payout).problems] == expected


def test_uncovered_grades_are_named_where_they_are_to_be_written():
    found = making.reading("{performance: {coefficients: {A: 1, C: 1, E: 1}}}").problems
    assert [(p.values["name"], p.values["grades"].en, p.level) for p in found] == [
        ("payout.performance.coefficients", "B, D", Level.ERROR),
    ]  # fmt: skip
    assert "B、D" in found[0].what("zh")
    assert found[0].place.line is not None


def test_a_coefficient_of_a_position_the_scheme_does_not_bind_is_pointed_out(spoilt):
    payout = "payout: {performance: {positions: {工程师: 1, 经理: 2}}}\n"
    found = spoilt(("period: month\n", "period: month\npositions: [工程师]\n"), more=payout).only("payout.unknown-position")
    assert (found.values["position"], found.level) == ("经理", Level.WARNING)
