from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest

from jikao.archive.compare import compare
from jikao.archive.manifest import RUN
from jikao.archive.zipped import zip_sealed
from jikao.scheme.calendar import WorkCalendar


def said(comparison, lang: str = "en") -> list[str]:
    return [sentence.say(lang) for sentence in comparison.sentences()]


def reasons(move) -> list[str]:
    return [r.en for r in move.reasons]


@pytest.fixture
def correction(run, company, item):
    """甲's two late items turn out to have been on time after all; 甲 passes 乙."""
    company.rows["plan_items"][8] = item("甲", "t08", on_time=True)
    company.rows["plan_items"][9] = item("甲", "t09", on_time=True)
    return company.corrected(run)


def test_who_moved_comes_largest_first_with_marks_rows_and_reasons(run, correction):
    found = compare(run, correction)
    assert (found.people, found.moved, found.problems, found.scheme, found.calendar) == (3, 2, (), (), False)
    first, second = found.moves
    assert (first.person, first.name, first.change) == ("甲", "甲某", Decimal("20.00"))
    assert (first.before.total, first.after.total) == (Decimal("80.00"), Decimal("100.00"))
    assert [(m.indicator, m.before.points, m.after.points, m.after.num, m.after.den) for m in first.marks] == [("plan", 80, 100, 10, 10)]
    assert [(r.shape, r.row.what, r.row.key["item"]) for r in first.rows] == [
        ("plan_items", "changed", "t08"),
        ("plan_items", "changed", "t09"),
    ]
    assert first.rows[0].row.columns == {"done_on": (dt.date(2011, 11, 13), dt.date(2011, 11, 10))}
    assert reasons(first) == ["2 row(s) of evidence about this person changed"]
    assert (second.person, second.change, second.marks, second.rows) == ("乙", Decimal(0), (), ())
    assert reasons(second) == ["Their own score is the same; the rank moved because others in the group did"]


def test_it_reads_as_a_letter_in_both_languages(run, correction):
    assert said(compare(run, correction)) == [
        f"{run.name} → {correction.name}: 2 of 3 people moved",
        f"{correction.name} corrects {run.name}: 甲的记录补交",
        "Evidence, Plan items: 0 added, 0 removed, 2 changed",
        "2011-11 甲某 甲: total 80.00 → 100.00 (+20.00), grade 合格 → 优秀, rank 2 → 1",
        "  2 row(s) of evidence about this person changed",
        "  Plan on time: 80.00 (80 %) → 100.00 (100 %)",
        "  Plan items 甲 t08: done on 2011-11-13 → 2011-11-10",
        "  Plan items 甲 t09: done on 2011-11-13 → 2011-11-10",
        "2011-11 乙某 乙: rank 1 → 2",
        "  Their own score is the same; the rank moved because others in the group did",
    ]
    assert said(compare(run, correction), "zh")[3] == "2011-11 甲某 甲：总分 80.00 → 100.00 (+20.00)、等级 合格 → 优秀、名次 2 → 1"


def test_a_run_does_not_differ_from_itself(run):
    found = compare(run, run)
    assert (found.differs, found.moved, found.moves, found.people) == (False, 0, (), 3)
    assert said(found) == [f"{run.name} → {run.name}: 0 of 3 people moved"]


def test_backwards_the_moves_are_the_other_way_round(run, correction):
    found = compare(correction, run)
    assert [(m.person, m.change) for m in found.moves] == [("甲", Decimal(-20)), ("乙", Decimal(0))]
    assert said(found)[2] == "2011-11 甲某 甲: total 100.00 → 80.00 (-20.00), grade 优秀 → 合格, rank 1 → 2"


def test_zip_files_compare_as_the_folders_do(run, correction, tmp_path):
    zip_sealed(run, tmp_path / "a.zip", RUN)
    zip_sealed(correction, tmp_path / "b.zip", RUN)
    assert compare(tmp_path / "a.zip", tmp_path / "b.zip") == compare(run, correction)


def test_only_the_largest_moves_are_shown_and_the_rest_counted(run, correction):
    found = compare(run, correction, first=1)
    assert (found.moved, [m.person for m in found.moves]) == (2, ["甲"])
    assert said(found)[-1] == "1 more people moved less"


def test_only_the_first_rows_of_a_person_are_shown_and_the_rest_counted(run, company, item):
    company.rows["plan_items"] += [item("甲", f"x{i:02}", on_time=True) for i in range(25)]
    (move, *_) = compare(run, company.corrected(run)).moves
    assert (len(move.rows), move.row_count, move.rows[0].row.what, move.rows[0].row.key["item"]) == (20, 25, "added", "x00")
    assert [s.en for s in move.sentences()][-1] == "  and 5 more rows of evidence"


