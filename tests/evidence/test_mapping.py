"""The mapping language: what it says, and every slip named with its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from jikao.evidence.mapping import read_mapping, read_mapping_file
from jikao.evidence.store import Store
from jikao.scheme.yaml_nodes import DEEPEST

from .helpers import codes, files, rows, take

GOOD = """mapping: m
title: {zh: 甲, en: A}
times: {zone: UTC}
tables:
  - shape: exams
    columns: {exam: a, person: b, held_on: c, score: d}
"""


def slips(text: str) -> list[tuple[str, int | None]]:
    mapping = read_mapping(text, "m.yaml")
    assert mapping.spec is None
    assert all(p.place.file == "m.yaml" for p in mapping.problems)
    assert all(p.what(lang) and p.why(lang) and p.mend(lang) for p in mapping.problems for lang in ("zh", "en"))
    return [(p.code, p.place.line) for p in mapping.problems]


def test_a_good_mapping_has_no_problems() -> None:
    mapping = read_mapping(GOOD)
    assert mapping.problems == ()
    assert mapping.spec is not None
    assert mapping.spec.used == ("a", "b", "c", "d")
    assert mapping.spec.vital == ("a", "b", "c")


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("shape: exams", "shape: exam"), [("mapping.shape", 5)]),
        (("score: d", "skore: d"), [("mapping.column", 6)]),
        (("held_on: c, ", ""), [("mapping.required", 6)]),
        (("score: d", "score: {from: d, const: x}"), [("mapping.source", 6)]),
        (("score: d", "score: {words: {a: b}}"), [("mapping.source", 6)]),
        (("score: d", "score: {first: d}"), [("mapping.per", 6)]),
        (("score: d", "score: {count: true}"), [("mapping.per", 6)]),
        (("score: d", "presence: {from: d, words: {y: here}}"), [("mapping.word", 6)]),
        (("score: d", "presence: {from: d, otherwise: here}"), [("mapping.word", 6)]),
        (("score: d", "presence: {const: here}"), [("mapping.word", 6)]),
        (("score: d", "score: {from: d, match: '('}"), [("mapping.pattern", 6)]),
        (("score: d", "score: {from: d, plus: e}"), [("mapping.plus", 6)]),
        (("    columns", "    distinct: owner\n    columns"), [("mapping.distinct", 6)]),
        (("zone: UTC", "zone: Asia/Nowhere"), [("mapping.zone", 3)]),
        (("zone: UTC", "zone: ../../etc/passwd"), [("mapping.zone", 3)]),
        (("zone: UTC", "forms: ['%Q']"), [("mapping.time-form", 3)]),
        (("zone: UTC", "forms: [epochs]"), [("mapping.time-form", 3)]),
        (("times:", "format: {encoding: klingon}\ntimes:"), [("mapping.encoding", 3)]),
        (("times:", "format: {encoding: base64}\ntimes:"), [("mapping.encoding", 3)]),
        (("times:", "format: {delimiter: ';;'}\ntimes:"), [("mapping.delimiter", 3)]),
        (("times:", "format: {header_row: -1}\ntimes:"), [("number.out-of-range", 3)]),
        (("times:", "format: {kind: docx}\ntimes:"), [("value.choice", 3)]),
        (("times:", "tims: {}\ntimes:"), [("key.unknown", 3)]),
        (("mapping: m\n", ""), [("key.missing", 1)]),
        (("mapping: m", "mapping: m\nmapping: n"), [("yaml.duplicate-key", 2)]),
        (("mapping: m", "mapping: !!python/object/apply:os.system [x]"), [("yaml.tag", 1), ("value.type", 1)]),
    ],
)  # fmt: skip
def test_every_slip_is_named_with_its_line(change: tuple[str, str], wanted: list[tuple[str, int]]) -> None:
    found = slips(GOOD.replace(*change))
    assert set(wanted) <= set(found)
    assert len(found) <= len(wanted) + 1


def test_all_slips_are_named_at_once() -> None:
    text = GOOD.replace("zone: UTC", "zone: Nowhere").replace("score: d", "skore: d").replace("exam: a", "exam: {first: a}")
    assert sorted(slips(text)) == [("mapping.column", 6), ("mapping.per", 6), ("mapping.zone", 3)]


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "a: [" * (DEEPEST + 5), "{", "\x00", "x: &a [*a]"])
def test_what_is_no_mapping_is_a_problem_not_a_traceback(text: str) -> None:
    assert slips(text)


def test_a_file_that_is_not_there_names_the_ready_ones(tmp_path: Path) -> None:
    mapping = read_mapping_file(tmp_path / "none.yaml")
    assert [p.code for p in mapping.problems] == ["mapping.unreadable"]
    assert "call-center" in mapping.problems[0].mend("en")
    assert [p.code for p in read_mapping_file(tmp_path).problems] == ["mapping.unreadable"]


def test_a_mapping_with_slips_imports_nothing(store: Store, write: Callable[..., Path]) -> None:
    before = files(store.root)
    report = take(store, write("a.csv", "a,b,c,d\nx,甲,2024-06-03,1\n"), GOOD.replace("shape: exams", "shape: exam"))
    assert (codes(report), files(store.root)) == (["mapping.shape"], before)


def test_a_mapping_for_another_kind_of_file_says_so(store: Store, write: Callable[..., Path]) -> None:
    text = GOOD.replace("times:", "format: {kind: xlsx}\ntimes:")
    assert codes(take(store, write("a.csv", "a,b,c,d\nx,甲,2024-06-03,1\n"), text)) == ["file.kind"]


# --- what it does ------------------------------------------------------------------------------------------------


def test_words_match_unit_join_row_and_missing(store: Store, write: Callable[..., Path]) -> None:
    text = """
