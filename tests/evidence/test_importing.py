"""Importing: idempotent, all or nothing, every problem at its place."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from jikao.evidence.importing import import_rows
from jikao.evidence.merge import MANY
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.store import Store

from .helpers import codes, files, rows, take

EXAMS = "考试,工号,日期,成绩\n笔试,甲,2024-06-03,89.5\n笔试,乙,2024-06-03,60\n"


def test_a_file_with_the_titles_of_a_shape_needs_no_mapping(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("exams.csv", EXAMS.replace("工号", "人员")), by="hr")
    assert (report.added, codes(report)) == ({"exams": 2}, [])
    assert rows(store, "exams", "exam, person, held_on, score, presence, row_no") == [
        ("笔试", "甲", dt.date(2024, 6, 3), 895_000, "present", 2),
        ("笔试", "乙", dt.date(2024, 6, 3), 600_000, "present", 3),
    ]
    entry = store.state.imports[-1]
    assert (entry.origin, entry.by, entry.import_id) == ("exams.csv", "hr", report.import_id)


@pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
def test_parts_have_exactly_the_columns_and_types_every_engine_expects(tmp_path: Path, shape) -> None:
    given = {"string": "x", "date": "2024-06-03", "timestamp": "2024-06-03 09:00", "boolean": "yes", "int64": "1"}
    types = stored(shape)
    row = {c.name: c.words[0] if c.words else given[types[c.name]] for c in shape.columns}
    store = Store.create(tmp_path / "store")
    import_rows(store, "people", [{"person": "x"}], origin="test")
    report = import_rows(store, shape.name, [row], origin="test2")
    assert codes(report) == []
    names = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
    found = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{store.paths(shape.name)[-1]}')").fetchall()
    assert [(name, type_) for name, type_, *_ in found] == [(name, names[type_]) for name, type_ in types.items()]
    assert None not in rows(store, shape.name)[0]


def test_the_same_file_again_changes_nothing_at_all(store: Store, write: Callable[..., Path]) -> None:
    path = write("exams.csv", EXAMS.replace("工号", "人员"))
    first = take(store, path)
    before = files(store.root)
    again = take(store, path)
    assert again.nothing_changed
    assert (again.import_id, again.same) == (first.import_id, {"exams": 2})
    assert files(store.root) == before


def test_the_same_rows_from_another_file_change_nothing_either(store: Store, write: Callable[..., Path]) -> None:
    text = EXAMS.replace("工号", "人员")
    take(store, write("exams.csv", text))
    before = files(store.root)
    report = take(store, write("copy.csv", text.replace("89.5", "89.50")), shape="exams")
    assert (report.added, report.changed, report.same) == ({"exams": 0}, {"exams": 0}, {"exams": 2})
    assert files(store.root) == before


def test_a_row_with_a_known_key_replaces_the_stored_one_and_no_old_file_is_edited(store: Store, write: Callable[..., Path]) -> None:
    text = EXAMS.replace("工号", "人员")
    take(store, write("exams.csv", text))
    old = store.paths("exams")
    content = [p.read_bytes() for p in old]
    report = take(store, write("later.csv", text.replace("60", "75") + "面试,甲,2024-06-04,90\n"), shape="exams")
    assert (report.added, report.changed, report.same) == ({"exams": 1}, {"exams": 1}, {"exams": 1})
    assert rows(store, "exams", "exam, person, score", "exam, person") == [
        ("笔试", "乙", 750_000),
        ("笔试", "甲", 895_000),
        ("面试", "甲", 900_000),
    ]
    assert [p.read_bytes() for p in old] == content
    assert dict(rows(store, "exams", "person || exam, import_id"))["甲笔试"] != report.import_id


def test_values_entered_back_and_forth_end_at_the_last(store: Store) -> None:
    for score in (80, 85, 80):
        import_rows(store, "exams", [{"exam": "a", "person": "甲", "held_on": "2024-06-03", "score": score}], origin="web")
    assert rows(store, "exams", "score") == [(800_000,)]


def test_values_of_any_python_type_are_taken_as_written(store: Store) -> None:
    given = [
        {
            "person": "甲",
            "item": 1,
            "due_on": dt.date(2024, 6, 3),
            "amount": Decimal("1.50"),
            "approved": True,
            "done_on": dt.datetime(2024, 6, 3, 23),
        },
        {"person": "甲", "item": 2.0, "due_on": "2024-06-03", "amount": 0.1 + 0.2, "approved": False, "done_on": None},
    ]
    assert codes(import_rows(store, "plan_items", given, origin="web")) == []
    assert rows(store, "plan_items", "item, amount, approved, done_on", "item") == [
        ("1", 15_000, True, dt.date(2024, 6, 3)),
        ("2", 3_000, False, None),
    ]


def test_many_small_entries_do_not_become_many_files(store: Store) -> None:
    for i in range(MANY + 8):
        import_rows(store, "deductions", [deduction(i)], origin=f"entry {i}")
    assert len(store.paths("deductions")) <= MANY
    assert rows(store, "deductions", "count(*), count(DISTINCT import_id)", "1") == [(MANY + 8, MANY + 8)]


def deduction(i: int, **more: object) -> dict[str, object]:
    return {
        "deduction": f"d{i}", "person": "甲", "indicator": "records", "kind": "false_record", "amount": 5, "happened_on": "2024-06-03", "reason": "核实", "evidence": "r1",
    } | more  # fmt: skip


# --- problems ----------------------------------------------------------------------------------------------------


def test_every_bad_cell_is_reported_at_its_place_and_nothing_is_imported(store: Store, write: Callable[..., Path]) -> None:
    text = "ticket,created_at,solver,reopen_count,status,sla_met\nt1,2024-06-03 09:00,甲,-1,open,yes\nt2,3/6/2024,丙,x,gone,maybe\n,2024-06-03 09:00,,,,\n"
    before = files(store.root)
    report = take(store, write("tickets.csv", text))
    found = {(p.code, p.place.line, p.place.column) for p in report.problems}
    assert found == {
        ("evidence.range", 2, 4), ("evidence.instant", 3, 2), ("evidence.unknown-person", 3, 3), ("evidence.count", 3, 4), ("evidence.word", 3, 5), ("evidence.flag", 3, 6),
        ("evidence.required", 4, 1),
    }  # fmt: skip
    assert report.refused
    assert (report.added, files(store.root)) == ({}, before)


def test_the_report_of_a_refusal_opens_in_a_spreadsheet_and_runs_no_formula(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("exams.csv", "exam,person,held_on,score\n=cmd(),=1+1,2024-06-03,=2\n"))
    assert report.report is not None
    assert report.report.read_bytes().startswith(b"\xef\xbb\xbf")
    with report.report.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = list(csv.reader(file))
    assert header[:6] == ["行 row", "列 column", "单元格 cell", "值 value", "代码 code", "级别 level"]
    assert sorted(line[4] for line in lines) == ["evidence.number", "evidence.unknown-person"]
    assert {line[3] for line in lines} == {"'=1+1", "'=2"}
    assert not any(cell[:1] in ("=", "+", "-", "@") for line in lines for cell in line)
    assert all("=1+1" in line[6] and "=1+1" in line[9] for line in lines if line[4] == "evidence.unknown-person")


def test_a_thousand_problems_of_one_kind_are_listed_in_part_and_counted(store: Store, write: Callable[..., Path]) -> None:
    text = "exam,person,held_on,score\n" + "".join(f"e{i},甲,2024-06-03,x\n" for i in range(1000))
    report = take(store, write("exams.csv", text))
    assert (len(report.problems), codes(report)[-1]) == (201, "evidence.more")
    assert report.problems[-1].values["count"] == 800


def test_one_key_twice_with_different_content_is_refused_and_with_the_same_counts_once(store: Store, write: Callable[..., Path]) -> None:
    same = take(store, write("people.csv", "person,name\n丙,王\n丁,赵\n丙,王\n"))
    assert (same.added, same.same, codes(same)) == ({"people": 2}, {"people": 1}, [])
    report = take(store, write("more.csv", "person,name\n戊,王\n己,赵\n戊,王五\n"), shape="people")
    assert [(p.code, p.place.line, p.values["rows"]) for p in report.problems] == [("evidence.duplicate-key", 4, "2, 4")]


def test_people_nobody_knows_are_named_once_with_their_rows_counted(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("tickets.csv", "ticket,created_at,solver,assignee\nt1,2024-06-03,丙,甲\nt2,2024-06-03,丙,丁\n"))
    assert [(p.values["value"], p.values["count"], p.place.line) for p in report.problems] == [("丁", 1, 3), ("丙", 2, 2)]


@pytest.mark.parametrize("day", ["2027-01-04", "2003-12-31", "1969-01-01", "9999-12-31"])
def test_a_day_without_a_published_calendar_is_out_of_range(store: Store, day: str) -> None:
    report = import_rows(store, "tickets", [{"ticket": "t", "created_at": f"{day} 09:00"}], origin="x")
    assert codes(report) == ["evidence.date-range"]


@pytest.mark.parametrize("day", ["1899-12-31", "2200-01-01"])
def test_a_day_far_off_is_out_of_range(store: Store, day: str) -> None:
    assert codes(import_rows(store, "people", [{"person": "x", "hired_on": day}], origin="x")) == ["evidence.date-range"]
    assert codes(
        import_rows(store, "ticket_events", [{"ticket": "t", "seq": 1, "what": "x", "happened_at": f"{day} 09:00"}], origin="x")
    ) == ["evidence.date-range"]


def test_an_instant_of_1970_is_how_systems_write_not_set(store: Store) -> None:
    report = import_rows(store, "tickets", [{"ticket": "t", "created_at": "2024-06-03", "closed_at": "1970-01-01T00:00:00Z"}], origin="x")
    assert codes(report) == ["evidence.date-range"]


@pytest.mark.parametrize(("shape", "row"), [
    ("plan_items", {"person": "甲", "item": "a", "due_on": "2024-06-03", "amount": "-1"}),
    ("renewals", {"contract": "c", "person": "甲", "due_on": "2024-06-03", "renewed": "yes", "amount": "-1"}),
    ("orders", {"order_no": "o", "value": "-1"}),
    ("observations", {"person": "甲", "code": "c", "measured_on": "2024-06-03", "numerator": "-1", "denominator": "2"}),
])  # fmt: skip
def test_work_contracts_orders_and_counts_are_never_negative(store: Store, shape: str, row: dict[str, str]) -> None:
    assert codes(import_rows(store, shape, [row], origin="x")) == ["evidence.range"]


def test_a_word_outside_the_vocabulary_is_answered_with_the_words_in_each_language(store: Store) -> None:
    row = {"person": "甲", "item": "a", "due_on": "2024-06-03", "kind": "x"}
    (problem,) = import_rows(store, "plan_items", [row], origin="x").problems
    assert ("plan、task、milestone" in problem.why("zh"), "plan, task, milestone" in problem.why("en")) == (True, True)


def test_shares_beyond_the_whole_and_scores_beyond_a_hundred_are_out_of_range(store: Store) -> None:
    assert codes(import_rows(store, "task_shares", [{"task": "T", "person": "甲", "share": "40"}], origin="x")) == ["evidence.range"]
    assert codes(import_rows(store, "exams", [{"exam": "e", "person": "甲", "held_on": "2024-06-03", "score": "100.01"}], origin="x")) == [
        "evidence.range"
    ]


def test_a_deduction_without_a_reason_is_refused_a15(store: Store) -> None:
    assert codes(import_rows(store, "deductions", [deduction(1, reason="  ")], origin="x")) == ["evidence.required"]


def test_a_misspelt_column_of_rows_is_refused_and_of_a_file_is_shown(store: Store, write: Callable[..., Path]) -> None:
    assert codes(import_rows(store, "people", [{"person": "丙", "nmae": "x"}], origin="x")) == ["evidence.column"]
    report = take(store, write("people.csv", "person,nmae\n丙,x\n"))
    assert (codes(report), report.added) == (["file.column-ignored"], {"people": 1})


def test_an_unknown_shape_is_named(store: Store, write: Callable[..., Path]) -> None:
    assert codes(import_rows(store, "peple", [], origin="x")) == ["evidence.shape"]
    assert codes(take(store, write("peple.csv", "person\n丙\n"))) == ["evidence.shape"]


def test_rows_without_anything_in_them_are_no_rows(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("people.csv", "person,name\n丙,王\n,\n  ,\t\n丁,赵\n"))
    assert (report.added, codes(report)) == ({"people": 2}, [])


def test_the_raw_file_and_its_mapping_are_kept(store: Store, write: Callable[..., Path]) -> None:
    path = write("人员.csv", "号,名\n丙,王\n")
    mapping = "mapping: m\ntitle: m\ntables: [{shape: people, columns: {person: 号, name: 名}}]\n"
    report = take(store, path, mapping)
    assert (store.root / "raw" / f"{report.import_id}.csv").read_bytes() == path.read_bytes()
    assert (store.root / "raw" / f"{report.import_id}.mapping.yaml").read_text("utf-8") == mapping
    assert store.state.imports[-1].mapping == "m"


def test_an_import_by_another_mapping_is_another_import(store: Store, write: Callable[..., Path]) -> None:
    path = write("人员.csv", "号,名,别名\n丙,王,小王\n")
    text = "mapping: m\ntitle: m\ntables: [{shape: people, columns: {person: 号, name: %s}}]\n"
    first, second = take(store, path, text % "名"), take(store, path, text % "别名")
    assert (first.added, second.changed, first.import_id == second.import_id) == ({"people": 1}, {"people": 1}, False)


def test_half_a_character_is_kept_as_a_question_mark(store: Store) -> None:
    assert codes(import_rows(store, "people", [{"person": "\ud800x"}, {"person": "丙"}], origin="web")) == []
    assert rows(store, "people", "person", "person")[0] == ("?x",)
