"""A pay batch for finance, as a workbook or as csv: one row a person, totals, and the accounts that must come to zero.

Figures are written as exact decimals: whole fen become text such as ``240.05`` and are never a float of ours. Names and
other words are always text, never a formula, whatever they begin with.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from xlsxwriter import Workbook

from jikao.archive.batch_manifest import BatchManifest
from jikao.archive.batches import Batch
from jikao.archive.zipped import NOT_WRITTEN
from jikao.payout.ledger import ACCOUNTS, Account, balances_of
from jikao.payout.money import FEN, yuan
from jikao.payout.rules import RULES
from jikao.payout.statement import Statement, statements
from jikao.payout.statement_layout import moment
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Lang, Text

TOO_MANY = kind(
    "output.too-many-rows", Level.ERROR,
    what=Text("{people} 人放不进一张工作表(最多 {most} 行)", "{people} people do not fit into one worksheet (at most {most} rows)"),
    why=Text("放不下的行会丢失,合计就不再等于各人之和", "rows that do not fit would be lost, and totals would not be the sum of the people"),
    mend=Text("改为输出 csv", "write csv instead"),
)  # fmt: skip

PERSON, NAME, DEPARTMENT = Text("工号", "number"), Text("姓名", "name"), Text("部门", "department")
BROUGHT, TOTAL, PAID = Text("上期结转", "brought forward"), Text("应发合计", "total payable"), Text("本次实发", "paid now")
CARRIED, WITHHELD, SUM = Text("结转下期", "carried forward"), Text("工资代扣", "withheld from wage"), Text("合计", "total")
RETURNED = Text("本人交回", "given back")
PAY_SHEET, CHECKS = Text("奖金单", "Pay"), Text("汇总与核对", "Totals and checks")
BY_RULE, BY_DEPARTMENT, ACCOUNT = Text("规则", "rule"), Text("部门", "department"), Text("科目", "account")
COUNT, TO_PEOPLE, BORNE = Text("人数", "people"), Text("个人所得", "to people"), Text("公司承担", "borne by the company")
BEFORE, CHANGE, AFTER = Text("期初余额", "balance before"), Text("本批变动", "this batch"), Text("期末余额", "balance after")
AGREEMENT = Text("个人与科目核对", "people and accounts")
OF_PEOPLE, OF_ACCOUNT, DIFFERENCE = (
    Text("各人合计", "sum over people"),
    Text("科目本批变动", "change of the account"),
    Text("差额", "difference"),
)
HELD, PERIOD, WHY = Text("暂不发放", "held"), Text("周期", "period"), Text("原因", "reason")
FACTS = {
    "period": Text("周期", "period"), "batch": Text("批次", "batch"), "corrects": Text("更正批次", "correction of"), "reason": Text("理由", "reason"),
    "by": Text("经办人", "made by"), "approver": Text("审批人", "approved by"), "at": Text("时间", "at"), "runs": Text("依据的结果", "runs it rests on"),
}  # fmt: skip

Cell: TypeAlias = str | int
"""Words, or money in fen."""

Rows: TypeAlias = Sequence[Sequence[Cell]]
Words: TypeAlias = Callable[[Text], str]

_MOST = 1_048_576
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for the beginning of a formula when it opens csv."""


@dataclass(frozen=True)
class Table:
    """A headed table; ``money``: from which column on cells are fen; the last row is the total, if there is one (``summed``)."""

    heads: Sequence[str]
    rows: Rows
    money: int
    summed: bool = True


@dataclass(frozen=True)
class PaySheet:
    """The batch as tables in one language: what it is, everybody, and the checks."""

    facts: Sequence[tuple[str, str]]
    people: Table
    checks: Sequence[Table]
    made: dt.date
    titles: tuple[str, str]


def pay_sheet(batch: Batch, lang: Lang) -> PaySheet:
    """Arrange a batch for finance."""

    def say(text: Text) -> str:
        return text.say(lang)

    sheets = statements(batch.entries, batch.opening.balances, batch.people, correction=batch.manifest.corrects is not None)
    return PaySheet(
        facts=[(say(label), said) for label, said in _facts(batch.manifest)],
        people=_people(sheets, say),
        checks=(_rules(batch, say), _departments(sheets, say), _accounts(batch, say), _agreement(batch, sheets, say), *_held(batch, lang)),
        made=batch.manifest.when.end,
        titles=(say(PAY_SHEET), say(CHECKS)),
    )


