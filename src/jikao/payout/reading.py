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


def read_facts(snapshot: Snapshot, until: dt.date) -> Facts:
    """The evidence about money of everything before the day ``until``."""
    conditions = needed_rows(until)
    with _engine() as on:

        def rows(shape: str, record: type[_T]) -> list[_T]:
            return _rows(on, shape, snapshot.tables.get(shape, ()), record, conditions[shape])

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
            wages={(w.person, w.month_on.replace(day=1)): w for w in rows("wages", Wage)},
            budgets=rows("budgets", Budget),
            origins=snapshot.origins,
        )


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
    key = SHAPES[shape].key
    listed = ", ".join(f'"{c}"' for c in (*key, "import_id", "row_no", *names))
    order = ", ".join(f'"{c}"' for c in key)
    found = on.rows(f"SELECT {listed} FROM {parquet(paths)} WHERE {where} ORDER BY {order}")
    made = [_maker(SHAPES[shape].column(name).type) for name in names]
    start = len(key) + 2
    new: Callable[..., _T] = record
    return [
        new(
            fact_of(shape, row[: len(key)]), (row[start - 2], row[start - 1]),
            *[make(value) for make, value in zip(made, row[start:], strict=True)],
        )
        for row in found
    ]  # fmt: skip


def fact_of(shape: str, key: Iterable[object]) -> str:
    """The name of an evidence row: ``orders/RW-1``, ``workloads/RW-1|T01``."""
    return f"{shape}/{'|'.join(map(str, key))}"


def _maker(kind: Type) -> Callable[[Any], Any]:
    if kind is Type.WORD:
        return lambda value: value or ""
    if kind is Type.SHARE:
        return lambda value: None if value is None else Fraction(value, SCALES[Type.SHARE])
    return lambda value: value
