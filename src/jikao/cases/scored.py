"""Scoring cases: evidence is imported and scored, and the results, problems and days are compared."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from jikao.cases.figures import figures
from jikao.cases.form import Case
from jikao.cases.material import edited, fill, problems_of
from jikao.cases.outcome import Miss, told, unless_agrees, unless_equal
from jikao.evidence.backend import DuckEngine
from jikao.evidence.store import Store
from jikao.scheme.model import Scheme
from jikao.scheme.problem import Problem, errors
from jikao.scheme.process import deadline, in_force, submission
from jikao.scheme.read import read
from jikao.scheme.rules import rules_of
from jikao.scoring.run import score


def process_misses(scheme: Scheme, case: Case, text: str, file: str) -> Iterator[Miss]:
    """Deadlines, things handed in late, and the version in force."""
    with tempfile.TemporaryDirectory() as folder:
        calendar = Store.create(Path(folder) / "store").calendar
    if case.deadline is not None:
        last = deadline(scheme, case.deadline.step, case.deadline.after, calendar)
        yield from unless_equal(f"deadline {case.deadline.step}", str(case.deadline.expect), str(last))
    if case.late is not None:
        how = submission(scheme, case.late.step, case.late.after, case.late.submitted, calendar)
        yield from unless_equal(f"late {case.late.step}", case.late.expect, how)
    if case.expect_version:
        yield from unless_equal("version", case.expect_version, _version_in_force(scheme, case, text, file))


def _version_in_force(scheme: Scheme, case: Case, text: str, file: str) -> str:
    versions = [scheme]
    for version in case.versions:
        changed = read(edited(text, {"version": version.version, "valid_from": version.valid_from} | version.edit), file)
        if changed.scheme is not None:
            versions.append(changed.scheme)
    holds = in_force(versions, case.when.start)
    return holds.version if holds else "—"


def score_misses(scheme: Scheme, case: Case) -> Iterator[Miss]:
    """Import the evidence, score the period, compare."""
    if not case.expect and case.problems is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _scored(scheme, case, Path(folder))


def _scored(scheme: Scheme, case: Case, folder: Path) -> Iterator[Miss]:
    store, period = Store.create(folder / "store"), case.when
    problems = fill(store, case.people, case.evidence, case.case)
    rules = rules_of(scheme)
    if not errors(problems):
        problems += problems_of(store, rules, period)
    if errors(problems) or case.problems is not None:
        yield from compare_problems(case, problems if case.problems is not None else errors(problems))
    if errors(problems) or not case.expect:
        return
    out = folder / "out"
    score(rules, store.snapshot(), [period], out)
    yield from _compare_results(case, out)


def compare_problems(case: Case, problems: Sequence[Problem]) -> Iterator[Miss]:
    """A miss, when problems were found that nobody expects, or expected ones were not."""
    wanted = set(case.problems or [])
    got = {problem.code for problem in problems}
    if case.problems is None:
        yield Miss("problems", "—", told(problems))
    elif not wanted <= got:
        yield Miss("problems", ", ".join(sorted(wanted)), ", ".join(sorted(got)) or "—")


def _compare_results(case: Case, out: Path) -> Iterator[Miss]:
    with tempfile.TemporaryDirectory() as scratch, contextlib.closing(DuckEngine(Path(scratch))) as on:
        for person, expected in case.expect.items():
            got = figures(on, out, person)
            for name, wanted in expected.items():
                yield from unless_agrees(f"{person}.{name}", wanted, got.get(name))
