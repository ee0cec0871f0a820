"""Bounds of the redistribution: X between what must and what may be given, Y between those sure and those able to share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jikao.payout.forecast.scenarios import ENDS, Scenarios
from jikao.payout.forecast.values import Bound, PoolOutlook, Range, ToDate
from jikao.payout.ledger import Account, Entry


@dataclass(frozen=True, slots=True)
class _Stake:
    """What a person may give into a pool, and whether they may, or surely will, share it."""

    least: int
    most: int
    may: bool
    sure: bool


class Sharing:
    """Every redistribution pool of a run with everybody's stakes in it."""

    def __init__(self, to_date: ToDate, found: Scenarios) -> None:
        self._run, self._opening = to_date.run, to_date.opening
        payout = self._run.scheme.payout
        self._gets = {effect.grade for effect in payout.grades if effect.gets_share} if payout.redistribution else set()
        self._stakes: dict[Account, dict[str, _Stake]] = defaultdict(dict)
        if payout.redistribution:
            for person, score in to_date.scores.items():
                pool = self.pool(person)
                given = [found[grade, end][person].given.get(pool, 0) for grade in score.grades for end in ENDS]
                getting = [grade in self._gets for grade in score.grades]
                self._stakes[pool][person] = _Stake(min(given), max(given), any(getting), all(getting))
        self._totals = {pool: _totals(stakes.values()) for pool, stakes in self._stakes.items()}

    def pool(self, person: str) -> Account:
        """The pool a person gives to or shares."""
        rule = self._run.scheme.payout.redistribution
        together = rule is None or rule.within == "everybody"
        return Account("pool", self._run.scheme.scheme, "" if together else self._run.results[person].department)

    def share(self, person: str, grade: str | None) -> tuple[int, int]:
        """The least and the most a person gets out of the pool with this grade."""
        if grade not in self._gets:
            return 0, 0
        pool = self.pool(person)
        own, (least, most, sure, may) = self._stakes[pool][person], self._totals[pool]
        there = self._opening.balances.get(pool, 0)
        return max(0, there + least - own.least) // may, max(0, there + most - own.most) // (sure + (not own.sure))

    def pools(self, now: Sequence[Entry]) -> Iterator[PoolOutlook]:
        """Every pool: X, Y and X ÷ Y. ``now``: the entries as they stand."""
        for pool, (least, most, sure, may) in sorted(self._totals.items()):
            there = self._opening.balances.get(pool, 0)
            moved = [amount for entry in now for account, amount in entry.postings if account == pool]
            held, heads = there + sum(amount for amount in moved if amount > 0), _heads(pool, now)
            each = held // heads if heads else 0
            low, high = there + least, there + most
            shares = Range(max(0, low) // may, each, max(0, high) // max(1, sure)) if may else Range(0, each, 0)
            yield PoolOutlook(pool, Range(low, held, high), Range(sure, heads, may), shares)

    def kept(self) -> Bound:
        """The least and the most the company keeps because nobody shares it."""
        rule = self._run.scheme.payout.redistribution
        least = most = 0
        for pool, (low, high, sure, may) in self._totals.items() if rule and rule.nobody == "keep" else ():
            there = self._opening.balances.get(pool, 0)
            least += 0 if may else max(0, there + low)
            most += 0 if sure else max(0, there + high)
        return least, most


def _totals(stakes: Iterable[_Stake]) -> tuple[int, int, int, int]:
    """The least and the most given, and the fewest and the most heads."""
    every = list(stakes)
    return sum(s.least for s in every), sum(s.most for s in every), sum(s.sure for s in every), sum(s.may for s in every)


def _heads(pool: Account, entries: Sequence[Entry]) -> int:
    """How many share a pool."""
    return sum(
        1 for entry in entries for account, amount in entry.postings if account == pool and amount < 0 and entry.rule == "redistribution"
    )
