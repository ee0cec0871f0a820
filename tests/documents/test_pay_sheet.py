"""The sheet for finance: read back by another program, its figures are the statements to the fen."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from tests import payday, samples

from jikao import api
from jikao.archive.batches import Batch, read_batch
from jikao.documents.pay_sheet import pay_sheet, write_csv, write_xlsx
from jikao.evidence.store import Store
from jikao.payout.facts import Person
from jikao.payout.ledger import Account, Entry, Posting, balances_of
from jikao.payout.money import fen
from jikao.payout.rules import RULES
from jikao.payout.standing import NO_GRADE, STATES, Held
from jikao.payout.statement import statements


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return read_batch(payday.sealed(tmp_path_factory.mktemp("paid"))[1])


@pytest.fixture(scope="module")
def advances(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """June of S5, in which T04 gave 300.00 of an advance back; 600.00 more are withheld from the wage of T01."""
    store, folder = (
        samples.fill(Store.create(tmp_path_factory.mktemp("s5") / "store"), "s5-output-value"),
        samples.preset("s5-output-value"),
    )
    for month in ("2024-05", "2024-06"):
        api.score(folder, store, month, api.ScoreOptions(settings=api.sample_settings(folder)))
        made = api.make_batch(store, month, **payday.HANDS)
    batch = read_batch(made.folder)
    postings = Posting(Account("wage", "T01"), -60000), Posting(Account("liability", "T01", "HX-1"), 60000)
    return replace(batch, entries=(*batch.entries, Entry("2024-06", "liability", "s5-output-value", "HX-1", "", (), postings)))


def owed(batch: Batch, name: str, amount: int) -> Batch:
    """The batch with one more person of the given name."""
    person = Person("people/X", ("i", 1), "X", name, name, "", None, None)
    entry = Entry(
        "2024-06",
        "conduct",
        "s8-conduct",
        "X",
        "",
        (),
        (Posting(Account("company", "conduct"), -amount), Posting(Account("pay", "X"), amount)),
    )
    return replace(batch, entries=(*batch.entries, entry), people={**batch.people, "X": person})


def cents(cell: object) -> int:
    return fen(Decimal(str(cell)))


def table(rows: list[list[object]], first: str) -> list[list[object]]:
    """The rows of a table from its head to its total."""
    top = next(i for i, row in enumerate(rows) if row[0] == first)
    end = next((i for i, row in enumerate(rows) if i > top and row[0] in ("合计", "total")))
    return rows[top : end + 1]


def test_the_workbook_is_the_statements_to_the_fen(batch, tmp_path):
    assert write_xlsx(pay_sheet(batch, "zh"), tmp_path / "pay.xlsx") == ()
    book = CalamineWorkbook.from_path(str(tmp_path / "pay.xlsx"))
    assert book.sheet_names == ["奖金单", "汇总与核对"]
    head, *people, total = table(book.get_sheet_by_name("奖金单").to_python(), "工号")
    sheets = statements(batch.entries, batch.opening.balances, batch.people)
    by_head = [dict(zip(head, row, strict=True)) for row in people]
    assert [(r["工号"], r["姓名"], r["部门"]) for r in by_head] == [(s.person, s.name, s.department) for s in sheets]
    for row, sheet in zip(by_head, sheets, strict=True):
        assert cents(row["应发合计"]) == sheet.total == cents(row["本次实发"])
        for rule in {line.rule for line in sheet.lines}:
            title = next(line.title.zh for line in sheet.lines if line.rule == rule)
            assert cents(row[title]) == sum(line.amount for line in sheet.lines if line.rule == rule)
    assert cents(total[head.index("本次实发")]) == sum(s.paid for s in sheets) == batch.manifest.totals.paid
    for column in range(3, len(head)):
        assert cents(total[column]) == sum(cents(row[column]) for row in people)


def test_every_row_adds_up_from_left_to_right(batch):
    for *_, brought, first, second, third, fourth, fifth, total, paid, carried, _withheld, _returned in pay_sheet(batch, "en").people.rows:
        assert brought + first + second + third + fourth + fifth == total == paid + carried


def test_money_given_back_and_withheld_from_the_wage_stand_apart_and_agree_with_the_accounts(advances, tmp_path):
    sheet = pay_sheet(advances, "zh")
    rows = {row[0]: dict(zip(sheet.people.heads, row, strict=True)) for row in sheet.people.rows}
    assert (rows["T04"]["本人交回"], rows["T04"]["工资代扣"], rows["T01"]["工资代扣"]) == (30000, 0, 60000)
    for row in sheet.people.rows:
        *parts, total, paid, carried, _withheld, _returned = row[3:]
        assert sum(parts) == total == paid + carried
    write_xlsx(sheet, tmp_path / "pay.xlsx")
    written = CalamineWorkbook.from_path(str(tmp_path / "pay.xlsx")).get_sheet_by_name("汇总与核对").to_python()
    top = next(i for i, row in enumerate(written) if row[0] == "个人与科目核对")
    agreement = {row[0]: (row[1], *map(cents, row[2:5])) for row in written[top + 1 :] if row[0]}
    paid, moved = rows["合计"]["本次实发"], balances_of(advances.entries)
    assert agreement["已付"] == ("本次实发 − 本人交回", paid - 30000, sum(x for a, x in moved.items() if a.kind == "paid"), 0)
    assert agreement["工资代扣"] == ("− 工资代扣", -60000, -60000, 0)
    assert agreement["应付个人"][-1] == 0


def test_who_is_held_is_named_with_the_reason(batch, tmp_path):
    why = NO_GRADE(person="T02", state=STATES["insufficient"], bonus=RULES["grade_base"].title)
    held = replace(batch, held=(Held("T02", "技术支持部", "2024-Q2", "s8-points", "grade_base", why),))
    write_xlsx(pay_sheet(held, "zh"), tmp_path / "pay.xlsx")
    written = CalamineWorkbook.from_path(str(tmp_path / "pay.xlsx")).get_sheet_by_name("汇总与核对").to_python()
    top = next(i for i, row in enumerate(written) if row[0] == "暂不发放")
    assert written[top + 1][:2] == ["T02", "李娜"]
    assert written[top + 1][3:6] == ["2024-Q2", "奖金基数", "“T02”没有等级(证据不足),“奖金基数”暂不发放。"]
    assert all(row[0] != "暂不发放" for table in pay_sheet(batch, "zh").checks for row in [table.heads])


def test_it_says_what_it_is(batch, tmp_path):
    write_xlsx(pay_sheet(batch, "en"), tmp_path / "pay.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "pay.xlsx")).get_sheet_by_name("Pay").to_python()
    facts = {row[0]: row[1] for row in rows[:6]}
    assert (facts["period"], facts["batch"], facts["made by"], facts["approved by"]) == ("2024-Q2", batch.manifest.batch, "人事", "总经理")
    assert facts["runs it rests on"].count("; ") == 3


def test_departments_rules_and_accounts_agree_and_the_accounts_sum_to_zero(batch, tmp_path):
    write_xlsx(pay_sheet(batch, "en"), tmp_path / "pay.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "pay.xlsx")).get_sheet_by_name("Totals and checks").to_python()
    paid = batch.manifest.totals.paid
    assert [cents(x) for x in table(rows, "rule")[-1][1:3]] == [paid, paid]
    assert cents(table(rows, "department")[-1][2]) == paid
    accounts = table(rows, "account")
    assert [cents(x) for x in accounts[-1][1:4]] == [0, 0, 0]
    assert {row[0]: cents(row[3]) for row in accounts[1:-1]} == {"paid out": paid, "borne by the company": -paid}


def test_money_is_written_digit_by_digit(batch, tmp_path):
    """9.95 by way of a binary float and sixteen digits would be 9.949999999999999."""
    sheet = pay_sheet(owed(batch, "张三", 995), "zh")
    write_xlsx(sheet, tmp_path / "pay.xlsx")
    with zipfile.ZipFile(tmp_path / "pay.xlsx") as packed:
        written = re.findall(r"<v>([^<]+)</v></c>", packed.read("xl/worksheets/sheet1.xml").decode())
    assert "9.95" in written
    assert not [x for x in written if len(x.partition(".")[2]) > 2]


@pytest.mark.parametrize("name", ["=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_a_name_is_never_a_formula(name, batch, tmp_path):
    sheet = pay_sheet(owed(batch, name, 1), "zh")
    assert write_xlsx(sheet, tmp_path / "pay.xlsx") == ()
    with zipfile.ZipFile(tmp_path / "pay.xlsx") as packed:
        assert "<f>" not in "".join(packed.read(n).decode() for n in packed.namelist() if "worksheets/" in n)
    write_csv(sheet, tmp_path / "pay.csv")
    rows = list(csv.reader((tmp_path / "pay.csv").open(encoding="utf-8-sig", newline="")))
    assert next(row for row in rows if row[0] == "X")[1:3] == [f"'{name}"] * 2


def test_csv_holds_the_same_figures_and_opens_as_utf8(batch, tmp_path):
    sheet = pay_sheet(batch, "zh")
    assert write_csv(sheet, tmp_path / "pay.csv") == ()
    raw = (tmp_path / "pay.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert head == list(sheet.people.heads)
    assert [[cents(x) for x in row[3:]] for row in rows] == [list(row[3:]) for row in sheet.people.rows]


def test_the_same_batch_gives_the_same_bytes(batch, tmp_path):
    for name in ("a", "b"):
        write_xlsx(pay_sheet(batch, "zh"), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_cannot_be_written_is_a_problem_and_leaves_what_was_there(batch, tmp_path):
    for write in (write_xlsx, write_csv):
        assert [p.code for p in write(pay_sheet(batch, "zh"), tmp_path / "none" / "pay.file")] == ["run.not-written"]
    assert list(tmp_path.iterdir()) == []


def test_more_people_than_a_worksheet_holds_are_refused(batch, tmp_path):
    sheet = pay_sheet(batch, "zh")
    many = replace(sheet, people=replace(sheet.people, rows=[sheet.people.rows[0]] * 1_048_570))
    assert [p.code for p in write_xlsx(many, tmp_path / "pay.xlsx")] == ["output.too-many-rows"]
    assert not (tmp_path / "pay.xlsx").exists()


def test_a_sheet_is_written_by_the_ending_of_its_name(tmp_path):
    _, path = payday.sealed(tmp_path)
    for name in ("pay.xlsx", "pay.csv"):
        api.write_pay_sheet(path, tmp_path / name, "zh")
        assert (tmp_path / name).stat().st_size > 0
