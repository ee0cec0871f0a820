"""What holds whatever the company: nothing is lost or created, nobody pays to work here, and no order of rows moves a fen.

The companies are those of the oracle's generator; here nothing is compared with it, only with what must be true.
``JIKAO_ORACLE`` makes more of them, ``JIKAO_ORACLE_FROM`` others.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest
from tests.oracle.generate_pay import Made, company
from tests.oracle.pay_facts import job, opening

from jikao.payout.compute import Job, correct, pay
from jikao.payout.facts import Facts, RunFacts
from jikao.payout.ledger import PAYMENT, Account, Entry, Opening, balances_of
from jikao.payout.statement import statements
from jikao.scheme.problem import errors

FIRST, COUNT = int(os.environ.get("JIKAO_ORACLE_FROM", "0")), 3 * int(os.environ.get("JIKAO_ORACLE", "8"))
BIG = -1
"""Stands for the one company of 10,000 people in 50 departments."""
COMPANIES = [*range(FIRST, FIRST + COUNT), pytest.param(BIG, marks=pytest.mark.slow)]


@dataclass(frozen=True)
class Step:
    """A batch of a company: what it was computed from, its entries, and all entries before it."""

    job: Job
    entries: tuple[Entry, ...]
    before: tuple[Entry, ...]
    posted: frozenset[str]
    """The facts dealt with up to and with this batch."""

    @property
    def after(self) -> tuple[Entry, ...]:
        return self.before + self.entries


@cache
def made(seed: int) -> Made:
    return (
        company(1, people=10_000, departments=50, months=2, orders=60)
        if seed == BIG
        else company(seed, people=4 + seed % 9, departments=1 + seed % 3)
    )


@cache
def steps(seed: int) -> tuple[Step, ...]:
    """The batches of a company, paid one after the other."""
    before: tuple[Entry, ...] = ()
    posted: frozenset[str] = frozenset()
    found = []
    for batch in made(seed).batches:
        asked = job(batch.period, batch.runs, made(seed).tables, opening(before, posted))
        payroll = pay(asked)
        assert not errors(payroll.problems), payroll.problems
        posted |= payroll.posted
        found.append(Step(asked, payroll.entries, before, posted))
        before = found[-1].after
    return tuple(found)


def of_kind(entries: Iterable[Entry], kind: str, rule: str = "") -> Iterator[tuple[Entry, Account, int]]:
    """Every posting on accounts of a kind, with its entry."""
    for entry in entries:
        for account, amount in entry.postings:
            if account.kind == kind and rule in {"", entry.rule}:
                yield entry, account, amount


def sums(postings: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    total: defaultdict[Any, int] = defaultdict(int)
    for key, amount in postings:
        total[key] += amount
    return dict(total)


# --- nothing lost, nothing created -------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", COMPANIES)
def test_the_ledger_balances_after_every_entry(seed: int) -> None:
    for step in steps(seed):
        assert all(sum(amount for _, amount in entry.postings) == 0 for entry in step.entries)
        assert sum(balances_of(step.after).values()) == 0


@pytest.mark.parametrize("seed", COMPANIES)
def test_all_parts_of_an_order_add_up_to_its_value_and_only_pools_without_shares_wait(seed: int) -> None:
    entries, facts = steps(seed)[-1].after, steps(seed)[-1].job.facts
    orders = facts.orders
    settled = sums((account.owner, -amount) for _, account, amount in of_kind(entries, "value"))
    assert settled == {number: orders[number].value for number in settled}
    parts = sums(
        (entry.subject.partition("|")[0], amount)
        for entry in entries
        if entry.rule == "waterfall"
        for x, amount in entry.postings
        if x.kind != "value"
    )
    assert sum(parts.values()) == sum(settled.values())
    assert not [account for account in balances_of(entries) if account.kind == "order" and facts.workloads.get(account.owner)]


@pytest.mark.parametrize("seed", COMPANIES)
def test_what_is_taken_for_redistribution_is_shared_out_kept_or_stays_in_the_pool(seed: int) -> None:
    for step in steps(seed):
        before, after = balances_of(step.before), balances_of(step.after)
        pools = {account for account in before.keys() | after.keys() if account.kind == "pool"}
        for pool in pools | {account for _, account, _ in of_kind(step.entries, "pool")}:
            touching = [entry for entry in step.entries if any(account == pool for account, _ in entry.postings)]
            people = sum(amount for entry in touching for account, amount in entry.postings if account.kind == "pay")
            company_ = sum(amount for entry in touching for account, amount in entry.postings if account.kind == "company")
            assert people + company_ + after.get(pool, 0) - before.get(pool, 0) == 0
            shares = [amount for _, account, amount in of_kind(touching, "pay", "redistribution")]
            assert len(set(shares)) <= 1
            assert not shares or 0 <= after.get(pool, 0) < len(shares)


# --- nobody pays to work here ------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", COMPANIES)
def test_nobody_s_wage_is_touched_but_a_manager_s_within_the_law(seed: int) -> None:
    for step in steps(seed):
        rules = next(run.scheme.payout.advances for run in step.job.runs if run.scheme.payout.advances)
        withheld = sums(((account.owner, entry.period), -amount) for entry, account, amount in of_kind(step.entries, "wage", "liability"))
        assert {entry.rule for entry, _, _ in of_kind(step.entries, "wage")} <= {"liability", "regained"}
        for (person, period), amount in withheld.items():
            wage = step.job.facts.wages[person, dt.date.fromisoformat(f"{period}-01")].wage
            assert wage is not None
            assert 0 < amount <= wage * Fraction(rules.wage_deduction_cap)
            assert wage - amount >= Fraction(rules.minimum_wage) * 100


@pytest.mark.parametrize("seed", COMPANIES)
def test_no_statement_falls_below_its_floor(seed: int) -> None:
    for step in steps(seed):
        brought = {account: amount for account, amount in step.job.opening.balances.items() if account.kind == "pay"}
        for statement in statements(step.entries, brought, step.job.facts.people):
            assert (statement.paid, statement.carried) == (statement.total, 0)
            assert statement.paid >= 0
        by_line = sums(
            ((entry.period, entry.scheme, account.owner, FLOORED.get(entry.rule, entry.rule)), amount)
            for entry, account, amount in of_kind(step.entries, "pay")
        )
        assert not [line for line, amount in by_line.items() if amount < 0 and line[3] not in {"settlement", "offset", PAYMENT}]


FLOORED = {"grade_effect": "grade_base", "withheld": "grade_base"}
"""Parts of one bonus: together never below zero."""


@pytest.mark.parametrize("seed", COMPANIES)
def test_no_advance_is_recovered_beyond_what_was_given(seed: int) -> None:
    for step in steps(seed):
        left = balances_of(step.after)
        assert not [account for account, amount in left.items() if account.kind in {"advance", "liability"} and amount > 0]


# --- order and repetition ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", COMPANIES)
def test_no_order_of_people_rows_or_runs_moves_a_fen(seed: int) -> None:
    for i, step in enumerate(steps(seed)):
        rng = Random(i)
        runs = [replace(run, results=mixed(run.results, rng), violations=mixed(run.violations, rng)) for run in step.job.runs]
        other = replace(step.job, runs=rng.sample(runs, len(runs)), facts=mixed_facts(step.job.facts, rng))
        assert pay(other).entries == step.entries


def mixed(by_key: Mapping[Any, Any], rng: Random) -> dict[Any, Any]:
    return {key: by_key[key] for key in rng.sample(list(by_key), len(by_key))}


def mixed_facts(facts: Facts, rng: Random) -> Facts:
    """The same facts with every mapping in another order."""
    maps = {f.name: getattr(facts, f.name) for f in fields(facts)}
    return replace(facts, **{name: mixed(value, rng) for name, value in maps.items() if isinstance(value, Mapping)})


@pytest.mark.parametrize("seed", COMPANIES)
def test_paying_a_month_again_gives_the_same_entries(seed: int) -> None:
    for step in steps(seed):
        assert pay(step.job).entries == step.entries


@pytest.mark.parametrize("seed", COMPANIES)
def test_no_fact_is_posted_twice(seed: int) -> None:
    """Orders settled, advances given, repayments and write-offs of all batches: each in one period only."""
    entries = steps(seed)[-1].after
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.rule in {"waterfall", "direct_cost", "late_cost", "progress_advance", "hardship_advance", "repayment", "write_off"}:
            for source in entry.sources:
                if source.partition("/")[0] == OWN[entry.rule]:
                    seen[f"{entry.rule} {source}"].add(entry.period)
    assert seen
    assert not {fact: periods for fact, periods in seen.items() if len(periods) > 1}


OWN = {
    "waterfall": "orders", "direct_cost": "costs", "late_cost": "costs", "progress_advance": "advances", "hardship_advance": "advances",
    "repayment": "repayments", "write_off": "write_offs",
}  # fmt: skip
"""The shape of the fact an entry of each rule is about."""


# --- corrections -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", COMPANIES)
def test_a_correction_and_its_original_are_a_fresh_computation_twice_over(seed: int) -> None:
    last = steps(seed)[-1]
    posted, rng = last.entries, Random(seed)
    for _ in range(2):
        changed = appealed(reopened(last.job, last.before + posted), rng)
        correction = correct(changed, posted, opening(last.before + posted, last.posted))
        posted += correction.entries
        fresh = pay(changed)
        assert not errors(correction.problems)
        assert unpaid(posted) == unpaid(fresh.entries)
        assert sums((entry.rule, amount) for entry, _, amount in of_kind(posted, "pay") if entry.rule != PAYMENT) == sums(
            (entry.rule, amount) for entry, _, amount in of_kind(fresh.entries, "pay") if entry.rule != PAYMENT
        ) | dict.fromkeys(zeroed(posted, fresh.entries), 0)
        assert all(amount > 0 for _, _, amount in of_kind(correction.entries, "paid", PAYMENT))


def zeroed(posted: Iterable[Entry], fresh: Iterable[Entry]) -> set[str]:
    """Rules that were posted once and have nothing to say any more."""
    return {entry.rule for entry, _, _ in of_kind(posted, "pay")} - {entry.rule for entry, _, _ in of_kind(fresh, "pay")} - {PAYMENT}


def unpaid(entries: Iterable[Entry]) -> dict[Account, int]:
    return balances_of(entry for entry in entries if entry.rule != PAYMENT)


def reopened(asked: Job, entries: Sequence[Entry]) -> Job:
    """A closed batch to be computed again: advances that were paid are facts."""
    return replace(asked, opening=replace(asked.opening, granted=opening(entries, ()).granted))


def appealed(asked: Job, rng: Random) -> Job:
    """The same period with other grades and other costs of its orders. Where advances were written off in it, only what
    no offset is taken from: with more recovered, the amount written off would have to be decided again.
    """
    firm = any(row.decided_on in asked.period for row in asked.facts.write_offs)
    runs = [run if firm and not run.scheme.payout.grades else replace(run, results=regraded(run, rng)) for run in asked.runs]
    costs = {
        number: [replace(cost, amount=cost.amount + rng.choice((0, 1, 5000))) for cost in of] for number, of in asked.facts.costs.items()
    }
    return replace(asked, runs=runs, facts=asked.facts if firm else replace(asked.facts, costs=costs))


def regraded(run: RunFacts, rng: Random) -> dict[str, Any]:
    return {person: replace(result, grade=rng.choice("ABCDE") if result.grade else None) for person, result in run.results.items()}


@pytest.mark.parametrize("seed", COMPANIES)
def test_correcting_an_early_batch_leaves_no_balance_on_the_wrong_side(seed: int) -> None:
    """But that of an order: what a pool shared out since now lacks is its department's overrun in the next batch."""
    first, last = steps(seed)[0], steps(seed)[-1]
    later = last.posted - first.posted
    asked = replace(first.job, opening=replace(first.job.opening, posted=first.job.opening.posted | later))
    correction = correct(appealed(reopened(asked, last.after), Random(seed)), first.entries, opening(last.after, last.posted))
    assert not errors(correction.problems)
    for account, amount in balances_of(last.after + correction.entries).items():
        assert amount <= 0 or account.kind not in {"advance", "liability", "pay"}, account
        assert amount >= 0 or account.kind not in {"pool", "paid", "profit", "shared"}, account


