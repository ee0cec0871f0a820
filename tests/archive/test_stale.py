"""A batch says when the evidence behind one of its runs has changed since the run was sealed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import payday
from tests.payday import HANDS, QUARTER

from jikao import api
from jikao.evidence.store import Store
from jikao.scheme.problem import Level


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return payday.company(tmp_path)


def warned(store: Store) -> list[str]:
    made = api.make_batch(store, QUARTER, **HANDS)
    stale = [p for p in made.problems if p.code == "batch.stale-run"]
    assert {p.level for p in stale} <= {Level.WARNING}
    return [p.what("en").partition(" was sealed: ")[2] for p in stale]


def test_nothing_is_said_while_the_evidence_stands(store):
    assert warned(store) == []


def test_a_row_that_changed_is_counted_once(store, tmp_path):
    payday.changed(store, "violations", tmp_path, "WG-02", 状态="dismissed")
    assert warned(store) == ["Violations 1 row(s)"]


def test_it_is_said_again_when_the_closed_period_is_asked_for_again(store, tmp_path):
    assert warned(store) == []
    payday.changed(store, "violations", tmp_path, "WG-02", 状态="dismissed")
    assert warned(store) == ["Violations 1 row(s)"]


def test_scoring_again_settles_it(store, tmp_path):
    payday.dismissed(store, tmp_path)
    assert warned(store) == []


def test_somebody_hired_after_the_period_changes_nothing_in_it(store, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("工号,姓名,部门,岗位,入职日\nT77,新人,技术支持部,技术支持工程师,2024-07-01\n", "utf-8")
    assert not api.import_file(store, file).refused
    assert warned(store) == []


def test_somebody_hired_within_it_does(store, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("工号,姓名,部门,岗位,入职日\nT77,新人,技术支持部,技术支持工程师,2024-06-30\n", "utf-8")
    assert not api.import_file(store, file).refused
    assert warned(store) == ["People 1 row(s)"] * 2  # the month of June and the quarter
