"""What pay takes from a result: grade and score, and the coefficients a scheme gives them; who lacks one is not paid yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from jikao.payout import money
from jikao.payout.facts import Result, RunFacts
from jikao.payout.figures import Factor, plain
from jikao.payout.ledger import Book
from jikao.payout.rules import RULES
from jikao.scheme.checks.payout import UNCOVERED_GRADE
from jikao.scheme.model import Payout
from jikao.scheme.problem import Kind, Level, Problem, kind
from jikao.scheme.text import Text

NO_GRADE = kind(
    "payout.no-grade", Level.WARNING,
    what=Text("“{person}”没有等级({state}),“{bonus}”暂不发放。", "'{person}' has no grade ({state}): their '{bonus}' is held."),
    why=Text("该项奖金按等级计算,没有等级不能猜。", "It goes by grade, and a grade is not guessed."),
    mend=Text("补足证据、重新计分后,这一周期以更正批次补发。", "Complete the evidence and score again; a correction batch of the period then pays it."),
)  # fmt: skip
NO_SCORE = kind(
    "payout.no-score", Level.WARNING,
    what=Text("“{person}”没有总分({state}),“{bonus}”暂不发放。", "'{person}' has no total ({state}): their '{bonus}' is held."),
    why=Text("该项奖金按得分计算,没有得分不能当作 0。", "It goes by score, and no score does not mean 0."),
    mend=Text("补足证据、重新计分后,这一周期以更正批次补发。", "Complete the evidence and score again; a correction batch of the period then pays it."),
)  # fmt: skip

STATES = {
    "scored": Text("方案未评等级", "the scheme gives none"),
    "insufficient": Text("证据不足", "too little evidence"),
    "held": Text("待定", "held"),
    "nothing": Text("没有证据", "no evidence"),
}
"""The states of a result in words, as reasons for something missing."""

Lacking = Callable[[Result, str], Problem | None]
"""``(result, rule)`` to what is wrong when the result lacks what the rule goes by."""


class Held(NamedTuple):
    """A bonus somebody is not paid yet: the rule it is of, and why."""

    person: str
    department: str
    period: str
    scheme: str
    rule: str
    problem: Problem


def held(run: RunFacts) -> Iterator[Held]:
    """What is not paid of a run's bonuses since results lack a grade or a total, in the order of the people."""
    needs = list(_needs(run.scheme.payout))
    for person, result in sorted(run.results.items()):
        for rule, lacking in needs:
            problem = lacking(result, rule)
            if problem is not None:
                yield Held(person, result.department, str(run.period), run.scheme.scheme, rule, problem)


def _needs(payout: Payout) -> Iterator[tuple[str, Lacking]]:
    """The rules that go by the grade or the total, with what they say of a result without."""
    if payout.grades:
        yield "grade_base", no_grade
    for rule, section, scored in (
        ("performance", payout.performance, payout.performance and payout.performance.by_score),
        ("pool_share", payout.pool, payout.pool and payout.pool.by == "score"),
    ):
        if section and section.coefficients:
            yield rule, no_grade
        if scored:
            yield rule, no_score


def no_grade(result: Result, rule: str) -> Problem | None:
    """The problem when a rule that goes by the grade has none to go by."""
    return _missing(NO_GRADE, result, rule) if result.grade is None else None


def no_score(result: Result, rule: str) -> Problem | None:
    """The problem when a rule that goes by the total has none to go by."""
    return _missing(NO_SCORE, result, rule) if result.total is None else None


def _missing(problem: Kind, result: Result, rule: str) -> Problem:
    return problem(person=result.person, state=STATES[result.state], bonus=RULES[rule].title)


class Standing:
    """How the results of a run count for one rule of pay."""

    def __init__(self, run: RunFacts, rule: str, book: Book) -> None:
        self._run, self._rule, self._book = run, rule, book

    def grade(self, result: Result, among: Mapping[str, object]) -> str | None:
        """The grade, one the rule knows; ``None``, and a problem, when there is none."""
        if problem := no_grade(result, self._rule):
            self._book.problems.append(problem)
        elif result.grade not in among:
            self._book.problems.append(UNCOVERED_GRADE(name=f"payout.{RULES[self._rule].section}", grades=result.grade))
        else:
            return result.grade
        return None

    def score(self, result: Result) -> Factor | None:
        """The total; ``None``, and a problem, when there is none."""
        if problem := no_score(result, self._rule):
            self._book.problems.append(problem)
        if result.total is None:
            return None
        return Factor(Fraction(result.total, 100), money.yuan(result.total))

    def coefficient(self, result: Result, grades: Mapping[str, Decimal], positions: Mapping[str, Decimal]) -> Factor | None:
        """Coefficient of the grade × of the position. Without a table there is none to apply; a position not named counts 1."""
        found = Factor()
        if grades:
            grade = self.grade(result, grades)
            if grade is None:
                return None
            found = plain(grades[grade])
        return found * plain(positions[result.position]) if result.position in positions else found

    def source(self, result: Result) -> str:
        """The name of a result among the sources of an entry."""
        return f"run/{self._run.run}|{result.person}"
