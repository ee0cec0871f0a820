"""Task orders as the facts show them: states, sheets, the identity of the value (F11, A39), pricing."""

from __future__ import annotations

from dataclasses import astuple
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payout import working as w

from jikao.payout.ledger import Account, Opening
from jikao.payout.orders import STATES, Identity, Member, OrderState, Paid, PostedOrder, order_sheet, order_sheets, state_of
from jikao.payout.posted_orders import posted_parts
from jikao.payout.waterfall import price, waterfall, withheld
from jikao.scheme.problem import Refused

UNTIL = w.day("2024-06-30")
RULES = w.monthly().payout.output_value
DIRECT = w.monthly(f"{w.VALUE}, project_cost: direct_cost").payout.output_value

WORKED = [
    w.order("R1", "100000", "2024-06-25"), *w.parted("R1", 一部="100000"), w.cost("K1", "R1", "8000"), w.cost("K2", "R1", "12000"),
    w.work("R1", "T1", "0.5"), w.work("R1", "T2", "0.3"), w.work("R1", "T3", "0.2"),
]  # fmt: skip


def sheet(*rows, rules=RULES, opening=None):
    facts = w.known(*rows)
    return order_sheet(facts, "R1", rules, UNTIL, Paid(opening or Opening()))


# --- sheets -------------------------------------------------------------------------------------------------------


def test_a35_a_sheet_shows_where_the_value_goes():
    [department] = sheet(WORKED).departments
    assert astuple(department.flow) == (10_000_000, 2_000_000, 1_500_000, 6_500_000)
    assert (department.cost, department.pool, department.overrun, department.advanced) == (2_000_000, 4_500_000, 0, 0)
    assert [(m.person, m.amount) for m in department.members] == [("T1", 2_250_000), ("T2", 1_350_000), ("T3", 900_000)]
    assert department.members[0] == Member("T1", WORKED[4].share, None, 2_250_000)


def test_a37_an_overrun_leaves_no_pool():
    [department] = sheet(WORKED, w.cost("K3", "R1", "50000")).departments
    assert (department.pool, department.overrun) == (0, 500_000)


def test_f11_the_identity_holds_in_both_readings():
    assert sheet(WORKED).identity == Identity(6_500_000, 1_500_000, 2_000_000, 0)
    assert sheet(WORKED, rules=DIRECT).identity == Identity(2_000_000, 1_500_000, 2_000_000, 4_500_000)
    for rules in (RULES, DIRECT):
        assert sum(astuple(sheet(WORKED, rules=rules).identity)) == 10_000_000


def test_a_sheet_looks_no_further_than_its_day():
    [department] = sheet(WORKED, w.cost("K9", "R1", "1", "2024-07-01"), w.work("R1", "M1", "1", "2024-07-01", by="GM")).departments
    assert (department.cost, len(department.members)) == (2_000_000, 3)


def test_advances_paid_on_the_order_are_shown_by_department():
    rows = [w.order("R1", "1000", None), *w.parted("R1", 一部="600", 二部="400")]
    advances = [
        w.progress_advance("V1", "T1", "R1", "10"),
        w.progress_advance("V2", "T4", "R1", "7"),
        w.progress_advance("V3", "T1", "R1", "5"),
    ]
    opening = Opening(posted=frozenset(("advances/V1", "advances/V2")))
    assert [(d.department, d.advanced) for d in sheet(rows, advances, opening=opening).departments] == [("一部", 1000), ("二部", 700)]


def test_a_value_that_is_not_split_in_full_has_no_parts_yet():
    found = sheet(w.order("R1", "1000"), w.parted("R1", 一部="999.99"))
    assert (found.departments, found.identity, found.state) == ((), None, OrderState.SPLIT)


def test_all_orders_by_number_and_none_that_is_not_there():
    facts = w.known(w.order("R2", "1"), w.order("R10", "1"), w.order("R1", "1"))
    assert [s.order.order_no for s in order_sheets(facts, RULES, UNTIL)] == ["R1", "R10", "R2"]
    with pytest.raises(KeyError):
        order_sheet(facts, "R3", RULES, UNTIL)


# --- states -------------------------------------------------------------------------------------------------------

SPLIT = w.parted("R1", 一部="100")
PAID = Opening(posted=frozenset(("orders/R1",)))


