"""Tables as they are met in the wild are read right, or refused with a reason."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from jikao.evidence import fetching
from jikao.evidence.store import Store

from .helpers import codes, files, rows, take

PEOPLE = "person,name\n丙,王五\n丁,赵六\n"
WANTED = [("丙", "王五"), ("丁", "赵六")]


def people(store: Store, path: Path, mapping: str | None = None) -> list[tuple[str, str]]:
    report = take(store, path, mapping, **({} if mapping else {"shape": "people"}))
    assert codes(report) == [], [p.what("en") for p in report.problems]
    return [row for row in rows(store, "people", "person, name", "row_no, person") if row[0] not in ("甲", "乙")]


@pytest.mark.parametrize(
    "content",
    [
        PEOPLE.encode(), b"\xef\xbb\xbf" + PEOPLE.encode(), PEOPLE.encode("gb18030"), PEOPLE.encode("utf-16"), PEOPLE.encode("utf-16-le").join([b"\xff\xfe", b""]),
        PEOPLE.replace("\n", "\r\n").encode(), PEOPLE.replace("\n", "\r").encode(), PEOPLE.rstrip("\n").encode(), PEOPLE.replace(",", "\t").encode(), PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace(",", "|").encode(), gzip.compress(PEOPLE.encode()), gzip.compress(PEOPLE.encode("gb18030")), b"sep=;\n" + PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace("\n", "\r\n", 1).encode(), b'"person","name"\n"\xe4\xb8\x99","\xe7\x8e\x8b\xe4\xba\x94"\n"\xe4\xb8\x81","\xe8\xb5\xb5\xe5\x85\xad"\n',
        ("六月人员表,\n\n工号*, 姓 名 \n" + PEOPLE.partition("\n")[2]).replace("姓 名", "姓名").replace("工号", "员工号").replace("员工号", "PERSON").encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "utf-16-le", "crlf", "cr", "no last line end", "tab", "semicolon", "bar", "gz", "gz gb18030", "sep=", "mixed line ends", "quoted", "title above"],
)  # fmt: skip
def test_a_text_table_in_any_usual_form(store: Store, write: Callable[..., Path], content: bytes) -> None:
    assert people(store, write("people.csv", content)) == WANTED


def test_row_numbers_are_those_a_spreadsheet_shows(store: Store, write: Callable[..., Path]) -> None:
    people(store, write("people.csv", '标题\nperson,name\n丙,"王\n五"\n丁,赵六\n'))
    assert rows(store, "people", "person, row_no", "row_no")[-2:] == [("丙", 3), ("丁", 4)]


def test_quotes_and_delimiters_inside_text(store: Store, write: Callable[..., Path]) -> None:
    assert people(store, write("people.csv", 'person,name\n丙,"王, ""五"""\n')) == [("丙", '王, "五"')]


def test_parquet(store: Store, tmp_path: Path) -> None:
    duckdb.sql(
        f"COPY (SELECT '丙' AS person, '王五' AS name, DATE '2020-01-02' AS hired_on, 7 AS team) TO '{tmp_path / 'a.parquet'}' (FORMAT parquet)"
    )
    assert people(store, tmp_path / "a.parquet") == WANTED[:1]
    assert [str(day) + team for day, team in rows(store, "people", "hired_on, team") if day] == ["2020-01-027"]


def test_json_rows_as_a_list_and_one_a_line(store: Store, write: Callable[..., Path]) -> None:
    assert people(store, write("a.json", json.dumps([{"person": "丙", "name": "王五"}]))) == WANTED[:1]
    assert people(store, write("b.jsonl", '{"person": "丁", "name": "钱\u2028七"}\n{"person": 1001, "name": 0.5}\n{"person": "\\ud800"}\n')) == [
        ("丁", "钱\u2028七"), ("丙", "王五"), ("1001", "0.5"), ("?", None),
    ]  # fmt: skip


