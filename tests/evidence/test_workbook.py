"""Workbooks as offices write them, and as strangers forge them."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jikao.evidence import workbook
from jikao.evidence.store import Store
from jikao.evidence.workbook import column_letters, column_number

from .helpers import codes, files, rows, take

EXAMS = [["exam", "person", "held_on", "score"], ["笔试", "甲", dt.datetime(2024, 6, 3), 89.5], ["笔试", "乙", "2024/6/3", 0.1 + 0.2]]


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with one part changed."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_numbers_dates_times_and_yes_no_are_what_the_cells_hold(store: Store, book: Callable[..., Path]) -> None:
    path = book(
        [
            ["contact", "person", "happened_at", "answered", "talk", "wait"],
            [1001, "甲", dt.datetime(2024, 6, 3, 9, 12, 57, 999_999), True, None, 12],
        ],
        more=lambda made, sheet: sheet.write_datetime(1, 4, dt.time(0, 2, 23), made.add_format({"num_format": "hh:mm:ss"})),
    )
    assert codes(take(store, path, shape="contacts")) == []
    assert rows(store, "contacts", "contact, happened_at, answered, talk, wait, row_no") == [
        ("1001", dt.datetime(2024, 6, 3, 1, 12, 58), True, 143, 12, 2)
    ]


def test_a_sum_of_binary_fractions_is_what_the_sheet_shows(store: Store, book: Callable[..., Path]) -> None:
    assert codes(take(store, book(EXAMS), shape="exams")) == []
    assert rows(store, "exams", "person, held_on, score", "person") == [
        ("乙", dt.date(2024, 6, 3), 3_000),
        ("甲", dt.date(2024, 6, 3), 895_000),
    ]


def test_merged_headings_above_the_header(store: Store, book: Callable[..., Path]) -> None:
    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range("A1:D1", "二季度考试成绩表")
        sheet.merge_range("A2:A3", "exam")
        sheet.merge_range("B2:B3", "person")
        sheet.merge_range("C2:D2", "笔试")

    path = book([[], [], [None, None, "日期", "成绩"], ["笔试", "甲", dt.datetime(2024, 6, 3), 90]], more=merge)
    assert codes(take(store, path, shape="exams")) == []
    assert rows(store, "exams", "exam, person, score, row_no") == [("笔试", "甲", 900_000, 4)]


def test_a_column_under_a_merged_heading_can_be_named_with_it(store: Store, book: Callable[..., Path]) -> None:
    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range("B1:C1", "笔试")
        sheet.merge_range("D1:E1", "面试")

    path = book([[], ["工号", "日期", "成绩", "日期", "成绩"], ["甲", "2024-06-03", 90, "2024-06-04", 70]], more=merge)
    mapping = """
mapping: m
title: m
tables:
  - {shape: exams, columns: {exam: {const: 笔试}, person: 工号, held_on: 笔试/日期, score: 笔试/成绩}}
  - {shape: exams, columns: {exam: {const: 面试}, person: 工号, held_on: 面试/日期, score: 面试/成绩}}
