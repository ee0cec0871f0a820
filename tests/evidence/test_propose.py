"""A mapping is proposed from a header: columns by what systems call them, doubts left to a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jikao.evidence.aliases import KNOWN, STATES
from jikao.evidence.mapping import read_mapping
from jikao.evidence.propose import propose
from jikao.evidence.shapes import SHAPES
from jikao.evidence.store import Store
from jikao.evidence.words import ALIASES
from jikao.scheme.problem import Refused

from .helpers import codes, rows, take

CHINESE = """工单编号,工单标题,受理客服,受理组,优先级,工单状态,创建时间,首次响应时间,解决时间,满意度,重开次数,备注
G1,打不开,张三,一组,高,已办结,2024/6/3 9:05,2024/6/3 9:15,2024/6/3 10:00,5,0,x
G2,很慢,李四,一组,低,跟进中,2024/6/3 9:05,-,-,-,1,
"""


def test_a_chinese_export_can_be_imported_as_proposed(store: Store, write: Callable[..., Path]) -> None:
    path = write("工单.csv", CHINESE.encode("gb18030"))
    text = propose(path)
    assert "ticket: 工单编号" in text
    assert "words: {已办结: solved, 跟进中: open}" in text
    assert 'missing: ["-"]' in text
    assert "备注" in text.partition("columns not used")[2]
    report = take(store, path, text)
    assert (codes(report), report.added) == ([], {"people": 2, "tickets": 2, "surveys": 1})
    assert rows(store, "tickets", "ticket, status, solver, reopen_count") == [("G1", "solved", "张三", 0), ("G2", "open", "李四", 1)]


def test_an_english_export_with_minutes_to_the_first_reply(store: Store, write: Callable[..., Path]) -> None:
    path = write(
        "t.csv",
        "Ticket Number,Assignee,Status,Created at,Solved at,First reply time in minutes\n1,Ann,Solved,2024-06-03 09:00,2024-06-03 10:00,12\n",
    )
    text = propose(path)
    assert "responded_at: {from: Created at, plus: First reply time in minutes, unit: min}" in text
    assert codes(take(store, path, text)) == []
    assert rows(store, "tickets", "date_diff('minute', created_at, responded_at)") == [(12,)]


def test_day_first_and_month_first_are_told_apart_only_by_evidence(write: Callable[..., Path]) -> None:
    head = "Ticket,Created at,Solved at\n"
    assert 'forms: ["%d/%m/%Y %H:%M"]' in propose(write("a.csv", head + "1,03/06/2024 09:00,\n2,04/06/2024 09:00,25/06/2024 09:00\n"))
    assert 'forms: ["%m/%d/%Y %H:%M"]' in propose(write("b.csv", head + "1,03/06/2024 09:00,03/25/2024 09:00\n"))
    open_ = propose(write("c.csv", head + "1,03/06/2024 09:00,04/06/2024 09:00\n"))
    assert "forms:" not in open_
    assert "%d/%m/%Y %H:%M 或 %m/%d/%Y %H:%M" in open_


def test_a_log_with_many_rows_a_ticket_is_folded(write: Callable[..., Path]) -> None:
    text = propose(write("log.csv", "number,state,opened_at\nI1,New,2024-06-03 09:00\nI1,Closed,2024-06-03 09:00\n"))
    assert "per: number" in text
    assert read_mapping(text).problems == ()


def test_calls_with_day_and_time_in_two_columns(store: Store, write: Callable[..., Path]) -> None:
    path = write("calls.csv", "Call Id,Agent,Date,Time,Answered (Y/N),Speed of answer in seconds\nC1,甲,2024-06-03,09:00:00,Y,12\n")
    assert codes(take(store, path, propose(path))) == []
    assert rows(store, "contacts", "contact, hour(happened_at), wait") == [("C1", 1, 12)]


def test_words_nobody_knows_are_left_to_a_person(write: Callable[..., Path]) -> None:
    text = propose(write("t.csv", "id,status,created\n1,打磨中,2024-06-03\n2,closed,2024-06-03\n"))
    assert "otherwise: open" in text
    assert "打磨中" in text.partition("to be decided")[2]


@pytest.mark.parametrize(
    "content", ["foo,bar\n1,2\n", "foo\n", 'a,"b: #",[c],{d}\n1,2,3,4\n', "=1+1,@x,-y\n1,2,3\n", "\u202ea,\ttab ,x\n1,2,3\n"]
)
def test_any_header_gives_a_text_that_reads_as_a_mapping(write: Callable[..., Path], content: str) -> None:
    found = [p.code for p in read_mapping(propose(write("any thing.csv", content))).problems]
    assert set(found) <= {"mapping.required"}


def test_headers_that_look_like_yaml_are_quoted(store: Store, write: Callable[..., Path]) -> None:
    path = write("t.csv", "ticket,created at,status: now,yes\n1,2024-06-03,open,x\n")
    assert codes(take(store, path, propose(path))) == []


def test_a_sheet_can_be_named(book: Callable[..., Path]) -> None:
    path = book([["说明"]], more=lambda made, _: made.add_worksheet("工单").write_row(0, 0, ["工单编号", "创建时间"]))
    text = propose(path, sheet="工单")
    assert "format: {sheet: 工单}" in text
    assert "created_at: 创建时间" in text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file.empty"),
        ("a.xlsx", b"PK\x03\x04", "file.broken"),
        ("a.pdf", b"%PDF", "file.kind"),
        ("a.parquet", b"PAR1", "file.broken"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(write: Callable[..., Path], name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        propose(write(name, content))
    assert [p.code for p in caught.value.problems] == [code]


def test_names_and_words_belong_to_the_shapes() -> None:
    assert set(KNOWN) <= set(SHAPES)
    assert [(s, c) for s, columns in KNOWN.items() for c in columns if c not in {x.name for x in SHAPES[s].columns}] == []
    words = {w for shape in SHAPES.values() for c in shape.columns for w in c.words}
    assert set(ALIASES) <= words
    assert set(STATES) == set(SHAPES["tickets"].column("status").words)


def test_one_spelling_stands_for_one_word_of_a_column() -> None:
    for shape in SHAPES.values():
        for column in shape.columns:
            ways = [way.lower() for word in column.words for way in (word, *ALIASES.get(word, ()))]
            assert len(ways) == len(set(ways)), (shape.name, column.name)
