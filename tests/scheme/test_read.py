from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jikao.scheme.model import Missing
from jikao.scheme.number import UNSET
from jikao.scheme.problem import errors
from jikao.scheme.read import read, read_file

PRESETS = sorted((Path(__file__).parents[2] / "src/jikao/presets").glob("*/scheme.yaml"))

LITERAL_S3 = """\
scheme: s3-literal
version: "1.0"
title: {zh: 售前售后技术支持绩效合约, en: Support contract}
valid_from: 2011-11-01
period: month
sections:
  - id: kpi
    title: KPI
    points: 25
    indicators:
      - id: feedback
        title: {zh: 客户信息反馈及时率, en: Customer feedback in time}
        points: 15
        measure: {use: feedback_deductions, recipients: [部门主管, 销售部, 产品部]}
        curve:
          - {from: 0, score: 10, each: -1}
      - id: csat
        title: {zh: 客户满意度, en: Customer satisfaction}
        points: 10
        measure: {use: csat, question: attitude}
        curve:
          - {from: 90%, score: 10}
          - {from: 80%, score: 8}
          - {from: 60%, score: 6}
          - {below: 50%, score: 0}
  - {id: rest, title: 其余, points: 75, indicators: [{id: rated, title: 评分, measure: rating, curve: [{from: 0, score: 0, to: 100}]}]}
"""


def test_the_small_scheme_reads_without_a_problem(spoilt):
    reading = spoilt().reading
    assert reading.problems == ()
    scheme = reading.scheme
    assert scheme.valid_from == dt.date(2024, 1, 1)
    assert scheme.missing is Missing.RENORMALISE
    on_time, rated, told_off = scheme.indicators()
    assert on_time.curve.clauses[0].from_ == Decimal("0.9")
    assert rated.curve == "as_rated"
    assert told_off.curve.clauses[0].score == 10
    assert reading.sha256 == hashlib.sha256(reading.text.encode()).hexdigest()


def test_a_faithful_literal_s3_names_the_gap_and_the_conflict_with_their_lines():
    gap, conflict = sorted(read(LITERAL_S3, "s3.yaml").problems, key=lambda p: p.code)
    assert (gap.code, gap.place.line) == ("curve.gap", 24)
    assert "50 %–60 %" in gap.what("zh")
    assert "50 %–60 %" in gap.what("en")
    assert (conflict.code, conflict.place.line) == ("curve.unreachable", 15)
    assert "15 versus 10" in conflict.what("en")
    assert "满分 15" in conflict.what("zh")


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.parent.name)
def test_no_preset_has_an_error(path):
    reading = read_file(path)
    assert reading.scheme is not None
    assert errors(reading.problems) == []
    assert {p.code for p in reading.problems} <= {"scheme.unset", "measure.alone"}


def test_every_kind_of_trouble_is_named_in_one_go(spoilt):
    found = spoilt(
        ("2024-01-01", "2024-02-30"),
        ("weight: 60", "weight: 55"),
        ("plan_on_time_rate", "plan_in_time_rate"),
        ("value: high", "value: $top"),
        ("id: told_off", "id: rated"),
        ("{from: 90%, score: 60}", "{from: 9e1, score: 60}"),
        ("from: 0, score: 0, to: 100", "from: 10, score: 0, to: 100"),
        ("within: 3", "within: soon"),
        more="valid_to: {}\nvaild: 1\npayout: {output_value: {profit_share: XX%, expense_share: 20%}}\n",
    )
    assert set(found.codes) == {
        "value.no-such-date", "weights.sum", "measure.unknown", "settings.circle", "ids.duplicate", "number.exponent", "curve.gap", "value.type",
        "value.date", "key.unknown", "scheme.unset", "points.sum",
    }  # fmt: skip
    assert found.reading.scheme is None
    assert [p.place.line for p in found.problems] == sorted(p.place.line for p in found.problems)