def test_rows_inside_a_reply_of_an_api_and_names_inside_names(store: Store, write: Callable[..., Path]) -> None:
    mapping = "mapping: m\ntitle: m\ntables: [{shape: people, columns: {person: id, name: profile.name}}]\n"
    text = json.dumps(
        {"count": 2, "agents": [{"id": "丙", "profile": {"name": "王五", "tags": ["a"]}}, {"id": "丁", "profile": {"name": "赵六"}}]}
    )
    assert people(store, write("agents.json", text), mapping) == WANTED


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file.empty"), ("a.csv", b"\n\n  \n", "file.empty"), ("a.csv.gz", gzip.compress(b""), "file.empty"), ("a.csv", b"\xef\xbb\xbf", "file.empty"),
        ("a.csv", b"foo,bar\n1,2\n", "file.header"), ("a.csv", b"name\nx\n", "file.columns"), ("a.csv", b"person,person\nx,y\n", "file.column-twice"),
        ("a.csv", "person,工号,员工\nx,y,z\n".replace("工号", "employee number").encode(), "file.column-twice"),
        ("a.csv", b"person,name\n\x00\x00,x\n", "file.nul"), ("a.csv", "person,name\n丙,王\n".encode()[:-3] + b"\xff\n", "file.encoding"),
        ("a.csv", b"person,name\na,b,c\n", "file.row"), ("a.csv", b"person,name\na\n", "file.row"), ("a.csv", b'person,name\na,"b\nc,d\n', "file.quotes"),
        ("a.csv", b"person,name\na," + b"x" * 10_000_000 + b"\n", "file.cell-too-long"), ("a.csv", b"person,name\na," + b"x" * 40_000 + b"\n", "evidence.word"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file.kind"), ("a.pdf", b"%PDF-1.7", "file.kind"), ("a.xls", b"<html><table><tr><td>x", "file.kind"),
        ("a.csv.gz", gzip.compress(gzip.compress(b"person\nx\n")), "file.kind"), ("a.csv.gz", gzip.compress(b"person\nx\n" * 999)[:-20], "file.broken"),
        ("a.parquet", b"PAR1" + b"\0" * 100, "file.broken"), ("a.parquet", b"person\n1\n", "file.broken"), ("a.xlsx", b"person\n1\n", "file.broken"),
        ("a.json", b"[1, 2]", "file.broken"), ("a.json", b"{", "file.broken"), ("a.json", b"[" * 100_000, "file.broken"), ("a.json", b"[]", "file.empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem_and_changes_nothing(
    store: Store, write: Callable[..., Path], name: str, content: bytes, code: str
) -> None:
    before = files(store.root)
    report = take(store, write(name, content), shape="people")
    assert codes(report) == [code]
    assert files(store.root) == before
    assert report.problems[0].place.file == name
    assert report.report is not None
    assert report.report.exists()


def test_a_header_alone_says_there_is_nothing(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("complaints.csv", "complaint,person,received_on\n"))
    assert (codes(report), report.added) == ([], {"complaints": 0})
    assert store.snapshot().covers("complaints")


def test_a_file_that_vanished_a_folder_and_a_device(store: Store, tmp_path: Path) -> None:
    assert codes(take(store, tmp_path / "gone.csv", shape="people")) == ["file.missing"]
    assert codes(take(store, tmp_path, shape="people")) == ["file.directory"]
    assert codes(take(store, Path(os.devnull), shape="people")) == ["file.directory"]
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    assert codes(take(store, fifo, shape="people")) == ["file.directory"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(store: Store, write: Callable[..., Path]) -> None:
    path = write("a.csv", PEOPLE)
    path.chmod(0)
    assert codes(take(store, path, shape="people")) == ["file.unreadable"]


def test_a_gzip_that_unpacks_beyond_measure_is_refused_before_it_fills_the_disk(
    store: Store, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FREE", 1 << 20)
    path = write("a.csv.gz", gzip.compress(b"person\n" + b"x" * (20 << 20)))
    assert codes(take(store, path, shape="people")) == ["file.too-large"]
    assert sum(p.stat().st_size for p in store.root.rglob("*") if p.is_file()) < 1 << 20


def test_bad_lines_are_listed_with_their_numbers(store: Store, write: Callable[..., Path]) -> None:
    report = take(store, write("people.csv", "person,name\n丙,王\n丁,赵,多\n戊\n己,钱\n"))
    assert [(p.code, p.place.line, p.values["found"], p.values["wanted"]) for p in report.problems] == [
        ("file.row", 3, "3", 2),
        ("file.row", 4, "1", 2),
    ]


def test_the_wrong_delimiter_in_a_mapping_says_how_the_file_begins(store: Store, write: Callable[..., Path]) -> None:
    mapping = 'mapping: m\ntitle: m\nformat: {delimiter: ";"}\ntables: [{shape: people, columns: {person: person}}]\n'
    report = take(store, write("a.csv", PEOPLE), mapping)
    assert [(p.code, p.values["seen"]) for p in report.problems] == [("file.header", "person,name")]


def test_a_stated_encoding_that_does_not_fit(store: Store, write: Callable[..., Path]) -> None:
    mapping = "mapping: m\ntitle: m\nformat: {encoding: gb18030}\ntables: [{shape: people, columns: {person: person}}]\n"
    assert codes(take(store, write("a.csv", b"person\n\xff\xff\n"), mapping)) == ["file.encoding"]


def test_remarks_after_the_data_can_be_left_out(store: Store, write: Callable[..., Path]) -> None:
    mapping = "mapping: m\ntitle: m\nformat: {footer_rows: 1}\ntables: [{shape: people, columns: {person: person, name: name}}]\n"
    assert people(store, write("a.csv", PEOPLE + "Reporting period 2024-06\n\n"), mapping) == WANTED


def test_an_archive_that_is_no_workbook(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("people.csv", PEOPLE)
    assert codes(take(store, tmp_path / "a.xlsx", shape="people")) == ["file.kind"]
