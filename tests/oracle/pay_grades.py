"""By conduct, grade and score: conduct bonus, grade amounts, redistribution X/Y, performance bonus and bonus pool."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .pay_books import Account, Books, Row, Rules, Run, Till, apportion, bases, cent, company, fraction, pay, people, present


def conduct(till: Till, books: Books, run: Run) -> None:
    rule = run.rules.get("conduct")
    if rule is None:
        return
    lost: defaultdict[str, Fraction] = defaultdict(Fraction)
    for row in run.violations:
        if row["state"] == "verified" and row["happened_on"] in run.period:
            lost[row["person"]] += fraction(row["share"] if rule.get("decided") else rule["severity"][row["severity"]])
    for person, base in bases(books, run, rule.get("base", "bonus_base")).items():
        share = max(Fraction(0), fraction(rule["rate"]) - lost[person])
        till.move("conduct", company("conduct"), pay(person), cent(base * share))


def graded(till: Till, books: Books, run: Run) -> None:
    grades = {one["grade"]: one for one in run.rules.get("grades", ())}
    if not grades:
        return
    sharing = run.rules.get("redistribution")
    base = {person: cent(amount) for person, amount in bases(books, run, run.rules.get("grade_base", "quarterly_bonus")).items()}
    heads: dict[str, list[str]] = {}
    for person, row in people(run, with_grade=True).items():
        rule = grades.get(row["grade"], {})
        till.move("grade_base", company("grade_base"), pay(person), base[person])
        purse = _purse(run, sharing, row.get("department", ""))
        heads.setdefault(purse[2], []).extend([person] if rule.get("gets_share") else [])
        _effect(till, (sharing, rule), person, base[person], purse)
    if sharing is not None:
        kept = {account[2] for account in till.standing() if account[:2] == ("pool", run.scheme)}
        for group in sorted(kept | set(heads)):
            _share_out(till, sharing, ("pool", run.scheme, group), heads.get(group, []))


def _purse(run: Run, sharing: Rules | None, department: str) -> Account:
    within = "department" if sharing is None else sharing.get("within", "department")
    return ("pool", run.scheme, department if within == "department" else "")


def _effect(till: Till, by: tuple[Rules | None, Rules], person: str, base: Fraction, purse: Account) -> None:
    sharing, rule = by
    amount = fraction(rule.get("amount", 0))
    if rule.get("withheld"):
        till.move("withheld", pay(person), company("withheld"), base)
    elif amount >= 0:
        till.move("grade_effect", company("grade_effect"), pay(person), cent(amount))
    else:
        lost = min(base, -amount)
        gives = bool(rule.get("gives")) and sharing is not None
        till.move("grade_effect", pay(person), purse if gives else company("grade_effect"), lost)
        if gives and sharing is not None and sharing.get("counts", "actual") == "fixed":
            till.move("redistribution", company("redistribution"), purse, -amount - lost)


def _share_out(till: Till, sharing: Rules, purse: Account, heads: Sequence[str]) -> None:
    x = till.balances[purse]
    if heads:
        each = Fraction(int(x * 100) // len(heads), 100)
        for person in heads:
            till.move("redistribution", purse, pay(person), each)
    elif sharing.get("nobody", "carry_over") == "keep":
        till.move("kept", purse, company("kept"), x)


# --- bonus by coefficients, bonus pool ---------------------------------------------------------------------------
def performance(till: Till, books: Books, run: Run) -> None:
    rule = run.rules.get("performance")
    if rule is None:
        return
    amounts = bonuses(books, run)
    bound = _set_aside(books, run, "*") if rule.get("budget") == "unset" else rule.get("budget")
    if bound is not None and sum(amounts.values()) > fraction(bound):
        assert rule.get("over_budget") == "scale"
        amounts = _levelled(fraction(bound), amounts, rule)
    for person, amount in amounts.items():
        till.earn("performance", company("performance"), person, run.month, amount)


def bonuses(books: Books, run: Run) -> dict[str, Fraction]:
    """Everybody's performance bonus before the budget."""
    rule = run.rules["performance"]
    base = bases(books, run, rule.get("base", "bonus_base"))
    amounts = {}
    for person, row in _measured(run, rule, by_score=rule.get("by_score", False)).items():
        score = fraction(row["total"]) / run.full if rule.get("by_score") else 1
        amounts[person] = cent(_within(base[person] * _coefficients(rule, row) * score, rule))
    return amounts


