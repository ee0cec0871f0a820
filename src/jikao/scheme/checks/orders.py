"""Are the rules about costs of orders and about lost advances consistent? Checked here, computed by the payout room (F10, F13)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from jikao.scheme.checks.payout import NEGATIVE, SHARE_RANGE
from jikao.scheme.model import Advances, Payout, Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places, Steps

COST_KIND = kind(
    "payout.cost-kind", Level.ERROR,
    what=Text("成本类别“{kind}”既可以列支,又不得列支。", "Costs of the kind '{kind}' may be booked and may not."),
    why=Text("一类成本只能有一种说法。", "It can only be one of the two."),
    mend=Text("从 cost_kinds 或 forbidden_costs 中删去。", "Take it out of cost_kinds or of forbidden_costs."),
)  # fmt: skip
NO_STEPS = kind(
    "payout.no-liability-steps", Level.ERROR,
    what=Text("承担方式是 sliding,却没有分段(liability_steps)。", "Liability is sliding, but there are no liability_steps."),
    why=Text("没有分段就没有比例。", "Without steps there is no share."),
    mend=Text("写上分段,或改用 fixed、by_fault。", "State the steps, or use fixed or by_fault."),
)  # fmt: skip
STEP_ORDER = kind(
    "payout.liability-steps", Level.ERROR,
    what=Text("分段从 {found} 元起,应当{needed}。", "A step begins at {found} yuan; it must {needed}."),
    why=Text("损失的每一元只能落在一段里。", "Every yuan of a loss falls into exactly one step."),
    mend=Text("第一段从 0 起,以后逐段递增。", "Begin with 0 and let the steps ascend."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Kinds of costs; steps of liability; the minimum wage."""
    yield from _cost_kinds(scheme.payout, places)
    if scheme.payout.advances is not None:
        yield from _steps(scheme.payout.advances, places)
        yield from _minimum_wage(scheme.payout.advances, places)


def _cost_kinds(payout: Payout, places: Places) -> Iterator[Problem]:
    rules = payout.output_value
    for i, name in enumerate(rules.forbidden_costs if rules else ()):
        if rules and name in rules.cost_kinds:
            yield COST_KIND(places.of("payout", "output_value", "forbidden_costs", i), kind=name)


def _steps(rules: Advances, places: Places) -> Iterator[Problem]:
    path: Steps = ("payout", "advances", "liability_steps")
    if rules.liability == "sliding" and not rules.liability_steps and places.is_sound(*path):
        yield NO_STEPS(places.of("payout", "advances", "liability"))
    for i, step in enumerate(rules.liability_steps):
        if not 0 <= step.share <= 1:
            yield SHARE_RANGE(
                places.of(*path, i, "share"), name=f"payout.advances.liability_steps.{i}.share", value=plain_number(step.share)
            )
    starts = [step.from_ for step in rules.liability_steps]
    if starts and starts[0] != 0:
        yield STEP_ORDER(places.of(*path, 0, "from"), found=plain_number(starts[0]), needed=Text("从 0 元起", "begin at 0"))
    for i, (before, start) in enumerate(pairwise(starts), start=1):
        if start <= before:
            needed = Text(f"高于上一段的 {plain_number(before)} 元", f"be above the {plain_number(before)} yuan of the one before")
            yield STEP_ORDER(places.of(*path, i, "from"), found=plain_number(start), needed=needed)


def _minimum_wage(rules: Advances, places: Places) -> Iterator[Problem]:
    wage = rules.minimum_wage
    if isinstance(wage, Decimal) and wage < 0:
        yield NEGATIVE(places.of("payout", "advances", "minimum_wage"), name="payout.advances.minimum_wage", value=plain_number(wage))
