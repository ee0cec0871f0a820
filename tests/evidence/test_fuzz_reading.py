"""Damaged files of every kind: read, or refused with a reason, for a bounded time; never a traceback, nothing half-written."""

from __future__ import annotations

import gzip
import io
import json
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from jikao.evidence.importing import import_file, import_rows
from jikao.evidence.mapping import read_mapping
from jikao.evidence.shapes import SHAPES
from jikao.evidence.store import Store

from .helpers import files

SECONDS = 2.0
"""How long each kind of file is damaged again and again."""

ROWS = [{"person": f"p{i}", "name": f"名{i}", "hired_on": "2020-01-02", "team": "一组"} for i in range(40)]


def table(path: Path) -> bytes:
    """The rows as a file of the kind the name says."""
    header = list(ROWS[0])
    text = "\n".join(",".join(row) for row in (header, *(row.values() for row in ROWS)))
    match path.name:
        case "a.csv":
            path.write_text(text, "utf-8")
        case "a.csv.gz":
            path.write_bytes(gzip.compress(text.encode()))
        case "a.json":
            path.write_text(json.dumps(ROWS, ensure_ascii=False), "utf-8")
        case "a.parquet":
            duckdb.sql(
                f"COPY (SELECT 'p' || i AS person, '名' || i AS name, DATE '2020-01-02' AS hired_on, i AS team FROM range(40) t(i)) TO '{path}' (FORMAT parquet)"
            )
        case "a.xlsx":
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet()
                for i, row in enumerate([header, *(row.values() for row in ROWS)]):
                    sheet.write_row(i, 0, row)
    return path.read_bytes()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or cut off."""
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, length = chance.randrange(len(data)), chance.choice((1, 1, 4, 64))
        match chance.randrange(5):
            case 0:
                data = data[:at] + chance.randbytes(length) + data[at + length :]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[: at + length] + data[at:]
            case 3:
                data = data[: max(1, at)]
            case 4:
                data = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        data = data or b"x"
    return data


def damaged_inside(data: bytes, chance: random.Random) -> bytes:
    """A workbook with one of its parts damaged, packed again so that the damage is met by whoever reads the part."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = chance.choice([n for n in parts if n.startswith("xl/")])
    parts[name] = damaged(parts[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts.items():
            book.writestr(part, content)
    return packed.getvalue()


def seeds(seconds: float) -> Iterator[int]:
    """Numbers, for a bounded time."""
    until, seed = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        yield seed
        seed += 1


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("a.csv", damaged),
        ("a.csv.gz", damaged),
        ("a.json", damaged),
        ("a.parquet", damaged),
        ("a.xlsx", damaged),
        ("a.xlsx", damaged_inside),
    ],
    ids=["csv", "gz", "json", "parquet", "xlsx", "parts of xlsx"],
)
def test_damaged_files_are_read_or_refused(tmp_path: Path, name: str, damage: Callable[[bytes, random.Random], bytes]) -> None:
    whole = table(tmp_path / name)
    store = Store.create(tmp_path / "store")
    tried = refused = 0
    for seed in seeds(SECONDS):
        (tmp_path / name).write_bytes(damage(whole, random.Random(seed)))
        before = files(store.root)
        report = import_file(store, tmp_path / name, shape="people")
        tried, refused = tried + 1, refused + report.refused
        if report.refused:
            assert files(store.root) == before, seed
            assert all(p.what(lang) for p in report.problems for lang in ("zh", "en"))
        assert list((store.root / "tmp").iterdir()) == []
    assert tried > refused > 0 or name in {"a.csv.gz", "a.xlsx"}


COLUMNS = st.sampled_from([c.name for c in SHAPES["plan_items"].columns])
CELLS = st.text(max_size=12) | st.floats() | st.integers() | st.dates() | st.booleans() | st.none()


@settings(max_examples=60)
@given(st.lists(st.dictionaries(COLUMNS, CELLS, max_size=6), max_size=4))
def test_rows_of_any_content_are_taken_or_refused(shared: Store, rows: list[dict[str, object]]) -> None:
    report = import_rows(shared, "plan_items", rows, origin="fuzz")
    assert report.refused or sum(report.added.values()) + sum(report.changed.values()) + sum(report.same.values()) <= len(rows)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_texts_of_any_content_are_mappings_or_problems(text: str) -> None:
    mapping = read_mapping(text)
    assert mapping.spec is not None or mapping.problems


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store.create(tmp_path_factory.mktemp("fuzz") / "store")
    import_rows(store, "people", [{"person": "甲"}], origin="fuzz")
    return store
