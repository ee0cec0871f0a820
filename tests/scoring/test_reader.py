"""The rows behind a line: as the run credited them, what works against the person first."""

from __future__ import annotations

import datetime as dt

from tests import samples

from jikao.scheme.period import parse_period
from jikao.scoring.reader import MISSED, evidence_reader


def behind(preset: str, indicator: str, person: str) -> list[dict[str, object]]:
    rules = samples.rules(preset)
    with evidence_reader(rules, samples.store(preset).snapshot(), parse_period(samples.PERIODS[preset])) as reader:
        return [dict(row) for row in reader.behind(rules.line(indicator), person, 0)]


def test_what_was_late_comes_before_what_was_in_time() -> None:
    rows = behind("s3-contract", "plan_on_time", "T05")
    late = [row["done_on"] is None or row["done_on"] > row["due_on"] for row in rows]  # type: ignore[operator]
    assert any(late)
    assert late == sorted(late, reverse=True)


def test_missed_due_days_are_named_first() -> None:
    rows = behind("s3-contract", "feedback", "T05")
    missed = [row["due_on"] for row in rows if row.get("recipient") == MISSED]
    assert missed == [dt.date(2011, 11, 11), dt.date(2011, 11, 25)]
    assert [row["due_on"] for row in rows[:2]] == missed


def test_only_the_persons_own_rows_of_the_period_are_there() -> None:
    rows = behind("s3-contract", "plan_on_time", "T01")
    assert {row["person"] for row in rows} == {"T01"}
    assert all(dt.date(2011, 11, 1) <= row["due_on"] <= dt.date(2011, 11, 30) for row in rows)  # type: ignore[operator]


def test_ratings_and_deductions_name_who_entered_them() -> None:
    assert {row["shape"] for row in behind("s8-points", "work_evaluation", "T03")} == {"ratings"}
    assert {row["shape"] for row in behind("s3-contract", "records", "T05")} == {"deductions"}


def test_a_measure_without_its_source_has_no_rows() -> None:
    assert behind("s1-indicators", "internal_resolution", "nobody") == []
