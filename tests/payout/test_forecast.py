"""Between what pay may still end: the bounds are exact, they hold whatever keeps to the assumption, and they close in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jikao.payout.bonus import Bounds
from jikao.payout.compute import Job, pay
from jikao.payout.facts import Facts, Order, RunFacts, Split, Violation, Workload
from jikao.payout.forecast import Forecast, Range, ToDate, as_json, as_text, outlook
from jikao.payout.forecast.bonuses import shared
from jikao.payout.ledger import Account, Entry, Opening, balances_of
from jikao.scheme.model import Scheme
from jikao.scheme.rules import rules_of
from jikao.scoring.exact import Measured, Scorer
from jikao.scoring.whatif.range import ScoreRange

from .making import base, budget, day, facts, fen, leave, person, run, scheme, violation

GRADES = """{
  grades: [{grade: A, gets_share: true}, {grade: B, amount: 0}, {grade: C, amount: -500, gives: true},
           {grade: D, amount: -1500, gives: true}, {grade: E, withheld: yes}],
  redistribution: {counts: %s, nobody: %s, within: everybody}}"""
CONDUCT = "{conduct: {rate: 5%, severity: {轻微: 1%, 一般: 2.5%, 严重: 5%}}}"
POINTS = 10_000
BANDS = [("A", 90), ("B", 70), ("C", 60), ("D", 40), ("E", 0)]


def score(low: str, now: str, high: str) -> ScoreRange:
    """A range of totals, made of sheets of a scheme with one line."""
    scorer = Scorer(rules_of(scheme("{}")))
    sheets = [scorer.sheet({"rated": Measured(int(Decimal(x) * POINTS), POINTS, 1, 1)}) for x in (low, now, high)]
    ids = scorer.rules.scheme.grades.ids
    at = [ids.index(s.grade or "") for s in sheets]
    return ScoreRange(*sheets, tuple(ids[min(at) : max(at) + 1]), ())  # type: ignore[arg-type]


def to_date(
    of: Scheme, totals: Mapping[str, tuple[str, str, str]], known: Facts, *, period: str = "2024-Q2", last: str = "2024-05-15",
    broken: list[Violation] | None = None, opening: Opening | None = None,
) -> ToDate:  # fmt: skip
    """``totals``: everybody's least, present and highest total."""
    scores = {who: score(*each) for who, each in totals.items()}
    results = {who: ("支持部", str(found.now.total), found.now.grade) for who, found in scores.items()}
    made = run(of, period, results, broken or [])
    gone = (day(last) - made.period.start).days + 1
    return ToDate(made, day(last), known, scores, dict.fromkeys(scores, (gone, made.period.days)), opening or Opening())


def money(*who: str, amount: str = "4000", kind: str = "quarterly_bonus") -> Facts:
    return facts(people=[person(x) for x in who], bases=[base(x, amount, kind=kind) for x in who])


def pays(found: Forecast) -> dict[str, Range]:
    return {p.person: p.pay for p in found.people}


# --- grades and redistribution ---------------------------------------------------------------------------------------


def three() -> ToDate:
    totals = {"T01": ("85", "95", "95"), "T02": ("65", "80", "88"), "T03": ("50", "65", "65")}
    return to_date(scheme(GRADES % ("actual", "carry_over")), totals, money("T01", "T02", "T03"))


def test_x_and_y_between_those_who_must_and_those_who_may() -> None:
    found = outlook(three())
    (pool,) = found.pools
    assert (pool.held, pool.heads, pool.share) == (Range(50000, 50000, 200000), Range(0, 1, 1), Range(50000, 50000, 200000))
    assert pays(found) == {
        "T01": Range(400000, 450000, 400000 + 200000),  # B and nothing, or A and X of C and D
        "T02": Range(350000, 400000, 400000),
        "T03": Range(250000, 350000, 350000),
    }
    assert found.cost == Range(1200000, 1200000, 1200000)


