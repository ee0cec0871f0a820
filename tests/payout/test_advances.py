"""Advances (F12, F13): A40-A44, A57, A58, who may, how much, how they come back, and what is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payout import working as w

from jikao.payout.compute import Job, pay
from jikao.payout.ledger import Account, Opening, balances_of
from jikao.payout.reading import by_month
from jikao.scheme.period import PeriodKind, PeriodToDate, parse_period
from jikao.scheme.problem import Level

RULES = "manager_liability: 30%, minimum_wage: 2000, applicant: 部门经理"

OPEN = [w.order("R1", "100000", None, progress="0.4"), *w.parted("R1", 一部="100000"), w.cost("K1", "R1", "20000")]
"""An order under way: pool 45,000, progress 40 %."""

EARNED = [w.wage("T1", f"2024-0{i}", performance="100000") for i in (1, 2, 3, 4, 5)]
"""Performance pay on record before, so that hardship advances have a basis."""


def settled(no: str, pool: str, on: str, who: str = "T1"):
    """An order whose pool comes to this: nothing is withheld in the scheme it is used with."""
    return [w.order(no, pool, on), *w.parted(no, 一部=pool), w.work(no, who, "1", on)]


ALL_LEFT = w.monthly("profit_share: 0, expense_share: 0", RULES)
"""A scheme that withholds nothing, so that the value of an order is its pool."""


def one(*rows, of=None, month="2024-06", opening=None):
    """The one problem of these rows, an error at a row."""
    found = w.batch(of or w.monthly(advances=RULES), w.known(*rows), month, opening)
    [problem] = found.payroll.problems
    assert problem.level is Level.ERROR
    return problem


def given_before(**advances: str) -> Opening:
    """Advances of T1 paid before, in yuan."""
    owed = {Account("advance", "T1", name): -w.fen(amount) for name, amount in advances.items()}
    granted = {name: ("T1", w.fen(amount)) for name, amount in advances.items()}
    return Opening(owed | {Account("paid", "T1"): -sum(owed.values())}, {}, frozenset(f"advances/{name}" for name in advances), granted)


# --- progress: how much -------------------------------------------------------------------------------------------


def forty(amount: str, **more):
    return w.progress_advance("V2", "T1", "R1", amount, **more)


def test_a40_up_to_progress_times_pool_less_what_was_advanced():
    first = w.progress_advance("V1", "T2", "R1", "10000", "2024-06-12")
    found = w.batch(w.monthly(advances=RULES), w.known(OPEN, first, forty("8000")))
    assert (found.codes, found.paid) == ([], {"T1": "8000.00", "T2": "10000.00"})
    assert found.held("advance") == {"T1/V2": "-8000.00", "T2/V1": "-10000.00"}
    (entry,) = (e for e in found.payroll.entries if e.subject == "V2")
    assert entry.formula == "8000.00 ≤ 40% × 45000.00 − 10000.00 = 8000.00"
    assert entry.sources == ("advances/V2", "orders/R1", "order_splits/R1|一部")


def test_a40_one_fen_more_is_refused_and_the_most_is_said():
    first = w.progress_advance("V1", "T2", "R1", "10000", "2024-06-12")
    problem = one(OPEN, first, forty("8000.01"))
    assert (problem.code, problem.values["most"], problem.values["formula"]) == ("advance.over-cap", "8000.00", "40% × 45000.00 − 10000.00")


@pytest.mark.parametrize(("amount", "codes"), [("13500", []), ("13500.01", ["advance.over-cap"])])
def test_a40_later_at_seventy_percent_with_18000_advanced(amount, codes):
    reports = [w.report("R1", "2024-06-01", "0.4"), w.report("R1", "2024-07-10", "0.7"), w.report("R1", "2024-07-21", "0.9")]
    june = [w.progress_advance("V1", "T2", "R1", "10000", "2024-06-12"), forty("8000")]
    rows = [*OPEN, *reports, *june, w.progress_advance("V3", "T1", "R1", amount, "2024-07-20")]
    july = w.batches(w.monthly(advances=RULES), w.known(rows), "2024-06", "2024-07")[1]
    assert july.codes == codes
    paid = [(e.formula, e.sources) for e in july.payroll.entries if e.subject == "V3"]
    sources = ("advances/V3", "orders/R1", "progress_reports/R1|2024-07-10", "order_splits/R1|一部")
    assert paid == ([] if codes else [("13500.00 ≤ 70% × 45000.00 − 18000.00 = 13500.00", sources)])


def test_two_advances_of_one_day_share_the_cap_in_the_order_of_their_numbers():
    found = w.batch(w.monthly(advances=RULES), w.known(OPEN, forty("10000"), w.progress_advance("V1", "T2", "R1", "10000")))
    assert (found.codes, found.held("advance")) == (["advance.over-cap"], {"T2/V1": "-10000.00"})


@pytest.mark.parametrize(
    ("cap", "most"), [("pool", "18000.00"), ("part3", "26000.00"), ("value", "40000.00"), ("own_share", "5400.00")]
)  # fmt: skip
def test_what_the_progress_is_taken_of(cap, most):
    work = [w.work("R1", "T1", "0.3", "2024-06-15"), w.work("R1", "T2", "0.7", "2024-06-15")]
    of = w.monthly(advances=f"{RULES}, progress_cap: {cap}")
    assert w.batch(of, w.known(OPEN, work, forty(most))).codes == []
    assert one(OPEN, work, forty("90000"), of=of).values["most"] == most


def test_an_own_share_that_is_only_proposed_counts_and_each_has_a_limit_of_their_own():
    of = w.monthly(advances=f"{RULES}, progress_cap: own_share")
    work = [
        w.work("R1", "T1", "0.5", "2024-07-15", proposed="0.3", reason="x"),
        w.work("R1", "T2", "0.5", "2024-07-15", proposed="0.7", reason="x"),
    ]
    other = w.progress_advance("V1", "T2", "R1", "12600")
    assert w.batch(of, w.known(OPEN, work, forty("5400"), other)).codes == []
    assert one(OPEN, work, other, forty("5400.01"), of=of).values["most"] == "5400.00"
    assert one(OPEN, forty("1"), of=of).code == "advance.no-share"


def test_a_pool_already_used_up_allows_nothing():
    assert one(OPEN, w.cost("K2", "R1", "50000"), forty("0.01")).values["most"] == "0.00"


def test_an_earlier_overrun_of_the_department_lowers_the_expected_pool():
    opening = Opening({Account("overrun", "一部"): -500_000, Account("cost", "R0", "一部"): 500_000})
    assert one(OPEN, forty("20000"), opening=opening).values["most"] == "16000.00"


def test_of_an_order_of_two_departments_each_has_its_own_limit():
    rows = [w.order("R1", "200000", None, progress="0.5"), *w.parted("R1", 一部="120000", 二部="80000")]
    mine, theirs = w.progress_advance("V1", "T1", "R1", "39000"), w.progress_advance("V2", "T4", "R1", "26000", applicant="M2")
    assert w.batch(w.monthly(advances=RULES), w.known(rows, mine, theirs)).codes == []
    assert one(rows, mine, replace(theirs, amount=2_600_001)).values["most"] == "26000.00"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([forty("1")], "advance.order-unknown"),
        ([*OPEN[1:], w.order("R1", "100000", None), forty("1")], "advance.no-progress"),
        ([*OPEN[1:], w.order("R1", "100000", None), w.report("R1", "2024-06-21", "0.5"), forty("1")], "advance.no-progress"),
        ([OPEN[0], forty("1")], "advance.no-part"),
        ([*OPEN, w.progress_advance("V2", "T4", "R1", "1")], "advance.no-part"),
        ([w.order("R1", "1", None, progress="0.4", cancelled="2024-06-21"), forty("1")], "advance.order-over"),
        ([*OPEN, forty("1", approved="2024-06-19")], "advance.approved-before"),
    ],
)
def test_progress_advances_refused(rows, code):
    problem = one(rows)
    assert (problem.code, problem.place.file) == (code, "rows.csv")


def test_an_order_settled_before_the_approval_gives_no_advance():
    rows = [w.order("R1", "1000", "2024-06-21", progress="1"), *w.parted("R1", 一部="1000"), w.work("R1", "T1", "1")]
    assert one(rows, forty("1")).code == "advance.order-over"


def test_an_order_paid_by_an_earlier_batch_gives_no_advance_even_if_approved_before_it_settled():
    rows = [w.report("R1", "2024-06-01", "0.5"), *settled("R1", "1000", "2024-06-25")]
    late = w.progress_advance("V1", "T1", "R1", "500", "2024-06-12")
    [june] = w.batches(ALL_LEFT, w.known(rows), "2024-06")
    july = w.batch(ALL_LEFT, w.known(rows, late), "2024-07", june.left)
    assert (july.codes, july.payroll.entries) == (["advance.order-paid"], ())


def test_without_output_value_there_is_no_pool_to_advance():
    assert one(OPEN, forty("1"), of=w.monthly("", RULES)).code == "advance.no-output-value"


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"applicant": "GM"}, "advance.applicant-approves"),
        ({"approver": "M1"}, "advance.applicant-approves"),
        ({"approver": "T1"}, "advance.beneficiary-approves"),
        ({"approver": ""}, "advance.no-approver"),
        ({"approver": "M2"}, "advance.approver"),
        ({"approver": "nobody"}, "advance.approver"),
        ({"applicant": "T2"}, "advance.applicant"),
    ],
)
def test_a44_applicant_approver_and_beneficiary_are_different_people_in_their_positions(more, code):
    found = w.batch(w.monthly(advances=RULES), w.known(OPEN, forty("1", **more)))
    assert code in found.codes
    assert found.paid == {}


def test_a_position_is_that_of_the_day():
    promoted = [w.span("M2", "部门经理", "二部", "2020-01-01", "2024-06-20"), w.span("M2", "总经理", "总部", "2024-06-21")]
    of = w.monthly(advances=RULES)
    assert w.batch(of, w.known(OPEN, promoted, forty("1", approver="M2"))).codes == []
    assert one(OPEN, promoted, forty("1", approver="M2", approved="2024-06-20")).code == "advance.approver"


@pytest.mark.parametrize("more", [{"approved": None}, {"approved": None, "approver": ""}])
def test_a44_without_approval_nothing_is_paid(more):
    found = w.batch(w.monthly(advances=RULES), w.known(OPEN, forty("1", **more)))
    assert (found.codes, found.payroll.entries) == (["advance.not-approved"], ())
    assert found.payroll.problems[0].level is Level.WARNING


def test_an_advance_approved_after_the_period_is_paid_in_the_next():
    june, july = w.batches(w.monthly(advances=RULES), w.known(OPEN, forty("1", approved="2024-07-01")), "2024-06", "2024-07")
    assert (june.codes, june.paid, july.paid) == ([], {}, {"T1": "1.00"})


# --- settlement ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pool", "paid", "left"),
    [("42000", {"T1": "10500.00"}, {}), ("31500", {}, {}), ("30000", {}, {"T1/V1": "-1500.00"})],
)
def test_a41_the_order_s_pay_settles_its_advances_in_full(pool, paid, left):
    found = w.batch(ALL_LEFT, w.known(settled("R1", pool, "2024-06-25"), w.progress_advance("V1", "T1", "R1", "31500", "2024-05-02")),
                    opening=given_before(V1="31500"))  # fmt: skip
    assert (found.codes, found.paid, found.held("advance")) == ([], paid, left)
    assert found.lines("offset") == {}


def test_a41_what_is_over_advanced_comes_back_month_by_month():
    rows = [*settled("R1", "30000", "2024-06-25"), *settled("R2", "2000", "2024-07-25"), *settled("R3", "2000", "2024-08-25")]
    advance = w.progress_advance("V1", "T1", "R1", "31500", "2024-05-02")
    months = w.batches(ALL_LEFT, w.known(rows, advance), "2024-06", "2024-07", "2024-08", opening=given_before(V1="31500"))
    assert [each.lines("offset") for each in months] == [{}, {"V1": "1000.00"}, {"V1": "500.00"}]
    assert [each.paid for each in months] == [{}, {"T1": "1000.00"}, {"T1": "1500.00"}]


def test_other_orders_of_the_person_do_not_settle_an_advance_and_it_waits_for_its_own():
    rows = [*OPEN, *settled("R2", "2000", "2024-06-25")]
    found = w.batch(ALL_LEFT, w.known(rows, w.progress_advance("V1", "T1", "R1", "100", "2024-05-02")), opening=given_before(V1="100"))
    assert (found.paid, found.held("advance")) == ({"T1": "2000.00"}, {"T1/V1": "-100.00"})


def test_it_waits_too_while_the_order_s_pool_has_no_shares():
    rows = [w.order("R1", "5000"), *w.parted("R1", 一部="5000"), *settled("R2", "2000", "2024-06-25")]
    found = w.batch(ALL_LEFT, w.known(rows, w.progress_advance("V1", "T1", "R1", "100", "2024-05-02")), opening=given_before(V1="100"))
    assert (found.codes, found.paid, found.lines("offset")) == (["output.no-shares"], {"T1": "2000.00"}, {})


def test_an_advance_on_an_order_that_was_cancelled_comes_back_month_by_month():
    rows = [w.order("R1", "5000", None, cancelled="2024-06-10"), *settled("R2", "2000", "2024-06-25")]
    found = w.batch(ALL_LEFT, w.known(rows, w.progress_advance("V1", "T1", "R1", "100", "2024-05-02")), opening=given_before(V1="100"))
    assert (found.paid, found.held("advance")) == ({"T1": "1900.00"}, {})


def test_an_advance_approved_before_its_order_settled_in_the_same_month_is_settled_at_once():
    rows = [w.report("R1", "2024-06-01", "0.5"), *settled("R1", "1000", "2024-06-25")]
    found = w.batch(ALL_LEFT, w.known(rows, w.progress_advance("V1", "T1", "R1", "500", "2024-06-12")))
    assert (found.codes, found.paid, found.held("advance")) == ([], {"T1": "1000.00"}, {})
    assert found.lines("settlement") == {"V1": "500.00"}


@pytest.mark.parametrize(("who", "no"), [("T|1", "R1"), ("T1", "R|1"), ("T|1", "R|1")])
def test_names_with_bars_are_told_apart(who, no):
    staff = [*w.STAFF, w.person("T|1", "一部")]
    facts = w.known(settled(no, "1000", "2024-06-25", who), w.progress_advance("V1", who, no, "600", "2024-05-02"), staff=staff)
    opening = Opening({Account("advance", who, "V1"): -60_000, Account("paid", who): 60_000}, {}, frozenset(["advances/V1"]))
    assert w.batch(ALL_LEFT, facts, opening=opening).lines("settlement") == {"V1": "600.00"}


def test_settlement_takes_the_oldest_first_and_offset_what_settlement_leaves():
    rows = settled("R1", "1000", "2024-06-25")
    advances = [w.progress_advance("V2", "T1", "R1", "600", "2024-05-02"), w.progress_advance("V1", "T1", "R1", "200", "2024-05-03")]
    hard = w.hardship_advance("V3", "T1", "500", "2024-05-04")
    found = w.batch(ALL_LEFT, w.known(rows, advances, hard), opening=given_before(V1="200", V2="600", V3="500"))
    assert found.lines("settlement") == {"V1": "200.00", "V2": "600.00"}
    assert found.formulas("offset") == {"V3": "−min(500.00, 50% × (1000.00 − 800.00)) = −100.00 (500.00 → 400.00)"}
    assert found.paid == {"T1": "100.00"}


def test_a_month_that_still_runs_settles_like_a_whole_one():
    facts = w.known(settled("R1", "1000", "2024-06-12"), w.progress_advance("V1", "T1", "R1", "600", "2024-05-02"))
    so_far = PeriodToDate(w.day("2024-06-01"), PeriodKind.MONTH, w.day("2024-06-15"))
    job = Job(parse_period("2024-06"), [replace(w.month(ALL_LEFT), period=so_far)], facts, given_before(V1="600"))
    assert balances_of(pay(job).entries) == {
        Account("advance", "T1", "V1"): 60_000, Account("paid", "T1"): 40_000, Account("value", "R1", "一部"): -100_000,
    }  # fmt: skip


# --- hardship -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "codes"), [("1200", []), ("1200.01", ["advance.over-hardship"])])
def test_a58_half_of_the_average_of_three_months(amount, codes):
    wages = [w.wage("T1", month, performance=x) for month, x in (("2024-03", "2400"), ("2024-04", "3000"), ("2024-05", "1800"))]
    found = w.batch(w.monthly(advances=RULES), w.known(wages, w.hardship_advance("V1", "T1", amount)))
    assert found.codes == codes
    if codes:
        assert found.payroll.problems[0].values["formula"] == "50% × 7200.00 ÷ 3"
        assert found.payroll.problems[0].values["most"] == "1200.00"
    else:
        (entry,) = (e for e in found.payroll.entries if e.rule == "hardship_advance")
        assert entry.formula == "1200.00 ≤ 50% × 7200.00 ÷ 3 = 1200.00"
        assert entry.sources == ("advances/V1", "wages/T1|2024-05-01", "wages/T1|2024-04-01", "wages/T1|2024-03-01")


def test_a_limit_that_is_no_whole_fen_is_not_said_to_be_one():
    rows = [w.wage("T1", "2024-05", performance="1000.01"), w.hardship_advance("V1", "T1", "100")]
    found = w.batch(w.monthly(advances=RULES), w.known(rows))
    assert found.formulas("hardship_advance") == {"V1": "100.00 ≤ 50% × 1000.01 ÷ 3 ≈ 166.6683 → 166.66"}


def test_a58_a_second_open_one_is_refused_until_the_first_is_recovered():
    rows = [*EARNED, w.hardship_advance("V1", "T1", "1000"), w.hardship_advance("V2", "T1", "1000", "2024-07-20")]
    assert w.batches(w.monthly(advances=RULES), w.known(rows), "2024-06", "2024-07")[1].codes == ["advance.too-many-open"]
    back = w.back("B1", "V1", "1000", "2024-07-31")
    assert w.batches(w.monthly(advances=RULES), w.known(rows, back), "2024-06", "2024-07")[1].codes == []
    gone = w.lost("L1", "V1", "1000", "2024-07-31")
    assert w.batches(w.monthly(advances=RULES), w.known(rows, gone), "2024-06", "2024-07")[1].codes == ["advance.no-wage"]
    same_day = [*EARNED, w.hardship_advance("V1", "T1", "1000"), w.hardship_advance("V2", "T1", "1000")]
    assert one(same_day).values == {"advance": "V2", "person": "T1", "open": 1, "most": 1}


def test_months_without_a_record_count_nought_but_one_there_must_be():
    rows = [w.wage("T1", "2024-04", performance="600")]
    assert one(rows, w.hardship_advance("V1", "T1", "100.01")).values["most"] == "100.00"
    problem = one([w.wage("T1", "2024-02", performance="600")], w.hardship_advance("V1", "T1", "1"))
    assert (problem.code, problem.values["first"], problem.values["last"]) == ("advance.no-basis", "2024-03", "2024-05")


def test_what_jikao_computed_counts_before_what_is_on_record():
    rows = [*settled("R1", "600", "2024-05-25"), w.wage("T1", "2024-05", performance="9999"), w.wage("T1", "2024-04", performance="600")]
    months = w.batches(ALL_LEFT, w.known(rows, w.hardship_advance("V1", "T1", "200.01")), "2024-05", "2024-06")
    assert months[1].payroll.problems[0].values["formula"] == "50% × 1200.00 ÷ 3"


def test_months_are_those_before_the_application_also_across_the_year():
    rows = [w.wage("T1", "2023-10", performance="600"), w.hardship_advance("V1", "T1", "100.01", "2024-01-05")]
    assert one(rows, month="2024-01").values["most"] == "100.00"


# --- offset -------------------------------------------------------------------------------------------------------


def test_a42_half_of_the_month_s_performance_pay_until_nothing_is_left():
    rows = [*settled("R1", "1200", "2024-02-25"), *settled("R2", "3000", "2024-03-25"), *settled("R3", "3000", "2024-04-25")]
    advance = w.hardship_advance("V1", "T1", "2000", "2024-01-10")
    months = w.batches(ALL_LEFT, w.known(rows, advance), "2024-02", "2024-03", "2024-04", opening=given_before(V1="2000"))
    assert [each.lines("offset") for each in months] == [{"V1": "600.00"}, {"V1": "1400.00"}, {}]
    assert [each.paid for each in months] == [{"T1": "600.00"}, {"T1": "1600.00"}, {"T1": "3000.00"}]
    assert [each.held("advance") for each in months] == [{"T1/V1": "-1400.00"}, {}, {}]
    assert months[0].formulas("offset") == {"V1": "−min(2000.00, 50% × 1200.00) = −600.00 (2000.00 → 1400.00)"}


def test_an_advance_is_not_offset_in_the_run_that_pays_it():
    found = w.batch(ALL_LEFT, w.known(EARNED, settled("R1", "1200", "2024-06-25"), w.hardship_advance("V1", "T1", "2000")))
    assert (found.paid, found.lines("offset")) == ({"T1": "3200.00"}, {})


def test_a57_an_advance_of_2000_comes_out_of_13500_of_performance_pay():
    found = w.batch(ALL_LEFT, w.known(settled("R1", "13500", "2024-06-25"), w.hardship_advance("V1", "T1", "2000", "2024-05-10")),
                    opening=given_before(V1="2000"))  # fmt: skip
    assert (found.lines("offset"), found.paid) == ({"V1": "2000.00"}, {"T1": "11500.00"})


def test_several_advances_share_one_month_s_bound_the_oldest_first():
    advances = [w.hardship_advance("V1", "T1", "500", "2024-05-03"), w.hardship_advance("V2", "T1", "300", "2024-05-02")]
    found = w.batch(ALL_LEFT, w.known(settled("R1", "1000", "2024-06-25"), advances), opening=given_before(V1="500", V2="300"))
    assert found.formulas("offset") == {
        "V2": "−min(300.00, 50% × 1000.00) = −300.00 (300.00 → 0.00)",
        "V1": "−min(500.00, 50% × 1000.00 − 300.00) = −200.00 (500.00 → 300.00)",
    }  # fmt: skip


def test_without_performance_pay_nothing_is_offset():
    found = w.batch(ALL_LEFT, w.known(w.hardship_advance("V1", "T1", "500", "2024-05-03")), opening=given_before(V1="500"))
    assert found.payroll.entries == ()


# --- repayments ---------------------------------------------------------------------------------------------------


def test_money_given_back_comes_first_and_the_offset_takes_what_is_left():
    rows = [
        *settled("R1", "1200", "2024-06-25"),
        w.hardship_advance("V1", "T1", "2000", "2024-05-02"),
        w.back("B1", "V1", "1600", "2024-06-20"),
    ]
    found = w.batch(ALL_LEFT, w.known(rows), opening=given_before(V1="2000"))
    assert (found.held("advance"), found.paid, found.lines("offset")) == ({}, {"T1": "800.00"}, {"V1": "400.00"})
    assert found.held("paid") == {"T1": "1200.00"}  # 2000 before, 1600 given back, 800 now


def test_a_repayment_is_posted_once_and_never_more_than_is_left():
    advance, opening = w.hardship_advance("V1", "T1", "2000", "2024-05-02"), given_before(V1="2000")
    months = w.batches(ALL_LEFT, w.known(advance, w.back("B1", "V1", "2000", "2024-06-30")), "2024-06", "2024-07", opening=opening)
    assert [each.lines("repayment") for each in months] == [{"B1": "2000.00"}, {}]
    assert months[0].formulas("repayment") == {"B1": "−2000.00 (2000.00 → 0.00)"}
    problem = one(advance, w.back("B1", "V1", "2000.01", "2024-06-20"), opening=opening)
    assert (problem.code, problem.values["left"]) == ("advance.repaid-too-much", "2000.00")
    assert one(w.back("B1", "V9", "1", "2024-06-20")).code == "advance.repayment-unknown"
    assert w.batch(ALL_LEFT, w.known(advance, w.back("B1", "V1", "1", "2024-07-01")), opening=opening).payroll.entries == ()


# --- losses -------------------------------------------------------------------------------------------------------

LOST = [w.hardship_advance("V1", "T1", "3000", "2024-04-02"), w.lost("L1", "V1", "2000", "2024-05-20")]
LEFT = replace(given_before(V1="3000"), balances={Account("advance", "T1", "V1"): -200_000, Account("paid", "T1"): 200_000})
"""3,000 advanced, 1,000 recovered."""


def test_a43_the_loss_is_shared_and_the_manager_s_part_withheld_within_the_law():
    wages = [w.wage("M1", "2024-05", "2500"), w.wage("M1", "2024-06", "2500"), w.wage("M1", "2024-07", "2500")]
    months = w.batches(ALL_LEFT, w.known(LOST, wages), "2024-05", "2024-06", "2024-07", opening=LEFT)
    assert months[0].formulas("write_off") == {"L1": "2000.00 × 30% = 600.00"}
    assert (months[0].held("company"), months[0].held("advance")) == ({"write_off": "-1400.00"}, {})
    assert [each.lines("liability") for each in months] == [{"L1": "500.00"}, {"L1": "100.00"}, {}]
    assert [each.held("wage") for each in months] == [{"M1": "-500.00"}, {"M1": "-600.00"}, {"M1": "-600.00"}]
    assert months[2].held("liability") == {}
    assert months[0].formulas("liability") == {"L1": "−min(600.00, min(20% × 2500.00, 2500.00 − 2000.00)) = −500.00 (600.00 → 100.00)"}


@pytest.mark.parametrize(
    ("amount", "withheld"), [("2400", "400.00"), ("2000", None), ("1500", None), ("3000", "600.00"), ("2500.04", "500.00")]
)  # fmt: skip
def test_the_minimum_wage_is_always_left_and_no_part_of_a_fen_is_taken(amount, withheld):
    found = w.batch(ALL_LEFT, w.known(LOST, w.wage("M1", "2024-05", amount)), "2024-05", LEFT)
    assert found.lines("liability") == ({"L1": withheld} if withheld else {})


def test_several_write_offs_are_borne_the_oldest_first_within_one_cap():
    rows = [*LOST[:1], w.lost("L2", "V1", "500", "2024-05-10"), w.lost("L1", "V1", "1500", "2024-05-20"), w.wage("M1", "2024-05", "2500")]
    found = w.batch(ALL_LEFT, w.known(rows), "2024-05", LEFT)
    assert found.lines("liability") == {"L1": "350.00", "L2": "150.00"}
    assert found.held("liability") == {"M1/L1": "-100.00"}


def test_without_a_wage_on_record_nothing_is_withheld_and_it_is_carried():
    months = w.batches(ALL_LEFT, w.known(LOST, w.wage("M1", "2024-06", "5000")), "2024-05", "2024-06", opening=LEFT)
    assert [(each.codes, each.lines("liability")) for each in months] == [(["advance.no-wage"], {}), ([], {"L1": "600.00"})]


def test_without_a_minimum_wage_nothing_can_be_withheld():
    of = w.monthly(advances="manager_liability: 30%")
    found = w.batch(of, w.known(LOST, w.wage("M1", "2024-05", "5000")), "2024-05", LEFT)
    assert (found.codes, found.payroll.problems[0].level) == (["advance.minimum-wage-unset"], Level.ERROR)


@pytest.mark.parametrize(
    ("rows", "rules", "code"),
    [
        ([w.lost("L1", "V1", "2000.01", "2024-05-20")], RULES, "advance.write-off-too-much"),
        ([w.lost("L1", "V9", "1", "2024-05-20")], RULES, "advance.write-off-unknown"),
        ([w.lost("L1", "V1", "1", "2024-05-20", by="M1")], RULES, "advance.write-off-decider"),
        ([w.lost("L1", "V1", "1", "2024-05-20", by="")], RULES, "advance.write-off-decider"),
        ([w.lost("L1", "V1", "1", "2024-05-20")], "minimum_wage: 2000", "advance.liability-unset"),
        ([w.lost("L1", "V1", "1", "2024-05-20")], "minimum_wage: 2000, liability: by_fault", "advance.liability-unset"),
    ],
)
def test_write_offs_refused(rows, rules, code):
    problem = one(LOST[:1], rows, of=w.monthly(advances=rules), month="2024-05", opening=LEFT)
    assert problem.code == code


def test_by_fault_the_share_decided_counts():
    of = w.monthly(advances="minimum_wage: 0, liability: by_fault, manager_liability: 30%")
    rows = [LOST[0], w.lost("L1", "V1", "2000", "2024-05-20", share="0.15")]
    found = w.batch(of, w.known(rows), "2024-05", LEFT)
    assert (found.held("liability"), found.held("company")) == ({"M1/L1": "-300.00"}, {"write_off": "-1700.00"})


@pytest.mark.parametrize(
    ("amount", "borne", "formula"),
    [
        ("500", "50.00", "500.00 × 10% = 50.00"), ("1000", "100.00", "1000.00 × 10% = 100.00"),
        ("2000", "700.00", "1000.00 × 10% + 500.00 × 40% + 500.00 × 80% = 700.00"),
    ],
)  # fmt: skip
def test_sliding_each_step_bears_its_share_of_what_lies_in_it(amount, borne, formula):
    steps = "liability_steps: [{from: 0, share: 10%}, {from: 1000, share: 40%}, {from: 1500, share: 80%}]"
    of = w.monthly(advances=f"minimum_wage: 0, liability: sliding, {steps}")
    found = w.batch(of, w.known(LOST[0], w.lost("L1", "V1", amount, "2024-05-20")), "2024-05", LEFT)
    assert (found.held("liability"), found.formulas("write_off")) == ({"M1/L1": f"-{borne}"}, {"L1": formula})


def test_two_schemes_with_advances_in_one_batch_are_refused():
    second = w.scheme("{advances: {approver: 总经理}}", name="second", period="month")
    assert w.batch([w.monthly("", RULES), second], w.known()).codes == ["payout.ruled-twice"]


def test_who_got_the_advance_does_not_write_it_off_and_only_the_manager_who_applied_or_one_like_them_is_liable():
    def codes(rules=RULES, *others, **more):
        found = w.batch(
            w.monthly(advances=rules), w.known(LOST[0], w.lost("L1", "V1", "1", "2024-05-20", **more), *others), "2024-05", LEFT
        )
        return [code for code in found.codes if code != "advance.no-wage"]

    assert codes(by="T1") == ["advance.write-off-beneficiary"]
    assert codes(manager="T2") == ["advance.write-off-manager"]
    assert codes(manager="M2") == []
    unnamed = "minimum_wage: 2000, manager_liability: 30%"
    assert (codes(unnamed, manager="M2"), codes(unnamed, manager="T2")) == ([], ["advance.write-off-manager"])
    assert codes(RULES, w.span("T2", "部门经理", "一部", "2024-05-01"), manager="T2") == []


def test_who_is_liable_by_the_books_goes_on_paying_whatever_the_row_says_later():
    wages = [w.wage(who, month, "2500") for who in ("M1", "M2") for month in ("2024-05", "2024-06")]
    [may] = w.batches(ALL_LEFT, w.known(LOST, wages), "2024-05", opening=LEFT)
    changed = replace(LOST[1], manager="M2")
    june = w.batch(ALL_LEFT, w.known(LOST[0], changed, wages), "2024-06", may.left)
    assert (june.codes, june.lines("liability"), june.held("wage")) == ([], {"L1": "100.00"}, {"M1": "-600.00"})


# --- money that comes in after all --------------------------------------------------------------------------------

WAGES = [w.wage("M1", month, "2500") for month in ("2024-05", "2024-06", "2024-07")]


def test_money_recovered_after_a_write_off_is_shared_as_the_loss_was_and_what_was_withheld_goes_back():
    rows = [*LOST, *WAGES, w.back("B1", "V1", "1500", "2024-06-03"), w.back("B2", "V1", "500", "2024-07-03")]
    may, june, july = w.batches(ALL_LEFT, w.known(rows), "2024-05", "2024-06", "2024-07", opening=LEFT)
    assert (may.held("liability"), may.held("wage")) == ({"M1/L1": "-100.00"}, {"M1": "-500.00"})
    assert june.formulas("regained") == {"L1": "1500.00 × 600.00 ÷ 2000.00 = 450.00"}
    assert (june.held("liability"), june.held("wage"), june.held("company")) == ({}, {"M1": "-150.00"}, {"write_off": "-350.00"})
    assert july.formulas("regained") == {"L1": "500.00 × 150.00 ÷ 500.00 = 150.00"}
    assert [july.held(kind) for kind in ("liability", "wage", "company", "advance")] == [{}, {}, {}, {}]
    assert july.held("paid") == {}  # 2000 owed before, all given back


def test_more_than_was_written_off_does_not_come_in():
    rows = [*LOST, *WAGES, w.back("B1", "V1", "2000.01", "2024-06-03")]
    june = w.batches(ALL_LEFT, w.known(rows), "2024-05", "2024-06", opening=LEFT)[1]
    assert (june.codes, june.payroll.problems[0].values["left"]) == (["advance.repaid-too-much"], "2000.00")


def test_when_the_write_off_is_corrected_below_what_came_in_nothing_more_comes_in():
    rows = [LOST[0], *WAGES, w.back("B1", "V1", "1500", "2024-06-03")]
    may, june = w.batches(ALL_LEFT, w.known(rows, LOST[1]), "2024-05", "2024-06", opening=LEFT)
    less = replace(LOST[1], amount=100_000)
    found = w.correction(ALL_LEFT, w.known(rows, less), "2024-05", LEFT, [may], june)
    assert (found.codes, sum(found.left.balances.values()), found.held("advance")) == ([], 0, {"T1/V1": "-1000.00"})
    july = [w.back("B2", "V1", "1000", "2024-07-03"), w.back("B3", "V1", "0.01", "2024-07-04")]
    last = w.batch(ALL_LEFT, w.known(rows, less, july), "2024-07", found.left)
    assert (last.codes, last.lines("repayment"), last.lines("regained")) == (["advance.repaid-too-much"], {"B2": "1000.00"}, {})


def test_what_is_still_open_is_repaid_first():
    rows = [LOST[0], replace(LOST[1], amount=150_000), *WAGES, w.back("B1", "V1", "600", "2024-06-03")]
    june = w.batches(ALL_LEFT, w.known(rows), "2024-05", "2024-06", opening=LEFT)[1]
    assert (june.lines("repayment"), june.formulas("regained")) == ({"B1": "500.00"}, {"L1": "100.00 × 450.00 ÷ 1500.00 = 30.00"})


# --- paid is paid -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{"person": "T2"}, {"amount": 1}, {"amount": 200_001}])
def test_the_row_of_an_advance_that_was_paid_must_stay(more):
    advance = w.hardship_advance("V1", "T1", "2000", "2024-05-02")
    problem = one(replace(advance, **more), of=ALL_LEFT, opening=given_before(V1="2000"))
    assert (problem.code, problem.values["person"], problem.values["amount"]) == ("advance.changed-after-payment", "T1", "2000.00")


def test_an_advance_whose_row_is_gone_is_offset_like_any_other():
    found = w.batch(ALL_LEFT, w.known(settled("R1", "1000", "2024-06-25")), opening=given_before(V1="2000"))
    assert (found.codes, found.lines("offset")) == ([], {"V1": "500.00"})


def test_a_paid_advance_is_not_checked_again_by_a_correction():
    of, rows = w.monthly(advances=RULES), [*OPEN, *settled("R2", "1000", "2024-06-25"), forty("18000")]
    [june] = w.batches(of, w.known(rows), "2024-06")
    later = [*rows, w.cost("K2", "R1", "40000"), w.cost("K3", "R2", "100")]
    found = w.correction(of, w.known(later), "2024-06", Opening(), [june], june)
    assert (found.codes, found.held("advance"), found.held("pay")) == ([], {"T1/V2": "-18000.00"}, {"T1": "-100.00"})
    new = w.progress_advance("V3", "T2", "R1", "1")
    assert w.correction(of, w.known(later, new), "2024-06", Opening(), [june], june).codes == ["advance.over-cap"]


def test_a_correction_that_would_take_a_paid_advance_back_is_refused():
    of, rows = w.monthly(advances=RULES), [*OPEN, forty("18000")]
    [june] = w.batches(of, w.known(rows), "2024-06")
    for changed in ([], [forty("18000", approved="2024-07-01")], [replace(forty("18000"), applied_on=w.day("2024-07-01"))]):
        assert w.correction(of, w.known(OPEN, changed), "2024-06", Opening(), [june], june).codes == ["advance.changed-after-payment"]
    undated = forty("18000", approved=None)
    assert w.correction(of, w.known(OPEN, undated), "2024-06", Opening(), [june], june).payroll.entries == ()


def test_a_second_wage_in_a_month_is_an_error_unless_it_says_the_same():
    first = w.wage("T1", "2024-05", "2500")
    second = replace(first, fact="wages/T1|2024-05-15", month_on=w.day("2024-05-15"), at=("I1", 99))
    assert by_month([first, second]) == ({("T1", w.day("2024-05-01")): first}, [])
    wages, others = by_month([first, replace(second, wage=1)])
    facts = replace(w.known(), wages=wages, second_wages=others)
    found = w.batch(ALL_LEFT, facts)
    [problem] = found.payroll.problems
    assert (problem.code, problem.place.line, problem.values["other"].line) == ("payout.two-wages", 99, first.at[1])
    assert w.batch(w.monthly(), facts).codes == []


# --- properties ---------------------------------------------------------------------------------------------------

MONTHS = ("2024-06", "2024-07", "2024-08", "2024-09")


@st.composite
def lives(draw: st.DrawFn):
    """Orders with advances on them, hardship advances, money given back, losses and wages, within what is allowed or not."""
    money = st.integers(min_value=1, max_value=300_000)
    rows: list[object] = list(EARNED) + [replace(w.wage("M1", m, "0"), wage=draw(st.integers(0, 500_000))) for m in MONTHS]
    for i, settled_in in enumerate(draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4))):
        no, value = f"R{i}", draw(money)
        rows += [replace(r, value=value) for r in (w.order(no, "0", f"{settled_in}-25", progress="0.9"), *w.parted(no, 一部="0"))]
        rows += [w.work(no, "T1", "0.5", f"{draw(st.sampled_from(MONTHS))}-26"), w.work(no, "T2", "0.5", f"{settled_in}-26")]
        if draw(st.booleans()):
            rows.append(replace(w.progress_advance(f"P{i}", "T1", no, "0", f"{draw(st.sampled_from(MONTHS))}-05"), amount=draw(money)))
    for i, on in enumerate(draw(st.lists(st.sampled_from(MONTHS), max_size=3))):
        rows.append(replace(w.hardship_advance(f"H{i}", "T1", "0", f"{on}-06"), amount=draw(money)))
        rows.append(replace(w.back(f"B{i}", f"H{i}", "0", f"{draw(st.sampled_from(MONTHS))}-29"), amount=draw(money)))
        rows.append(replace(w.lost(f"L{i}", f"H{i}", "0", f"{draw(st.sampled_from(MONTHS))}-29"), amount=draw(money)))
    return rows


@settings(max_examples=40, deadline=None)
@given(rows=lives())
def test_no_advance_is_over_recovered_and_no_wage_goes_below_the_law(rows):
    facts = w.known(list(rows))
    for found in w.batches(ALL_LEFT, facts, *MONTHS):
        left = found.left.balances
        assert sum(left.values()) == 0
        assert all(x <= 0 for a, x in left.items() if a.kind in {"advance", "liability"})
        assert all(x >= 0 for a, x in left.items() if a.kind == "pay")
        for entry in found.payroll.entries:
            if entry.rule in {"settlement", "offset"}:
                assert sum(p.amount for p in entry.postings if p.account.kind == "advance") > 0
        withheld = -sum(p.amount for e in found.payroll.entries if e.rule == "liability" for p in e.postings if p.account.kind == "wage")
        month = next((e.period for e in found.payroll.entries), MONTHS[0])
        wage = facts.wages["M1", w.day(f"{month}-01")].wage or 0
        assert 0 <= withheld <= max(0, min(Fraction(wage, 5), wage - 200_000))


@settings(max_examples=25, deadline=None)
@given(rows=lives(), seed=st.randoms())
def test_the_order_of_rows_never_moves_a_fen(rows, seed: random.Random):
    mixed = list(rows)
    seed.shuffle(mixed)
    plain, shuffled = (w.batches(ALL_LEFT, w.known(each), *MONTHS) for each in (list(rows), mixed))
    assert [b.payroll.entries for b in plain] == [b.payroll.entries for b in shuffled]
