"""What pay takes from a result: grade and score, and the coefficients a scheme gives them; who lacks one is not paid yet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from jikao.payout import money
from jikao.payout.facts import Result, RunFacts
from jikao.payout.figures import Factor, plain
from jikao.payout.ledger import Book
from jikao.payout.rules import RULES
from jikao.scheme.checks.payout import UNCOVERED_GRADE
from jikao.scheme.problem import Kind, Level, kind
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


class Standing:
    """How the results of a run count for one rule of pay."""

    def __init__(self, run: RunFacts, rule: str, book: Book) -> None:
        self._run, self._rule, self._book = run, rule, book

    def grade(self, result: Result, among: Mapping[str, object]) -> str | None:
        """The grade, one the rule knows; ``None``, and a problem, when there is none."""
        if result.grade is None:
            self._missing(NO_GRADE, result)
        elif result.grade not in among:
            self._book.problems.append(UNCOVERED_GRADE(name=f"payout.{RULES[self._rule].section}", grades=result.grade))
        else:
            return result.grade
        return None

    def score(self, result: Result) -> Factor | None:
        """The total; ``None``, and a problem, when there is none."""
        if result.total is None:
            self._missing(NO_SCORE, result)
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

    def _missing(self, problem: Kind, result: Result) -> None:
        self._book.problems.append(problem(person=result.person, state=STATES[result.state], bonus=RULES[self._rule].title))