def test_a_wrong_part_is_named_once_and_does_not_draw_others_after_it(spoilt):
    spoilt(("weight: 60", "weight: sixty")).only("number.not-a-number")
    spoilt(("points: 60", "points: sixty")).only("number.not-a-number")
    spoilt(("id: on_time", "id: [on, time]")).only("value.type")
    spoilt(("score: 60", "score: $nobody")).only("settings.unknown")
    spoilt(("curve: as_rated", "curve: &x as_rated")).only("yaml.anchor")
    spoilt(("curve: as_rated", "curve: ")).only("key.missing")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (('version: "1.0"', ""), "key.missing", "'version'"),
        (('version: "1.0"', "version: 第一版"), "value.name", "'第一版'"),
        (("period: month", "period: monthly"), "value.choice", "'monthly'"),
        (("title: {zh: 小方案, en: Small scheme}", "title: [a]"), "value.words", "'title'"),
        (("title: {zh: 小方案, en: Small scheme}", "title: {de: klein}"), "value.words", "'title'"),
        (("id: on_time", "id: on time"), "value.name", "'on time'"),
        (("within: 3", "within: -3"), "number.out-of-range", "≥ 0"),
        (("within: 3", "within: 2.5"), "value.type", "a whole number"),
        (("each: 2", "each: two"), "number.not-a-number", "'two'"),
        (("each: 2", "each: XX"), "number.unset", "'XX'"),
        (("each: 2", "each: 0.1234567"), "number.too-fine", "0.1234567"),
        (("each: 2", "each: 99999999999"), "number.too-large", "99999999999"),
        (("each: 2", "each: [2]"), "value.type", "a number"),
        (("each: 2", "each: 1e400"), "number.exponent", "1e400"),
        (("each: 2", "each: .nan"), "number.not-a-number", ".nan"),
        (("by: [boss]", "by: boss"), "value.type", "a list"),
        (("by: [boss]", "by: [boss], reason: perhaps"), "value.type", "true or false"),
        (("    weight: 60", "    wieght: 3\n    weight: 60"), "key.unknown", "wieght"),
        (("2024-01-01", "1.1.2024"), "value.date", "1.1.2024"),
        (("2024-01-01", "2024-02-30"), "value.no-such-date", "2024-02-30"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_fit_is_told_in_our_words(spoilt, change, code, words):
    problem = spoilt(change).only(code)
    assert words in problem.what("en")
    assert problem.place.line
    assert problem.place.column


def test_a_misspelt_key_gets_the_right_one_proposed(spoilt):
    problem = spoilt(("    weight: 60", "    wieght: 3\n    weight: 60")).only("key.unknown")
    assert "'weight'" in problem.mend("en")
    assert (problem.place.line, problem.place.column) == (11, 5)


def test_python_names_of_fields_are_no_keys(spoilt):
    assert "key.unknown" in spoilt(("{from: 90%", "{from_: 90%")).codes


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "3", "~", "# nothing"])
def test_what_is_no_mapping_is_no_scheme(text):
    (problem,) = read(text).problems
    assert problem.code == "scheme.not-a-scheme"


def test_text_that_cannot_be_parsed_still_says_all_the_parser_saw():
    assert [p.code for p in read("a: 1\na: 2\nb: [\n").problems] == ["yaml.duplicate-key", "yaml.syntax"]


def test_settings_given_for_the_reading_hold(spoilt):
    text = spoilt().text
    told_off = next(i for i in read(text, settings={"top": "low"}).scheme.indicators() if i.id == "told_off")
    assert told_off.curve.clauses[0].score == 8
    assert read(text, settings={"tpo": "low"}).problems[0].code == "settings.unknown-override"
    assert read(text, settings={"top": "lwo"}).problems[0].code == "settings.unknown-reading"


def test_holes_are_values_where_they_may_be(spoilt):
    scheme = spoilt(more="payout: {output_value: {profit_share: XX%, expense_share: unset}}\n").reading.scheme
    assert scheme.payout.output_value.profit_share is UNSET