@pytest.mark.parametrize(
    ("rows", "opening", "state"),
    [
        ([w.order("R1", "100", None)], Opening(), OrderState.RECEIVED),
        ([w.order("R1", "100", None, agreed="2024-07-01")], Opening(), OrderState.RECEIVED),
        ([w.order("R1", "100", None, agreed="2024-06-30")], Opening(), OrderState.VALUE_AGREED),
        ([w.order("R1", "100", None, manager=""), *SPLIT], Opening(), OrderState.SPLIT),
        ([w.order("R1", "101"), *SPLIT, w.work("R1", "T1", "1")], Opening(), OrderState.SPLIT),
        ([w.order("R1", "100", None), *SPLIT], Opening(), OrderState.PM_ASSIGNED),
        ([w.order("R1", "100", None, progress="0"), *SPLIT], Opening(), OrderState.PM_ASSIGNED),
        ([w.order("R1", "100", None, progress="0.1"), *SPLIT], Opening(), OrderState.IN_PROGRESS),
        ([w.order("R1", "100", None), *SPLIT, w.report("R1", "2024-06-30", "0.1")], Opening(), OrderState.IN_PROGRESS),
        ([w.order("R1", "100", None), *SPLIT, w.report("R1", "2024-07-01", "0.1")], Opening(), OrderState.PM_ASSIGNED),
        ([w.order("R1", "100", None, delivered="2024-06-29"), *SPLIT], Opening(), OrderState.DELIVERED),
        ([w.order("R1", "100", None), *SPLIT, w.work("R1", "T1", "1", by="", proposed="1")], Opening(), OrderState.WORKLOAD_CONFIRMED),
        ([w.order("R1", "100", None), *SPLIT, w.work("R1", "T1", "1")], Opening(), OrderState.DECIDED),
        ([w.order("R1", "100"), *SPLIT, w.work("R1", "T1", "1")], Opening(), OrderState.SETTLED),
        ([w.order("R1", "100", "2024-07-01"), *SPLIT, w.work("R1", "T1", "1")], PAID, OrderState.DECIDED),
        ([w.order("R1", "100"), *SPLIT, w.work("R1", "T1", "1")], PAID, OrderState.CLOSED),
        ([w.order("R1", "100"), *SPLIT], Opening({Account("order", "R1", "一部"): 65}, {}, PAID.posted), OrderState.SETTLED),
        ([w.order("R1", "100", cancelled="2024-06-26"), *SPLIT], PAID, OrderState.CANCELLED),
    ],
)  # fmt: skip
def test_the_state_follows_from_the_facts(rows, opening, state):
    facts = w.known(rows)
    assert state_of(facts, facts.orders["R1"], UNTIL, opening) is state


def test_a_batch_closes_the_order_it_pays():
    facts = w.known(WORKED)
    assert sheet(WORKED).state is OrderState.SETTLED
    assert sheet(WORKED, opening=w.batch(w.monthly(), facts).left).state is OrderState.CLOSED


# --- paid ---------------------------------------------------------------------------------------------------------


def paid(of, facts, *months):
    """What the batches of these months left."""
    batches = w.batches(of, facts, *months)
    posted = posted_parts(entry for batch in batches for entry in batch.payroll.entries)
    return Paid(batches[-1].left, {no: PostedOrder(parts, of.payout.output_value) for no, parts in posted.items()})


OVERRUN = [
    w.order("R0", "1000", "2024-05-20"), *w.parted("R0", 一部="1000"), w.cost("K0", "R0", "700", "2024-05-10"), w.work("R0", "T1", "1", "2024-05-20"),
]  # fmt: skip
"""Part 3 is 650: the department overran by 50 in May."""


def test_a_paid_order_shows_what_was_posted_not_what_the_scheme_says_now():
    facts = w.known(WORKED, OVERRUN)
    batches = paid(w.monthly(), facts, "2024-05", "2024-06")
    other = w.monthly("profit_share: 50%, expense_share: 15%").payout.output_value
    for rules in (RULES, other, w.monthly("profit_share: XX%, expense_share: 15%").payout.output_value):
        found = order_sheet(facts, "R1", rules, UNTIL, batches)
        [department] = found.departments
        assert astuple(department.flow) == (10_000_000, 2_000_000, 1_500_000, 6_500_000)
        assert (department.cost, department.borne, department.overrun, department.pool) == (2_000_000, 5_000, 0, 4_495_000)
        assert [(m.person, m.amount) for m in department.members] == [("T1", 2_247_500), ("T2", 1_348_500), ("T3", 899_000)]
        assert (found.state, found.identity) == (OrderState.CLOSED, Identity(6_500_000, 1_500_000, 2_000_000, 0))
    [overran] = order_sheet(facts, "R0", other, UNTIL, batches).departments
    assert (overran.overrun, overran.pool, overran.borne) == (5_000, 0, 0)


