"""One definition, every engine: DuckDB with one and two threads and Spark give the same results byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import ibis
import pytest
from tests import samples

from jikao.archive.canonical import columns_of, connection, table_sum
from jikao.evidence.backend import DuckEngine, parquet, sql_of
from jikao.evidence.portable import idiv
from jikao.scheme.period import parse_period
from jikao.scoring.run import score

TABLES = ("measures", "marks", "sections", "results")


def canonical(out: Path) -> dict[str, str]:
    with connection() as con:
        sources = {name: parquet([out / f"{name}.parquet"]) for name in TABLES}
        return {name: str(table_sum(con, source, columns_of(con, source))) for name, source in sources.items()}


def run(preset: str, out: Path, **how: object) -> dict[str, str]:
    period = parse_period(samples.PERIODS[preset])
    score(samples.rules(preset), samples.store(preset).snapshot(), [period], out, **how)  # type: ignore[arg-type]
    return canonical(out)


@pytest.mark.parametrize("preset", [name for name in samples.PERIODS if name != "s5-profit"])  # its profit share is left open
def test_one_thread_and_two_give_the_same_bytes(preset: str, tmp_path: Path) -> None:
    assert run(preset, tmp_path / "one", threads=1) == run(preset, tmp_path / "two", threads=2)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.parametrize("preset", ["s1-indicators", "s3-contract", "s8-points"])
def test_spark_gives_the_same_bytes_as_duckdb(preset: str, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine: Spark cannot start, only DuckDB was tested")
    assert run(preset, tmp_path / "spark", engine_name="spark") == run(preset, tmp_path / "duckdb")


def test_whole_quotients_are_exact_at_the_edge_of_64_bits(tmp_path: Path) -> None:
    rows = [(2**60 - 1, 2**30), (9_223_372_036_854_775_807, 9_223_372_037), (8_999_999_999_999_999_999, 9_000_000_000), (7, 2), (0, 5)]
    on = DuckEngine(tmp_path)
    on.values("pairs", {"a": "int64", "b": "int64"}, rows)
    pairs = ibis.table({"a": "int64", "b": "int64"}, name="pairs")
    got = on.rows(sql_of(pairs.select(q=idiv(pairs.a, pairs.b), a=pairs.a, b=pairs.b), "duckdb"))
    on.close()
    assert sorted(q for q, _, _ in got) == sorted(a // b for a, b in rows)


def test_what_is_stored_is_whole_numbers_not_binary_floats(tmp_path: Path) -> None:
    run("s8-points", tmp_path / "out")
    for name in TABLES:
        types = {t for _, t, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM '{tmp_path / 'out' / name}.parquet'").fetchall()}
        assert types <= {"VARCHAR", "BIGINT", "INTEGER"}
