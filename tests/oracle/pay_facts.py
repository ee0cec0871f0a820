"""The oracle's rows as the payout room takes them, and what one batch leaves the next: nothing here computes pay."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from jikao.evidence.shapes import SHAPES, Type
from jikao.payout.compute import Job
from jikao.payout.facts import (
    Advance,
    Base,
    Budget,
    Cost,
    Facts,
    Leave,
    Order,
    Person,
    ProgressReport,
    Repayment,
    Result,
    RunFacts,
    Span,
    Split,
    Violation,
    Wage,
    Workload,
    WriteOff,
)
from jikao.payout.ledger import GRANTING, LOSING, Account, Entry, Opening, balances_of
from jikao.payout.rules import RULES
from jikao.scheme.model import Scheme
from jikao.scheme.period import Period
from jikao.scheme.problem import errors
from jikao.scheme.read import read

from .generate_pay import BANDS, POSITIONS
from .pay_books import Row, Run

RECORDS: dict[str, type] = {
    "people": Person, "spans": Span, "leaves": Leave, "bonuses": Base, "orders": Order, "order_splits": Split, "costs": Cost,
    "workloads": Workload, "progress_reports": ProgressReport, "advances": Advance, "repayments": Repayment, "write_offs": WriteOff,
    "wages": Wage, "budgets": Budget, "violations": Violation,
}  # fmt: skip
DEFAULTS = {("leaves", "statutory"): False, ("budgets", "department"): "*"}


def facts(tables: Mapping[str, Sequence[Row]]) -> Facts:
    """Everything recorded, each list in the order of its key, whatever the order of the rows."""
    of = {shape: records(shape, tables.get(shape, ())) for shape in RECORDS}
    return Facts(
        people=_one(of["people"], "person"),
        spans=_many(of["spans"], "person"),
        leaves=_many(of["leaves"], "person"),
        bases=_many(of["bonuses"], "person", "kind"),
        orders=_one(of["orders"], "order_no"),
        splits=_many(of["order_splits"], "order_no"),
        costs=_many(of["costs"], "order_no"),
        workloads=_many(of["workloads"], "order_no"),
        progress=_many(of["progress_reports"], "order_no"),
        advances=_one(of["advances"], "advance"),
        repayments=of["repayments"],
        write_offs=of["write_offs"],
        wages={(row.person, row.month_on): row for row in of["wages"]},
        budgets=of["budgets"],
        origins={"oracle": "oracle.csv"},
    )


def records(shape: str, rows: Iterable[Row]) -> list[Any]:
    """Rows as records: yuan as fen, shares as fractions."""
    key = SHAPES[shape].key
    ordered = sorted(rows, key=lambda row: tuple(row.get(name, DEFAULTS.get((shape, name), "")) for name in key))
    return [_record(shape, row, i) for i, row in enumerate(ordered)]


def _record(shape: str, row: Row, number: int) -> Any:
    cells = {f.name: _cell(shape, f.name, row.get(f.name)) for f in fields(RECORDS[shape]) if f.name not in {"fact", "at"}}
    names = [str(row.get(name, DEFAULTS.get((shape, name), ""))) for name in SHAPES[shape].key]
    return RECORDS[shape](fact=f"{shape}/{'|'.join(names)}", at=("oracle", number), **cells)


def _cell(shape: str, name: str, value: Any) -> Any:
    kind = SHAPES[shape].column(name).type
    if value is None:
        return DEFAULTS.get((shape, name), "" if kind is Type.WORD else None)
    if kind is Type.MONEY:
        return int(value * 100)
    return Fraction(value) if kind is Type.SHARE else value


def _one(found: Iterable[Any], name: str) -> dict[str, Any]:
    return {getattr(record, name): record for record in found}


def _many(found: Iterable[Any], *names: str) -> dict[Any, list[Any]]:
    grouped: dict[Any, list[Any]] = defaultdict(list)
    for record in found:
        key = tuple(getattr(record, name) for name in names)
        grouped[key if len(names) > 1 else key[0]].append(record)
    return dict(grouped)


# --- runs --------------------------------------------------------------------------------------------------------
def run_facts(run: Run) -> RunFacts:
    """A run with results as if scored and sealed."""
    scheme = _read(scheme_text(run))
    results = {row["person"]: _result(row) for row in sorted(run.results, key=lambda row: row["person"])}
    broken = [one for one in records("violations", run.violations) if one.happened_on in run.period]
    by_day = sorted(broken, key=lambda one: (one.happened_on, one.fact))
    return RunFacts(f"{run.scheme}-{run.period}", scheme, run.period, results, _many(by_day, "person"))


def scheme_text(run: Run) -> str:
    """A scheme with the payout rules of a run, in which everybody's total is the one rating they got."""
    item = {"id": run.scheme, "title": run.scheme, "measure": "rating", "curve": [{"from": 0, "score": 0, "each": 1}]}
    text = {
        "scheme": run.scheme, "version": "1", "title": run.scheme, "valid_from": "2020-01-01", "period": run.period.kind.value,
        "positions": list(POSITIONS), "sections": [{"id": "s", "title": "s", "indicators": [item]}],
        "grades": {"bands": [{"id": grade, "title": grade, "from": low} for grade, low in BANDS.items()]}, "payout": run.rules,
    }  # fmt: skip
    return json.dumps(text, ensure_ascii=False)