"""
    assert codes(take(store, path, mapping)) == []
    assert rows(store, "exams", "exam, held_on, score", "exam") == [
        ("笔试", dt.date(2024, 6, 3), 900_000),
        ("面试", dt.date(2024, 6, 4), 700_000),
    ]


def test_merged_cells_in_the_data_are_not_filled_by_guess(store: Store, book: Callable[..., Path]) -> None:
    path = book(EXAMS, more=lambda _, sheet: sheet.merge_range("A2:A3", "笔试"))
    report = take(store, path, shape="exams")
    assert [(p.code, p.place.cell, p.values["span"]) for p in report.problems] == [("file.merged", "表一!A2", "A2:A3")]


def test_a_wrong_sheet_lists_the_sheets(store: Store, book: Callable[..., Path]) -> None:
    path = book(EXAMS, more=lambda made, _: made.add_worksheet("说明"))
    report = take(store, path, shape="exams", sheet="成绩")
    assert codes(report) == ["file.sheet"]
    assert "表一、说明" in report.problems[0].why("zh")
    assert codes(take(store, path, shape="exams", sheet="表一")) == []


def test_a_sheet_without_the_columns_says_what_was_seen(store: Store, book: Callable[..., Path]) -> None:
    path = book(EXAMS, more=lambda made, _: made.add_worksheet("说明").write(0, 0, "填表说明"))
    report = take(store, path, shape="exams", sheet="说明")
    assert [(p.code, p.place.cell, p.values["seen"]) for p in report.problems] == [("file.header", "说明", "填表说明")]
    assert codes(take(store, book([]), shape="exams")) == ["file.empty"]


def test_formulas_count_by_their_stored_value(store: Store, book: Callable[..., Path]) -> None:
    def formulas(_: Any, sheet: Any) -> None:
        sheet.write_formula("D2", "=80+10", None, 90)
        sheet.write_formula("D3", "=80+10", None, "")
        sheet.write_formula("B3", '=""', None, "")
        sheet.write_formula("F3", "=1+1", None, "")

    report = take(
        store, rewritten(book(EXAMS, more=formulas), SHEET, lambda xml: xml.replace(b'<c r="B3">', b'<c r="B3" t="str">')), shape="exams"
    )
    assert [(p.code, p.place.cell) for p in report.problems] == [("file.formula", "表一!D3")]
    assert codes(take(store, book(EXAMS, more=lambda _, s: s.write_formula("D3", "=1/0", None, "#DIV/0!")), shape="exams")) == [
        "file.cell-error"
    ]
    assert codes(take(store, book(EXAMS, more=lambda _, s: s.write_formula("D3", "=80+10", None, 90)), shape="exams")) == []
    assert dict(rows(store, "exams", "person, score"))["乙"] == 900_000


def test_formula_cells_of_other_writers_are_seen_too(store: Store, book: Callable[..., Path]) -> None:
    path = book(EXAMS, more=lambda _, sheet: sheet.write_formula("D3", "=1+1", None, ""))
    report = take(store, rewritten(path, SHEET, lambda xml: xml.replace(b"<f>1+1</f><v></v>", b'<f t="shared" si="0"/>')), shape="exams")
    assert [(p.code, p.place.cell) for p in report.problems] == [("file.formula", "表一!D3")]


def test_a_cell_is_named_as_the_spreadsheet_names_it(store: Store, book: Callable[..., Path]) -> None:
    report = take(store, book([*EXAMS, ["笔试", "丙", "2011年11月份", "-1"]]), shape="exams")
    assert {(p.code, p.place.cell, p.place.line) for p in report.problems} == {
        ("evidence.unknown-person", "表一!B4", 4), ("evidence.day", "表一!C4", 4), ("evidence.range", "表一!D4", 4),
    }  # fmt: skip


def test_columns_go_by_letters() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert [column_number(column_letters(n).encode()) for n in range(0, 16_384, 97)] == list(range(0, 16_384, 97))


# --- forged ------------------------------------------------------------------------------------------------------


def test_a_truncated_workbook(store: Store, book: Callable[..., Path]) -> None:
    path = book(EXAMS)
    whole, before = path.read_bytes(), files(store.root)
    for length in (len(whole) - 1, len(whole) // 2, 100, 5):
        path.write_bytes(whole[:length])
        assert codes(take(store, path, shape="exams")) == ["file.broken"], length
    assert files(store.root) == before


def test_a_part_that_says_it_is_small_and_is_not(store: Store, book: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jikao.evidence.fetching.FREE", 1 << 20)
    path = rewritten(book(EXAMS), "docProps/app.xml", lambda _: b"x" * (30 << 20))
    data = path.read_bytes()
    path.write_bytes(data.replace((30 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert codes(take(store, path, shape="exams")) == ["file.too-large"]


def test_a_cell_far_away_does_not_lay_out_billions(store: Store, book: Callable[..., Path]) -> None:
    for quote in (b'"', b"'"):
        path = rewritten(
            book(EXAMS),
            SHEET,
            lambda xml, q=quote: xml.replace(
                b"</sheetData>", b'<row r="1048576"><c r=%bXFD1048576%b><v>1</v></c></row></sheetData>' % (q, q)
            ),
        )
        assert codes(take(store, path, shape="exams")) == ["file.too-many-cells"]


def test_a_long_text_used_by_many_cells_does_not_fill_memory(
    store: Store, book: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "FREE", 1 << 16)
    monkeypatch.setattr(workbook, "_MOST_TEXT", 20 << 20)
    path = book([*EXAMS, *[["x" * 30_000] for _ in range(1000)]])
    assert codes(take(store, path, shape="exams")) == ["file.too-large"]


def test_entities_and_external_parts_are_not_followed(store: Store, book: Callable[..., Path]) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]>'
    path = rewritten(book(EXAMS), "xl/workbook.xml", lambda xml: re.sub(rb"(<\?xml[^>]*>)", rb"\1" + bomb, xml))
    assert codes(take(store, path, shape="exams")) == ["file.broken"]


def test_a_sheet_that_points_nowhere(store: Store, book: Callable[..., Path]) -> None:
    path = rewritten(book(EXAMS), "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd"))
    assert codes(take(store, path, shape="exams")) == ["file.broken"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
@pytest.mark.parametrize("content", [b"", b"<", b'<?xml version="1.0" encoding="UDF-8"?><a/>', b"\xff\xfe", b"<a/>", b"\x00" * 50])
def test_a_damaged_part_is_a_problem(store: Store, book: Callable[..., Path], part: str, content: bytes) -> None:
    report = take(store, rewritten(book(EXAMS), part, lambda _: content), shape="exams")
    assert codes(report) in (["file.broken"], ["file.empty"])


def test_a_reader_that_panics_is_a_problem(store: Store, book: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        raise PanicException

    monkeypatch.setattr(workbook, "_laid_out", panic)
    assert codes(take(store, book(EXAMS), shape="exams")) == ["file.broken"]
