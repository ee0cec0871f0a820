"""The same bonus from two schemes: a person judged by both for the same days is paid it twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from jikao.payout.facts import RunFacts
from jikao.payout.ledger import Entry
from jikao.payout.rules import RULES
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import several

PAID_BY_SEVERAL = kind(
    "payout.paid-by-several", Level.WARNING,
    what=Text("方案 {schemes} 在重叠的周期内都发“{rule}”,{count} 人拿两份({people})。", "The schemes {schemes} each pay '{rule}' for overlapping periods; {count} people get it twice ({people})."),
    why=Text("同一段时间的同一项奖金通常只发一次。", "A bonus is usually paid once for the same days."),
    mend=Text("若非有意,只在一个方案里写它,重新计分后再发放。", "Unless it is meant, state it in one scheme, score again, then pay."),
)  # fmt: skip

SHOWN = 3
"""How many people are named."""

_Names = tuple[str, str, str]
"""Rule, scheme and period of entries."""


def paid_by_several(runs: Sequence[RunFacts], entries: Iterable[Entry]) -> Iterator[Problem]:
    """Conduct bonuses, and grade bonuses on the same kind of base, that two schemes pay the same people; once per pair."""
    paid: defaultdict[_Names, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.rule in {"conduct", "grade_base"}:
            paid[entry.rule, entry.scheme, entry.period].add(entry.subject)
    twice: defaultdict[_Names, set[str]] = defaultdict(set)
    for one, other in combinations(sorted(runs, key=lambda r: (r.scheme.scheme, r.period.start)), 2):
        for rule, people in _both(one, other, paid):
            twice[rule, one.scheme.scheme, other.scheme.scheme] |= people
    for (rule, *schemes), people in sorted(twice.items()):
        named = [*sorted(people)[:SHOWN], *(["…"] if len(people) > SHOWN else [])]
        yield PAID_BY_SEVERAL(schemes=several(schemes), rule=RULES[rule].title, count=len(people), people=several(named))


def _both(one: RunFacts, other: RunFacts, paid: Mapping[_Names, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """Who is paid a rule by both runs."""
    if one.scheme.scheme == other.scheme.scheme or one.period.end <= other.period.start or other.period.end <= one.period.start:
        return
    for rule in ("conduct", "grade_base"):
        first, second = (paid.get((rule, run.scheme.scheme, str(run.period)), set()) for run in (one, other))
        if first & second and (rule == "conduct" or one.scheme.payout.grade_base == other.scheme.payout.grade_base):
            yield rule, first & second
