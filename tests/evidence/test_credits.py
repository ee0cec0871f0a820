"""Whose row is it: the rules that need more than a column."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jikao.evidence.backend import DuckEngine, Engine, Row, SparkEngine, sql_of
from jikao.evidence.credits import settled_splits
from jikao.evidence.shapes import SHAPES, stored

EQUAL = {("R1", "a", 3_333_334), ("R1", "b", 3_333_333), ("R1", "c", 3_333_333), ("R2", "a", 12_000_000), ("R2", "b", 8_000_000)}
"""100,000.00 in equal parts (A36), and 200,000.00 as written."""


def rows(shape: str, *given: dict[str, object]) -> tuple[str, dict[str, str], list[tuple[object, ...]]]:
    columns = stored(SHAPES[shape])
    return shape, columns, [tuple(row.get(name) for name in columns) for row in given]


@pytest.fixture
def tables() -> list[tuple[str, dict[str, str], list[tuple[object, ...]]]]:
    orders = ({"order_no": "R1", "value": 10_000_000}, {"order_no": "R2", "value": 20_000_000})
    splits = [{"order_no": "R1", "department": d} for d in "cab"]
    splits += [{"order_no": "R2", "department": "b", "value": 8_000_000}, {"order_no": "R2", "department": "a", "value": 12_000_000}]
    return [rows("orders", *orders), rows("order_splits", *splits)]


def split_values(on: Engine, tables) -> set[Row]:
    for name, columns, given in tables:
        on.values(name, columns, given)
    found = settled_splits().select("order_no", "department", "value")
    got = {tuple(row) for row in on.rows(sql_of(found, on.dialect))}
    on.close()
    return got


def test_a_value_nobody_split_is_split_equally_the_odd_fen_going_to_the_first_department(tables, tmp_path: Path) -> None:
    assert split_values(DuckEngine(tmp_path), tables) == EQUAL


@pytest.mark.spark
@pytest.mark.slow
def test_spark_splits_it_likewise(tables, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine: Spark cannot start, only DuckDB was tested")
    assert split_values(SparkEngine(tmp_path), tables) == EQUAL


def test_equal_parts_change_nothing_about_the_table() -> None:
    assert tuple(settled_splits().columns) == (*stored(SHAPES["order_splits"]), "settled_on")