mapping: m
title: m
format: {missing: ["?"]}
tables:
  - shape: contacts
    where: {kind: {not: [test]}}
    columns:
      contact: {row: true}
      person: {from: who, match: '^(\\S+)'}
      happened_at: {join: [day, time], with: T}
      answered: {from: state, words: {ok: yes, Lost: no}, otherwise: no}
      topic: {from: topic, missing: [none]}
      talk: {from: talk, unit: min}
"""
    csv = "who,day,time,state,topic,talk,kind\n甲 (x),2024-06-03,09:00:00,OK,a,1.5,\n乙 b,2024-06-03,10:00:00,lost,none,?,real\n甲,2024-06-03,10:00:00,?,?,?,test\n"
    assert codes(take(store, write("calls.csv", csv), text)) == []
    assert rows(store, "contacts", "contact, person, happened_at, answered, topic, talk") == [
        ("2", "甲", dt.datetime(2024, 6, 3, 1), True, "a", 90),
        ("3", "乙", dt.datetime(2024, 6, 3, 2), False, None, None),
    ]


def test_rows_are_folded_in_file_order_and_conditions_choose_among_them(store: Store, write: Callable[..., Path]) -> None:
    text = """
mapping: m
title: m
tables:
  - shape: tickets
    per: id
    where: {what: {not: noise}}
    columns:
      ticket: id
      created_at: {first: at}
      responded_at: {first: at, where: {what: reply, who: {present: true}}}
      solved_at: {last: at, where: {what: [done, fixed]}}
      solver: {last: who, where: {what: [done, fixed]}}
      reopen_count: {count: true, where: {what: [done, fixed]}, minus: 1}
      reply_count: {count: true, where: {what: reply}}
      title: note
"""
    csv = """id,at,what,who,note
1,2024-06-03 09:00,new,,a
2,2024-06-03 09:01,new,,b
1,2024-06-03 09:02,reply,,a
1,2024-06-03 09:03,reply,甲,a
1,2024-06-03 09:04,done,甲,
1,2024-06-03 09:05,fixed,乙,c
2,2024-06-03 09:06,noise,丁,d
,,,,
"""
    assert codes(take(store, write("log.csv", csv), text)) == []
    minute = "minute(created_at), minute(responded_at), minute(solved_at)"
    assert rows(store, "tickets", f"ticket, {minute}, solver, reopen_count, reply_count, title, row_no") == [
        ("2", 1, None, None, None, 0, 0, "b", 3),
        ("1", 0, 3, 5, "乙", 1, 2, "c", 7),
    ]


def test_a_row_without_what_it_is_about_is_reported_not_dropped(store: Store, write: Callable[..., Path]) -> None:
    text = "mapping: m\ntitle: m\ntables: [{shape: tickets, per: id, columns: {ticket: id, created_at: {first: at}}}]\n"
    report = take(store, write("log.csv", "id,at\n1,2024-06-03 09:00\n,2024-06-03 10:00\n"), text)
    assert [(p.code, p.place.line) for p in report.problems] == [("evidence.required", 3)]


def test_people_are_registered_from_several_columns_and_never_overwritten(store: Store, write: Callable[..., Path]) -> None:
    text = """
mapping: m
title: m
tables:
  - shape: tickets
    columns: {ticket: id, created_at: at, assignee: a, solver: b}
  - {shape: people, distinct: person, columns: {person: a, name: a}}
  - {shape: people, distinct: person, columns: {person: b, name: b, team: t}}
"""
    report = take(store, write("t.csv", "id,at,a,b,t\n1,2024-06-03,甲,丙,x\n2,2024-06-03,丁,丙,y\n3,2024-06-03,,,\n"), text)
    assert (codes(report), report.added["people"], report.changed["people"]) == ([], 2, 0)
    assert rows(store, "people", "person, name, team", "person") == [
        ("丁", "丁", None),
        ("丙", "丙", "y"),
        ("乙", "李四", None),
        ("甲", "张三", None),
    ]


def test_repeats_are_found_by_the_columns_named_or_by_all(store: Store, write: Callable[..., Path]) -> None:
    text = "mapping: m\ntitle: m\ndrop_duplicates: %s\ntables: [{shape: service_records, columns: {record: {row: true}, person: p, happened_on: d, summary: s}}]\n"
    csv = "n,p,d,s\n1,甲,2024-06-03,x\n2,甲,2024-06-03,x\n2,甲,2024-06-03,x\n3,甲,2024-06-04,x\n"
    report = take(store, write("r.csv", csv), text % "true")
    assert [(p.code, p.values["count"]) for p in report.problems] == [("evidence.repeats", 1)]
    assert rows(store, "service_records", "record") == [("2",), ("3",), ("5",)]
    report = take(store, write("s.csv", csv.replace("x", "y")), text % "[p, d]")
    assert [p.values["count"] for p in report.problems] == [2]