@cache
def _read(text: str) -> Scheme:
    reading = read(text)
    assert reading.scheme is not None, reading.problems
    assert not errors(reading.problems), reading.problems
    return reading.scheme


def _result(row: Row) -> Result:
    total = row.get("total")
    hundredths = None if total is None else int(Decimal(total) * 100)
    return Result(
        row["person"], row.get("department", ""), row.get("position", ""), hundredths, row.get("grade"), row.get("state", "scored")
    )


# --- batches in a row --------------------------------------------------------------------------------------------
def opening(entries: Sequence[Entry], posted: Iterable[str]) -> Opening:
    """What all batches so far leave the next: their entries, and the facts they dealt with."""
    earned: defaultdict[tuple[str, str], int] = defaultdict(int)
    granted: defaultdict[tuple[str, str], int] = defaultdict(int)
    written_off: defaultdict[tuple[str, Account], int] = defaultdict(int)
    for entry in entries:
        for account, amount in entry.postings:
            if RULES[entry.rule].earns and account.kind == "pay":
                earned[account.owner, month_of(entry.period)] += amount
            if entry.rule in GRANTING and account.kind == "advance":
                granted[account.part, account.owner] -= amount
            if entry.rule in LOSING and account.kind != "paid":
                written_off[entry.subject, account] += amount
    paid = {advance: (person, amount) for (advance, person), amount in granted.items() if amount}
    lost = {of: amount for of, amount in written_off.items() if amount}
    return Opening(balances_of(entries), dict(earned), frozenset(posted), paid, lost)


def month_of(period: str) -> str:
    """The month a period ends in."""
    year, _, part = period.partition("-")
    return f"{year}-{int(part[1]) * 3:02d}" if part.startswith("Q") else period


def job(period: Period, runs: Iterable[Run], tables: Mapping[str, Sequence[Row]], begins: Opening) -> Job:
    """A batch to be computed."""
    known = {shape: [row for row in rows if _known(shape, row, period)] for shape, rows in tables.items()}
    return Job(period, [run_facts(run) for run in runs], facts(known), begins)


def _known(shape: str, row: Row, period: Period) -> bool:
    """Rows of days after the period are not read, as from the store."""
    day = {"bonuses": "from_on", "costs": "spent_on", "workloads": "decided_on", "progress_reports": "reported_on", "advances": "applied_on",
           "repayments": "repaid_on", "write_offs": "decided_on", "wages": "month_on", "budgets": "from_on"}.get(shape)  # fmt: skip
    return day is None or row[day] < period.end


def amounts(balances: Mapping[Account, int]) -> dict[tuple[str, str, str], Fraction]:
    """Fen on accounts as yuan, the way the oracle keeps them."""
    return {tuple(account): Fraction(fen, 100) for account, fen in balances.items() if fen}  # type: ignore[misc]


def lines(entries: Iterable[Entry]) -> dict[tuple[str, str], Fraction]:
    """What each person's account got by rule, payments left out."""
    sums: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for entry in entries:
        for account, fen in entry.postings:
            if account.kind == "pay" and entry.rule != "payment":
                sums[account.owner, entry.rule] += Fraction(fen, 100)
    return {key: amount for key, amount in sums.items() if amount}