def test_parts_say_what_each_rule_may_come_to() -> None:
    own = outlook(three()).people[0]
    assert {part.part: part.range for part in own.parts} == {
        "grades": Range(400000, 400000, 400000),
        "redistribution": Range(0, 50000, 200000),
    }


def test_those_sure_of_their_share_divide_x_from_below() -> None:
    totals = {"T01": ("91", "95", "95"), "T02": ("92", "95", "99"), "T03": ("85", "88", "93"), "T04": ("61", "65", "65")}
    found = outlook(to_date(scheme(GRADES % ("actual", "carry_over")), totals, money(*totals)))
    assert found.pools[0].heads == Range(2, 2, 3)
    assert found.pools[0].share == Range(16666, 25000, 25000)
    assert pays(found)["T01"] == Range(400000 + 16666, 425000, 425000)
    assert pays(found)["T03"] == Range(400000, 400000, 416666)  # as the third of them


def test_what_lies_in_the_pool_is_shared_too() -> None:
    opening = Opening({Account("pool", "trial", ""): 1000, Account("company", "grade_base"): -1000})
    found = outlook(replace(three(), opening=opening))
    assert found.pools[0].held == Range(51000, 51000, 201000)


def test_withheld_bonuses_lower_the_cost_and_never_pay_below_nothing() -> None:
    totals = {"T01": ("30", "45", "65")}
    found = outlook(to_date(scheme(GRADES % ("actual", "carry_over")), totals, money("T01", amount="1000")))
    assert pays(found) == {"T01": Range(0, 0, 50000)}
    assert found.cost == Range(0, 100000, 100000)


def test_what_nobody_shares_the_company_may_keep() -> None:
    totals = {"T01": ("61", "65", "65"), "T02": ("61", "65", "95")}
    found = outlook(to_date(scheme(GRADES % ("actual", "keep")), totals, money("T01", "T02")))
    assert found.cost == Range(700000, 700000, 800000)
    assert pays(found)["T02"] == Range(350000, 350000, 450000)


# --- conduct -----------------------------------------------------------------------------------------------------------


def test_violations_go_on_at_their_pace_and_open_ones_may_be_verified() -> None:
    broken = [violation("W1", "T02", "轻微", "2024-05-03"), violation("W2", "T02", "轻微", "2024-05-08", state="reported")]
    totals = {"T01": ("80", "80", "80"), "T02": ("80", "80", "80")}
    known = money("T01", "T02", amount="8000", kind="bonus_base")
    at = to_date(scheme(CONDUCT, period="month"), totals, known, period="2024-05", last="2024-05-20", broken=broken)
    # two in 20 of 31 days: 2 × 11/20 rounded up are two more, 5 % − 4 × 1 %
    assert pays(outlook(at)) == {"T01": Range(40000, 40000, 40000), "T02": Range(8000, 32000, 32000)}


def test_dismissed_violations_never_count() -> None:
    broken = [violation("W1", "T01", "严重", "2024-05-03", state="dismissed")]
    at = to_date(
        scheme(CONDUCT, period="month"),
        {"T01": ("80", "80", "80")},
        money("T01", amount="8000", kind="bonus_base"),
        period="2024-05",
        broken=broken,
    )
    assert pays(outlook(at)) == {"T01": Range(40000, 40000, 40000)}


def test_an_undecided_share_may_take_everything() -> None:
    broken = [violation("W1", "T01", "轻微", "2024-05-03", state="reported")]
    of = scheme("{conduct: {rate: 5%, decided: yes}}", period="month")
    at = to_date(of, {"T01": ("80", "80", "80")}, money("T01", amount="8000", kind="bonus_base"), period="2024-05", broken=broken)
    assert pays(outlook(at)) == {"T01": Range(0, 40000, 40000)}


# --- performance bonus and pool ----------------------------------------------------------------------------------------

BONUS = "{performance: {coefficients: {A: 1.2, B: 1, C: 0.8, D: 0.5, E: 0}, by_score: yes%s}}"


