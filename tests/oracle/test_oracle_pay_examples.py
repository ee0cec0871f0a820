"""The worked examples about money, straight on the oracle: before it may judge the payout room it must know these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from jikao.scheme.period import parse_period

from .pay import settle
from .pay_advances import deductible, hardship_limit, manager_part, progress_limit
from .pay_books import Books, Row, Run, Till, apportion
from .pay_orders import parts, values

YEARS_AGO = dt.date(2020, 1, 1)
CONDUCT = {"conduct": {"rate": "0.05", "severity": {"轻微": "0.01", "一般": "0.025", "严重": "0.05"}}}
GRADES = {
    "grades": [
        {"grade": "A", "gets_share": True}, {"grade": "B"}, {"grade": "C", "amount": -500, "gives": True},
        {"grade": "D", "amount": -1500, "gives": True}, {"grade": "E", "withheld": True},
    ],
    "redistribution": {},
}  # fmt: skip
ORDERS = {
    "output_value": {"profit_share": "0.2", "expense_share": "0.15"},
    "advances": {"manager_liability": "0.3", "minimum_wage": "2000"},
}
QUARTER, JANUARY, FEBRUARY, MARCH = (parse_period(text) for text in ("2024-Q1", "2024-01", "2024-02", "2024-03"))


def staff(names: Sequence[str], amount: str | Mapping[str, str] = "4000", kind: str = "quarterly_bonus") -> dict[str, list[Row]]:
    amounts = dict.fromkeys(names, amount) if isinstance(amount, str) else amount
    return {
        "people": [{"person": name, "department": "D"} for name in names],
        "bonuses": [{"person": name, "kind": kind, "from_on": YEARS_AGO, "amount": Decimal(amounts[name])} for name in names],
    }


def graded(grades: Mapping[str, str], **rules: Any) -> Run:
    results = [{"person": name, "department": "D", "grade": grade} for name, grade in grades.items()]
    return Run("points", GRADES | rules, QUARTER, results)


def paid(till: Till, rule: str) -> dict[str, Fraction]:
    return {person: amount for (person, of), amount in till.lines.items() if of == rule and amount}


# --- F9 ----------------------------------------------------------------------------------------------------------
A31 = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "b3": "B", "c1": "C", "c2": "C", "d1": "D"}


def redistributed(grades: Mapping[str, str], amounts: str | Mapping[str, str] = "4000", **rules: Any) -> Till:
    till = Till()
    settle(till, Books(staff(list(grades), amounts)), [graded(grades, **rules)])
    return till


def test_a31_two_thousand_five_hundred_for_two() -> None:
    till = redistributed(A31)
    assert paid(till, "redistribution") == {"a1": 1250, "a2": 1250}
    assert sum(till.lines[name, rule] for name in A31 for rule in ("grade_effect", "redistribution")) == 0
    assert till.balances["pool", "points", "D"] == 0


def test_a32_a_fen_stays_in_the_pool_and_joins_the_next() -> None:
    till = redistributed(A31 | {"a3": "A"})
    assert paid(till, "redistribution") == dict.fromkeys(("a1", "a2", "a3"), Fraction("833.33"))
    assert till.balances["pool", "points", "D"] == Fraction("0.01")
    settle(till, Books(staff(["a1", "c1"])), [graded({"a1": "A", "c1": "C"})])
    assert paid(till, "redistribution") == {"a1": Fraction("500.01")}


def test_a33_nobody_to_share_it_and_nothing_to_share() -> None:
    without = {name: grade for name, grade in A31.items() if grade != "A"}
    assert redistributed(without).balances["pool", "points", "D"] == 2500
    kept = redistributed(without, redistribution={"nobody": "keep"})
    assert (kept.balances["pool", "points", "D"], kept.balances["company", "kept", ""]) == (0, 2500)
    assert paid(redistributed({"a1": "A", "b1": "B"}), "redistribution") == {}


def test_a34_no_bonus_falls_below_zero() -> None:
    till = redistributed({"a1": "A", "c1": "C", "e1": "E"}, {"a1": "4000", "c1": "300", "e1": "2000"})
    assert paid(till, "grade_effect") == {"c1": -300}
    assert paid(till, "withheld") == {"e1": -2000}
    assert paid(till, "redistribution") == {"a1": 300}
    assert {name: till.balances["paid", name, ""] for name in ("a1", "c1", "e1")} == {"a1": 4300, "c1": 0, "e1": 0}


def test_counting_fixed_amounts_the_company_bears_the_difference() -> None:
    till = redistributed({"a1": "A", "c1": "C"}, {"a1": "4000", "c1": "300"}, redistribution={"counts": "fixed"})
    assert (paid(till, "redistribution"), till.balances["company", "redistribution", ""]) == ({"a1": 500}, -200)


# --- F14 ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("severities", "state", "expected"),
    [((), "verified", 400), (("轻微", "轻微"), "verified", 240), (("一般",), "verified", 200), (("一般", "严重"), "verified", 0), (("严重",), "reported", 400)],
)  # fmt: skip
def test_a45_conduct(severities: tuple[str, ...], state: str, expected: int) -> None:
    broken = [{"person": "T02", "happened_on": dt.date(2024, 1, 9), "severity": name, "state": state} for name in severities]
    till = Till()
    settle(till, Books(staff(["T02"], "8000", "bonus_base")), [Run("conduct", CONDUCT, JANUARY, [{"person": "T02"}], broken)])
    assert till.lines["T02", "conduct"] == expected


def test_who_came_in_the_middle_of_the_quarter_has_the_days_counted() -> None:
    tables = staff(["T02"]) | {"people": [{"person": "T02", "hired_on": dt.date(2024, 2, 15)}]}
    run = Run("points", GRADES, QUARTER, [{"person": "T02", "grade": "B"}])
    till = Till()
    settle(till, Books(tables), [run])
    assert paid(till, "grade_base") == {"T02": Fraction("2021.98")}


# --- F10, F11 ----------------------------------------------------------------------------------------------------
def order(number: str, value: str, settled: dt.date | None = dt.date(2024, 1, 31)) -> Row:
    return {"order_no": number, "value": Decimal(value), "settled_on": settled, "project_manager": "P"}


def ordered(
    value: str, spent: Sequence[str], shares: Mapping[str, str], split: Mapping[str, str | None] | None = None, number: str = "RW-1", **more: Any
) -> dict[str, list[Row]]:  # fmt: skip
    of = split or {"D": value}
    return {
        "people": [{"person": name, "department": "D"} for name in shares],
        "orders": [order(number, value, **more)],
        "order_splits": [{"order_no": number, "department": name, "value": None if part is None else Decimal(part)} for name, part in of.items()],
        "costs": [
            {"cost": f"{number}-{i}", "order_no": number, "amount": Decimal(amount), "spent_on": dt.date(2024, 1, 20)} for i, amount in enumerate(spent)
        ],
        "workloads": [{"order_no": number, "person": name, "share": Decimal(share), "decided_on": dt.date(2024, 1, 20)} for name, share in shares.items()],
    }  # fmt: skip


def plus(*tables: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    together: dict[str, list[Row]] = {}
    for one in tables:
        for shape, rows in one.items():
            together.setdefault(shape, []).extend(row for row in rows if row not in together[shape])
    return together


def month(period: Any, **rules: Any) -> Run:
    return Run("orders", ORDERS | rules, period, [])


def test_a35_the_waterfall() -> None:
    till = Till()
    settle(till, Books(ordered("100000", ["8000", "12000"], {"甲": "0.5", "乙": "0.3", "丙": "0.2"})), [month(JANUARY)])
    assert (till.balances["profit", "D", ""], till.balances["shared", "D", ""], till.balances["value", "RW-1", "D"]) == (
        20000,
        15000,
        -100000,
    )
    assert paid(till, "performance_pay") == {"甲": 22500, "乙": 13500, "丙": 9000}
    assert till.balances["order", "RW-1", "D"] == 0


def test_a36_value_of_several_departments() -> None:
    run = month(JANUARY)
    assert [parts(run, Fraction(value))[2] for value in (100000, 60000, 40000)] == [65000, 39000, 26000]
    tables = ordered("100000", [], {}, {"D1": None, "D2": None, "D3": None})
    assert list(values(Books(tables), tables["orders"][0]).values()) == [Fraction("33333.34"), Fraction("33333.33"), Fraction("33333.33")]


def test_a37_an_overrun_is_borne_by_the_next_period() -> None:
    till, first = Till(), ordered("100000", ["70000"], {"甲": "1"})
    settle(till, Books(first), [month(JANUARY)])
    assert (paid(till, "performance_pay"), till.balances["overrun", "D", ""], till.balances["profit", "D", ""]) == ({}, -5000, 20000)
    settle(till, Books(plus(first, ordered("10000", [], {"甲": "1"}, number="RW-2", settled=dt.date(2024, 2, 9)))), [month(FEBRUARY)])
    assert (paid(till, "performance_pay"), till.balances["overrun", "D", ""]) == ({"甲": 1500}, 0)


def test_a37_or_by_the_company() -> None:
    till = Till()
    settle(
        till,
        Books(ordered("100000", ["70000"], {"甲": "1"})),
        [month(JANUARY, output_value=ORDERS["output_value"] | {"overrun": "written_off"})],
    )
    assert (till.balances["overrun", "D", ""], till.balances["company", "overrun", ""]) == (0, -5000)


def test_a39_value_is_cost_and_fee_and_profit() -> None:
    assert sum(parts(month(JANUARY), Fraction(100000))) == 65000 + 15000 + 20000 == 100000


# --- F12, F13 ----------------------------------------------------------------------------------------------------
def advance(number: str, amount: str, day: dt.date, kind: str = "hardship", of: str = "", person: str = "甲") -> Row:
    return {
        "advance": number,
        "person": person,
        "kind": kind,
        "order_no": of,
        "amount": Decimal(amount),
        "applied_on": day,
        "approved_on": day,
    }


@pytest.mark.parametrize(("progress", "advanced", "most"), [("0.4", 10000, 8000), ("0.7", 18000, 13500)])
def test_a40_the_most_that_may_be_advanced(progress: str, advanced: int, most: int) -> None:
    day = dt.date(2024, 1, 25)
    tables = ordered("100000", ["8000", "12000"], {"甲": "1"}) | {
        "advances": [advance("YZ-1", str(advanced), dt.date(2024, 1, 9), "progress", "RW-1")]
    }
    till = Till(done={("advances", "YZ-1")})
    assert progress_limit(till, Books(tables), month(JANUARY), tables["orders"][0] | {"progress": progress}, "D", day) == most


@pytest.mark.parametrize(("cost", "line", "owed"), [("23000", 10500, 0), ("35000", 0, -1500)])
def test_a41_settlement(cost: str, line: int, owed: int) -> None:
    tables = plus(
        ordered("100000", [cost], {"甲": "1"}, settled=dt.date(2024, 2, 20)),
        {"advances": [advance("YZ-1", "31500", dt.date(2024, 1, 9), "progress", "RW-1")]},
    )
    till = Till()
    settle(till, Books(tables), [month(JANUARY)])
    assert (till.lines["甲", "progress_advance"], till.balances["advance", "甲", "YZ-1"]) == (31500, -31500)
    settle(till, Books(tables), [month(FEBRUARY)])
    assert sum(amount for (person, _), amount in till.lines.items() if person == "甲") == line
    assert till.balances["advance", "甲", "YZ-1"] == owed


def test_a42_an_advance_is_offset_month_by_month() -> None:
    rules = {"output_value": {"profit_share": 0, "expense_share": 0}, "advances": ORDERS["advances"]}
    february, march = (
        ordered(value, [], {"甲": "1"}, number=f"RW-{value}", settled=day)
        for value, day in (("1200", dt.date(2024, 2, 9)), ("3000", dt.date(2024, 3, 9)))
    )
    books = Books(plus(february, march, {"advances": [advance("YZ-1", "2000", dt.date(2024, 1, 9))]}))
    till, seen = Till(), []
    for period in (JANUARY, FEBRUARY, MARCH):
        out = settle(till, books, [Run("orders", rules, period, [])])
        seen.append((out["甲"], till.lines["甲", "offset"], till.balances["advance", "甲", "YZ-1"]))
    assert seen == [(2000, 0, -2000), (600, -600, -1400), (1600, -1400, 0)]


def test_a43_the_manager_bears_a_part_within_the_law() -> None:
    wages = [{"person": "M", "month_on": dt.date(2024, m, 1), "wage": Decimal(2500)} for m in (1, 2, 3)]
    tables = {
        "people": [{"person": "甲"}, {"person": "M"}], "wages": wages, "advances": [advance("YZ-1", "3000", dt.date(2023, 12, 1))],
        "repayments": [{"repayment": "GH-1", "advance": "YZ-1", "amount": Decimal(1000), "repaid_on": dt.date(2024, 1, 3)}],
        "write_offs": [{"write_off": "HX-1", "advance": "YZ-1", "amount": Decimal(2000), "manager": "M", "decided_on": dt.date(2024, 1, 31)}],
    }  # fmt: skip
    till, seen = Till(), []
    settle(till, Books(tables), [month(parse_period("2023-12"))])
    for period in (JANUARY, FEBRUARY, MARCH):
        settle(till, Books(tables), [month(period)])
        seen.append((till.balances["wage", "M", ""], till.balances["liability", "M", "HX-1"]))
    assert seen == [(-500, -100), (-600, 0), (-600, 0)]
    assert (till.balances["company", "write_off", ""], till.balances["advance", "甲", "YZ-1"], till.balances["pay", "M", ""]) == (
        -1400,
        0,
        0,
    )


def test_the_minimum_wage_stays() -> None:
    rule = {"minimum_wage": "2420"}
    assert [deductible(rule, Fraction(wage)) for wage in ("2500", "2420", "2000", "10000.04")] == [80, 0, 0, 2000]


def test_a_manager_bears_by_fault_or_by_steps() -> None:
    steps = {"liability": "sliding", "liability_steps": [{"from": 0, "share": "0.1"}, {"from": 1000, "share": "0.3"}]}
    assert manager_part(steps, {}, Fraction(2000)) == 400
    assert manager_part({"liability": "by_fault"}, {"share": Decimal("0.25")}, Fraction(2000)) == 500


def test_a58_a_share_of_the_average_of_three_months() -> None:
    till, books = Till(), Books({"wages": [{"person": "甲", "month_on": dt.date(2023, 11, 1), "performance": Decimal(2000)}]})
    till.earned["甲", "2023-12"], till.earned["甲", "2024-01"] = Fraction(2200), Fraction(3000)
    assert hardship_limit(till, books, {}, "甲", dt.date(2024, 2, 9)) == 1200


# --- all together ------------------------------------------------------------------------------------------------
def test_a57_one_quarter_of_one_person() -> None:
    orders = {"output_value": {"profit_share": 0, "expense_share": 0}, "advances": ORDERS["advances"]}
    tables = plus(
        staff(["甲"]), {"bonuses": staff(["甲"], "8000", "bonus_base")["bonuses"]},
        ordered("13500", [], {"甲": "1"}, settled=dt.date(2024, 3, 20)), {"advances": [advance("YZ-1", "2000", dt.date(2023, 12, 9))]},
    )  # fmt: skip
    broken = [{"person": "甲", "happened_on": dt.date(2024, 2, day), "severity": "轻微", "state": "verified"} for day in (5, 6)]
    till = Till()
    settle(till, Books(tables), [Run("orders", orders, parse_period("2023-12"), [])])
    months = [
        run
        for period in (JANUARY, FEBRUARY, MARCH)
        for run in (Run("conduct", CONDUCT, period, [{"person": "甲"}], broken), Run("orders", orders, period, []))
    ]
    out = settle(till, Books(tables), [*months, Run("points", GRADES, QUARTER, [{"person": "甲", "grade": "C"}])])
    assert {rule: amount for (_, rule), amount in till.lines.items() if amount} == {
        "conduct": 1040, "grade_base": 4000, "grade_effect": -500, "performance_pay": 13500, "offset": -2000,
    }  # fmt: skip
    assert out == {"甲": 16040}


# --- bonus by coefficients, bonus pool ---------------------------------------------------------------------------
SCORED = [
    {"person": "甲", "department": "D", "position": "x", "grade": "A", "total": Decimal(90)},
    {"person": "乙", "department": "D", "position": "y", "grade": "B", "total": Decimal(60)},
]


def bonus(**rules: Any) -> Till:
    till = Till()
    settle(till, Books(staff(["甲", "乙"], "1000", "bonus_base")), [Run("bonus", rules, JANUARY, SCORED)])
    return till


def test_a_bonus_is_base_times_coefficients_within_floor_and_cap() -> None:
    rule = {"coefficients": {"A": "1.2", "B": "1"}, "positions": {"x": "1", "y": "0.5"}, "by_score": True, "floor": 400, "cap": 1000}
    assert paid(bonus(performance=rule), "performance") == {"甲": 1000, "乙": 400}


def test_beyond_the_budget_everything_is_scaled_to_it() -> None:
    assert paid(bonus(performance={"budget": "1000.01", "over_budget": "scale"}), "performance") == {"甲": 500, "乙": Fraction("500.01")}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"amount": 1500}, {"甲": 900, "乙": 600}), ({"amount": 1500, "by": "equal"}, {"甲": 750, "乙": 750}),
        ({"amount": 1500, "cap": 800}, {"甲": 800, "乙": 700}), ({"amount": 1500, "cap": 700}, {"甲": 700, "乙": 700}),
        ({"amount": 1500, "floor": 700}, {"甲": 800, "乙": 700}), ({"amount": 1500, "floor": 750}, {"甲": 750, "乙": 750}),
        ({"amount": "0.01", "by": "equal"}, {"乙": Fraction("0.01")}), ({"amount": 100, "coefficients": {"A": 0, "B": 0}}, {}),
    ],
)  # fmt: skip
def test_a_pool_is_shared_between_floor_and_cap(rule: dict[str, Any], expected: dict[str, Fraction]) -> None:
    assert paid(bonus(pool=rule), "pool_share") == expected


def test_fen_left_over_go_to_the_largest_fractions_then_by_id() -> None:
    assert apportion(Fraction("0.05"), {"b": Fraction(1), "a": Fraction(1), "c": Fraction(1)}) == {
        "a": Fraction("0.02"), "b": Fraction("0.02"), "c": Fraction("0.01"),
    }  # fmt: skip
