"""The rows behind a batch, called so that two files of one name can be told apart; and what a batch holds back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests import payday, samples

from jikao import api
from jikao.archive.batch_rows import origin_names
from jikao.archive.batches import read_batch
from jikao.evidence.store import Store
from jikao.payout.statement_layout import as_text


@pytest.mark.parametrize(
    ("origins", "names"),
    [
        ({"3f2a00": "bonuses.csv", "77aa00": "people.csv"}, {"3f2a00": "bonuses.csv", "77aa00": "people.csv"}),
        ({"3f2a00": "bonuses.csv", "77aa00": "bonuses.csv"}, {"3f2a00": "bonuses.csv(#3f2a)", "77aa00": "bonuses.csv(#77aa)"}),
        ({"3f2a01": "bonuses.csv", "3f2a10": "bonuses.csv"}, {"3f2a01": "bonuses.csv(#3f2a0)", "3f2a10": "bonuses.csv(#3f2a1)"}),
    ],
)
def test_only_files_of_one_name_are_told_apart_by_their_import(origins: dict[str, str], names: dict[str, str]) -> None:
    assert origin_names(origins) == names


def test_two_bonuses_csv_of_a_batch_can_be_told_apart(tmp_path: Path) -> None:
    _, path = payday.sealed(tmp_path)
    found = api.pay_statement(path, "T02")
    said = {fact.split("|")[1]: row.origin.import_id for fact, row in found.rows.items() if fact.startswith("bonuses/")}
    assert said["bonus_base"] != said["quarterly_bonus"]
    assert all(name.startswith("bonuses.csv(#") for name in said.values())
    assert {row.origin.import_id for fact, row in found.rows.items() if fact.startswith("violations/")} == {"violations.csv"}


def test_who_has_no_grade_is_held_by_the_sealed_batch_and_told_why(tmp_path: Path) -> None:
    """T99 has neither a grade nor a recorded base: the batch is made, and says of both statement and batch what is held."""
    store = samples.fill(Store.create(tmp_path / "store"), "s8-points")
    more = tmp_path / "people.csv"
    more.write_text(
        "工号,姓名,部门,班组,岗位,直接上级,入职日\nT99,新人,技术支持部,售后组,技术支持工程师,T00,2009-01-01\n", encoding="utf-8"
    )
    assert not api.import_file(store, more).refused
    scheme = shutil.copytree(payday.POINTS, tmp_path / "s8-points") / "scheme.yaml"
    scheme.write_text(scheme.read_text(encoding="utf-8").replace("\ngrades:\n", "\ngrades:\n  needs_coverage: 0.9\n"), encoding="utf-8")
    api.score(scheme.parent, store, payday.QUARTER)
    made = api.make_batch(store, payday.QUARTER, **payday.HANDS)
    assert [p.code for p in made.problems] == ["payout.no-grade"]
    assert [(h.person, h.rule, h.problem.code) for h in read_batch(made.folder).held] == [("T99", "grade_base", "payout.no-grade")]
    found = api.pay_statement(made.folder, "T99")
    said = as_text(found.statement, found.heading, found.rows, "zh")
    assert "暂不发放" in said
    assert "“T99”没有等级" in said
    assert "没有给本人的分录" not in said
    assert api.pay_statement(made.folder, "T02").statement.held == ()