def test_a_bonus_by_grade_and_score() -> None:
    at = to_date(scheme(BONUS % ""), {"T01": ("80", "85", "95")}, money("T01", amount="1000", kind="bonus_base"))
    found = outlook(at)
    assert pays(found) == {"T01": Range(80000, 85000, 114000)}
    assert found.cost == Range(80000, 85000, 114000)


def test_a_budget_scales_the_bounds() -> None:
    totals = {"T01": ("80", "80", "80"), "T02": ("80", "85", "95")}
    at = to_date(scheme(BONUS % ", budget: 1700, over_budget: scale"), totals, money(*totals, amount="1000", kind="bonus_base"))
    found = outlook(at)
    # within 1700 as it stands; 800 + 1140 at most, and then 1700 × 800/1940 for T01
    assert pays(found) == {"T01": Range(70103, 80000, 80000), "T02": Range(70103, 85000, 114000)}
    assert found.cost == Range(140206, 165000, 170000)


def test_a_pool_shared_by_score() -> None:
    totals = {"T01": ("60", "80", "80"), "T02": ("80", "80", "80")}
    found = outlook(to_date(scheme("{pool: {amount: 1000, by: score}}"), totals, money(*totals)))
    assert pays(found)["T02"] == Range(50000, 50000, 57143)
    assert pays(found)["T01"][0] <= 42857
    assert found.cost == Range(100000, 100000, 100000)


def test_weights_that_do_not_vary_are_shared_as_they_are() -> None:
    bounds = Bounds(0, None)
    assert shared(100, [(Fraction(1), Fraction(1))] * 3, bounds) == [(34, 34), (33, 33), (33, 33)]
    assert shared(100, [(Fraction(0), Fraction(1)), (Fraction(0), Fraction(0))], bounds) == [(0, 100), (0, 0)]


# --- orders ------------------------------------------------------------------------------------------------------------

OUTPUT = "{output_value: {profit_share: 20%, expense_share: 15%}}"
AT = ("I1", 2)


def order(no: str, settled: str | None) -> Order:
    return Order(
        f"orders/{no}",
        AT,
        no,
        no,
        "",
        fen("100000"),
        day("2024-04-01"),
        None,
        None,
        None if settled is None else day(settled),
        None,
        "T01",
        Fraction(1, 2),
    )


def work(no: str, who: str, share: str, proposed: str | None = None) -> Workload:
    return Workload(
        f"workloads/{no}|{who}",
        AT,
        no,
        who,
        Fraction(share),
        None if proposed is None else Fraction(proposed),
        day("2024-05-01"),
        "M1",
        "as agreed",
    )


def test_orders_not_settled_pay_nothing_or_the_share_of_their_pool() -> None:
    people = [person(x, "支持部") for x in ("T01", "T02")]
    known = facts(
        people=people,
        orders={"RW-1": order("RW-1", "2024-05-02"), "RW-2": order("RW-2", None)},
        splits={no: [Split(f"order_splits/{no}|支持部", AT, no, "支持部", fen("100000"), "M1")] for no in ("RW-1", "RW-2")},
        workloads={"RW-1": [work("RW-1", "T01", "0.6"), work("RW-1", "T02", "0.4")], "RW-2": [work("RW-2", "T01", "0.5", "0.7"), work("RW-2", "T02", "0.5", "0.3")]},
    )  # fmt: skip
    at = to_date(scheme(OUTPUT), {"T01": ("80", "80", "80")}, known)
    found = outlook(at)
    assert pays(found) == {"T01": Range(3900000, 3900000, 3900000 + 4550000), "T02": Range(2600000, 2600000, 2600000 + 3250000)}
    assert found.orders == Range(6500000, 6500000, 6500000 + 6500000)
    assert "orders not settled" in as_text(found, "en")


# --- whatever keeps to the assumption ----------------------------------------------------------------------------------

