"""What the tests of evidence ask of a store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from jikao.evidence.importing import import_file
from jikao.evidence.mapping import read_mapping
from jikao.evidence.report import ImportReport
from jikao.evidence.store import Store


def rows(store: Store, shape: str, columns: str = "*", order: str = "row_no") -> list[tuple[Any, ...]]:
    """Stored rows of a shape."""
    paths = [str(p) for p in store.snapshot().tables[shape]]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({paths}) ORDER BY {order}").fetchall() if paths else []


def codes(report: ImportReport) -> list[str]:
    """The codes of a report's problems."""
    return [problem.code for problem in report.problems]


def take(store: Store, path: Path, mapping: str | None = None, **more: Any) -> ImportReport:
    """Import a file, by the text of a mapping or as a shape."""
    read = None if mapping is None else read_mapping(mapping, "mapping.yaml")
    return import_file(store, path, mapping=read, **more)


def files(root: Path) -> Mapping[str, bytes]:
    """Every file that counts in a store, by name: all but the lock and the reports of refusals."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != "lock" and "reports" not in p.parts
    }
