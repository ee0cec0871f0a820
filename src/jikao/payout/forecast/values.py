"""What a forecast starts from and what it says, as frozen values. Money is fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from jikao.payout.facts import Facts, RunFacts
from jikao.payout.ledger import Account, Opening
from jikao.payout.rules import RULES
from jikao.scheme.model import Scheme
from jikao.scheme.period import Period
from jikao.scheme.problem import Problem
from jikao.scheme.rules import rules_of
from jikao.scheme.text import Text
from jikao.scoring.whatif.range import ScoreRange
from jikao.scoring.whatif.range import assumed as assumed_of_scores

OPEN_VIOLATIONS = Text(
    "未核实的违规:最好不成立,最差成立;往后照至今的速度,按其中最重的程度计",
    "violations not verified yet: at best dismissed, at worst verified; those to come, at the pace so far, count as the most severe of them",
)
OPEN_ORDERS = Text(
    "未结算的任务单:最差本期不结算,最好期末前按现有产值、成本与占比结算;尚无占比的不计入个人",
    "orders not settled: at worst not in this period, at best before it ends, by value, cost and shares as they stand; without shares they are in nobody's range",
)
NO_ADVANCES = Text("预支与代扣不在其内", "advances and what is withheld from wages are not in it")
NOT_YET = Text("没有等级或总分的,相应奖金本期先不发", "without a grade or total the bonus that goes by it is not paid yet")


def assumed(scheme: Scheme) -> tuple[Text, ...]:
    """What is assumed about the rest of the period, sentence by sentence, as far as the scheme's rules need it."""
    payout = scheme.payout
    by_result = payout.grades or payout.performance or payout.pool
    needed = ((OPEN_VIOLATIONS, payout.conduct), (OPEN_ORDERS, payout.output_value), (NO_ADVANCES, payout.advances), (NOT_YET, by_result))
    return (*assumed_of_scores(rules_of(scheme)), *(sentence for sentence, wanted in needed if wanted))


Bound = tuple[int, int]
"""The least and the most, in fen."""


class Range(NamedTuple):
    """Fen (or heads) at worst, as it stands today, and at best."""

    low: int
    now: int
    high: int

    @classmethod
    def between(cls, ends: Bound, now: int) -> Range:
        return cls(ends[0], now, ends[1])

    @property
    def ends(self) -> Bound:
        return self.low, self.high


NOTHING = Range(0, 0, 0)

PARTS = {
    "conduct": RULES["conduct"].title,
    "grades": Text("等级奖金", "bonus by grade"),
    "redistribution": RULES["redistribution"].title,
    "performance": RULES["performance"].title,
    "pool_share": RULES["pool_share"].title,
    "performance_pay": RULES["performance_pay"].title,
}
"""The parts of a person's pay that are forecast. ``grades``: the base, what the grade adds or takes, what it withholds."""

PART_OF = {"grade_base": "grades", "grade_effect": "grades", "withheld": "grades"}
"""Rules that are told together with others."""


@dataclass(frozen=True)
class ToDate:
    """A period that still runs: results by the evidence to date in ``run`` (whose period is the whole one), facts and violations
    up to ``last``, between what every score ends, and how many of everybody's days in the period are gone, of how many.
    """

    run: RunFacts
    last: dt.date
    facts: Facts
    scores: Mapping[str, ScoreRange]
    elapsed: Mapping[str, tuple[int, int]]
    opening: Opening = field(default_factory=Opening)

    @property
    def grades(self) -> list[str | None]:
        """Every grade somebody may end with."""
        return sorted({grade for score in self.scores.values() for grade in score.grades}, key=lambda grade: (grade is None, grade or ""))


@dataclass(frozen=True, slots=True)
class Part:
    """Between what one part of somebody's pay ends."""

    part: str
    title: Text
    range: Range


@dataclass(frozen=True, slots=True)
class PersonOutlook:
    """Between what a person's result and pay end. ``pay`` is not always the sum of the parts: no grade gives the least, or the
    most, of all of them at once. ``score`` ``None``: not judged, but paid for orders.
    """

    person: str
    name: str
    department: str
    score: ScoreRange | None
    pay: Range
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PoolOutlook:
    """A redistribution pool: X, the heads Y that share it, and X ÷ Y, each between its bounds."""

    account: Account
    held: Range
    heads: Range
    share: Range


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everybody's outlook on one day. ``cost``: what the company bears; ``orders``: performance pay out of order value; both are
    bounds, reached only if everybody ends at theirs.
    """

    scheme: str
    period: Period
    last: dt.date
    gone: int
    days: int
    assumed: tuple[Text, ...]
    people: tuple[PersonOutlook, ...]
    pools: tuple[PoolOutlook, ...]
    cost: Range
    orders: Range
    problems: tuple[Problem, ...]
