"""Monthly conduct bonus (F14, A45): base × max(0, rate − what verified violations take)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from jikao.payout import money
from jikao.payout.facts import Facts, RunFacts, Violation
from jikao.payout.figures import equals
from jikao.payout.ledger import Account, Book, Entry, Posting
from jikao.payout.presence import Presence, Recorded
from jikao.scheme.model import ConductBonus
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text

UNKNOWN_SEVERITY = kind(
    "payout.unknown-severity", Level.ERROR,
    what=Text("“{person}”的违规 {violation} 程度为“{given}”,方案的程度表里没有。", "'{person}': violation {violation} is '{given}', which the scheme's table of severities does not have."),
    why=Text("不知道它扣多少,也不能当作不扣。", "Nobody can say what it takes, and it does not take nothing."),
    mend=Text("更正记录里的程度。{hint}", "Correct the severity in the record. {hint}"),
)  # fmt: skip
NOT_DECIDED = kind(
    "payout.not-decided", Level.ERROR,
    what=Text("“{person}”的违规 {violation} 已核实,但没有核定扣减比例。", "'{person}': violation {violation} is verified, but nobody decided its share."),
    why=Text("方案规定逐案核定;没有核定不能当作 0。", "The scheme has the share decided case by case, and undecided does not mean 0."),
    mend=Text("在该行补上核定的比例(share)后重新导入。", "Add the share decided to that row and import it again."),
)  # fmt: skip


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Pay everybody in the run; who lost all of it gets a line of 0.00 that says why."""
    rule = run.scheme.payout.conduct
    if rule is None:
        return
    presence, pricing = Presence(run, facts, book), _Pricing(rule, facts, book.problems)
    period, scheme = str(run.period), run.scheme.scheme
    for person in sorted(run.results):
        base = presence.recorded(person, rule.base)
        taken = pricing.taken(run.violations.get(person, ()))
        if base is None or taken is None:
            continue
        amount, formula = pricing.bonus(base, [share for _, share in taken])
        if amount or taken:
            sources = (*(violation.fact for violation, _ in taken), *base.sources)
            postings = Posting(Account("company", "conduct"), -amount), Posting(Account("pay", person), amount)
            book.post(Entry(period, "conduct", scheme, person, formula, sources, postings))


class _Pricing:
    """What violations take, by the table of severities or as decided case by case (AMB-16), and what they leave."""

    def __init__(self, rule: ConductBonus, facts: Facts, problems: list[Problem]) -> None:
        self._rule, self._facts, self._problems = rule, facts, problems
        self._rate = money.filled(rule.rate)
        self._said = money.percent(self._rate)

    def taken(self, violations: Iterable[Violation]) -> list[tuple[Violation, Fraction]] | None:
        """Every verified violation with the share it takes; ``None``, and problems, when one of them has none."""
        priced = [(violation, self._share(violation)) for violation in violations if violation.state == "verified"]
        known = [(violation, share) for violation, share in priced if share is not None]
        return known if len(known) == len(priced) else None

    def bonus(self, base: Recorded, shares: Sequence[Fraction]) -> tuple[int, str]:
        """What is left in fen, and how it comes to be."""
        left, factor = self._rate, self._said
        if shares:
            left = max(Fraction(0), self._rate - sum(shares))
            factor = f"max(0, {' − '.join([self._said, *map(money.percent, shares)])})"
        amount = money.part(1, base.exact * left)
        return amount, equals(f"{base.factor} × {factor}", amount)

    def _share(self, violation: Violation) -> Fraction | None:
        if self._rule.decided:
            share, problem = violation.share, NOT_DECIDED
        else:
            table = self._rule.severity.get(violation.severity)
            share, problem = None if table is None else Fraction(table), UNKNOWN_SEVERITY
        if share is None:
            said = {"person": violation.person, "violation": violation.fact.partition("/")[2], "given": violation.severity}
            hint = among(violation.severity, self._rule.severity)
            self._problems.append(problem(self._facts.place(violation), **said, hint=hint))
        return share
