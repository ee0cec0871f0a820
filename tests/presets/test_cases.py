"""Every case of the presets and of tests/cases, through the real path: text, store, engine, results, pay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jikao
from jikao.cases import case_files, read_cases, run_case

PRESETS = Path(jikao.__file__).parent / "presets"
SMALL = Path(__file__).resolve().parents[1] / "cases"
FOLDERS = sorted(path.parent for root in (PRESETS, SMALL) for path in root.glob("*/scheme.yaml"))
FILES = [(folder, file) for folder in FOLDERS for file in case_files(folder)]

EXAMPLES = {f"A{n:02}" for n in (*range(1, 51), 52, 53, *range(56, 61))}
"""The worked examples of the specification that a scheme, evidence and the engine answer, in points and in money."""


@pytest.mark.parametrize(("folder", "file"), FILES, ids=[f"{folder.name}/{file.stem}" for folder, file in FILES])
def test_the_cases_come_out_as_written(folder: Path, file: Path) -> None:
    text = (folder / "scheme.yaml").read_text(encoding="utf-8")
    outcomes = [run_case(text, case, str(folder / "scheme.yaml")) for case in read_cases(file)]
    assert {outcome.case.case: outcome.misses for outcome in outcomes if not outcome.passed} == {}


def test_every_scheme_has_cases() -> None:
    assert [folder.name for folder in FOLDERS if not case_files(folder)] == []


def test_every_worked_example_is_a_case() -> None:
    named = {example for _, file in FILES for case in read_cases(file) for example in re.findall(r"\bA\d\d\b", case.case)}
    assert named >= EXAMPLES


def test_every_case_is_named_in_both_languages() -> None:
    cases = [case for _, file in FILES for case in read_cases(file)]
    assert [case.case for case in cases if not case.en or case.en == case.case] == []
    assert len({(case.case, case.period) for case in cases}) == len(cases)