PAYOUTS = [
    GRADES % ("actual", "carry_over"), GRADES % ("fixed", "keep"), CONDUCT, BONUS % "", BONUS % ", cap: 900, floor: 100",
    BONUS % ", budget: 5000, over_budget: scale", "{pool: {amount: 5000, by: score, coefficients: {A: 1.5, B: 1.2, C: 1, D: 0.5, E: 0}}}",
    "{pool: {amount: 5000, by: score, floor: 50, cap: 1200}}", "{pool: {amount: 900, by: weight, coefficients: {A: 2, B: 1, C: 1, D: 0, E: 0}}}",
]  # fmt: skip


def companies(rng: Random, payout: str) -> ToDate:
    people = [f"T{i:02}" for i in range(1, rng.randint(2, 9))]
    totals = {}
    for who in people:
        three_of = sorted(Decimal(rng.randint(0, 10000)) / 100 for _ in range(3))
        totals[who] = tuple(map(str, three_of if rng.random() < 0.7 else [three_of[0]] * 3))
    known = facts(
        people=[person(x, hired="2024-05-10" if rng.random() < 0.2 else None) for x in people],
        bases=[base(x, str(rng.choice([300, 1000, 4000])), kind=kind) for x in people for kind in ("quarterly_bonus", "bonus_base")],
        leaves=[leave(x, "2024-05-02", "2024-05-06") for x in people[:1]],
    )
    severities, states = ["轻微", "一般", "严重"], ["verified", "reported", "dismissed"]
    broken = [
        violation(f"W{i}", rng.choice(people), rng.choice(severities), "2024-04-20", rng.choice(states)) for i in range(rng.randint(0, 4))
    ]
    return to_date(scheme(payout), totals, known, broken=broken, last=rng.choice(["2024-04-20", "2024-05-15", "2024-06-29"]))


def ended(rng: Random, at: ToDate) -> RunFacts:
    """An end that keeps to the assumption: totals inside their range, violations at most at the pace so far."""
    results = {}
    for who, result in at.run.results.items():
        bounds = at.scores[who]
        total = rng.choice(
            [bounds.low.total, bounds.high.total, bounds.low.total + (bounds.high.total - bounds.low.total) * rng.randint(0, 100) / 100]
        )
        total = int(total * 100)
        results[who] = replace(result, total=total, grade=next(g for g, low in BANDS if total >= low * 100), state="scored")
    return replace(at.run, results=results, violations={who: list(_later(rng, at, who, known)) for who, known in at.run.violations.items()})


