"""The one file that knows engines: DuckDB in this process, and Spark when a company outgrows it.

Ibis is used as a compiler only: an expression over unbound tables becomes SQL text for a dialect, and the text runs on
our own connection. (Ibis' own backends break with current DuckDB and sqlglot; its compiler does not.)
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import duckdb

if TYPE_CHECKING:
    import ibis
    from pyspark.sql import SparkSession

EngineName = Literal["duckdb", "spark"]
Row = tuple[Any, ...]

_DUCKDB_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
_SPARK_TYPES = _DUCKDB_TYPES | {"string": "STRING", "int32": "INT", "timestamp": "TIMESTAMP_NTZ"}


class Engine(Protocol):
    """What scoring needs of an engine: named tables in, statements run one after the other, sorted files out."""

    dialect: str

    def attach(self, name: str, paths: Sequence[Path], columns: Mapping[str, str]) -> None:
        """Parquet files (none: an empty table) as table ``name``."""

    def values(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        """A small table of literal rows."""

    def stage(self, name: str, sql: str) -> None:
        """Run a query once and keep its rows as table ``name``."""

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query."""

    def export(self, sql: str, path: Path) -> None:
        """Write a query's rows, in the order of the query, as one parquet file."""

    def close(self) -> None:
        """Give back what the engine holds."""


def sql_of(expr: ibis.Table, dialect: str) -> str:
    """SQL text of an expression."""
    import ibis  # noqa: PLC0415 - 2 s to import: only when a plan is really compiled

    if dialect == "pyspark":
        _let_compile_for_spark()
    return str(ibis.to_sql(expr, dialect=dialect))


def _let_compile_for_spark() -> None:
    """The compiler asks for an option that only Ibis' own Spark backend, which we do without, would have set."""
    from ibis.config import Config, options  # noqa: PLC0415 - as above

    class SparkOptions(Config):  # type: ignore[misc]
        treat_nan_as_null: bool = False

    options.pyspark = SparkOptions()


def open_engine(name: EngineName, scratch: Path, threads: int | None = None, master: str | None = None) -> Engine:
    """A fresh engine whose temporary files live in ``scratch``."""
    return SparkEngine(scratch, master) if name == "spark" else DuckEngine(scratch, threads)


class DuckEngine:
    """DuckDB in memory, spilling to ``scratch``."""

    dialect = "duckdb"

    def __init__(self, scratch: Path, threads: int | None = None) -> None:
        self._con = duckdb.connect()
        self._con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET autoinstall_known_extensions = false")
        self._con.execute(f"SET temp_directory = {quoted(str(scratch / 'spill'))}")
        if threads is not None:
            self._con.execute(f"SET threads = {int(threads)}")

    def attach(self, name: str, paths: Sequence[Path], columns: Mapping[str, str]) -> None:
        if not paths:
            self.values(name, columns, [])
            return
        names = ", ".join(f'"{c}"' for c in columns)
        self._con.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT {names} FROM {parquet(paths)}')

    def values(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        lists = [[row[i] for row in rows] for i in range(len(columns))]
        unnested = ", ".join(f'unnest(${i}::{_DUCKDB_TYPES[t]}[]) AS "{c}"' for i, (c, t) in enumerate(columns.items(), 1))
        self._con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT {unnested}', lists)

    def stage(self, name: str, sql: str) -> None:
        self._con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def rows(self, sql: str) -> list[Row]:
        return self._con.execute(sql).fetchall()

    def export(self, sql: str, path: Path) -> None:
        self._con.execute("SET preserve_insertion_order = true")
        self._con.execute(f"COPY ({sql}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        self._con.execute("SET preserve_insertion_order = false")

    def close(self) -> None:
        self._con.close()


class SparkEngine:
    """A Spark session, local or on a cluster; files must be visible to every worker under the same path."""

    dialect = "pyspark"

    def __init__(self, scratch: Path, master: str | None = None) -> None:
        self._spark = _spark(master or "local[2]")
        self._scratch = scratch
        self._kept: list[str] = []

    def attach(self, name: str, paths: Sequence[Path], columns: Mapping[str, str]) -> None:
        if not paths:
            self.values(name, columns, [])
            return
        frame = self._spark.read.parquet(*map(str, paths)).select(*columns)
        frame.createOrReplaceTempView(name)

    def values(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        typed = ", ".join(f"`{c}` {_SPARK_TYPES[t]}" for c, t in columns.items())
        self._spark.createDataFrame(list(rows), typed).createOrReplaceTempView(name)

    def stage(self, name: str, sql: str) -> None:
        # Written and read back: cached or checkpointed plans carry the plans before them, and a dozen stages exhaust the driver.
        folder = str(self._scratch / f"{name}.stage")
        self._spark.sql(sql).write.mode("overwrite").parquet(folder)
        self._spark.read.parquet(folder).createOrReplaceTempView(name)
        self._kept.append(name)

    def rows(self, sql: str) -> list[Row]:
        return [tuple(row) for row in self._spark.sql(sql).collect()]

    def export(self, sql: str, path: Path) -> None:
        parts = self._scratch / f"{path.name}.parts"
        self._spark.sql(sql).write.mode("overwrite").parquet(str(parts))
        files = sorted(parts.glob("part-*.parquet"))
        with contextlib.closing(duckdb.connect()) as con:
            order = ", ".join(str(i) for i in range(1, len(con.execute(f"DESCRIBE SELECT * FROM {parquet(files)}").fetchall()) + 1))
            con.execute(f"COPY (SELECT * FROM {parquet(files)} ORDER BY {order}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        shutil.rmtree(parts)

    def close(self) -> None:
        for name in self._kept:
            self._spark.catalog.dropTempView(name)


def _spark(master: str) -> SparkSession:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional extra: only imported when Spark is asked for

    builder = SparkSession.builder.master(master).appName("jikao")
    settings = {
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.ansi.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    for key, value in settings.items():
        builder = builder.config(key, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def parquet(paths: Sequence[Path]) -> str:
    """A ``read_parquet`` call over the given files; a folder called ``a=b`` adds no column."""
    return f"read_parquet([{', '.join(quoted(str(p)) for p in paths)}], hive_partitioning = false)"


@contextlib.contextmanager
def engine(name: EngineName, scratch: Path, threads: int | None = None, master: str | None = None) -> Iterator[Engine]:
    """An engine for the length of a ``with`` block."""
    opened = open_engine(name, scratch, threads, master)
    try:
        yield opened
    finally:
        opened.close()