@pytest.mark.parametrize("seed", COMPANIES)
def test_correcting_a_batch_that_was_right_posts_nothing(seed: int) -> None:
    for step in steps(seed):
        assert correct(reopened(step.job, step.after), step.entries, opening(step.after, step.posted)).entries == ()


def test_who_got_too_much_owes_it_and_the_next_batch_takes_it() -> None:
    """A52 over two batches, on whatever the first company with two batches and an overpaid person is."""
    for seed in range(FIRST, FIRST + 40):
        for step, following in zip(steps(seed), steps(seed)[1:], strict=False):
            correction = correct(appealed(reopened(step.job, step.after), Random(seed)), step.entries, opening(step.after, step.posted))
            now = opening(step.after + correction.entries, step.posted)
            owing = {account: amount for account, amount in now.balances.items() if account.kind == "pay"}
            if owing:
                assert all(amount < 0 for amount in owing.values())
                check_taken(following.job, now, owing)
                return
    raise AssertionError("no company has anybody who was paid too much")


def check_taken(asked: Job, now: Opening, owing: Mapping[Account, int]) -> None:
    entries = pay(replace(asked, opening=now)).entries
    for statement in statements(entries, owing, asked.facts.people):
        assert statement.brought_forward == owing.get(Account("pay", statement.person), 0)
        assert (statement.paid, statement.carried) == (max(0, statement.total), min(0, statement.total))
