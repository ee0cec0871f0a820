from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.period import DayError, Period, PeriodKind, parse_day, parse_period


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2011-11", "2011-11"), ("2011年11月份", "2011-11"), ("2011年11月", "2011-11"), ("２０１１年１１月份", "2011-11"), ("2024/2", "2024-02"), ("2024.02", "2024-02"),
        ("2024-Q4", "2024-Q4"), ("2024q1", "2024-Q1"), ("2024年第四季度", "2024-Q4"), ("2024第2季度", "2024-Q2"), ("2024", "2024"), ("2024年", "2024"), ("2024年度", "2024"),
    ],
)  # fmt: skip
def test_periods_as_people_write_them(text, said):
    assert str(parse_period(text)) == said


@pytest.mark.parametrize(
    "text", ["", "2024-13", "2024-00", "2024-Q5", "0001", "9999", "9999-12", "24-01", "2024-1-1", "2024-01 ~", "November", "²⁰²⁴"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError):
        parse_period(text)


def test_a_period_ends_on_the_first_day_after_it():
    assert parse_period("2024-02").end == dt.date(2024, 3, 1)
    assert parse_period("2024-12").end == dt.date(2025, 1, 1)
    assert parse_period("2024-Q4").end == dt.date(2025, 1, 1)
    assert parse_period("2199").end == dt.date(2200, 1, 1)


def test_a_leap_february_has_29_days():
    assert parse_period("2024-02").days == 29
    assert parse_period("2023-02").days == 28


def test_keys_sort_as_time_does():
    assert [parse_period(t).key for t in ("2011-11", "2011-Q4", "2011")] == [201111, 20114, 2011]


@given(st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)), st.sampled_from(PeriodKind))
def test_a_period_reads_back_from_its_own_words(day, kind):
    month = {PeriodKind.MONTH: day.month, PeriodKind.QUARTER: (day.month - 1) // 3 * 3 + 1, PeriodKind.YEAR: 1}[kind]
    period = Period(dt.date(day.year, month, 1), kind)
    assert parse_period(str(period)) == period
    assert day in period
    assert period.end not in period


def test_days():
    assert parse_day("2011-11-01") == parse_day("2011-11-1") == dt.date(2011, 11, 1)


@pytest.mark.parametrize(
    ("text", "shaped"),
    [("2011-02-30", True), ("2011-13-01", True), ("0000-01-01", True), ("1.11.2011", False), ("1320105600", False), ("", False)],
)
def test_a_day_that_does_not_exist_is_told_from_what_is_no_day(text, shaped):
    with pytest.raises(DayError) as caught:
        parse_day(text)
    assert caught.value.shaped is shaped
