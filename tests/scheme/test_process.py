from __future__ import annotations

import datetime as dt

import pytest

from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.process import deadline, in_force, step_of, submission
from jikao.scheme.read import read

COMPANY = WorkCalendar()
HOLIDAY_EVE = dt.date(2024, 4, 30)


@pytest.fixture
def scheme(good):
    return read(good).scheme


def test_a_deadline_counts_working_days_over_holidays_and_make_up_days(scheme):
    assert deadline(scheme, "appeal", HOLIDAY_EVE, COMPANY) == dt.date(2024, 5, 10)


def test_a_late_appeal_is_inadmissible_but_hr_may_accept_it_unless_the_scheme_says_no(scheme, good):
    last, late = dt.date(2024, 5, 10), dt.date(2024, 5, 11)
    assert submission(scheme, "appeal", HOLIDAY_EVE, last, COMPANY) == "in_time"
    assert submission(scheme, "appeal", HOLIDAY_EVE, late, COMPANY) == "inadmissible_late_hr_may_accept"
    strict = read(good.replace("process:\n", "process:\n  late_appeal: inadmissible\n")).scheme
    assert submission(strict, "appeal", HOLIDAY_EVE, late, COMPANY) == "inadmissible_late"


def test_a_step_the_scheme_does_not_have_is_a_key_error(scheme):
    with pytest.raises(KeyError):
        step_of(scheme, "interview")


def test_a_version_made_after_the_cycle_began_does_not_touch_it(scheme, good):
    newer = read(good.replace("2024-01-01", "2024-02-01").replace('"1.0"', '"2.0"')).scheme
    ended = read(good.replace("2024-01-01", "2023-01-01\nvalid_to: 2023-12-31")).scheme
    versions = [newer, ended, scheme]
    assert in_force(versions, dt.date(2024, 1, 15)) is scheme
    assert in_force(versions, dt.date(2024, 2, 1)) is newer
    assert in_force(versions, dt.date(2023, 12, 31)) is ended
    assert in_force(versions, dt.date(2022, 12, 31)) is None
