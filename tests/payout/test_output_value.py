"""Output value (F10): A35-A37, what is refused, and what waits, comes late or is carried on."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payout import working as w

from jikao.payout.compute import Job, correct, pay
from jikao.payout.ledger import Account, balances_of
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Level, Refused

A35 = [
    w.order("R1", "100000"), *w.parted("R1", 一部="100000"), w.cost("K1", "R1", "8000"), w.cost("K2", "R1", "12000", "2024-06-18"),
    w.work("R1", "T1", "0.5"), w.work("R1", "T2", "0.3"), w.work("R1", "T3", "0.2"),
]  # fmt: skip


def without(kind: str, rows=A35):
    return [row for row in rows if not row.fact.startswith(kind)]


def spoilt(*rows, output: str = w.VALUE):
    """The one problem of these rows; nothing of the order may be posted."""
    found = w.batch(w.monthly(output), w.known(list(rows)))
    assert found.payroll.entries == ()
    [problem] = found.payroll.problems
    assert problem.level is Level.ERROR
    assert problem.place.file == "rows.csv"
    return problem


# --- the waterfall ------------------------------------------------------------------------------------------------


def test_a35_profit_shared_expense_cost_and_pool():
    found = w.batch(w.monthly(), w.known(A35))
    assert found.codes == []
    assert (found.held("profit"), found.held("shared")) == ({"一部": "20000.00"}, {"一部": "15000.00"})
    assert found.held("cost") == {"R1/一部": "20000.00"}
    assert found.paid == {"T1": "22500.00", "T2": "13500.00", "T3": "9000.00"}
    assert found.held("value") == {"R1/一部": "-100000.00"}
    assert found.held("order") == {}


def test_every_entry_says_how_it_comes_to_be_and_what_it_rests_on():
    found = w.batch(w.monthly(), w.known(A35))
    assert found.formulas("waterfall") == {"R1|一部": "100000.00 = 20000.00 (20%) + 15000.00 (15%) + 65000.00"}
    assert found.formulas("performance_pay")["R1|T1"] == "(100000.00 − 20000.00 − 15000.00 − 20000.00 = 45000.00) × 50% = 22500.00"
    sources = {e.subject: e.sources for e in found.payroll.entries}
    assert sources["R1|一部"] == ("orders/R1", "order_splits/R1|一部")
    assert sources["R1|K1"] == ("costs/K1",)
    assert sources["R1|T1"] == ("workloads/R1|T1", "orders/R1", "order_splits/R1|一部")


def test_performance_pay_counts_as_earned_in_the_month():
    assert w.batch(w.monthly(), w.known(A35)).left.earned["T1", "2024-06"] == 2_250_000


def test_a36_each_department_has_its_own_parts_and_all_of_them_make_the_value():
    splits = w.parted("R1", 一部="100000", 二部="60000", 三部="40000")
    found = w.batch(w.monthly(), w.known(w.order("R1", "200000"), splits))
    assert found.held("order") == {"R1/一部": "65000.00", "R1/三部": "26000.00", "R1/二部": "39000.00"}
    assert sum(x for a, x in found.left.balances.items() if a.kind == "profit") == 40_000_00
    assert sum(x for a, x in found.left.balances.items() if a.kind == "shared") == 30_000_00
    assert -sum(x for a, x in found.left.balances.items() if a.kind == "value") == 200_000_00


def test_a36_three_equal_parts_of_100000():
    found = w.batch(w.monthly(), w.known(w.order("R1", "100000", manager="T1"), *w.parted("R1", 一部=None, 二部=None, 三部=None)))
    assert found.held("value") == {"R1/一部": "-33333.34", "R1/三部": "-33333.33", "R1/二部": "-33333.33"}


def test_the_rest_is_what_rounding_leaves():
    found = w.batch(w.monthly("profit_share: 33.33%, expense_share: 33.33%"), w.known(w.order("R1", "0.05"), *w.parted("R1", 一部="0.05")))
    assert (found.held("profit"), found.held("shared"), found.held("order")) == ({"一部": "0.02"}, {"一部": "0.02"}, {"R1/一部": "0.01"})


def test_money_goes_to_each_member_s_own_department_and_not_the_manager_s():
    rows = [w.order("R1", "200000"), *w.parted("R1", 一部="120000", 二部="80000")]
    work = [w.work("R1", "T1", "0.6"), w.work("R1", "T2", "0.2"), w.work("R1", "T4", "0.2")]
    found = w.batch(w.monthly(), w.known(rows, work))
    assert found.paid == {"T1": "58500.00", "T2": "19500.00", "T4": "52000.00"}
    assert found.formulas("performance_pay")["R1|T1"] == "(120000.00 − 24000.00 − 18000.00 = 78000.00) × 60% ÷ 80% = 58500.00"


def test_a_department_is_that_of_the_day_the_share_was_decided():
    moved = [w.span("T4", "工程师", "一部", "2024-01-01", "2024-06-28"), w.span("T4", "工程师", "二部", "2024-06-29")]
    rows = [w.order("R1", "1000"), *w.parted("R1", 一部="1000"), w.work("R1", "T4", "1")]
    assert w.batch(w.monthly(), w.known(rows, moved)).paid == {"T4": "650.00"}


# --- refused ------------------------------------------------------------------------------------------------------


def test_unset_shares_give_no_result():
    with pytest.raises(Refused) as stopped:
        w.batch(w.monthly("profit_share: XX%, expense_share: unset"), w.known(A35))
    assert [p.values["name"] for p in stopped.value.problems] == ["payout.output_value.profit_share", "payout.output_value.expense_share"]


def test_a36_a_split_that_misses_by_one_fen():
    problem = spoilt(*without("order_splits"), *w.parted("R1", 一部="99999.99"))
    assert (problem.code, problem.values["total"], problem.values["value"]) == ("output.split-sum", "99999.99", "100000.00")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (without("order_splits"), "output.no-split"),
        ([w.order("R1", "1"), *w.parted("R1", 一部="1", 二部=None)], "output.split-open"),
        ([w.order("R1", "1", manager=""), *w.parted("R1", 一部="1")], "output.no-project-manager"),
        ([w.order("R1", "1", manager="T4"), *w.parted("R1", 一部="1")], "output.project-manager"),
        ([w.order("R1", "1", manager="nobody"), *w.parted("R1", 一部="1")], "output.project-manager"),
        ([*A35, w.cost("K9", "R1", "1", department="二部")], "output.cost-department"),
        ([w.order("R1", "1"), *w.parted("R1", 一部="1", 二部="0"), w.cost("K9", "R1", "1")], "output.cost-department"),
        ([*without("workloads"), w.work("R1", "T4", "1")], "output.outsider"),
        ([*without("workloads"), w.work("R1", "nobody", "1")], "output.outsider"),
        ([*without("workloads"), w.work("R1", "T1", "1", by="")], "output.no-decider"),
        ([*without("workloads"), w.work("R1", "T1", "1", by="T1")], "output.own-decision"),
        ([*without("workloads"), w.work("R1", "T1", "1", proposed="0.9")], "output.no-reason"),
        ([*A35, w.cost("K9", "R1", "-20000.01")], "output.cost-negative"),
    ],
)
def test_refused(rows, code):
    assert spoilt(*rows).code == code


def test_only_the_owner_makes_orders():
    problem = spoilt(*without("orders/"), w.order("R1", "100000", by="一部"), output=f"{w.VALUE}, owner: 生产管理部")
    assert (problem.code, problem.values["by"]) == ("output.owner", "一部")
    assert w.batch(w.monthly(f"{w.VALUE}, owner: 生产管理部"), w.known(A35)).codes == []


def test_a37_base_salary_is_no_cost_of_an_order():
    bad = w.cost("K3", "R1", "5000", sort="基本工资")
    problem = spoilt(*A35, bad, output=f"{w.VALUE}, cost_kinds: [直接成本], forbidden_costs: [基本工资, 公共费用]")
    assert (problem.code, problem.values["amount"], problem.place.line) == ("output.cost-forbidden", "5000.00", bad.at[1])


def test_a_cost_of_a_kind_the_scheme_does_not_list():
    output = f"{w.VALUE}, cost_kinds: [直接成本], forbidden_costs: [基本工资]"
    problem = spoilt(*A35, w.cost("K3", "R1", "5000", sort="直接成木"), output=output)
    assert (problem.code, "直接成本" in problem.mend("zh")) == ("output.cost-kind", True)
    assert w.batch(w.monthly(), w.known(A35, w.cost("K3", "R1", "5000", sort="差旅"))).codes == []


@pytest.mark.parametrize(("shares", "total"), [(("0.5", "0.4999"), "99.99%"), (("0.6", "0.5"), "110%"), (("0.5",), "50%")])
def test_shares_of_the_work_make_exactly_the_whole(shares, total):
    work = [w.work("R1", f"T{i}", share) for i, share in enumerate(shares, start=1)]
    problem = spoilt(*without("workloads"), *work)
    assert (problem.code, problem.values["total"]) == ("output.workload-sum", total)


def test_shares_may_make_the_whole_inside_each_department_instead():
    rows = [w.order("R1", "2000"), *w.parted("R1", 一部="1000", 二部="1000")]
    work = [w.work("R1", "T1", "0.5"), w.work("R1", "T2", "0.5"), w.work("R1", "T4", "1")]
    assert w.batch(w.monthly(), w.known(rows, work)).paid == {"T1": "325.00", "T2": "325.00", "T4": "650.00"}
    problem = spoilt(*rows, *work[:2], w.work("R1", "T4", "0.9999"))
    assert problem.values["sums"].say("en") == "一部 100%, 二部 99.99%"


def test_a_changed_opinion_with_a_reason_is_paid_as_decided():
    work = [w.work("R1", "T1", "0.6", proposed="0.5", reason="割接"), w.work("R1", "T2", "0.4", proposed="0.5", reason="割接")]
    assert w.batch(w.monthly(), w.known(without("workloads"), work)).paid == {"T1": "27000.00", "T2": "18000.00"}


def test_those_who_share_the_money_do_not_decide_for_each_other():
    work = [w.work("R1", "T1", "0.9", by="T2"), w.work("R1", "T2", "0.1", by="T1")]
    found = w.batch(w.monthly(), w.known(without("workloads"), work))
    assert (found.codes, found.payroll.entries) == (["output.beneficiary-decided"] * 2, ())
    assert [p.place.line for p in found.payroll.problems] == [work[0].at[1], work[1].at[1]]


def test_somebody_whose_share_is_nothing_may_decide_where_no_manager_is_named():
    work = [w.work("R1", "T1", "1", by="T2"), w.work("R1", "T2", "0")]
    assert w.batch(w.monthly(), w.known(without("workloads"), work)).paid == {"T1": "45000.00"}


def managed(**managers: str):
    """An order of 1,000 in each of two departments whose managers are named, without shares of the work."""
    return [w.order("R1", "2000"), *(replace(s, manager=managers[s.department]) for s in w.parted("R1", 一部="1000", 二部="1000"))]


def test_where_a_manager_is_named_nobody_else_decides():
    rows = managed(一部="M1", 二部="M2")
    work = [w.work("R1", "T1", "1", by="M1"), w.work("R1", "T4", "1", by="M2")]
    assert w.batch(w.monthly(), w.known(rows, work)).paid == {"T1": "650.00", "T4": "650.00"}
    problem = spoilt(*rows, work[0], w.work("R1", "T4", "1", by="M1"))
    assert (problem.code, problem.values["manager"], problem.values["by"]) == ("output.not-the-manager", "M2", "M1")


def test_the_manager_s_own_share_is_decided_by_somebody_without_one():
    rows = [*managed(一部="M1", 二部="M2"), w.work("R1", "T1", "0.5", by="M1"), w.work("R1", "T4", "1", by="M2")]
    assert w.batch(w.monthly(), w.known(rows, w.work("R1", "M1", "0.5", by="GM"))).paid == {"M1": "325.00", "T1": "325.00", "T4": "650.00"}
    assert spoilt(*rows, w.work("R1", "M1", "0.5", by="T1")).code == "output.beneficiary-decided"


def test_rows_of_an_order_nobody_recorded_are_told_once_each():
    rows = [*w.parted("R9", 一部="5"), w.cost("K9", "R9", "1"), w.work("R9", "T1", "0.5"), w.report("R9", "2024-06-30", "0.5")]
    found = w.batch(w.monthly(), w.known(A35, rows))
    assert found.codes == ["output.unknown-order"] * 4
    assert {p.place.line for p in found.payroll.problems} == {row.at[1] for row in rows}
    assert "There are: R1." in found.payroll.problems[0].mend("en")
    assert found.payroll.problems[1].what("en") == "Costs K9: there is no order 'R9'."
    runs = [w.month(w.monthly(), name) for name in ("2024-04", "2024-05", "2024-06")]
    quarter = pay(Job(parse_period("2024-Q2"), runs, w.known(A35, rows)))
    assert [p.code for p in quarter.problems] == ["output.unknown-order"] * 4


def test_rows_of_an_unknown_order_after_the_period_are_not_yet_looked_at():
    rows = [w.cost("K9", "R9", "1", "2024-07-01"), w.work("R9", "T1", "1", "2024-07-01"), w.report("R9", "2024-07-01", "0.5")]
    assert w.batch(w.monthly(), w.known(A35, rows)).codes == []


def test_all_problems_are_found_at_once_and_sound_orders_are_still_computed():
    bad = [w.order("R2", "10", manager="", by="x"), w.cost("K9", "R2", "1", sort="基本工资"), w.work("R2", "T1", "0.5", by="")]
    found = w.batch(w.monthly(f"{w.VALUE}, owner: 生产管理部, forbidden_costs: [基本工资]"), w.known(A35, bad))
    assert found.codes == [
        "output.owner", "output.no-split", "output.no-project-manager", "output.cost-forbidden", "output.workload-sum", "output.no-decider",
    ]  # fmt: skip
    assert found.lines("performance_pay").keys() == {"R1|T1", "R1|T2", "R1|T3"}


def test_two_schemes_with_output_value_in_one_batch_are_refused():
    second = w.scheme(f"{{output_value: {{{w.VALUE}}}}}", name="second", period="month")
    found = w.batch([w.monthly(), second], w.known(A35))
    assert found.codes == ["payout.ruled-twice"]
    assert "second, trial" in found.payroll.problems[0].what("en")


# --- when ---------------------------------------------------------------------------------------------------------


def test_an_order_is_posted_once_in_the_month_it_settles():
    months = w.batches(w.monthly(), w.known(A35), "2024-05", "2024-06", "2024-07")
    assert [bool(each.payroll.entries) for each in months] == [False, True, False]


def test_an_order_settled_earlier_that_came_late_is_posted_now():
    assert w.batch(w.monthly(), w.known(A35), "2024-08").paid["T1"] == "22500.00"


def test_a_cancelled_order_is_never_posted():
    assert w.batch(w.monthly(), w.known(without("orders/"), w.order("R1", "100000", cancelled="2024-06-26"))).payroll.entries == ()


def test_an_order_cancelled_while_its_pool_waits_is_told_until_it_is_corrected():
    may = w.batch(w.monthly(), w.known(w.order("R1", "100000", "2024-05-28"), w.parted("R1", 一部="100000")), "2024-05")
    facts = w.known(w.order("R1", "100000", "2024-05-28", cancelled="2024-06-15"), w.parted("R1", 一部="100000"), w.work("R1", "T1", "1"))
    june, july = w.batches(w.monthly(), facts, "2024-06", "2024-07", opening=may.left)
    assert (june.codes, july.codes) == (["output.cancelled-after-settlement"],) * 2
    assert (june.payroll.entries, june.payroll.problems[0].level) == ((), Level.WARNING)
    assert june.payroll.problems[0].values["pool"] == "65000.00"
    fixed = correct(Job(parse_period("2024-05"), [w.month(w.monthly(), "2024-05")], facts), may.payroll.entries, july.left)
    assert balances_of(may.payroll.entries + fixed.entries) == {}


def test_costs_of_an_order_cancelled_before_it_was_posted_are_told_and_borne_by_nobody():
    rows = [w.order("R1", "100", None, cancelled="2024-06-15"), w.cost("K1", "R1", "30"), w.cost("K2", "R1", "12.5", "2024-07-02")]
    may, june, july = w.batches(w.monthly(), w.known(rows), "2024-05", "2024-06", "2024-07")
    assert (may.codes, june.codes, july.codes) == ([], ["output.cancelled-cost"], ["output.cancelled-cost"])
    assert [b.payroll.problems[0].values["amount"] for b in (june, july)] == ["30.00", "42.50"]
    assert (july.payroll.problems[0].level, july.payroll.entries) == (Level.WARNING, ())


def test_a_pool_without_shares_waits_and_says_so_and_is_paid_when_they_come():
    early, later = w.known(without("workloads")), w.known(A35)
    first = w.batch(w.monthly(), early)
    assert (first.codes, first.held("order"), first.paid) == (["output.no-shares"], {"R1/一部": "45000.00"}, {})
    assert first.payroll.problems[0].level is Level.WARNING
    second = w.batch(w.monthly(), later, "2024-07", first.left)
    assert (second.codes, second.held("order"), second.paid["T1"]) == ([], {}, "22500.00")
    assert second.left.earned["T1", "2024-07"] == 2_250_000
    third = w.batch(w.monthly(), later, "2024-08", second.left)
    assert third.payroll.entries == ()


def test_shares_decided_after_the_period_wait_for_the_next():
    work = [w.work("R1", "T1", "1", on="2024-07-01")]
    june, july = w.batches(w.monthly(), w.known(without("workloads"), work), "2024-06", "2024-07")
    assert (june.codes, june.paid, july.paid) == (["output.no-shares"], {}, {"T1": "45000.00"})


def test_one_department_is_paid_while_another_waits():
    rows = [w.order("R1", "2000"), *w.parted("R1", 一部="1000", 二部="1000"), w.work("R1", "T1", "1")]
    june = w.batch(w.monthly(), w.known(rows))
    assert (june.codes, june.paid) == (["output.no-shares"], {"T1": "650.00"})
    july = w.batch(w.monthly(), w.known(rows, w.work("R1", "T4", "1", on="2024-07-05")), "2024-07", june.left)
    assert (july.codes, july.paid) == ([], {"T4": "650.00"})


def test_a_share_that_comes_after_the_pool_was_paid_is_a_warning():
    june = w.batch(w.monthly(), w.known(A35))
    july = w.batch(w.monthly(), w.known(A35, w.work("R1", "M1", "0.1", on="2024-06-29", by="GM")), "2024-07", june.left)
    assert (july.codes, july.payroll.entries) == (["output.late-share"], ())


def test_a_correction_puts_late_shares_right():
    june = w.batch(w.monthly(), w.known(A35))
    facts = w.known(without("workloads"), w.work("R1", "T1", "0.5"), w.work("R1", "T2", "0.5"))
    job = Job(parse_period("2024-06"), [w.month(w.monthly())], facts)
    fixed = correct(job, june.payroll.entries, june.left)
    assert balances_of(june.payroll.entries + fixed.entries)[Account("paid", "T2")] == 2_250_000
    assert balances_of(june.payroll.entries + fixed.entries)[Account("pay", "T3")] == -900_000


# --- costs and overruns -------------------------------------------------------------------------------------------


def over(no: str, spent: str, on: str, settled: str):
    """An order of 100,000 with this cost, all of whose work T1 did."""
    rows = [w.order(no, "100000", settled), *w.parted(no, 一部="100000"), w.work(no, "T1", "1", settled)]
    return [*rows, w.cost(f"K{no}", no, spent, on)]


def test_a37_an_overrun_is_the_department_s_and_leaves_profit_and_shared_expense_alone():
    june = w.batch(w.monthly(), w.known(over("R1", "70000", "2024-06-10", "2024-06-25")))
    assert (june.held("overrun"), june.held("order"), june.paid) == ({"一部": "-5000.00"}, {}, {})
    assert (june.held("profit"), june.held("shared"), june.codes) == ({"一部": "20000.00"}, {"一部": "15000.00"}, [])
    assert june.formulas("overrun") == {"R1|一部": "70000.00 − 65000.00 = 5000.00"}


def test_a37_it_is_borne_by_the_department_s_pools_of_later_periods():
    rows = (
        over("R1", "70000", "2024-06-10", "2024-06-25")
        + over("R2", "62000", "2024-07-10", "2024-07-25")
        + over("R3", "0", "2024-07-10", "2024-07-26")
    )
    other = [w.order("R0", "1000", "2024-07-20", manager="T4"), *w.parted("R0", 二部="1000"), w.work("R0", "T4", "1", "2024-07-20")]
    _, july, august = w.batches(w.monthly(), w.known(rows, other), "2024-06", "2024-07", "2024-08")
    assert july.lines("overrun_charged") == {"R2|一部": "3000.00", "R3|一部": "2000.00"}
    assert july.formulas("overrun_charged") == {"R2|一部": "min(3000.00, 5000.00) = 3000.00", "R3|一部": "min(65000.00, 2000.00) = 2000.00"}
    assert july.paid == {"T1": "63000.00", "T4": "650.00"}
    assert (july.held("overrun"), august.payroll.entries) == ({}, ())


def test_an_overrun_of_the_same_run_is_not_yet_borne():
    rows = over("R1", "70000", "2024-06-10", "2024-06-25") + over("R2", "0", "2024-06-10", "2024-06-26")
    june = w.batch(w.monthly(), w.known(rows))
    assert (june.held("overrun"), june.paid) == ({"一部": "-5000.00"}, {"T1": "65000.00"})


def test_overruns_of_several_periods_add_up():
    rows = (
        over("R1", "70000", "2024-06-10", "2024-06-25")
        + over("R2", "66000", "2024-07-10", "2024-07-25")
        + over("R3", "0", "2024-08-10", "2024-08-25")
    )
    june, july, august = w.batches(w.monthly(), w.known(rows), "2024-06", "2024-07", "2024-08")
    assert [b.held("overrun") for b in (june, july, august)] == [{"一部": "-5000.00"}, {"一部": "-6000.00"}, {}]
    assert august.paid == {"T1": "59000.00"}


def test_a_quarter_s_batch_carries_an_overrun_from_month_to_month_too():
    rows = over("R1", "70000", "2024-04-10", "2024-04-25") + over("R2", "0", "2024-05-10", "2024-05-25")
    runs = [w.month(w.monthly(), name) for name in ("2024-06", "2024-04", "2024-05")]
    payroll = pay(Job(parse_period("2024-Q2"), runs, w.known(rows)))
    assert balances_of(payroll.entries)[Account("paid", "T1")] == 6_000_000


def test_written_off_overruns_are_the_company_s():
    june = w.batch(w.monthly(f"{w.VALUE}, overrun: written_off"), w.known(over("R1", "70000", "2024-06-10", "2024-06-25")))
    assert (june.held("overrun"), june.held("company")) == ({}, {"overrun": "-5000.00"})


def test_a_refund_lowers_the_cost():
    june = w.batch(w.monthly(), w.known(over("R1", "70000", "2024-06-10", "2024-06-25"), w.cost("K2", "R1", "-6000")))
    assert (june.held("cost"), june.held("overrun"), june.paid) == ({"R1/一部": "64000.00"}, {}, {"T1": "1000.00"})


def test_a_refund_of_more_than_was_booked_is_refused_after_settlement_too():
    rows = over("R1", "1000", "2024-06-10", "2024-06-25")
    june = w.batch(w.monthly(), w.known(rows))
    july = w.batch(w.monthly(), w.known(rows, w.cost("K9", "R1", "-1000.01", "2024-07-03")), "2024-07", june.left)
    assert (july.codes, july.payroll.entries) == (["output.cost-negative"], ())
    assert w.batch(w.monthly(), w.known(rows, w.cost("K9", "R1", "-1000", "2024-07-03")), "2024-07", june.left).codes == []


def test_a_department_is_not_refunded_what_another_spent():
    rows = [w.order("R1", "2000"), *w.parted("R1", 一部="1000", 二部="1000"), w.cost("K1", "R1", "500", department="一部")]
    problem = spoilt(*rows, w.cost("K2", "R1", "-100", department="二部"))
    assert (problem.code, problem.values["department"], problem.values["amount"]) == ("output.cost-negative", "二部", "-100.00")


def test_a_cost_after_settlement_is_borne_by_the_next_pools():
    rows = over("R1", "0", "2024-06-10", "2024-06-25") + over("R2", "0", "2024-08-10", "2024-08-25")
    late = w.cost("K9", "R1", "400", "2024-07-03")
    june, july, august = w.batches(w.monthly(), w.known(rows, late), "2024-06", "2024-07", "2024-08")
    assert june.paid == {"T1": "65000.00"}
    assert (july.lines("late_cost"), july.held("overrun"), july.paid) == ({"R1|K9": "400.00"}, {"一部": "-400.00"}, {})
    assert (august.paid, august.held("overrun")) == ({"T1": "64600.00"}, {})


def test_a_refund_after_settlement_adds_to_the_next_pool():
    rows = over("R1", "1000", "2024-06-10", "2024-06-25") + over("R2", "0", "2024-08-10", "2024-08-25")
    months = w.batches(w.monthly(), w.known(rows, w.cost("K9", "R1", "-300", "2024-07-03")), "2024-06", "2024-07", "2024-08")
    assert (months[1].held("overrun"), months[2].paid, months[2].held("overrun")) == ({"一部": "300.00"}, {"T1": "65300.00"}, {})


def test_a_late_cost_is_checked_too():
    june = w.batch(w.monthly(f"{w.VALUE}, forbidden_costs: [基本工资]"), w.known(A35))
    facts = w.known(A35, w.cost("K9", "R1", "1", "2024-07-03", sort="基本工资"))
    assert w.batch(w.monthly(f"{w.VALUE}, forbidden_costs: [基本工资]"), facts, "2024-07", june.left).codes == ["output.cost-forbidden"]


def test_an_earlier_overrun_is_borne_by_a_pool_that_was_waiting_too():
    waiting = [w.order("R1", "1000", "2024-06-20"), *w.parted("R1", 一部="1000"), w.work("R1", "T1", "1", "2024-07-02")]
    rows = over("R2", "65100", "2024-06-10", "2024-06-25")
    _, july = w.batches(w.monthly(), w.known(waiting, rows), "2024-06", "2024-07")
    assert (july.paid, july.held("overrun")) == ({"T1": "550.00"}, {})


# --- properties ---------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(min_value=0, max_value=1_000_000)


@st.composite
def orders(draw: st.DrawFn, no: str):
    """An order of one or two departments, settled in one of three months, its costs and shares of the work."""
    month = draw(st.sampled_from(("2024-06", "2024-07", "2024-08")))
    values = [draw(AMOUNTS) for _ in range(draw(st.integers(1, 2)))]
    rows = [replace(w.order(no, "0", f"{month}-25"), value=sum(values))]
    rows += [replace(s, value=v) for s, v in zip(w.parted(no, 一部="0", 二部="0"), values, strict=False)]
    booked = {"一部": 0, "二部": 0}
    for i, when in enumerate(sorted(draw(st.lists(st.integers(6, 8), max_size=3)))):
        department = ("一部", "二部")[draw(st.integers(0, len(values) - 1))]
        amount = max(draw(st.integers(min_value=-200_000, max_value=900_000)), -booked[department])
        booked[department] += amount
        rows.append(replace(w.cost(f"{no}-{i}", no, "0", f"2024-0{when}-10", department), amount=amount))
    for department in range(len(values)):
        cut = Fraction(draw(st.integers(0, 1_000_000)), 1_000_000)
        day = f"2024-0{draw(st.integers(6, 8))}-27"
        for i, share in enumerate((cut, 1 - cut), start=1):
            rows.append(replace(w.work(no, f"T{3 * department + i}", "0", day), share=share))
    return rows


@st.composite
def companies(draw: st.DrawFn):
    return [row for i in range(draw(st.integers(1, 4))) for row in draw(orders(f"R{i}"))]


MONTHS = ("2024-06", "2024-07", "2024-08", "2024-09")


@settings(max_examples=40, deadline=None)
@given(rows=companies(), mode=st.sampled_from(("next_period", "written_off")))
def test_all_of_every_value_goes_somewhere_and_nothing_more(rows, mode):
    found = w.batches(w.monthly(f"profit_share: 17.5%, expense_share: 12.345%, overrun: {mode}"), w.known(rows), *MONTHS)
    assert all(set(each.codes) <= {"output.no-shares"} for each in found)
    left = found[-1].left.balances
    assert sum(left.values()) == 0
    value = sum(row.value for row in rows if row.fact.startswith("orders/"))
    assert -sum(x for a, x in left.items() if a.kind == "value") == value
    flows = sum(x for a, x in left.items() if a.kind in {"profit", "shared", "cost", "paid", "order", "overrun", "company"})
    assert flows == value
    assert all(x >= 0 for a, x in left.items() if a.kind in {"order", "paid", "profit", "shared"})


@settings(max_examples=30, deadline=None)
@given(rows=companies(), seed=st.randoms())
def test_the_order_of_rows_never_moves_a_fen(rows, seed: random.Random):
    mixed = list(rows)
    seed.shuffle(mixed)
    plain, shuffled = (w.batches(w.monthly(), w.known(each), *MONTHS) for each in (rows, mixed))
    assert [b.payroll.entries for b in plain] == [b.payroll.entries for b in shuffled]
