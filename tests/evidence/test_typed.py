"""Text becomes the types of the shapes exactly, or not at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jikao.evidence import duck
from jikao.evidence.shapes import Column, Type
from jikao.evidence.typed import LONGEST, Times, halfway, later, present, value
from jikao.scheme.text import Text

HERE = Times("Asia/Shanghai", "Asia/Shanghai")


def read(type_: Type, text: str, times: Times = HERE, words: tuple[str, ...] = (), high: int | None = None) -> Any:
    column = Column("x", type_, Text("", ""), words=words, high=high)
    halves = "".join(f", {sql} AS {name}" for name, sql in halfway(column, "t", times).items())
    with duck.connect() as con:
        rows = con.execute(
            f"SELECT {value(column, 't', times)} FROM (SELECT *{halves} FROM (SELECT {present('c')} AS t FROM (SELECT $1::VARCHAR AS c)))",
            [text],
        ).fetchall()
    return rows[0][0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", 1), (" 7 ", 7), ("７", 7), ("007", 7), ("+5", 5), ("-3", -3), ("1.0", 1), ("1,234", 1234), ("　12\u00a0", 12),
        ("1.5", None), ("12,34", None), ("1e3", None), ("1e400", None), ("NaN", None), ("inf", None), ("0x1", None), ("1_000", None),
        ("99999999999999999999", None), ("--1", None), ("一", None), ("", None),
    ],
)  # fmt: skip
def test_a_count_is_a_whole_number(text: str, wanted: int | None) -> None:
    assert read(Type.COUNT, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2.64", 26_400), (".5", 5_000), ("5.", 50_000), ("0.0001", 1), ("1,234.5", 12_345_000), ("95%", None), ("-2", -20_000), ("９．５", 95_000),
        ("1.00005", None), ("1e3", None), ("1,5", None), ("NaN", None), ("nan%", None),
    ],
)  # fmt: skip
def test_a_number_is_kept_in_ten_thousandths_and_never_rounded(text: str, wanted: int | None) -> None:
    assert read(Type.NUMBER, text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [("80%", 800_000), ("８０ ％", 800_000), ("89.5分", 895_000), ("80", 800_000)])
def test_a_percent_sign_behind_a_score_is_that_many_points(text: str, wanted: int) -> None:
    assert read(Type.NUMBER, text, high=100) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("95%", 950_000), ("0.95", 950_000), ("９５％", 950_000), ("５％", 50_000), ("33.33%", 333_300), ("5‰", 5_000), ("100 %", 1_000_000),
        ("40", 40_000_000), ("９５", 95_000_000), ("0.1234567", None), ("abc", None),
    ],
)  # fmt: skip
def test_a_share_is_kept_in_millionths(text: str, wanted: int | None) -> None:
    assert read(Type.SHARE, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("¥1,234.50", 123_450),
        ("￥3", 300),
        ("1234.5元", 123_450),
        ("1.5万元", 1_500_000),
        ("-500", -50_000),
        ("0.001", None),
        ("1.234,50", None),
    ],
)
def test_money_is_kept_in_fen(text: str, wanted: int | None) -> None:
    assert read(Type.MONEY, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12", 12), ("00:02:23", 143), ("120:00:00", 432_000), ("15min", 900), ("1.5h", 5_400), ("2分钟", 120), ("1 d", 86_400), ("12.9", 12),
        ("00:60:00", None), ("2:23", None), ("soon", None),
    ],
)  # fmt: skip
def test_a_length_of_time_is_kept_in_whole_seconds(text: str, wanted: int | None) -> None:
    assert read(Type.SECONDS, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Y", True), ("是", True), ("TRUE", True), ("1", True), ("n", False), ("否", False), ("0", False), ("Ｎ", False), ("maybe", None)],
)
def test_yes_and_no_in_both_languages(text: str, wanted: bool | None) -> None:
    assert read(Type.FLAG, text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("solved", "solved"), ("SOLVED", "solved"), ("已解决", "solved"), ("Ｏpen", "open"), ("gone", None)]
)
def test_a_closed_vocabulary_takes_its_words_in_both_languages(text: str, wanted: str | None) -> None:
    assert read(Type.WORD, text, words=("open", "solved")) == wanted


def test_text_keeps_inner_space_and_loses_outer_space() -> None:
    assert read(Type.WORD, " \u3000张 三\t\n") == "张 三"


def test_text_longer_than_a_spreadsheet_cell_is_not_taken() -> None:
    assert read(Type.WORD, "字" * LONGEST) == "字" * LONGEST
    assert read(Type.WORD, "字" * (LONGEST + 1)) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2016-02-29", dt.date(2016, 2, 29)), ("2016/2/29", dt.date(2016, 2, 29)), ("20160229", dt.date(2016, 2, 29)), ("2016.2.9", dt.date(2016, 2, 9)),
        ("2011年11月5日", dt.date(2011, 11, 5)), ("２０１６－０２－２９", dt.date(2016, 2, 29)), ("2016-02-29 10:00", dt.date(2016, 2, 29)),
        ("2016-02-28T23:00:00Z", dt.date(2016, 2, 29)), ("2011年11月份", None), ("2016-02-30", None), ("25/2/2016", None), ("infinity", None), ("epoch", None), ("今天", None),
    ],
)  # fmt: skip
def test_a_day_in_the_usual_forms(text: str, wanted: dt.date | None) -> None:
    assert read(Type.DAY, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2016-02-29 10:00:00", "2016-02-29 02:00:00"), ("2016-02-29T10:00:00", "2016-02-29 02:00:00"), ("2016-02-29T10:00:00+02:00", "2016-02-29 08:00:00"),
        ("2016-02-29T10:00:00.999Z", "2016-02-29 10:00:00"), ("2016-07-28 20:44:08 +0800", "2016-07-28 12:44:08"), ("2016-02-29 10:00-05", "2016-02-29 15:00:00"), ("2016-02-29 10:00:00 UTC", "2016-02-29 10:00:00"),
        ("2016-02-29 10:00", "2016-02-29 02:00:00"), ("2016-02-29", "2016-02-28 16:00:00"), ("2016/2/29 7:08", "2016-02-28 23:08:00"),
        ("2016年2月29日 下午3:05", "2016-02-29 07:05:00"), ("2016年2月29日15时5分", "2016-02-29 07:05:00"), ("2016-2-29 3:05:06 PM", "2016-02-29 07:05:06"),
        ("20160229101500", "2016-02-29 02:15:00"), ("1986-06-01 12:00:00", "1986-06-01 03:00:00"),
    ],
)  # fmt: skip
def test_an_instant_is_kept_in_utc_and_whole_seconds(text: str, wanted: str) -> None:
    assert str(read(Type.INSTANT, text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "25/2/2016 07:08",
        "2016-02-29 25:00:00",
        "2016-02-29 10:00:60",
        "10:00",
        "infinity",
        "2016-02-29 10:00:00 CST",
        "99999-01-01 00:00:00",
        "yesterday",
    ],
)
def test_what_is_no_instant_is_not_guessed(text: str) -> None:
    assert read(Type.INSTANT, text) is None


def test_stated_forms_of_time_are_read_as_stated() -> None:
    times = Times("Asia/Shanghai", "Asia/Shanghai", ("%d/%m/%Y %H:%M", "epoch"))
    assert str(read(Type.INSTANT, "25/2/2016 07:08", times)) == "2016-02-24 23:08:00"
    assert str(read(Type.INSTANT, "9/2/2016 1:16", times)) == "2016-02-08 17:16:00"
    assert str(read(Type.INSTANT, "1456704000", times)) == "2016-02-29 00:00:00"
    assert str(read(Type.INSTANT, "2016-02-29 10:00:00", times)) == "2016-02-29 02:00:00"
    assert read(Type.INSTANT, "2/25/2016 07:08", times) is None
    assert read(Type.DAY, "25/2/2016 23:08", times) == dt.date(2016, 2, 25)
    assert read(Type.DAY, "1456704000", times) == dt.date(2016, 2, 29)


def test_milliseconds_since_1970() -> None:
    assert str(read(Type.INSTANT, "1456704000999", Times("UTC", "UTC", ("epoch_ms",)))) == "2016-02-29 00:00:00"


def test_the_zone_of_a_mapping_holds_for_times_without_one() -> None:
    rome = Times("Europe/Rome", "Asia/Shanghai")
    assert str(read(Type.INSTANT, "2016-07-01 10:00:00", rome)) == "2016-07-01 08:00:00"
    assert str(read(Type.INSTANT, "2016-01-01 10:00:00", rome)) == "2016-01-01 09:00:00"
    assert str(read(Type.INSTANT, "2016-07-01T10:00:00Z", rome)) == "2016-07-01 10:00:00"


def test_a_length_can_be_added_to_an_instant() -> None:
    with duck.connect() as con:
        assert con.execute(
            f"SELECT {later('a', 'b', HERE)} FROM (SELECT $1::VARCHAR AS a, $2::VARCHAR AS b)", ["2024-06-03 09:00", "12min"]
        ).fetchall() == [("2024-06-03T01:12:00Z",)]
        assert con.execute(
            f"SELECT {later('a', 'b', HERE)} FROM (SELECT $1::VARCHAR AS a, $2::VARCHAR AS b)", ["2024-06-03 09:00", None]
        ).fetchall() == [(None,)]
