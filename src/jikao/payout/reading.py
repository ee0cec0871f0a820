"""Reading what pay is computed from: sealed runs and evidence, out of parquet files into the values of ``facts``."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from jikao.evidence.backend import DuckEngine, parquet, quoted
from jikao.evidence.shapes import SCALES, SHAPES, Type, day_column
from jikao.evidence.snapshot import Snapshot
from jikao.payout.collector import resting
from jikao.payout.facts import (
    Advance,
    Base,
    Budget,
    Cost,
    Facts,
    Leave,
    Order,
    Person,
    ProgressReport,
    Repayment,
    Result,
    RunFacts,
    Span,
    Split,
    Violation,
    Wage,
    Workload,
    WriteOff,
)
from jikao.scheme.checks.holes import needed_by_pay
from jikao.scheme.period import Period
from jikao.scheme.problem import stop_on_errors
from jikao.scheme.read import read

SHAPES_READ = (
    "people", "spans", "leaves", "bonuses", "orders", "order_splits", "costs", "workloads", "progress_reports", "advances",
    "repayments", "write_offs", "wages", "budgets",
)  # fmt: skip
"""Every shape pay may read from the store; violations are read from the run that judged them."""

_LASTING = ("people", "spans", "leaves", "orders", "order_splits")
"""Shapes whose rows matter whatever their day."""

_T = TypeVar("_T")
_K = TypeVar("_K")


@dataclass(frozen=True)
class RunSource:
    """Where the parts of a sealed run lie."""

    run: str
    period: Period
    scheme: str
    """Its text."""
    results: Path
    violations: tuple[Path, ...] = ()


def needed_rows(until: dt.date) -> dict[str, str]:
    """For every shape pay reads, a condition in SQL for the rows a batch ending before the day ``until`` may depend on."""
    dated = (shape for shape in SHAPES_READ if shape not in _LASTING)
    return dict.fromkeys(_LASTING, "true") | {shape: f"{day_column(SHAPES[shape])} < DATE {quoted(str(until))}" for shape in dated}


@resting()
def read_run(source: RunSource) -> RunFacts:
    """The results of a run and the rules that turn them into money.

    Raises ``Refused`` when a number its payout rules need is not set (AMB-20).
    """
    reading = read(source.scheme, f"{source.run}/scheme.yaml")
    stop_on_errors(reading.problems)
    assert reading.scheme is not None  # noqa: S101 - there were no errors
    stop_on_errors(needed_by_pay(reading.scheme, reading.places))
    with _engine() as on:
        results = _results(on, source)
        violations = [v for v in _rows(on, "violations", source.violations, Violation) if v.happened_on in source.period]
    violations.sort(key=lambda v: (v.happened_on, v.fact))
    return RunFacts(source.run, reading.scheme, source.period, results, _by(violations, lambda v: v.person))


def _results(on: DuckEngine, source: RunSource) -> dict[str, Result]:
    columns = "person, coalesce(department, ''), coalesce(position, ''), total, grade, state"
    period = quoted(str(source.period))
    rows = on.rows(f"SELECT {columns} FROM {parquet([source.results])} WHERE period = {period} ORDER BY person")
    return {row[0]: Result(*row) for row in rows}


@resting()
def read_facts(snapshot: Snapshot, until: dt.date) -> Facts:
    """The evidence about money of everything before the day ``until``."""
    conditions = needed_rows(until)
    with _engine() as on:

        def rows(shape: str, record: type[_T]) -> list[_T]:
            return _rows(on, shape, snapshot.tables.get(shape, ()), record, conditions[shape])

        wages, second = by_month(rows("wages", Wage))
        return Facts(
            people={p.person: p for p in rows("people", Person)},
            spans=_by(rows("spans", Span), lambda s: s.person),
            leaves=_by(rows("leaves", Leave), lambda x: x.person),
            bases=_by(rows("bonuses", Base), lambda b: (b.person, b.kind)),
            orders={o.order_no: o for o in rows("orders", Order)},
            splits=_by(rows("order_splits", Split), lambda s: s.order_no),
            costs=_by(rows("costs", Cost), lambda c: c.order_no),
            workloads=_by(rows("workloads", Workload), lambda w: w.order_no),
            progress=_by(rows("progress_reports", ProgressReport), lambda r: r.order_no),
            advances={a.advance: a for a in rows("advances", Advance)},
            repayments=rows("repayments", Repayment),
            write_offs=rows("write_offs", WriteOff),
            wages=wages,
            second_wages=second,
            budgets=rows("budgets", Budget),
            origins=snapshot.origins,
        )


def by_month(rows: Iterable[Wage]) -> tuple[dict[tuple[str, dt.date], Wage], list[Wage]]:
    """Wages by person and first day of the month, and the rows that say otherwise than the first of theirs."""
    found: dict[tuple[str, dt.date], Wage] = {}
    other = []
    for row in rows:
        first = found.setdefault((row.person, row.month_on.replace(day=1)), row)
        if (row.wage, row.performance) != (first.wage, first.performance):
            other.append(row)
    return found, other


def read_people(paths: Sequence[Path]) -> dict[str, Person]:
    """The people of the evidence alone."""
    with _engine() as on:
        return {p.person: p for p in _rows(on, "people", paths, Person)}


@contextlib.contextmanager
def _engine() -> Iterator[DuckEngine]:
    with tempfile.TemporaryDirectory() as scratch, contextlib.closing(DuckEngine(Path(scratch))) as on:
        yield on


def _by(records: Iterable[_T], key: Callable[[_T], _K]) -> Mapping[_K, Sequence[_T]]:
    grouped: defaultdict[_K, list[_T]] = defaultdict(list)
    for record in records:
        grouped[key(record)].append(record)
    return dict(grouped)


def _rows(on: DuckEngine, shape: str, paths: Sequence[Path], record: type[_T], where: str = "true") -> list[_T]:
    """The rows of a shape as records, in the order of its key."""
    if not paths:
        return []
    names = [f.name for f in fields(record) if f.name not in {"fact", "at"}]  # type: ignore[arg-type]
    key = ", ".join(f'"{c}"' for c in SHAPES[shape].key)
    listed = ", ".join(
        [f"{quoted(shape)} || '/' || concat_ws('|', {key})", "import_id", "row_no", *(_selected(shape, name) for name in names)]
    )
    shares = [i for i, name in enumerate(names) if SHAPES[shape].column(name).type is Type.SHARE]
    new: Callable[..., _T] = record
    found = on.rows(f"SELECT {listed} FROM {parquet(paths)} WHERE {where} ORDER BY {key}")
    return [new(row[0], row[1:3], *(_exact(row[3:], shares) if shares else row[3:])) for row in found]


def _selected(shape: str, name: str) -> str:
    """A column, with an empty word where there is none."""
    return f"coalesce(\"{name}\", '')" if SHAPES[shape].column(name).type is Type.WORD else f'"{name}"'


def _exact(values: Sequence[Any], shares: Iterable[int]) -> list[Any]:
    """Values with the shares among them as fractions."""
    made = list(values)
    for i in shares:
        made[i] = None if made[i] is None else Fraction(made[i], SCALES[Type.SHARE])
    return made


def fact_of(shape: str, key: Iterable[object]) -> str:
    """The name of an evidence row: ``orders/RW-1``, ``workloads/RW-1|T01``."""
    return f"{shape}/{'|'.join(map(str, key))}"
