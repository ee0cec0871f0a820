from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.calendar import UnknownYear, WorkCalendar
from jikao.scheme.period import parse_period

HOUR = 3600
COMPANY = WorkCalendar()
PLAIN = WorkCalendar(official=False)


def test_holidays_and_make_up_days_follow_the_official_calendar():
    assert not COMPANY.is_workday(dt.date(2024, 10, 4))
    assert COMPANY.is_workday(dt.date(2024, 5, 11))
    assert not COMPANY.is_workday(dt.date(2024, 5, 12))


def test_the_company_overrides_single_days():
    assert WorkCalendar(days={dt.date(2024, 10, 4): True}).is_workday(dt.date(2024, 10, 4))


def test_an_unpublished_year_is_an_error_unless_the_company_says():
    with pytest.raises(UnknownYear) as caught:
        COMPANY.is_workday(dt.date(2100, 1, 4))
    assert caught.value.year == 2100
    assert WorkCalendar(days={dt.date(2100, 1, 4): True}).is_workday(dt.date(2100, 1, 4))


@pytest.mark.parametrize(("published", "count", "last"), [("2024-04-08", 5, "2024-04-15"), ("2024-04-30", 5, "2024-05-10")])
def test_deadlines_count_working_days_from_the_day_after(published, count, last):
    assert COMPANY.add_workdays(dt.date.fromisoformat(published), count) == dt.date.fromisoformat(last)


def test_friday_dues_of_november_2011():
    assert [d.day for d in COMPANY.weekly_dues(parse_period("2011-11"))] == [4, 11, 18, 25]


def test_a_due_on_a_holiday_moves_back_and_belongs_where_it_falls():
    assert [d.day for d in COMPANY.weekly_dues(parse_period("2024-10"))] == [11, 18, 25]
    assert [d.day for d in COMPANY.weekly_dues(parse_period("2024-09"))] == [6, 13, 20, 27, 30]


def test_a_december_does_not_ask_about_weeks_that_begin_next_year():
    days = {dt.date(2029, 12, 1) + dt.timedelta(days=i): True for i in range(31)} | {dt.date(2030, 1, i): True for i in range(1, 5)}
    dues = WorkCalendar(days=days).weekly_dues(parse_period("2029-12"))
    assert [d.day for d in dues] == [7, 14, 21, 28]


def test_a_week_of_holidays_has_no_due():
    holiday = {dt.date(2024, 3, 4) + dt.timedelta(days=i): False for i in range(7)}
    assert [d.day for d in WorkCalendar(days=holiday, official=False).weekly_dues(parse_period("2024-03"))] == [1, 15, 22, 29]


@given(st.integers(1950, 2100), st.integers(1, 12))
def test_every_due_belongs_to_exactly_one_month(year, month):
    period = parse_period(f"{year}-{month:02}")
    assert PLAIN.weekly_dues(period) == [d for i in range(period.days) if (d := period.start + dt.timedelta(days=i)).weekday() == 4]


def coordinate(rows, day, second):
    row = next(r for r in rows if r[0] == day)
    _, before, s1, e1, s2, e2 = row
    return before + max(0, min(second, e1) - s1) + max(0, min(second, e2) - s2)


def test_working_time_leaves_out_nights_lunch_and_weekends():
    rows = list(PLAIN.table(dt.date(2024, 3, 1), dt.date(2024, 3, 6)))
    friday, monday = dt.date(2024, 3, 1), dt.date(2024, 3, 4)
    assert coordinate(rows, monday, 10 * HOUR) - coordinate(rows, friday, 17 * HOUR) == 2 * HOUR
    assert coordinate(rows, friday, 13 * HOUR) - coordinate(rows, friday, 12 * HOUR) == 0
    assert coordinate(rows, monday, 23 * HOUR) - coordinate(rows, monday, 0) == 8 * HOUR