def _facts(manifest: BatchManifest) -> list[tuple[Text, str]]:
    """What the batch is, empty answers left out."""
    runs = "; ".join(f"{r.scheme} {r.version} {r.period} {r.run}" for r in manifest.runs)
    approval = manifest.approval
    said = {
        "period": manifest.period, "batch": manifest.batch, "corrects": manifest.corrects or "", "reason": approval.reason,
        "by": approval.by, "approver": approval.approver, "at": moment(approval.at), "runs": runs,
    }  # fmt: skip
    return [(FACTS[name], value) for name, value in said.items() if value]


def _people(sheets: Sequence[Statement], say: Words) -> Table:
    """One row a person; a column for every rule that occurs. A row adds up from left to right, up to the total and again to
    what is paid and carried; the last two figures stand apart.
    """
    rules = [rule for rule in RULES if any(line.rule == rule and line.account == "pay" for sheet in sheets for line in sheet.lines)]
    heads = [PERSON, NAME, DEPARTMENT, BROUGHT, *(RULES[r].title for r in rules), TOTAL, PAID, CARRIED, WITHHELD, RETURNED]
    rows: list[list[Cell]] = [[s.person, s.name, s.department, *_figures(s, rules)] for s in sheets]
    return _with_total([say(head) for head in heads], rows, say(SUM), money=3)


