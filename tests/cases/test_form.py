"""What a case file may say: a name nothing bears, or an amount nobody can mean, is told before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import jikao
from jikao.cases import Case, read_cases, run_case
from jikao.scheme.problem import Problem, Refused

CASE = """\
- case: 一个案例
  period: 2024-06
  people: {甲: {}}
  pay:
    period: 2024-06
    expect: {甲: {conduct: 400.00, conduct.2024-06: N/A}}
    accounts: {company/conduct: -400.00}
    orders: {R1: {state: settled}}
    then:
      - people: {乙: {}}
        expect: {乙: {total: 1}}
"""


def problems_of(text: str, folder: Path) -> list[Problem]:
    file = folder / "case.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        read_cases(file)
    except Refused as no:
        return list(no.problems)
    return []


def test_a_case_of_known_names_is_read(tmp_path: Path) -> None:
    assert problems_of(CASE, tmp_path) == []


@pytest.mark.parametrize(
    ("good", "bad", "name", "line"),
    [
        ("{conduct: 400.00,", "{conductt: 400.00,", "conductt", 6),
        ("conduct.2024-06:", "bonus.2024-06:", "bonus.2024-06", 6),
        ("expect: {甲:", "expect: {丙:", "丙", 6),
        ("company/conduct:", "firm/conduct:", "firm/conduct", 7),
        ("{state: settled}", "{stage: settled}", "stage", 8),
        ("    orders:", "    also: {s9: {}}\n    orders:", "s9", 8),
        ("{total: 1}", "{sum: 1}", "sum", 11),
    ],
)
def test_a_name_nothing_bears_is_told_with_its_place(good: str, bad: str, name: str, line: int, tmp_path: Path) -> None:
    assert good in CASE
    found = problems_of(CASE.replace(good, bad), tmp_path)
    assert [(p.code, p.values["name"], p.place.line) for p in found] == [("case.unknown-name", name, line)]


def test_a_person_who_comes_later_is_unknown_before(tmp_path: Path) -> None:
    found = problems_of(CASE.replace("expect: {甲:", "expect: {乙:"), tmp_path)
    assert [(p.code, p.values["name"]) for p in found] == [("case.unknown-name", "乙")]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("conduct: 400.00", "conduct: 400.001"),
        ("conduct: 400.00", "conduct: 四百"),
        ("company/conduct: -400.00", "company/conduct: -"),
        ("    period: 2024-06", "    period: 2024-13"),
        ("    then:", "    than:"),
        ("    accounts:", "    corrects: perhaps\n    accounts:"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_form(good: str, bad: str, tmp_path: Path) -> None:
    assert good in CASE
    assert [p.code for p in problems_of(CASE.replace(good, bad), tmp_path)] == ["case.form"]


def test_a_pay_case_that_expects_nothing_is_a_fault_of_form(tmp_path: Path) -> None:
    text = "- case: 空\n  period: 2024-06\n  people: {甲: {}}\n  pay: {then: [{period: 2024-07}]}\n"
    assert [p.code for p in problems_of(text, tmp_path)] == ["case.form"]


@pytest.mark.parametrize(
    "case",
    [
        {"case": "路径写错", "period": "2024-06", "edit": {"sections.nothing.weight": "5"}, "expect": {"甲": {"total": "100"}}},
        {"case": "没有周期", "people": {"甲": {}}, "expect": {"甲": {"total": "100"}}},
        {"case": "没有周期", "people": {"甲": {}}, "problems": ["evidence.required"]},
    ],
)
def test_a_case_that_cannot_be_run_says_why(case: dict[str, object]) -> None:
    text = (Path(jikao.__file__).parent / "presets" / "s8-conduct" / "scheme.yaml").read_text(encoding="utf-8")
    with pytest.raises(Refused) as no:
        run_case(text, Case.model_validate(case))
    assert [p.code for p in no.value.problems] == ["case.form"]
