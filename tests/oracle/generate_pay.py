"""Random companies that pay by four schemes, month by month, on every edge: people who come and go, changing and zero bases,
equal values and single fen, nobody to share with, overruns, orders of several departments, refunds, advances to the last fen.

What may be advanced, given back or written off in a month depends on the months before, so the oracle settles each month
while the company is made; ``Made.till`` holds where it ended, ``Made.batches`` what each batch looked like.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from jikao.scheme.period import Period, PeriodKind

from .clock import ONE_DAY
from .pay import settle
from .pay_advances import hardship_limit, progress_limit
from .pay_books import Account, Books, Run, Till, employed
from .pay_grades import bonuses
from .pay_orders import department_of, is_settled, values

Row = dict[str, Any]
GRADES, POSITIONS, SEVERITIES = ("A", "B", "C", "D", "E"), ("初级", "高级"), {"轻微": "0.01", "一般": "0.025", "严重": "0.05"}
BANDS = {"A": 90, "B": 70, "C": 60, "D": 40, "E": 0}
GENERAL, APPLICANT, MAKER = "GM", "HEAD", "生产管理部"
LONG_AGO = dt.date(2020, 1, 1)
FEN = Decimal("0.01")
AMOUNTS = ("0", "0.01", "0.99", "300", "1000", "1000", "3333.33", "4000", "8000.05")


@dataclass(frozen=True)
class Batch:
    """One batch as the oracle settled it: its period and runs, everybody's lines by person and rule, all accounts after it."""

    period: Period
    runs: tuple[Run, ...]
    lines: dict[tuple[str, str], Fraction]
    accounts: dict[Account, Fraction]
    paid: dict[str, Fraction]


