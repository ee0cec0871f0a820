"""What an appeal would do to everybody's pay, before it is decided (A52)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jikao.payout.compute import Job
from jikao.payout.facts import RunFacts
from jikao.payout.ledger import Account, Opening
from jikao.payout.whatif import Consequences, Supposition, as_json, as_text, check, consequences
from jikao.scheme.period import parse_period

from .making import base, facts, person, run, scheme, violation

GRADES = """{
  grades: [{grade: A, gets_share: true}, {grade: B, amount: 0}, {grade: C, amount: -500, gives: true},
           {grade: D, amount: -1500, gives: true}, {grade: E, withheld: yes}],
  redistribution: {counts: actual, nobody: carry_over, within: everybody}}"""
CONDUCT = "{conduct: {rate: 5%, severity: {轻微: 1%, 一般: 2.5%, 严重: 5%}}}"
MARKS = {"A": "95", "B": "80", "C": "65", "D": "50", "E": "30"}


def graded(grades: str, name: str = "trial", period: str = "2024-Q2") -> RunFacts:
    """T01, T02, … with these grades."""
    return run(scheme(GRADES, name=name), period, {f"T{i:02}": ("支持部", MARKS[g], g) for i, g in enumerate(grades, 1)}, name=f"R-{name}")


def quarter(*runs: RunFacts, opening: Opening | None = None) -> Job:
    everybody = sorted({who for each in runs for who in each.results})
    known = facts(people=[person(who) for who in everybody], bases=[base(who, "4000", kind="quarterly_bonus") for who in everybody])
    return Job(parse_period("2024-Q2"), runs, known, opening or Opening())


def changes(found: Consequences) -> dict[str, tuple[int, int]]:
    return {p.person: (p.before, p.after) for p in found.people}


A31 = "AABBBCCD"


def test_an_appeal_from_c_to_b_lowers_x_and_every_bonus_of_an_a() -> None:
    found = consequences(quarter(graded(A31)), Supposition(grades={"T06": "B"}))
    assert changes(found) == {"T01": (525000, 500000), "T02": (525000, 500000), "T06": (350000, 400000)}
    (line,) = found.people[0].lines
    assert (line.rule, line.before, line.after, line.was, line.now) == (
        "redistribution", 125000, 100000, "X 2500.00 (3) ÷ Y 2 = 1250.00", "X 2000.00 (2) ÷ Y 2 = 1000.00",
    )  # fmt: skip
    (pool,) = found.accounts
    assert (pool.account, pool.came_before, pool.came_after, pool.left_before, pool.left_after) == (
        Account("pool", "trial", ""), 250000, 200000, 0, 0,
    )  # fmt: skip
    assert found.company_before == found.company_after == 8 * 400000
    assert found.problems == ()


def test_one_more_head_shares_x() -> None:
    found = consequences(quarter(graded(A31)), Supposition(grades={"T03": "A"}))
    assert changes(found) == {"T01": (525000, 483333), "T02": (525000, 483333), "T03": (400000, 483333)}
    assert [(a.left_before, a.left_after) for a in found.accounts] == [(0, 1)]


def test_what_lay_in_the_pool_before_is_part_of_x() -> None:
    opening = Opening({Account("pool", "trial", ""): 100, Account("company", "grade_base"): -100})
    found = consequences(quarter(graded(A31), opening=opening), Supposition(grades={"T06": "B"}))
    assert found.people[0].lines[0].now == "X (2000.00 (2) + 1.00) ÷ Y 2 = 1000.50"
    assert (found.accounts[0].came_before, found.accounts[0].came_after) == (250100, 200100)


def test_a_withheld_bonus_changes_what_the_company_bears_and_not_x() -> None:
    found = consequences(quarter(graded(A31)), Supposition(grades={"T03": "E"}))
    assert changes(found) == {"T03": (400000, 0)}
    assert (found.company_before, found.company_after) == (3200000, 2800000)
    assert found.accounts == ()


def test_a_total_brings_the_grade_of_its_band() -> None:
    found = consequences(quarter(graded(A31)), Supposition(totals={"T06": Decimal(70)}))
    assert changes(found)["T06"] == (350000, 400000)
    assert [said.en for said in found.supposed] == ["total of T06: 65.00 → 70.00 (trial 2024-Q2)", "grade of T06: C → B (trial 2024-Q2)"]


def test_a_grade_given_beside_a_total_holds() -> None:
    found = consequences(quarter(graded(A31)), Supposition(totals={"T06": Decimal(70)}, grades={"T06": "A"}))
    assert found.supposed[1].zh == "T06 的等级:C → A(trial 2024-Q2)"


def test_another_base() -> None:
    found = consequences(quarter(graded(A31)), Supposition(bases={("T08", ""): 100000}))
    assert changes(found) == {"T01": (525000, 500000), "T02": (525000, 500000), "T08": (250000, 0)}
    assert found.supposed[0].en == "quarterly bonus of T08: 4000.00 → 1000.00"


def test_nothing_changes_when_nothing_is_supposed() -> None:
    found = consequences(quarter(graded(A31)), Supposition(grades={"T06": "C"}))
    assert (found.people, found.accounts, found.supposed) == ((), (), ())
    assert "nobody's pay would change" in as_text(found, "en")


def month() -> Job:
    broken = [violation("W1", "T02", "轻微", "2024-05-03"), violation("W2", "T02", "一般", "2024-05-09", state="reported")]
    of = run(scheme(CONDUCT, period="month"), "2024-05", {"T02": ("支持部", "80", "B")}, broken)
    return Job(parse_period("2024-05"), [of], facts(people=[person("T02")], bases=[base("T02", "8000")]))


@pytest.mark.parametrize(
    ("outcomes", "paid"),
    [({"W1": "dismissed"}, 40000), ({"W1": "严重"}, 0), ({"W2": "verified"}, 12000), ({"W2": "轻微"}, 24000)],
)
def test_a_violation_that_ends_otherwise(outcomes: dict[str, str], paid: int) -> None:
    found = consequences(month(), Supposition(violations=outcomes))
    assert changes(found) == {"T02": (32000, paid)}
    assert found.company_after - found.company_before == paid - 32000


def test_names_that_are_not_there_are_problems() -> None:
    supposed = Supposition(
        grades={"T99": "A", "T01": "Z"}, totals={"T02": Decimal(101)}, bases={("T01", "salary"): 1}, violations={"W9": "verified"}
    )
    found = check(quarter(graded(A31)), supposed)
    assert [p.code for p in found] == [
        "whatif.not-judged", "whatif.unknown-grade", "whatif.total-out-of-range", "whatif.which-base", "whatif.no-violations",
    ]  # fmt: skip
    assert found[3].mend("en") == "write --base T01:quarterly_bonus=… (yuan)"
    assert [p.code for p in check(quarter(graded(A31)), Supposition(bases={("T99", ""): 1}))] == ["whatif.no-base"]
    wrong = check(month(), Supposition(violations={"W1": "so so", "W9": "verified"}))
    assert [p.code for p in wrong] == ["whatif.unknown-outcome", "whatif.unknown-violation"]
    assert wrong[1].mend("en") == "use one of: W1, W2"


@pytest.mark.parametrize(("written", "meant"), [("不成立", "dismissed"), ("已核实", "verified")])
def test_an_outcome_may_be_written_as_a_statement_says_it(written: str, meant: str) -> None:
    both = [Supposition(violations={"W1": outcome, "W2": outcome}) for outcome in (written, meant)]
    assert [check(month(), each) for each in both] == [[], []]
    said, plain = (consequences(month(), each) for each in both)
    assert as_json(said) == as_json(plain)
    assert said.people != ()


def test_of_several_results_one_must_be_named() -> None:
    job = quarter(graded("AC"), graded("BD", name="other"))
    assert [p.code for p in check(job, Supposition(grades={"T02": "B"}))] == ["whatif.several-results"]
    supposed = Supposition(grades={"T02": "B"}, at="other")
    assert check(job, supposed) == []
    found = consequences(job, supposed)
    assert changes(found) == {"T02": (350000 + 250000, 350000 + 400000)}
    assert [line.scheme for line in found.people[0].lines] == ["other"]


def test_the_order_of_people_changes_nothing() -> None:
    of = graded(A31)
    turned = RunFacts(of.run, of.scheme, of.period, dict(reversed(of.results.items())))
    supposed = Supposition(grades={"T06": "B"})
    assert as_json(consequences(quarter(turned), supposed)) == as_json(consequences(quarter(of), supposed))


def test_text_in_both_languages() -> None:
    found = consequences(quarter(graded(A31)), Supposition(grades={"T06": "B"}))
    zh, en = as_text(found, "zh"), as_text(found, "en")
    assert "T06 3500.00 → 4000.00 (+500.00)" in zh
    assert "公司承担 32000.00" in zh
    assert "扣减再分配 X/Y 2024-Q2 1250.00 → 1000.00 (-250.00)" in zh
    assert "came in 2500.00 → 2000.00 (-500.00)" in en
    assert max(map(len, en.splitlines())) <= 100


def test_json_says_everything() -> None:
    said = as_json(consequences(quarter(graded(A31)), Supposition(grades={"T06": "B"})))
    assert said["period"] == "2024-Q2"
    assert said["people"][2] | {"lines": 0} == {"person": "T06", "name": "T06", "before": "3500.00", "after": "4000.00", "lines": 0}
    assert said["accounts"][0]["came_after"] == "2000.00"
    assert said["supposed"] == [{"zh": "T06 的等级:C → B(trial 2024-Q2)", "en": "grade of T06: C → B (trial 2024-Q2)"}]
