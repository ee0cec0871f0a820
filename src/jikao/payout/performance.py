"""Performance bonus: each person's base × coefficients, within floor and cap, and all together within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from jikao.payout import budgets, money
from jikao.payout.allot import allot
from jikao.payout.bonus import Bonus, Bounds, give
from jikao.payout.budgets import ALL, Purse
from jikao.payout.facts import Facts, RunFacts
from jikao.payout.figures import Factor, equals, product
from jikao.payout.ledger import Book
from jikao.payout.presence import Presence
from jikao.payout.standing import Standing
from jikao.scheme.model import PerformanceBonus
from jikao.scheme.problem import Level, kind
from jikao.scheme.text import Text

OVER_BUDGET = kind(
    "payout.over-budget", Level.ERROR,
    what=Text("{group}的绩效奖金合计 {sum},比预算 {budget} 多 {excess}。", "The performance bonuses of {group} make {sum}, {excess} more than the budget of {budget}."),
    why=Text("超过预算不发。", "Nothing is paid beyond the budget."),
    mend=Text("增加预算、调整系数,或写 over_budget: scale 按比例压缩。", "Raise the budget, change the coefficients, or scale everybody down with over_budget: scale."),
)  # fmt: skip


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Pay everybody who has what the bonus goes by."""
    rule = run.scheme.payout.performance
    if rule is None:
        return
    bonuses = list(_bonuses(run, facts, book, rule))
    for purse in _purses(run, facts, book, rule, bonuses):
        bonuses = _within(purse, rule, bonuses, book)
    give(run, book, "performance", bonuses)


def _bonuses(run: RunFacts, facts: Facts, book: Book, rule: PerformanceBonus) -> Iterator[Bonus]:
    """Everybody's bonus before the budget, in the order of the people."""
    presence, standing, bounds = Presence(run, facts, book), Standing(run, "performance", book), Bounds.of(rule)
    full = run.scheme.total.full
    for person, result in sorted(run.results.items()):
        coefficient = standing.coefficient(result, rule.coefficients, rule.positions)
        score = standing.score(result) if rule.by_score else Factor()
        if coefficient is None or score is None:
            continue  # held: nobody asks for a base that would not be used
        base = presence.recorded(person, rule.base)
        if base is not None:
            factor = coefficient * (score / full if rule.by_score else score)
            exact, figures = bounds.keep(base.exact * factor.exact, product(base.factor, factor.figures))
            amount = money.part(1, exact)
            yield Bonus(result, amount, equals(figures, amount), (standing.source(result), *base.sources))


def _purses(run: RunFacts, facts: Facts, book: Book, rule: PerformanceBonus, bonuses: Sequence[Bonus]) -> list[Purse]:
    """The budgets, departments first. A department's and the one for all hold side by side; nobody may be without any."""
    if rule.budget is None:
        return []
    found = budgets.purses(run, facts, rule.budget)
    if ALL not in found:
        budgets.miss(run, {bonus.result.department for bonus in bonuses} - found.keys(), book)
    return [found[department] for department in sorted(found, key=lambda department: (department == ALL, department))]


def _within(purse: Purse, rule: PerformanceBonus, bonuses: list[Bonus], book: Book) -> list[Bonus]:
    """The bonuses within a budget: as they are, or scaled down to just the budget; or problems."""
    held = [bonus for bonus in bonuses if purse.department in {ALL, bonus.result.department}]
    total = sum(bonus.amount for bonus in held)
    if total <= purse.amount:
        return bonuses
    if rule.over_budget == "refuse":
        figures = {"sum": total, "budget": purse.amount, "excess": total - purse.amount}
        book.problems.append(OVER_BUDGET(purse.place, group=purse.group, **money.said(figures)))
        return bonuses
    bounds = Bounds.of(rule)
    if lacking := purse.lacks_floors(bounds.floor, len(held)):
        book.problems.append(lacking)
        return bonuses
    scaled = {bonus.result.person: bonus for bonus in _scaled(held, purse, bounds)}
    return [scaled.get(bonus.result.person, bonus) for bonus in bonuses]


def _scaled(bonuses: Sequence[Bonus], purse: Purse, bounds: Bounds) -> Iterator[Bonus]:
    """Bonuses that share a budget in proportion to what they would be, nobody below the floor."""
    weights = [Factor(Fraction(bonus.amount, money.FEN), money.yuan(bonus.amount)) for bonus in bonuses]
    shared = allot(purse.amount, [weight.exact for weight in weights], bounds.floor, bounds.cap)
    for bonus, part, formula in zip(bonuses, shared.parts, bounds.formulas(purse.amount, weights, shared), strict=True):
        yield replace(bonus, amount=part, formula=f"{bonus.formula}; {formula}", sources=(*bonus.sources, *purse.sources))
