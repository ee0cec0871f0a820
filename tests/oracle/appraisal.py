"""The whole appraisal of one period: who is judged, every measure, every sheet, totals, grades, ranks, coverage.

Decisions where the documents are silent:

* Judged is every human of the register employed on a day of the period who then held a position the scheme binds.
  Who has no span in the period sits where the register says; who has spans sat where they say, and nowhere else.
* A seat is measured on its own days; what stands at the end of the period (backlog, certificates) stands in every seat.
* Several seats: exact totals weighted by days employed (A48) over the seats that have one; a held seat holds the person.
  Sections and coverage are weighted in the same way.
* Department and position of the result are those of the last seat of the period.
* Only totals that were graded as usual rank; equal totals share the better rank (1, 1, 3).
* A flag shows once, whichever seat raised it: those of clauses in the order of the text, that of the grade, the scheme's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.model import Scheme
from jikao.scheme.period import Period

from .clock import half_up
from .files import Files, Seat, seats
from .marking import Sheet, flags_of, grade_of, percentages, sheet
from .measures import Case, measure


@dataclass(frozen=True)
class Result:
    """One person's result of one period, with the sheets it comes from."""

    person: str
    seats: tuple[Seat, ...]
    sheets: tuple[Sheet, ...]
    total: Decimal | None
    grade: str | None
    coverage: Fraction
    state: str
    flags: tuple[str, ...]
    rank: int | None = None
    peers: int | None = None


def appraise(scheme: Scheme, files: Files, period: Period) -> dict[str, Result]:
    """Everybody's result, by person."""
    judged = seats(files, period, scheme.positions)
    everybody = tuple(seat for held in judged.values() for seat in held)
    results = {person: _result(scheme, files, period, held, everybody) for person, held in judged.items()}
    return {person: _ranked(scheme, result, results.values()) for person, result in results.items()}


def _result(scheme: Scheme, files: Files, period: Period, held: Sequence[Seat], everybody: tuple[Seat, ...]) -> Result:
    sheets = tuple(
        sheet(scheme, {indicator.id: measure(Case(files, scheme, indicator, period, seat, everybody)) for indicator in scheme.indicators()})
        for seat in held
    )
    days = [seat.worked.days for seat in held]
    exact = weighted([(one.exact, n) for one, n in zip(sheets, days, strict=True)])
    coverage = weighted([(one.coverage, n) for one, n in zip(sheets, days, strict=True)]) or Fraction(0)
    state = "held" if any(one.state == "held" for one in sheets) else "nothing" if exact is None else "scored"
    if state == "scored" and coverage < Fraction(scheme.grades.needs_coverage):
        state = "insufficient"
    total = None if exact is None or state == "held" else half_up(exact, 2)
    flagged = {line.indicator for one in sheets for line in one.lines if line.flagged}
    flags = [line.indicator for line in sheets[0].lines if line.indicator in flagged]
    grade = None
    if total is not None and state == "scored":
        sections = percentages(together(sheets, days), sheets[0].top)
        grade, flags = grade_of(scheme.grades, total, sections), flags + flags_of(scheme.grades, sections)
    frozen = None if total is None else Decimal(total.numerator) / Decimal(total.denominator)
    return Result(held[0].person, tuple(held), sheets, frozen, grade, coverage, state, tuple(flags))


def weighted(parts: Iterable[tuple[Fraction | None, int]]) -> Fraction | None:
    """The mean by days of what is there."""
    there = [(value, days) for value, days in parts if value is not None]
    return sum((value * days for value, days in there), Fraction(0)) / sum(days for _, days in there) if there else None


def together(sheets: Sequence[Sheet], days: Sequence[int]) -> dict[str, tuple[Fraction | None, Fraction]]:
    """Sections of several seats, weighted by days."""
    return {
        name: (weighted([(one.sections[name][0], n) for one, n in zip(sheets, days, strict=True)]), worth)
        for name, (_, worth) in sheets[0].sections.items()
    }


def _ranked(scheme: Scheme, result: Result, everybody: Iterable[Result]) -> Result:
    def group(one: Result) -> object:
        last = one.seats[-1]
        return {"department": last.department, "position": last.position, "team": last.team, "everybody": ""}[scheme.rank.peers]

    totals = [one.total for one in everybody if one.state == "scored" and one.total is not None and group(one) == group(result)]
    own = result.total if result.state == "scored" else None
    rank = None if own is None else 1 + sum(1 for total in totals if total > own)
    return Result(**{**result.__dict__, "rank": rank, "peers": None if own is None else len(totals)})