def test_files_in_both_encodings(tmp_path, good):
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.yaml"
        path.write_bytes(good.encode(encoding))
        assert read_file(path).scheme == read(good).scheme


def test_a_file_that_is_not_there_or_no_text_is_a_problem(tmp_path):
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xff\xff\xff")
    assert [p.code for p in read_file(tmp_path / "nothing.yaml").problems] == ["scheme.unreadable"]
    assert [p.code for p in read_file(tmp_path).problems] == ["scheme.unreadable"]
    assert [p.code for p in read_file(tmp_path / "picture.yaml").problems] == ["text.encoding"]


BITS = st.sampled_from([
    "null", "[]", "{}", "[[]]", "{a: b}", "$top", "$nobody", "XX%", "-1", "0", "1e9", "NaN", "yes", "2024-02-30", "'' ", "&a 1", "*a", "!t 1", "\t", "{",
    "99999999999", "0.00000001", "{zh: 1}", "[{from: 0, score: 1}]", "rating", "{use: rating, scale: {low: 5, high: 1}}", "\x00", "总",
])  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_a_scheme_with_any_value_put_anywhere_never_crashes(good, data):
    lines = good.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[number].partition(": ")
        lines[number] = f"{key}{colon}{data.draw(BITS)}" if data.draw(st.booleans()) else data.draw(BITS)
    reading = read("\n".join(lines))
    assert reading.scheme is not None or errors(reading.problems)
    for problem in reading.problems:
        assert problem.as_json()
        assert "pydantic" not in problem.what("en")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: [*a, *a]\n", "a: &a\n  b: *a\n", "a: !!python/object/apply:os.system [ls]\n", "scheme: x\n", "sections: []\n",
        "sections: {}\n", "sections:\n  - 3\n", "sections:\n  - {id: a}\n", "sections: [[]]\n", "scheme: {a: 1}\nversion: []\n",
    ],
)  # fmt: skip
def test_a_text_with_next_to_nothing_in_it_is_only_problems(text: str) -> None:
    reading = read(text)
    assert reading.scheme is None
    assert reading.problems


@pytest.mark.parametrize(
    ("edits", "more", "told"),
    [
        ([], "positions: [{a: b}, ok]\n", ["'positions #1' takes a word; keys with values is written here."]),
        ([], "positions: [~]\n", ["'positions #1' takes a word; nothing is written here."]),
        ([], "raters: {gap: {between: [a], more_than: 3}}\n", ["'between' takes more items; a list is written here."]),
        ([("settings:\n", "settings: 7\nsettings2:\n")], "", ["'settings' takes keys with values; '7' is written here.", "There is no key 'settings2' here."]),
        ([("    indicators:\n      - id: on_time", "    indicators:\n      - 7\n      - id: on_time")], "", ["'indicators #1' takes keys with values; '7' is written here."]),
        ([("sections:\n", "sections: x\nsections2:\n")], "", ["'sections' takes a list; 'x' is written here.", "There is no key 'sections2' here."]),
        ([("curve: [{from: 0, score: $top", "curve: [3, {from: 0, score: $top")], "", ["'curve #1' takes keys with values; '3' is written here."]),
        ([("measure: rating", "measure: {uses: rating}")], "", ["The required key 'use' is missing."]),
        ([], "total: {round: 3}\n", ["'round' cannot be '3'."]),
    ],
)  # fmt: skip
def test_parts_of_the_wrong_shape_are_replaced_so_that_the_rest_can_be_judged(spoilt, edits, more, told):
    assert [p.what("en") for p in spoilt(*edits, more=more).problems] == told


def test_a_section_whose_indicators_are_no_list_is_not_called_empty_too(spoilt):
    section = "  - {id: third, title: third, weight: 0.5, indicators: 3}\n"
    assert spoilt(("weight: 40", "weight: 39.5"), ("curves:\n", f"{section}curves:\n")).codes == ["value.type"]
