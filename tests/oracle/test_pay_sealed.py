"""The whole way with generated companies: text imported, scored, sealed, paid batch after batch, sealed again. The figures
are the oracle's, and neither the order of the rows nor the number of threads moves a fen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jikao import api
from jikao.archive import canonical
from jikao.archive.batches import ledger, read_batch, verify_batch
from jikao.evidence.backend import DuckEngine
from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.payout.ledger import balances_of
from jikao.scheme.problem import errors

from .generate_pay import Made, Row, company
from .pay_books import Run
from .pay_facts import amounts, lines, scheme_text
from .test_pay_agrees import difference

HANDS = {"by": "人事", "approver": "总经理"}


def made(seed: int, months: int) -> Made:
    return company(seed, people=7, departments=2, months=months, orders=3, by_score=True)


def scheme_file(run: Run, folder: Path) -> Path:
    path = folder / f"{run.scheme}.yaml"
    path.write_text(scheme_text(run), encoding="utf-8")
    return path


def rows(company_: Made) -> dict[str, list[Row]]:
    """Everything recorded, with the ratings and violations the runs come from."""
    runs = [run for batch in company_.batches for run in batch.runs]
    rated = [
        {"person": row["person"], "item": run.scheme, "role": "superior", "rater": "r", "rated_on": run.last, "score": row["total"]}
        for run in runs
        for row in run.results
    ]
    broken = [row | {"clause": "1", "reason": "事实"} for run in runs if run.scheme == "conduct" for row in run.violations]
    idle = [
        {"person": row["person"], "item": run.scheme, "role": "superior", "rater": "r", "rated_on": run.last, "score": Decimal(1)}
        for run in runs
        if run.scheme == "orders"
        for row in company_.tables["people"]
    ]
    return company_.tables | {"ratings": [*rated, *idle], "violations": broken}


def stored(tables: Mapping[str, list[Row]], root: Path, rng: Random | None = None) -> Store:
    """A store with these rows, imported as text; ``rng`` puts them into another order."""
    store = Store.create(root)
    for shape in sorted(tables, key=lambda name: (name != "people", name)):
        texts: list[dict[str, object]] = [{name: written(value) for name, value in row.items()} for row in tables[shape]]
        report = import_rows(store, shape, rng.sample(texts, len(texts)) if rng else texts, origin=f"{shape}.csv")
        assert not errors(report.problems), report.problems
    return store


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, dt.date) else str(value)


def paid(company_: Made, store: Store, folder: Path) -> list[Path]:
    """All batches of the company, made one after the other from runs scored and sealed on the way."""
    found = []
    for batch in company_.batches:
        for run in batch.runs:
            api.score(scheme_file(run, folder), store, str(run.period))
        found.append(api.make_batch(store, str(batch.period), **HANDS).folder)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_sealed_batches_hold_the_oracle_s_figures_and_verify(seed: int, tmp_path: Path) -> None:
    company_ = made(seed, months=3)
    store = stored(rows(company_), tmp_path / "store")
    folders = paid(company_, store, tmp_path)
    for batch, folder in zip(company_.batches, folders, strict=True):
        assert difference(f"{batch.period}", lines(read_batch(folder).entries), batch.lines) == []
        assert verify_batch(folder, root=api.pay_folder(store), runs=api.runs_folder(store)).holds
    assert difference("accounts", amounts(balances_of(ledger(api.pay_folder(store)))), company_.batches[-1].accounts) == []


@pytest.mark.slow
def test_neither_threads_nor_the_order_of_rows_change_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads not even its id. Where a row stands in its file is part of what is sealed, so other files make another id."""
    company_ = made(3, months=1)
    found = []
    for threads, rng in ((1, None), (2, None), (2, Random(1))):
        monkeypatch.setattr(DuckEngine.__init__, "__defaults__", (threads,))
        monkeypatch.setattr(canonical, "THREADS", threads)
        folder = tmp_path / f"{len(found)}"
        folder.mkdir()
        found.append(paid(company_, stored(rows(company_), folder / "store", rng), folder))
    assert [path.name for path in found[0]] == [path.name for path in found[1]]
    assert [told(path) for path in found[0]] == [told(path) for path in found[2]]


def told(folder: Path) -> list[tuple[object, ...]]:
    """Everything entries say but which runs their results came from."""
    return [(e.period, e.rule, e.scheme, e.subject, e.formula, e.postings, own(e.sources)) for e in read_batch(folder).entries]


def own(sources: Sequence[str]) -> list[str]:
    return [source for source in sources if not source.startswith("run/")]