def test_a_change_of_the_scheme_is_the_reason_where_the_indicator_moved(run, company):
    company.scheme = company.scheme.replace("each: 1, per: 1%", "each: 0.5, per: 1%").replace('"1.0"', '"1.1"')
    company.version = "1.1"
    found = compare(run, company.corrected(run, full=50))
    assert found.evidence == ()
    assert "version: from 1.0 to 1.1" in [c.says.en for c in found.scheme]
    (move, *_) = found.moves
    assert reasons(move)[0].startswith("The scheme changed: indicator Plan on time: ")
    assert not [r for r in reasons(move) if "version" in r]


def test_another_calendar_is_a_reason(run, company):
    company.calendar = WorkCalendar(days={dt.date(2011, 11, 5): True})
    found = compare(run, company.corrected(run, full=50))
    assert found.calendar
    assert reasons(found.moves[0]) == ["The working-day calendar is another"]


def test_evidence_that_names_nobody_is_a_reason_when_nothing_else_is(run, company):
    company.rows["meetings"] = [{"meeting": "m1", "held_on": dt.date(2011, 11, 7)}]
    found = compare(run, company.corrected(run, full=50, needs=dict.fromkeys(["people", "plan_items", "meetings"], "true")))
    assert [(s.shape, s.added) for s in found.evidence] == [("meetings", 1)]
    assert reasons(found.moves[0]) == ["Evidence that names nobody changed: Weekly meetings"]


def test_what_nothing_accounts_for_is_said_so(run, company):
    company.rows["people"][0]["name"] = "甲甲"
    found = compare(run, company.corrected(run, full=50))
    assert reasons(next(m for m in found.moves if m.person == "丙")) == [
        "Nothing in scheme, evidence or calendar accounts for it; verify both runs"
    ]


def test_people_who_come_and_go_are_moves(run, company, item):
    company.rows["people"] = [p for p in company.rows["people"] if p["person"] != "丙"] + [{"person": "丁", "name": "丁某"}]
    company.rows["plan_items"] = [i for i in company.rows["plan_items"] if i["person"] != "丙"] + [item("丁", "t00", on_time=True)]
    found = compare(run, company.corrected(run))
    assert {m.person: (m.before is None, m.after is None, m.name) for m in found.moves if m.before is None or m.after is None} == {
        "丁": (True, False, "丁某"),
        "丙": (False, True, "丙某"),
    }
    assert "2011-11 丁某 丁: only in the later run" in said(found)
    assert "2011-11 丙某 丙: only in the earlier run" in said(found)
    assert [m.person for m in found.moves[:2]] == ["丁", "丙"]


def test_the_same_rows_from_another_import_are_no_change(run, company):
    company.imported = "9" * 16
    found = compare(run, company.corrected(run))
    assert (found.differs, found.evidence) == (False, ())


def test_runs_of_other_periods_are_not_compared(run, company):
    company.period = "2011-12"
    company.rows["plan_items"] = [i | {"due_on": dt.date(2011, 12, 1)} for i in company.rows["plan_items"]]
    found = compare(run, company.sealed())
    assert [p.code for p in found.problems] == ["run.no-common-period"]


def test_a_damaged_run_is_not_compared_and_the_problem_names_it(run, correction):
    (run / "SEAL").unlink()
    found = compare(run, correction)
    assert [(p.code, p.place.file) for p in found.problems] == [("run.file-missing", f"{run.name}/SEAL")]
    assert (found.moves, found.people) == ((), 0)


def test_a_forged_table_is_a_problem_not_a_crash(run, correction, reseal, table):
    file = run / "results" / "results.parquet"
    file.unlink()
    table(file, {"period": "VARCHAR"}, [])
    summed = {"name": "results/results.parquet", "size": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    reseal(run, lambda m: m.update(files=[summed if f["name"] == summed["name"] else f for f in m["files"]]))
    assert [p.code for p in compare(run, correction).problems] == ["run.content-damaged"]


def test_for_machines_it_is_plain_json(run, correction):
    found = json.loads(json.dumps(compare(run, correction).as_json(), ensure_ascii=False))
    assert (found["moved"], found["moves"][0]["person"], found["moves"][0]["change"]) == (2, "甲", "20.00")
    assert found["moves"][0]["marks"][0]["after"] == {"state": "scored", "points": "100.000000000", "num": 10, "den": 10}
    assert found["moves"][0]["rows"][0]["key"] == {"person": "甲", "item": "t08"}
    assert found["evidence"] == [{"shape": "plan_items", "added": 0, "removed": 0, "changed": 2}]