def pool(till: Till, books: Books, run: Run) -> None:
    rule = run.rules.get("pool")
    if rule is None:
        return
    by_department = rule.get("within", "everybody") == "department"
    base, days = bases(books, run, rule["base"]) if rule.get("by") == "weight" else {}, present(books, run)
    groups: dict[str, dict[str, Fraction]] = {}
    for person, row in _measured(run, rule, by_score=rule.get("by", "score") == "score").items():
        if rule.get("by", "score") == "weight":
            weight = base[person]
        else:
            there = Fraction(1) if run.rules.get("proration") == "none" else Fraction(len(days[person]), run.period.days)
            weight = there * (fraction(row["total"]) if rule.get("by", "score") == "score" else 1)
        group = row.get("department", "") if by_department else "*"
        groups.setdefault(group, {})[person] = weight * _coefficients(rule, row)
    for group, weights in groups.items():
        amount = rule.get("amount", "unset")
        whole = fraction(_set_aside(books, run, group) if amount == "unset" else amount)
        for person, share in _levelled(whole, weights, rule).items():
            till.earn("pool_share", company("pool_share"), person, run.month, share)


def _measured(run: Run, rule: Rules, *, by_score: bool) -> dict[str, Row]:
    """Those who have what a bonus goes by: a grade where grades have coefficients, a total where the score counts."""
    known = people(run, with_grade=bool(rule.get("coefficients")))
    return {person: row for person, row in known.items() if not by_score or row.get("total") is not None}


def _coefficients(rule: Rules, row: Row) -> Fraction:
    by_grade, by_position = rule.get("coefficients") or {}, rule.get("positions") or {}
    return fraction(by_grade[row["grade"]] if by_grade else 1) * fraction(by_position[row["position"]] if by_position else 1)


def _within(amount: Fraction, rule: Rules) -> Fraction:
    low, high = fraction(rule.get("floor")), rule.get("cap")
    return max(low, amount if high is None else min(amount, fraction(high)))


def _set_aside(books: Books, run: Run, group: str) -> Any:
    found = [
        r for r in books.rows("budgets") if (r["scheme"], r.get("department", "*"), r["from_on"]) == (run.scheme, group, run.period.start)
    ]
    return found[0]["amount"] if found else None


def _levelled(whole: Fraction, weights: Mapping[str, Fraction], rule: Rules) -> dict[str, Fraction]:
    """Shares in proportion to weights, nobody below the floor or above the cap, adding up as far as the caps allow.

    The level (yuan for a weight of 1) lies between two of the levels at which somebody leaves the floor or meets the cap:
    the last at which what is given does not exceed the whole is found, and who is free just above it shares the rest.
    """
    bounds = [fraction(rule.get("floor")), *([fraction(rule["cap"])] if "cap" in rule else [])]
    edges = sorted({bound / weight for weight in weights.values() if weight for bound in bounds})
    if not edges:
        return dict.fromkeys(weights, bounds[0])
    at = bisect_right(edges, whole, key=lambda edge: sum((_within(edge * weight, rule) for weight in weights.values()), Fraction(0)))
    start = edges[max(0, at - 1)]
    free = {
        person: weight
        for person, weight in weights.items()
        if weight and bounds[0] <= start * weight and not ("cap" in rule and start * weight >= bounds[1])
    }
    fixed = {person: _within(start * weight, rule) for person, weight in weights.items() if person not in free}
    return fixed | (apportion(whole - sum(fixed.values()), free) if free else {})
