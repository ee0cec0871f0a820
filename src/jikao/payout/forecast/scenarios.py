"""What each grade would pay everybody: the rules of pay themselves are asked, once for every grade and end of the range.

A scenario gives everybody the same grade with their least (or most) total and violations, and is computed like any pay. Of
its entries only what concerns one person alone is read; what depends on others (X/Y, budgets, pools) is bounded elsewhere.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from jikao.payout.compute import Job, pay
from jikao.payout.facts import Facts, RunFacts, Violation
from jikao.payout.forecast.values import PART_OF, ToDate
from jikao.payout.ledger import Account, Entry
from jikao.scheme.model import ConductBonus, Scheme

End = Literal["low", "high"]
ENDS: tuple[End, End] = ("low", "high")

OWN = ("conduct", "grade_base", "grade_effect", "withheld", "performance")
"""Rules whose amounts follow from the person's own result."""


@dataclass(slots=True)
class Alone:
    """What concerns one person alone in a scenario, in fen: pay by part, what they give into which pool, what the company bears
    of it besides the performance bonus.
    """

    parts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    given: defaultdict[Account, int] = field(default_factory=lambda: defaultdict(int))
    borne: int = 0


Scenario = dict[str, Alone]
"""By person."""


Scenarios = dict[tuple[str | None, End], Scenario]
"""By grade and end."""


def scenarios(to_date: ToDate) -> Scenarios:
    """A scenario for every grade somebody may end with, at both ends."""
    facts = replace(to_date.facts, orders={}, advances={}, repayments=(), write_offs=())
    alone = replace(to_date.run, scheme=_without_limits(to_date.run.scheme))
    return {(grade, end): _scenario(at_end(alone, to_date, grade, end), facts) for grade in to_date.grades for end in ENDS}


def _scenario(run: RunFacts, facts: Facts) -> Scenario:
    found: Scenario = {person: Alone() for person in run.results}
    for entry in pay(Job(run.period, [run], facts)).entries:
        if entry.subject in found:
            _read(entry, found[entry.subject])
    return found


def _read(entry: Entry, alone: Alone) -> None:
    for account, amount in entry.postings:
        if account.kind == "pay" and entry.rule in OWN:
            alone.parts[PART_OF.get(entry.rule, entry.rule)] += amount
        elif account.kind == "pool" and amount > 0:
            alone.given[account] += amount
        elif account.kind == "company" and entry.rule != "performance":
            alone.borne -= amount


def _without_limits(scheme: Scheme) -> Scheme:
    """The scheme without what bounds a sum over people: a person's own amount shows."""
    performance = scheme.payout.performance
    unbounded = None if performance is None else performance.model_copy(update={"budget": None})
    return scheme.model_copy(
        update={"payout": scheme.payout.model_copy(update={"performance": unbounded, "pool": None, "advances": None, "output_value": None})}
    )


def at_end(run: RunFacts, to_date: ToDate, grade: str | None, end: End) -> RunFacts:
    """The run as it would be with this grade for everybody, and everybody's total and violations at this end."""
    results = {}
    for person, result in run.results.items():
        score = to_date.scores[person]
        total = (score.low if end == "low" else score.high).total
        state = result.state if grade is None else "scored"
        results[person] = replace(result, grade=grade, total=None if total is None else int(total * 100), state=state)
    return replace(run, results=results, violations=dict(_violations(run, to_date, end)))


def _violations(run: RunFacts, to_date: ToDate, end: End) -> Iterator[tuple[str, Sequence[Violation]]]:
    """At best those verified so far; at worst also those still open, and more of the most severe at the pace so far."""
    conduct = run.scheme.payout.conduct
    if conduct is None:
        return
    for person, known in run.violations.items():
        if end == "high":
            yield person, [_decided(v, Fraction(0)) for v in known]
            continue
        gone, days = to_date.elapsed[person]
        held = [replace(_decided(v, Fraction(1)), state="verified") for v in known if v.state != "dismissed"]
        more = math.ceil(Fraction(len(held) * (days - gone), gone)) if gone else 0
        yield person, [*held, *([max(held, key=lambda v: _taken(v, conduct))] * more if held else [])]


def _decided(v: Violation, share: Fraction) -> Violation:
    """A violation with a share, should nobody have decided it yet."""
    return v if v.share is not None else replace(v, share=share)


def _taken(v: Violation, conduct: ConductBonus) -> Fraction:
    return (v.share or Fraction(0)) if conduct.decided else Fraction(conduct.severity.get(v.severity, 0))
