"""Stores and files for the tests of evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store

PEOPLE = [{"person": "甲", "name": "张三"}, {"person": "乙", "name": "李四"}]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which 甲 and 乙 are known."""
    made = Store.create(tmp_path / "store")
    assert not import_rows(made, "people", PEOPLE, origin="test").refused
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file and give its path; text is written in UTF-8."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of one sheet with the given rows; ``more`` may do what it likes with workbook and sheet."""

    def book(
        rows: Iterable[Iterable[Any]], name: str = "book.xlsx", sheet: str = "表一", more: Callable[[Any, Any], None] | None = None
    ) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as workbook:
            made = workbook.add_worksheet(sheet)
            for i, row in enumerate(rows):
                made.write_row(i, 0, row)
            if more is not None:
                more(workbook, made)
        return path

    return book
