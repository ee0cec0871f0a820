"""Rules about costs of orders and about lost advances, spoilt one at a time."""

from __future__ import annotations

import pytest

STEPS = "liability: sliding, minimum_wage: 2000, manager_liability: 30%"


@pytest.mark.parametrize(
    ("payout", "codes"),
    [
        ("{output_value: {profit_share: 20%, expense_share: 15%, cost_kinds: [a, b], forbidden_costs: [c]}}", []),
        ("{output_value: {profit_share: 20%, expense_share: 15%, cost_kinds: [a, b], forbidden_costs: [c, a]}}", ["payout.cost-kind"]),
        (f"{{advances: {{{STEPS}, liability_steps: [{{from: 0, share: 10%}}, {{from: 1000, share: 30%}}]}}}}", []),
        (f"{{advances: {{{STEPS}, liability_steps: [{{share: 10%}}]}}}}", []),
        (f"{{advances: {{{STEPS}}}}}", ["payout.no-liability-steps"]),
        (f"{{advances: {{{STEPS}, liability_steps: [{{from: 1, share: 10%}}]}}}}", ["payout.liability-steps"]),
        (f"{{advances: {{{STEPS}, liability_steps: [{{from: 0, share: 10%}}, {{from: 0, share: 30%}}]}}}}", ["payout.liability-steps"]),
        (f"{{advances: {{{STEPS}, liability_steps: [{{from: 0, share: 110%}}]}}}}", ["payout.share"]),
        ("{advances: {manager_liability: 30%, minimum_wage: -1}}", ["payout.negative"]),
    ],
)
def test_orders_and_advances(spoilt, payout, codes):
    assert spoilt(more=f"payout: {payout}\n").codes == codes


def test_a_cost_kind_is_refused_where_it_is_forbidden(spoilt):
    payout = "payout:\n  output_value:\n    profit_share: 20%\n    expense_share: 15%\n    cost_kinds: [差旅]\n    forbidden_costs: [公共费用, 差旅]\n"
    found = spoilt(more=payout)
    problem = found.only("payout.cost-kind")
    assert (problem.values["kind"], problem.place.line) == ("差旅", found.line_of("    forbidden_costs"))


def test_a_step_out_of_order_says_what_it_must_be_above(spoilt):
    steps = "[{from: 0, share: 10%}, {from: 2000, share: 20%}, {from: 1000, share: 30%}]"
    problem = spoilt(more=f"payout: {{advances: {{{STEPS}, liability_steps: {steps}}}}}\n").only("payout.liability-steps")
    assert "2000" in problem.what("en")
