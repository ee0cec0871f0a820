"""What is held is just what the rules of pay did not find a grade or a total for."""

from __future__ import annotations

import pytest
from tests.payout import making as m

from jikao.payout import grades, performance, pool
from jikao.payout.standing import held

COEFFICIENTS = "coefficients: {A: 1.5, B: 1, C: 1, D: 1, E: 1}"
GRADES = "{grade_base: salary, grades: [{grade: A}, {grade: B}, {grade: C}, {grade: D}, {grade: E}]}"
RESULTS = {"T1": ("甲", "95", "A"), "T2": ("甲", "95", None), "T3": ("甲", None, None)}


@pytest.mark.parametrize(
    ("family", "payout", "found"),
    [
        (grades, GRADES, {("T2", "payout.no-grade"), ("T3", "payout.no-grade")}),
        (performance, f"{{performance: {{{COEFFICIENTS}}}}}", {("T2", "payout.no-grade"), ("T3", "payout.no-grade")}),
        (performance, "{performance: {by_score: true}}", {("T3", "payout.no-score")}),
        (performance, "{performance: {floor: 1}}", set()),
        (pool, "{pool: {amount: 100}}", {("T3", "payout.no-score")}),
        (
            pool,
            f"{{pool: {{amount: 100, {COEFFICIENTS}}}}}",
            {("T2", "payout.no-grade"), ("T3", "payout.no-grade"), ("T3", "payout.no-score")},
        ),
        (pool, "{pool: {amount: 100, by: equal}}", set()),
    ],
)
def test_held_is_what_the_rule_says_of_its_results(family, payout, found):
    run = m.run(m.scheme(payout), "2024-Q2", RESULTS)
    book = m.posted(family.post, run, m.facts(bases=[m.base("T1", "1", kind=kind) for kind in ("bonus_base", "salary")]))
    said = {(p.values["person"], p.code) for p in book.problems if p.code in {"payout.no-grade", "payout.no-score"}}
    assert said == {(h.person, h.problem.code) for h in held(run)} == found