def _later(rng: Random, at: ToDate, who: str, known):
    counted = [v for v in known if v.state != "dismissed"]
    for v in known:
        yield replace(v, state=rng.choice(["verified", "dismissed"])) if v.state == "reported" else v
    gone, days = at.elapsed[who]
    for _ in range(rng.randint(0, len(counted) * (days - gone) // gone)):
        yield replace(rng.choice(counted), state="verified")


def earned(entries: tuple[Entry, ...], who: str) -> int:
    return sum(amount for e in entries if e.rule != "payment" for account, amount in e.postings if account == Account("pay", who))


@pytest.mark.parametrize("payout", PAYOUTS)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_whatever_keeps_to_the_assumption_pays_inside_the_range(payout: str, seed: int) -> None:
    rng = Random(seed)
    at = companies(rng, payout)
    found, end = outlook(at), pay(Job(at.run.period, [ended(rng, at)], at.facts))
    for p in found.people:
        assert p.pay.low <= earned(end.entries, p.person) <= p.pay.high
        assert p.pay.low <= p.pay.now <= p.pay.high
        assert p.pay.low >= 0
    borne = -sum(amount for account, amount in balances_of(end.entries).items() if account.kind == "company")
    assert found.cost.low <= borne <= found.cost.high
    assert found.cost.low <= found.cost.now <= found.cost.high
    for pool in found.pools:
        came = sum(amount for e in end.entries for account, amount in e.postings if account == pool.account and amount > 0)
        heads = sum(
            1
            for e in end.entries
            for account, amount in e.postings
            if account == pool.account and amount < 0 and e.rule == "redistribution"
        )
        assert pool.held.low <= came <= pool.held.high
        assert heads <= pool.heads.high


@pytest.mark.parametrize("payout", PAYOUTS)
def test_when_nothing_is_to_come_the_range_is_what_is_paid(payout: str) -> None:
    rng = Random(7)
    at = companies(rng, payout)
    totals = {who: (str(s.now.total),) * 3 for who, s in at.scores.items()}
    decided = [replace(v, state="dismissed") if v.state == "reported" else v for several in at.run.violations.values() for v in several]
    over = to_date(at.run.scheme, totals, at.facts, broken=decided, last="2024-06-30")
    found, end = outlook(over), pay(Job(over.run.period, [over.run], over.facts))
    assert pays(found) == {p.person: Range(*[earned(end.entries, p.person)] * 3) for p in found.people}
    borne = -sum(amount for account, amount in balances_of(end.entries).items() if account.kind == "company")
    assert found.cost == Range(borne, borne, borne)


# --- what it says ------------------------------------------------------------------------------------------------------


def test_the_assumption_is_said_with_its_figures_in_both_languages() -> None:
    found = outlook(three())
    zh, en = as_text(found, "zh"), as_text(found, "en")
    assert "trial 2024-Q2 的预测,截至 2024-05-15:91 天已过 45 天" in zh
    assert "Forecast of trial 2024-Q2 as of 2024-05-15: 45 of 91 days gone" in en
    for sentence in found.assumed:
        assert unwrapped(sentence.zh) in unwrapped(zh)
        assert unwrapped(sentence.en) in unwrapped(en)
    assert [s.en for s in found.assumed if "violations" in s.en or "orders" in s.en] == []
    assert "T02 · 65.00 – 88.00, as it stands 80.00 · B C · 3500.00 – 4000.00, as it stands 4000.00" in en
    assert max(map(len, en.splitlines())) <= 100


def unwrapped(text: str) -> str:
    """Without spaces and the lines of the tree: as if nothing had been broken into lines."""
    return re.sub(r"[\s│├└─]", "", text)


def test_one_person_in_full() -> None:
    said = as_text(outlook(three()), "en", person="T01")
    assert "redistribution X/Y 0.00 – 2000.00, as it stands 500.00" in said
    assert "T02" not in said


def test_json_says_everything() -> None:
    said = as_json(outlook(three()), "T01")
    assert (said["as_of"], said["days_gone"], said["days"]) == ("2024-05-15", 45, 91)
    assert said["people"][0]["pay"] == {"low": "4000.00", "now": "4500.00", "high": "6000.00"}
    assert said["people"][0]["score"]["grades"] == ["A", "B"]
    assert said["pools"][0]["held"] == {"low": "500.00", "now": "500.00", "high": "2000.00"}
    assert said["pools"][0]["heads"] == {"low": 0, "now": 1, "high": 1}
    assert said["assumed"][0]["zh"].startswith("已有的评分")


def test_the_order_of_people_changes_nothing() -> None:
    at = three()
    turned = replace(at, run=replace(at.run, results=dict(reversed(at.run.results.items()))), scores=dict(reversed(at.scores.items())))
    assert as_json(outlook(turned)) == as_json(outlook(at))


def test_budgets_of_departments_are_shared_within_them() -> None:
    of = scheme("{pool: {within: department, by: equal}}")
    known = replace(money("T01", "T02"), budgets=[budget(of, "1000", "2024-04-01", "支持部")])
    found = outlook(to_date(of, {"T01": ("80", "80", "80"), "T02": ("60", "70", "90")}, known))
    assert pays(found) == {"T01": Range(50000, 50000, 50000), "T02": Range(50000, 50000, 50000)}