def test_orders_not_paid_yet_bear_what_stands_one_after_the_other_those_settled_first():
    """The unsettled R1 comes after the settled R2, which can bear 30 of the 50."""
    rows = [
        w.order("R1", "1000", None), *w.parted("R1", 一部="1000"), w.order("R2", "1000", "2024-06-20"), *w.parted("R2", 一部="1000"),
        w.cost("K2", "R2", "620"), w.work("R2", "T1", "1"), w.order("R3", "1000", None), *w.parted("R3", 一部="1000"),
    ]  # fmt: skip
    facts = w.known(OVERRUN, rows)
    batches = paid(w.monthly(), facts, "2024-05")
    found = {s.order.order_no: s.departments[0] for s in order_sheets(facts, RULES, UNTIL, batches)}
    assert {no: (d.borne, d.pool) for no, d in found.items() if no != "R0"} == {"R1": (2_000, 63_000), "R2": (3_000, 0), "R3": (0, 65_000)}
    assert order_sheet(facts, "R1", RULES, UNTIL, batches).departments == (found["R1"],)
    settled = w.batches(w.monthly(), facts, "2024-05", "2024-06")[-1].payroll.entries
    assert posted_parts(settled)["R2"]["一部"].borne == found["R2"].borne


def test_a_pool_that_waits_for_shares_shows_what_they_will_bring():
    rows = [w.order("R1", "1000"), *w.parted("R1", 一部="1000")]
    batches = paid(w.monthly(), w.known(rows), "2024-06")
    later = w.known(rows, w.work("R1", "T1", "0.75", "2024-06-30"), w.work("R1", "T2", "0.25", "2024-06-30"))
    found = order_sheet(later, "R1", RULES, UNTIL, batches)
    assert found.state is OrderState.SETTLED
    assert [(m.person, m.amount) for m in found.departments[0].members] == [("T1", 48_750), ("T2", 16_250)]


def test_who_was_paid_is_shown_even_without_a_share_today():
    facts = w.known(WORKED)
    batches = paid(w.monthly(), facts, "2024-06")
    [department] = order_sheet(w.known(WORKED[:-1]), "R1", RULES, UNTIL, batches).departments
    assert [(m.person, m.amount) for m in department.members] == [("T1", 2_250_000), ("T2", 1_350_000), ("T3", 900_000)]


def test_every_state_has_words():
    assert set(STATES) == set(OrderState)


# --- pricing ------------------------------------------------------------------------------------------------------


def test_a39_the_price_of_a_cost_of_65000_is_100000():
    assert astuple(price(RULES, 6_500_000)) == (10_000_000, 2_000_000, 1_500_000, 6_500_000)


def test_a_price_is_rounded_to_the_fen():
    assert astuple(price(RULES, 10_000)) == (15_385, 3_077, 2_308, 10_000)


def test_no_price_while_a_share_is_unset():
    with pytest.raises(Refused) as stopped:
        price(w.monthly("profit_share: XX%, expense_share: 15%").payout.output_value, 1)
    assert [(p.code, p.values["name"]) for p in stopped.value.problems] == [("payout.unset", "payout.output_value.profit_share")]


@given(value=st.integers(0, 10**12), p=st.integers(0, 999), f=st.integers(0, 999))
def test_f11_every_value_is_profit_and_expense_and_part_3(value: int, p: int, f: int):
    rules = RULES.model_copy(update={"profit_share": Decimal(p) / 2000, "expense_share": Decimal(f) / 2000})
    flow = waterfall(value, withheld(rules))
    assert flow.profit + flow.shared + flow.part3 == value
    assert abs(price(rules, flow.part3).value - value) * (2000 - p - f) <= 2 * 2000