@dataclass
class Made:
    """A company: its rows, and its batches one after the other."""

    rng: Random
    tables: dict[str, list[Row]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    departments: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    till: Till = field(default_factory=Till)
    grades: tuple[str, ...] = GRADES
    by_score: bool = False
    """Whether grades follow from totals and nobody moves, so that a scoring run would find the same results."""

    @property
    def books(self) -> Books:
        return Books(self.tables)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def maybe(self, value: Any) -> Any:
        return value if self.chance(0.5) else None

    def one(self, words: Sequence[Any]) -> Any:
        return self.rng.choice(words)

    def record(self, shape: str, **cells: Any) -> None:
        self.tables.setdefault(shape, []).append({name: value for name, value in cells.items() if value is not None})

    def number(self, prefix: str, shape: str) -> str:
        return f"{prefix}-{len(self.tables.get(shape, ())) + 1:05d}"

    def day(self, period: Period) -> dt.date:
        return period.start + ONE_DAY * self.rng.choice((0, self.rng.randrange(period.days), period.days - 1))

    def yuan(self, high: int) -> Decimal:
        return FEN * self.rng.randint(0, high * 100) if self.chance(0.5) else Decimal(self.rng.randint(0, high // 100) * 100)


def company(seed: int, people: int = 8, departments: int = 2, months: int = 7, *, orders: int = 4, by_score: bool = False) -> Made:
    """A company of this many people that pays this many months, in monthly or (seed divisible by 4) quarterly batches."""
    made = Made(Random(seed), by_score=by_score)
    made.departments = [f"D{i:02d}" for i in range(departments)]
    made.grades = made.one((GRADES, GRADES, GRADES, GRADES, ("C", "D"), ("A",), ("A", "E"), ("C",)))
    first = made.one(((2023, 12), (2024, 1), (2024, 2), (2024, 8)))
    kind = PeriodKind.QUARTER if seed % 4 == 0 else PeriodKind.MONTH
    periods = (
        [_month(first, i) for i in range(months)]
        if kind is PeriodKind.MONTH
        else [Period(dt.date(2024, 3 * q + 1, 1), kind) for q in range(2)]
    )
    made.rules = rules(made)
    staff(made, people, periods)
    for period in periods:
        _batch(made, period, orders)
    return made


def _month(first: tuple[int, int], after: int) -> Period:
    number = first[0] * 12 + first[1] - 1 + after
    return Period(dt.date(number // 12, number % 12 + 1, 1), PeriodKind.MONTH)


# --- rules -------------------------------------------------------------------------------------------------------
def rules(made: Made) -> dict[str, dict[str, Any]]:
    """Payout rules of the four schemes."""
    return {
        "conduct": {"proration": _proration(made), "conduct": _conduct(made)},
        "points": {"proration": _proration(made), **_grades(made)},
        "bonus": {"proration": _proration(made), **made.one((_performance, _pool))(made)},
        "orders": {"output_value": _output_value(made), "advances": _advances(made)},
    }


def _proration(made: Made) -> str:
    return str(made.one(("none", "employed", "present")))


def _conduct(made: Made) -> Row:
    return {
        "rate": made.one(("0.05", "0.05", "0.0533")),
        "base": made.one(("bonus_base", "salary")),
        "severity": SEVERITIES,
        "decided": made.chance(0.3),
    }


def _grades(made: Made) -> Row:
    amounts = {
        "A": made.one(("0", "0", "200.01")),
        "B": "0",
        "C": made.one(("-500", "-0.01")),
        "D": made.one(("-1500", "-1000.37")),
        "E": "0",
    }
    extra = {"A": {"gets_share": True}, "C": {"gives": made.chance(0.9)}, "D": {"gives": True}, "E": {"withheld": made.chance(0.7)}}
    redistribution = {
        "counts": made.one(("actual", "actual", "fixed")), "nobody": made.one(("carry_over", "carry_over", "keep")),
        "within": made.one(("department", "everybody")),
    }  # fmt: skip
    return {
        "grades": [{"grade": grade, "amount": amount, **extra.get(grade, {})} for grade, amount in amounts.items()],
        "redistribution": redistribution,
    }


def _performance(made: Made) -> Row:
    budget = made.one((None, "unset", "2500.01", "100000000"))
    rule = {
        "base": made.one(("bonus_base", "salary")), "by_score": made.chance(0.5), "over_budget": "scale", **_coefficients(made),
        "floor": made.one(("0", "0", "100") if budget is None else ("0", "0.01") if budget != "unset" else ("0",)), **({"cap": made.one(("1500", "800.01"))} if made.chance(0.4) else {}),
    }  # fmt: skip
    return {"performance": rule if budget is None else rule | {"budget": budget}}


def _pool(made: Made) -> Row:
    within = made.one(("department", "everybody"))
    amount = "unset" if within == "department" else made.one(("unset", "10000", "10000", "0.01"))
    return {
        "pool": {
            "amount": amount, "within": within, "base": "bonus_base", "floor": _floor(made, amount),
            "by": made.one(("score", "weight", "equal")), **_coefficients(made), **({"cap": made.one(("1500", "800.01"))} if made.chance(0.5) else {}),
        }
    }  # fmt: skip


def _floor(made: Made, amount: str) -> str:
    """Never more in all than a pool holds: at most 15 people in small companies, 10,000 in the large one."""
    return str(made.one(("0", *["300" if len(made.departments) < 10 else "0.5"] * 2))) if amount == "10000" else "0"


def _coefficients(made: Made) -> Row:
    grades = {"A": "1.5", "B": "1.2", "C": "1", "D": "0.5", "E": made.one(("0", "0.3333"))} if made.chance(0.8) else {}
    return {"coefficients": grades, "positions": {"初级": "1", "高级": "1.25"} if made.chance(0.5) else {}}


def _output_value(made: Made) -> Row:
    profit, shared = made.one((("0.2", "0.15"), ("0.333333", "0.111111"), ("0", "0"), ("0.5", "0.499999")))
    return {
        "profit_share": profit, "expense_share": shared, "owner": made.one(("", MAKER)), "cost_kinds": ["差旅", "材料"], "forbidden_costs": ["基本工资"],
        "overrun": made.one(("next_period", "next_period", "written_off")),
    }  # fmt: skip


def _advances(made: Made) -> Row:
    rule = {
        "hardship_share": made.one(("0.5", "0.3333")), "hardship_months": made.one((1, 3)), "offset_share": made.one(("0.5", "0.3333", "1")),
        "liability": made.one(("fixed", "by_fault", "sliding")), "manager_liability": "0.3", "minimum_wage": made.one(("2000", "2420.5")),
    }  # fmt: skip
    steps = [{"from": "0", "share": "0.1"}, {"from": "100.5", "share": "0.35"}, {"from": "1000", "share": "1"}]
    return rule | ({"liability_steps": steps} if rule["liability"] == "sliding" else {})


# --- people ------------------------------------------------------------------------------------------------------
def staff(made: Made, people: int, periods: Sequence[Period]) -> None:
    """People with bases, leave, moves and earlier wages; every department has somebody who stays."""
    made.record("people", person=GENERAL, department="总部", position="总经理")
    made.record("people", person=APPLICANT, department="总部", position="部门经理")
    same = made.chance(0.3)
    for i in range(people):
        person, stays = f"P{i:05d}", i < len(made.departments)
        department = made.departments[i % len(made.departments)] if stays else made.one(made.departments)
        hired = None if stays or made.chance(0.8) else made.day(made.one(periods))
        left = None if stays or made.chance(0.85) else made.day(made.one(periods))
        made.record(
            "people", person=person, department=department, position=made.one(POSITIONS), hired_on=hired, left_on=_not_before(hired, left)
        )
        _bases(made, person, periods, same=same)
        _history(made, person, periods, manager=stays)
        if made.chance(0.2):
            _leave(made, person, made.one(periods))
        if not stays and not made.by_score and made.chance(0.15):
            _moves(made, person, periods)


def _moves(made: Made, person: str, periods: Sequence[Period]) -> None:
    """Up to three spans, some of them open, some ending before or after the next begins."""
    for day in sorted({made.day(made.one(periods)) for _ in range(3)}):
        until = made.maybe(day + ONE_DAY * made.rng.randint(0, 60))
        made.record(
            "spans", person=person, position=made.one(POSITIONS), department=made.one(made.departments), from_on=day, until_on=until
        )


def _not_before(hired: dt.date | None, left: dt.date | None) -> dt.date | None:
    return left if hired is None or left is None else max(hired, left)


def _bases(made: Made, person: str, periods: Sequence[Period], *, same: bool) -> None:
    for kind in ("bonus_base", "salary", "quarterly_bonus"):
        changes = () if made.chance(0.7) else sorted({made.day(made.one(periods)) for _ in range(2)})
        for day in (LONG_AGO, *changes):
            made.record("bonuses", person=person, kind=kind, from_on=day, amount=Decimal("4000" if same else made.one(AMOUNTS)))


def _leave(made: Made, person: str, period: Period) -> None:
    start = made.day(period)
    made.record("leaves", person=person, from_on=start, until_on=start + ONE_DAY * made.rng.randint(0, 20), statutory=made.chance(0.4))


def _history(made: Made, person: str, periods: Sequence[Period], *, manager: bool) -> None:
    """Performance pay of the months before the first; managers also have a wage, in most months."""
    start = periods[0].start
    for back in (1, 2, 3):
        number = start.year * 12 + start.month - 1 - back
        made.record("wages", person=person, month_on=dt.date(number // 12, number % 12 + 1, 1), performance=made.yuan(3000))
    for period in months_of(periods) if manager else ():
        if made.chance(0.85):
            made.record("wages", person=person, month_on=period.start, wage=Decimal(made.one(("2500", "2420.50", "2000", "9999.99"))))


def months_of(periods: Sequence[Period]) -> Iterator[Period]:
    for period in periods:
        months = 1 if period.kind is PeriodKind.MONTH else 3
        yield from (_month((period.start.year, period.start.month), i) for i in range(months))


# --- one batch ---------------------------------------------------------------------------------------------------
def _batch(made: Made, period: Period, orders: int) -> None:
    """What happens in a batch's months, and how the oracle settles it."""
    for month in months_of([period]):
        for _ in range(made.rng.randint(0, orders)):
            _order(made, month)
    _late_costs(made, period)
    runs = [run for month in months_of([period]) for run in _monthly(made, month)]
    if period.end.month % 3 == 1:
        quarter = Period(dt.date(period.start.year, period.end.month - 3 if period.end.month > 3 else 10, 1), PeriodKind.QUARTER)
        runs.append(_run(made, "points", quarter))
    _budgets(made, runs)
    after = deepcopy(made.till)
    settle(after, made.books, runs)
    _new_advances(made, period, after)
    _comes_in(made, period)
    _given_back(made, period, after)
    paid = settle(made.till, made.books, runs)
    lines = {key: amount for key, amount in made.till.lines.items() if amount}
    made.batches.append(Batch(period, tuple(runs), lines, made.till.standing(), paid))


def _monthly(made: Made, month: Period) -> list[Run]:
    broken = [
        {
            "violation": f"V{month}-{i:05d}", "person": made.one(made.tables["people"])["person"], "happened_on": made.day(month),
            "severity": made.one(list(SEVERITIES)), "share": Decimal(made.one(("0", "0.01", "0.0123", "1"))),
            "state": made.one(("verified", "verified", "reported", "employee_heard", "dismissed")),
        }
        for i in range(len(made.tables["people"]) // 2)
    ]  # fmt: skip
    return [_run(made, "conduct", month, broken), _run(made, "bonus", month), Run("orders", made.rules["orders"], month, [])]


def _run(made: Made, scheme: str, period: Period, violations: Sequence[Row] = ()) -> Run:
    """Results of everybody employed on a day of the period, who did not come and go on days off."""
    run = Run(scheme, made.rules[scheme], period, [], violations)
    days = employed(made.books, run)
    here = [row for row in made.tables["people"] if days[row["person"]] and row["person"] not in {GENERAL, APPLICANT}]
    judged = [row for row in violations if row["person"] not in {GENERAL, APPLICANT}]
    return Run(scheme, made.rules[scheme], period, [_result(made, row) for row in here], judged)


def _result(made: Made, person: Row) -> Row:
    """A total and a grade; where results are made up, with no regard to each other, and now and then neither."""
    total = made.one((Decimal(made.rng.randint(0, 10000)) / 100, Decimal(75)))
    found = {
        "person": person["person"],
        "department": person["department"],
        "position": person["position"],
        "total": total,
        "state": "scored",
    }
    if made.by_score:
        return found | {"grade": next(grade for grade, low in BANDS.items() if total >= low)}
    state = made.one(("scored",) * 12 + ("insufficient", "held"))
    grade = made.one(made.grades) if state == "scored" else None
    return found | {"state": state, "grade": grade, "total": None if state == "held" else total}


def _budgets(made: Made, runs: Sequence[Run]) -> None:
    """Budgets of nearly nothing, of any amount, and where bonuses are known: just enough or a fen too little."""
    for run in runs:
        rule = run.rules.get("pool", run.rules.get("performance"))
        if rule is None or rule.get("amount", rule.get("budget")) != "unset":
            continue
        enough = sum(bonuses(made.books, run).values()) if "performance" in run.rules else Fraction(4000)
        near = FEN * int(enough * 100) + made.one((0, FEN, -FEN))
        for group in made.departments if rule.get("within") == "department" else ["*"]:
            made.record(
                "budgets",
                scheme=run.scheme,
                department=group,
                from_on=run.period.start,
                amount=made.one((Decimal("0.02"), made.yuan(9000), max(near, FEN))),
            )


# --- orders ------------------------------------------------------------------------------------------------------
def _order(made: Made, month: Period) -> None:
    """An order received this month; it settles this month, some months later, or never."""
    number = made.number("RW", "orders")
    later = made.day(_month((month.start.year, month.start.month), made.rng.randint(1, 3)))
    settled = made.one((made.day(month), made.day(month), later, later, later, None))
    decided = (settled or month.start) + ONE_DAY * made.one((0, 0, 0, 0, 20, 50))
    workers = _workers(made, decided)
    chosen = sorted(made.rng.sample(sorted(workers), made.rng.randint(1, min(3, len(workers)))))
    value = made.one((Decimal("0.01"), Decimal("0.02"), Decimal(100000), made.yuan(20000)))
    made.record(
        "orders", order_no=number, title=number, created_by=MAKER, value=value, received_on=month.start, agreed_on=month.start, settled_on=settled,
        delivered_on=settled, project_manager=workers[chosen[0]][0], progress=Decimal(made.one(("0", "0.4", "0.7", "1"))),
        cancelled_on=month.start if settled is None and made.chance(0.3) else None,
    )  # fmt: skip
    _splits(made, number, value, chosen, workers)
    _costs(made, number, value, chosen, month)
    _workload(made, number, [workers[department] for department in chosen], decided)
    if made.chance(0.4):
        for day in sorted({made.day(month) for _ in range(2)}):
            made.record("progress_reports", order_no=number, reported_on=day, progress=Decimal(made.one(("0.1", "0.5", "0.999999"))))


def _workers(made: Made, day: dt.date) -> dict[str, list[str]]:
    """A few people of each department, as it stands on a day."""
    books, found = made.books, dict[str, list[str]]()
    some = made.rng.sample(made.tables["people"][2:], min(40, len(made.tables["people"]) - 2))
    for row in [*made.tables["people"][2 : 2 + len(made.departments)], *some]:
        found.setdefault(department_of(books, row["person"], day), []).append(row["person"])
    return {department: sorted(set(people))[:6] for department, people in found.items()}


def _splits(made: Made, number: str, value: Decimal, chosen: Sequence[str], workers: dict[str, list[str]]) -> None:
    rest, equal = value, made.chance(0.4)
    for department in chosen:
        part = rest if department == chosen[-1] else made.one((Decimal(0), (rest / 3).quantize(FEN)))
        rest -= part
        made.record("order_splits", order_no=number, department=department, value=None if equal else part, manager=workers[department][0])


def _costs(made: Made, number: str, value: Decimal, chosen: Sequence[str], month: Period) -> None:
    for _ in range(made.rng.randint(0, 4)):
        amount = (value * Decimal(made.one(("0.1", "0.1", "0.3", "0.8", "-0.05")))).quantize(FEN)
        of = None if len(chosen) == 1 and made.chance(0.5) else made.one(chosen)
        _cost(made, number, of, amount, month.end - ONE_DAY if amount < 0 else made.day(month))


def _cost(made: Made, number: str, department: str | None, amount: Decimal, day: dt.date) -> None:
    """A cost or a refund; nobody gets back more than the department booked so far."""
    before = [row for row in made.tables.get("costs", ()) if row["order_no"] == number]
    booked = sum((row["amount"] for row in before if department is None or row.get("department") in {None, department}), Decimal(0))
    made.record(
        "costs",
        cost=made.number("CB", "costs"),
        order_no=number,
        department=department,
        kind=made.one(("差旅", "材料")),
        amount=max(amount, -booked),
        spent_on=day,
    )


def _late_costs(made: Made, period: Period) -> None:
    """Now and then somebody brings a receipt, or gets a refund, for an order settled before."""
    for order in made.tables.get("orders", ()):
        if is_settled(order, period.start - ONE_DAY) and made.chance(0.2):
            department = made.one([row["department"] for row in made.tables["order_splits"] if row["order_no"] == order["order_no"]])
            amount = Decimal(made.one(("0.01", "250", "1000.5", "-30", "-1000", "-50000")))
            _cost(made, order["order_no"], department, amount, period.end - ONE_DAY)


def _workload(made: Made, number: str, groups: Sequence[Sequence[str]], day: dt.date) -> None:
    """Shares that add up to one, everybody's above nothing so that every department has somebody to pay; a department's
    manager, its first, decides them, but for their own.
    """
    people, managers = [person for group in groups for person in group], {person: group[0] for group in groups for person in group}
    most = 1_000_000 // len(people)
    millionths = [most] * len(people) if made.chance(0.5) else [made.rng.randint(1, most) for _ in people]
    millionths[0] += 1_000_000 - sum(millionths)
    for person, share in zip(people, millionths, strict=True):
        proposed = made.one((None, share, max(0, share - 1)))
        made.record(
            "workloads", order_no=number, person=person, share=Decimal(share) / 1_000_000, decided_on=day,
            decided_by=APPLICANT if person == managers[person] else managers[person],
            proposed=None if proposed is None else Decimal(proposed) / 1_000_000, reason="复核",
        )  # fmt: skip


# --- advances ----------------------------------------------------------------------------------------------------
def _new_advances(made: Made, period: Period, after: Till) -> None:
    """Hardship for a few who have none open, and progress on a few orders under way; now and then to the last fen.

    ``after``: how the batch ends without them.
    """
    last = list(months_of([period]))[-1]
    open_now = {account[1] for account, amount in after.standing().items() if account[0] == "advance" and amount}
    for row in made.tables["people"][2 :: max(1, len(made.tables["people"]) // 20)]:
        if row["person"] not in open_now and made.chance(0.4) and _is_here(row, last):
            limit = hardship_limit(after, made.books, made.rules["orders"]["advances"], row["person"], last.start)
            _advance(made, "hardship", row["person"], made.day(last), _up_to(made, limit), None)
    for order in made.tables.get("orders", ()):
        if made.chance(0.7):
            _progress(made, after, Run("orders", made.rules["orders"], last, []), order)


def _is_here(row: Row, month: Period) -> bool:
    return (row.get("left_on") or dt.date.max) > month.end and (row.get("hired_on") or dt.date.min) < month.start


def _progress(made: Made, after: Till, run: Run, order: Row) -> None:
    """One a month on an order, to somebody whose department has a part of it."""
    settled, books, day = order.get("settled_on"), made.books, made.day(run.period)
    if order.get("cancelled_on") or (settled is not None and settled <= run.last) or order["received_on"] > day:
        return
    person = made.one([row for row in made.tables["workloads"] if row["order_no"] == order["order_no"]])["person"]
    department = department_of(books, person, day)
    if department in values(books, order):
        limit = progress_limit(after, books, run, order, department, day)
        _advance(made, "progress", person, day, _up_to(made, limit), order["order_no"])


def _up_to(made: Made, limit: Fraction) -> Decimal:
    share = made.one((Fraction(1), Fraction(1), Fraction(1, 3), Fraction(1, 10)))
    return FEN * (limit * share * 100 // 1)


def _advance(made: Made, kind: str, person: str, day: dt.date, amount: Decimal, order: str | None) -> None:
    if amount > 0:
        approved = made.chance(0.9)
        made.record(
            "advances", advance=made.number("YZ", "advances"), person=person, kind=kind, order_no=order, amount=amount, applied_on=day,
            applicant=made.tables["people"][2]["person"], approver=GENERAL if approved else None, approved_on=day if approved else None, reason="申请",
        )  # fmt: skip


def _given_back(made: Made, period: Period, after: Till) -> None:
    """Repayments and write-offs of what the batch leaves open."""
    before = {account for account, amount in made.till.standing().items() if account[0] == "advance"}
    last = list(months_of([period]))[-1]
    for account in sorted(before):
        owed = -after.balances[account]
        if made.chance(0.1):
            _repay(made, account[2], FEN * int(100 * (owed + _lost(made, account[2]))), last)
            continue
        if owed > 0 and made.chance(0.3):
            back = _up_to(made, owed)
            _repay(made, account[2], back, last)
            owed -= Fraction(back)
        if owed > 0 and made.chance(0.3):
            _write_off(made, account[2], _up_to(made, owed), last)


def _comes_in(made: Made, period: Period) -> None:
    """Now and then money of an advance that was given up, and is closed, comes in after all: some of it, or all."""
    still_open = {account[2] for account in made.till.standing() if account[0] == "advance"}
    for advance in sorted({row["advance"] for row in made.tables.get("write_offs", ())} - still_open):
        if made.chance(0.3):
            _repay(made, advance, _up_to(made, _lost(made, advance)), list(months_of([period]))[-1])


def _lost(made: Made, advance: str) -> Fraction:
    """What was given up of an advance and did not come in."""
    of = [row["write_off"] for row in made.tables.get("write_offs", ()) if row["advance"] == advance]
    return sum((part for number in of for part in made.till.lost.get(number, ())), Fraction(0))


def _repay(made: Made, advance: str, amount: Decimal, month: Period) -> None:
    if amount:
        made.record(
            "repayments",
            repayment=made.number("GH", "repayments"),
            advance=advance,
            amount=amount,
            repaid_on=made.day(month),
            reason="归还",
        )


def _write_off(made: Made, advance: str, amount: Decimal, month: Period) -> None:
    if amount:
        made.record(
            "write_offs", write_off=made.number("HX", "write_offs"), advance=advance, amount=amount, decided_on=made.day(month), decided_by=GENERAL,
            manager=made.tables["people"][2]["person"], share=Decimal(made.one(("0", "0.3", "0.3333", "1"))), agreement="同意书", reason="离职",
        )  # fmt: skip
