from __future__ import annotations

import datetime as dt
import json

import pytest

from jikao.archive.corrections import history, holding, replaced_by, sealed_runs
from jikao.archive.manifest import Correction
from jikao.archive.verify import verify


@pytest.fixture
def correction(run, company, item):
    """甲's two late items turn out to have been on time after all."""
    company.rows["plan_items"][8] = item("甲", "t08", on_time=True)
    return company.corrected(run)


def test_a_correction_names_the_run_it_replaces_and_why(run, correction, company, score):
    said = json.loads((correction / "run.json").read_bytes())["correction"]
    assert said == {"replaces": run.name, "reason": "甲的记录补交"}
    assert replaced_by(company.root, run.name) == correction.name
    assert replaced_by(company.root, correction.name) is None
    assert verify(run, score).holds
    assert verify(correction, score).holds


def test_the_same_correction_again_is_the_same_run(run, correction, company):
    again = company.seal(correction=Correction(replaces=run.name, reason="said otherwise"))
    assert (again.path, again.fresh) == (correction, False)


def test_a_change_taken_back_is_a_run_of_its_own(run, correction, company, item):
    company.rows["plan_items"][8] = item("甲", "t08", on_time=False)
    back = company.corrected(correction)
    assert back.name not in (run.name, correction.name)
    for one in (run, correction, back):
        assert history(company.root, one.name) == (run.name, correction.name, back.name)


def test_a_run_alone_is_its_own_history(run, company):
    assert history(company.root, run.name) == (run.name,)
    assert [m.run for m in sealed_runs(company.root)] == [run.name]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_correction_without_a_reason_is_refused(reason, run, company):
    done = company.seal(correction=Correction(replaces=run.name, reason=reason))
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.corrects-silently"])


def test_a_correction_of_a_run_that_is_not_here_is_refused(company):
    done = company.seal(correction=Correction(replaces="0123456789abcdef", reason="x"))
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.corrects-unknown"])


def test_a_correction_of_another_period_is_refused(run, company):
    company.period = "2011-12"
    done = company.seal(correction=Correction(replaces=run.name, reason="x"))
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.corrects-other"])
    assert "2011-11" in done.problems[0].what("zh")


def test_a_correction_of_another_scheme_is_refused(run, company, monkeypatch):
    text = company.text()
    monkeypatch.setattr(type(company), "text", lambda _: type(text)("other", "1.0", "o.yaml", text.raw))
    done = company.seal(correction=Correction(replaces=run.name, reason="x"))
    assert [p.code for p in done.problems] == ["run.corrects-other"]


def test_a_correction_that_changes_nothing_is_refused(run, company):
    done = company.seal(correction=Correction(replaces=run.name, reason="x"))
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.corrects-nothing"])
    assert [m.run for m in sealed_runs(company.root)] == [run.name]


def test_a_second_correction_of_the_same_run_is_refused_and_the_first_named(run, correction, company, item):
    company.rows["plan_items"][9] = item("甲", "t09", on_time=True)
    done = company.seal(correction=Correction(replaces=run.name, reason="x"))
    assert [(p.code, p.values["by"]) for p in done.problems] == [("run.corrected-already", correction.name)]


def test_folders_that_are_no_runs_are_passed_over(run, company):
    (company.root / "abc").mkdir()
    (company.root / "abc" / "run.json").write_text("{}")
    (company.root / "0").write_text("a file")
    assert [m.run for m in sealed_runs(company.root)] == [run.name]


def test_forged_runs_that_replace_each_other_do_not_hang(run, correction, company, reseal):
    reseal(run, lambda m: m.update(correction={"replaces": correction.name, "reason": "x"}))
    assert history(company.root, run.name) == (correction.name, run.name)


def test_another_result_of_the_same_period_must_name_the_run_it_replaces(run, company, item):
    company.rows["plan_items"][8] = item("甲", "t08", on_time=True)
    done = company.seal()
    assert [(p.code, p.values["run"]) for p in done.problems] == [("run.exists", run.name)]
    assert [m.run for m in sealed_runs(company.root)] == [run.name]


def test_a_run_that_was_corrected_is_not_sealed_again_unawares(correction, company, item):
    company.rows["plan_items"][8] = item("甲", "t08", on_time=False)
    done = company.seal()
    assert [(p.code, p.values["run"]) for p in done.problems] == [("run.exists", correction.name)]


def test_the_run_that_holds_is_the_last_of_its_history(correction, company):
    assert holding(company.root, "plan-only", ["2011-11"]) == correction.name
    assert holding(company.root, "plan-only", ["2011-12"]) is None
    assert holding(company.root, "other", ["2011-11"]) is None


def test_the_next_period_stands_beside_it(run, company):
    company.period = "2011-12"
    company.rows["plan_items"] = [i | {"due_on": dt.date(2011, 12, 1)} for i in company.rows["plan_items"]]
    assert company.sealed() != run
