"""Running one case: read the scheme as the case changes it, then score, then pay."""

from __future__ import annotations

from collections.abc import Iterator

from jikao.cases.form import Case
from jikao.cases.material import edited
from jikao.cases.orders import price_misses
from jikao.cases.outcome import Miss, Outcome
from jikao.cases.paid import pay_misses
from jikao.cases.scored import compare_problems, process_misses, score_misses
from jikao.scheme.checks.holes import needed_by_a_run
from jikao.scheme.problem import errors
from jikao.scheme.read import read


def run_case(text: str, case: Case, file: str = "") -> Outcome:
    """Run one case against the text of a scheme."""
    return Outcome(case, tuple(_misses(text, case, file)))


def _misses(text: str, case: Case, file: str) -> Iterator[Miss]:
    reading = read(edited(text, case.edit), file, case.settings)
    found = errors(reading.problems)
    if found or reading.scheme is None:
        yield from compare_problems(case, found)
        return
    needed = list(needed_by_a_run(reading.scheme, reading.places))
    if needed and case.problems is not None:
        yield from compare_problems(case, needed)
        return
    yield from process_misses(reading.scheme, case, text, file)
    yield from price_misses(reading.scheme, case.price)
    yield from score_misses(reading.scheme, case)
    yield from pay_misses(case, text, file)