def _figures(sheet: Statement, rules: Sequence[str]) -> list[int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for line in sheet.lines:
        if line.account == "pay":
            sums[line.rule] += line.amount
    apart = sheet.withheld, sheet.returned
    return [sheet.brought_forward, *(sums[rule] for rule in rules), sheet.total, sheet.paid, sheet.carried, *apart]


def _with_total(heads: Sequence[str], rows: Sequence[Sequence[Cell]], label: str, money: int) -> Table:
    sums = [sum(int(row[i]) for row in rows) for i in range(money, len(heads))]
    return Table(heads, [*rows, [label, *[""] * (money - 1), *sums]], money)


def _rules(batch: Batch, say: Words) -> Table:
    """By rule: what people got, and what the company bore."""
    got: defaultdict[str, int] = defaultdict(int)
    borne: defaultdict[str, int] = defaultdict(int)
    for entry in batch.entries:
        for account, amount in entry.postings:
            if account.kind in ("pay", "company") and entry.rule != "payment":
                sums, sign = (got, 1) if account.kind == "pay" else (borne, -1)
                sums[entry.rule] += sign * amount
    rows: list[list[Cell]] = [[say(RULES[rule].title), got[rule], borne[rule]] for rule in RULES if rule in got or rule in borne]
    return _with_total([say(BY_RULE), say(TO_PEOPLE), say(BORNE)], rows, say(SUM), money=1)


def _departments(sheets: Iterable[Statement], say: Words) -> Table:
    grouped: defaultdict[str, list[Statement]] = defaultdict(list)
    for sheet in sheets:
        grouped[sheet.department].append(sheet)
    rows: list[list[Cell]] = [
        [d, *(sum(getattr(s, figure) for s in each) for figure in ("total", "paid", "withheld", "returned"))]
        for d, each in sorted(grouped.items())
    ]
    return _with_total([say(head) for head in (BY_DEPARTMENT, TOTAL, PAID, WITHHELD, RETURNED)], rows, say(SUM), money=1)


def _accounts(batch: Batch, say: Words) -> Table:
    """Every kind of account: balances before and after, which all together are zero."""
    before, change = _by_kind(batch.opening.balances), _by_kind(balances_of(batch.entries))
    kinds = [k for k in ACCOUNTS if k in before or k in change]
    rows: list[list[Cell]] = [[say(ACCOUNTS[k]), before.get(k, 0), change.get(k, 0), before.get(k, 0) + change.get(k, 0)] for k in kinds]
    return _with_total([say(ACCOUNT), say(BEFORE), say(CHANGE), say(AFTER)], rows, say(SUM), money=1)


def _agreement(batch: Batch, sheets: Sequence[Statement], say: Words) -> Table:
    """What the statements say, beside how the accounts moved: nothing is between them."""
    change = _by_kind(balances_of(batch.entries))
    said = {
        "pay": (f"{say(CARRIED)} − {say(BROUGHT)}", sum(s.carried - s.brought_forward for s in sheets)),
        "paid": (f"{say(PAID)} − {say(RETURNED)}", sum(s.paid - s.returned for s in sheets)),
        "wage": (f"− {say(WITHHELD)}", -sum(s.withheld for s in sheets)),
    }
    rows: list[list[Cell]] = [
        [say(ACCOUNTS[k]), words, amount, change.get(k, 0), amount - change.get(k, 0)] for k, (words, amount) in said.items()
    ]
    return Table([say(AGREEMENT), "", say(OF_PEOPLE), say(OF_ACCOUNT), say(DIFFERENCE)], rows, money=2, summed=False)


def _held(batch: Batch, lang: Lang) -> Iterator[Table]:
    """Who is not paid a bonus yet, and why."""
    names = {person: known.name for person, known in batch.people.items()}
    rows = [
        [h.person, names.get(h.person, ""), h.department, h.period, RULES[h.rule].title.say(lang), h.problem.what(lang)] for h in batch.held
    ]
    if rows:
        heads = [text.say(lang) for text in (HELD, NAME, DEPARTMENT, PERIOD, BY_RULE, WHY)]
        yield Table(heads, rows, money=len(heads), summed=False)


def _by_kind(balances: Mapping[Account, int]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for account, amount in balances.items():
        sums[account.kind] += amount
    return dict(sums)


# --- files -------------------------------------------------------------------------------------------------------


def write_csv(sheet: PaySheet, path: Path) -> tuple[Problem, ...]:
    """Everybody and the total as csv (UTF-8 with BOM). ``path`` appears whole or not at all."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(sheet.people.heads)
    table.writerows([_harmless(c) if isinstance(c, str) else yuan(c) for c in row] for row in sheet.people.rows)
    return _whole(path, lambda file: file.write_text(text.getvalue(), encoding="utf-8-sig", newline=""))


def _harmless(words: str) -> str:
    """Words a spreadsheet program does not take for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def write_xlsx(sheet: PaySheet, path: Path) -> tuple[Problem, ...]:
    """The batch as a workbook of two sheets. ``path`` appears whole or not at all; the same batch gives the same bytes."""
    if len(sheet.people.rows) + len(sheet.facts) + 2 > _MOST:
        return (TOO_MANY(Place(str(path)), people=len(sheet.people.rows) - 1, most=_MOST),)
    return _whole(path, lambda file: _workbook(sheet, file))


def _whole(path: Path, write: Callable[[Path], object]) -> tuple[Problem, ...]:
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pay-") as scratch:
            partial = Path(scratch) / path.name
            write(partial)
            partial.replace(path)
    except OSError as cause:
        return (NOT_WRITTEN(Place(str(path)), path=path, reason=cause.strerror),)
    return ()


def _workbook(sheet: PaySheet, file: Path) -> None:
    book = Workbook(str(file), {"in_memory": True})
    book.set_properties({"created": dt.datetime.combine(sheet.made, dt.time())})
    looks = _Looks(book)
    people, checks = (book.add_worksheet(title) for title in sheet.titles)
    for row, (label, said) in enumerate(sheet.facts):
        people.write_string(row, 0, label, looks.head)
        people.write_string(row, 1, said)
    top = len(sheet.facts) + 1
    _write_table(people, looks, sheet.people, top)
    people.freeze_panes(top + 1, 2)
    people.set_column(0, len(sheet.people.heads) - 1, 14)
    at = 0
    for table in sheet.checks:
        at = _write_table(checks, looks, table, at) + 1
    checks.set_column(0, 3, 20)
    book.close()


class _Looks:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        money = {"num_format": "#,##0.00;[Red]-#,##0.00"}
        self.head = book.add_format({"bold": True})
        self.money = book.add_format(money)
        self.sum = book.add_format(money | {"bold": True, "top": 1})
        self.total = book.add_format({"bold": True, "top": 1})


def _write_table(sheet: Any, looks: _Looks, table: Table, top: int) -> int:
    """Write a table from a row on; the first row after it."""
    for column, head in enumerate(table.heads):
        sheet.write_string(top, column, head, looks.head)
    last = len(table.rows)
    for row, cells in enumerate(table.rows, 1):
        words, money = (looks.total, looks.sum) if row == last and table.summed else (None, looks.money)
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(top + row, column, cell, words)
            else:
                sheet.write_number(top + row, column, Decimal(cell) / FEN, money)
    return top + last + 1
