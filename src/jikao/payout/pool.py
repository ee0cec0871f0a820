"""Bonus pool: one amount shared by score, by weight or equally, to the fen; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jikao.payout import budgets, money
from jikao.payout.allot import allot
from jikao.payout.bonus import Bonus, Bounds, give
from jikao.payout.budgets import ALL, Purse
from jikao.payout.facts import Facts, Result, RunFacts
from jikao.payout.figures import Factor
from jikao.payout.ledger import Book
from jikao.payout.presence import Presence
from jikao.payout.standing import Standing
from jikao.scheme.model import BonusPool
from jikao.scheme.problem import Level, kind
from jikao.scheme.text import Text

LEFT = kind(
    "payout.pool-left", Level.WARNING,
    what=Text("{group}的奖金池 {amount} 中有 {left} 没有分出去。", "Of the bonus pool of {group}, {amount}, {left} is given to nobody."),
    why=Text("参与分配的人都已到顶,或没有人参与分配;这部分归公司。", "Everybody who shares it is at the cap, or nobody does; it stays with the company."),
    mend=Text("不必处理;若不合本意,调整 cap 或池额。", "Nothing to do; if it is not meant, change cap or the amount."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody's weight in a pool."""

    result: Result
    weight: Factor
    sources: tuple[str, ...]


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Share every pool among those who have what it goes by."""
    rule = run.scheme.payout.pool
    if rule is None:
        return
    shares = list(shares_of(run, facts, book, rule))
    found = budgets.purses(run, facts, rule.amount)
    groups = {ALL} if rule.within == "everybody" else {result.department for result in run.results.values()}
    budgets.miss(run, groups - found.keys(), book)
    for group in sorted(groups & found.keys()):
        held = [share for share in shares if group in {ALL, share.result.department}]
        give(run, book, "pool_share", _shared(found[group], held, Bounds.of(rule), book))


def shares_of(run: RunFacts, facts: Facts, book: Book, rule: BonusPool) -> Iterator[Share]:
    """Everybody's weight, in the order of the people."""
    presence, standing = Presence(run, facts, book), Standing(run, "pool_share", book)
    for person, result in sorted(run.results.items()):
        coefficient = standing.coefficient(result, rule.coefficients, rule.positions)
        score = standing.score(result) if rule.by == "score" else Factor()
        if coefficient is None or score is None:
            continue  # held: nobody asks for a base that would not be used
        own, sources = score * presence.share(person), presence.cuts(person)
        if rule.by == "weight":
            base = presence.recorded(person, rule.base)
            if base is None:
                continue
            own, sources = Factor(base.exact / money.FEN, base.factor), base.sources
        yield Share(result, own * coefficient, (standing.source(result), *sources))


def _shared(purse: Purse, shares: Sequence[Share], bounds: Bounds, book: Book) -> list[Bonus]:
    """A pool shared out; what nobody may get is said and stays with the company."""
    if lacking := purse.lacks_floors(bounds.floor, len(shares)):
        book.problems.append(lacking)
        return []
    weights = [share.weight for share in shares]
    allotted = allot(purse.amount, [weight.exact for weight in weights], bounds.floor, bounds.cap)
    if allotted.left:
        book.problems.append(LEFT(purse.place, group=purse.group, amount=money.yuan(purse.amount), left=money.yuan(allotted.left)))
    formulas = bounds.formulas(purse.amount, weights, allotted)
    return [
        Bonus(share.result, part, formula, (*share.sources, *purse.sources))
        for share, part, formula in zip(shares, allotted.parts, formulas, strict=True)
    ]
