"""Pay cases: evidence comes in, schemes are scored and sealed, a batch is made, and every figure of it is compared."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jikao.archive.batches import ledger, read_batch, verify_batch
from jikao.cases.company import Company, Day, scored
from jikao.cases.form import TOTALS, Case, Payday, preset_text
from jikao.cases.material import edited, fill
from jikao.cases.orders import order_misses
from jikao.cases.outcome import Miss, told, unless_equal, unless_money
from jikao.evidence.store import Store
from jikao.payout.facts import Facts
from jikao.payout.ledger import Account
from jikao.payout.reading import read_facts
from jikao.payout.statement import Statement, statements
from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Problem, errors
from jikao.scheme.read import read


def pay_misses(case: Case, text: str, file: str) -> Iterator[Miss]:
    """Take the steps of a pay case one after the other, in a company of its own."""
    if case.pay is None:
        return
    texts = [(text, file, case.settings, case.edit)]
    texts += [(preset_text(name), f"{name}/scheme.yaml", settings or {}, {}) for name, settings in case.pay.also.items()]
    wrong = [problem for text, file, settings, changes in texts for problem in errors(read(edited(text, changes), file, settings).problems)]
    if wrong:
        yield Miss("pay.also", "—", told(wrong))
        return
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder), [scored(*each) for each in texts], case.case)
        for number, step in enumerate(case.pay.steps):
            yield from _step_misses(company, case, step, f"pay.then.{number}" if number else "pay")
        yield from _verification_misses(company)


def _step_misses(company: Company, case: Case, step: Payday, where: str) -> Iterator[Miss]:
    before = company.sealed()
    day = Day(_arrived(company.store, case, step, where))
    period = parse_period(step.period or case.period)
    if not errors(day.problems):
        day = company.payday(step, period)
    yield from _problem_misses(step, where, day.problems)
    yield from _sealing_misses(step, where, day, before, company.sealed())
    if day.path is not None:
        yield from _statement_misses(day.path, step, where)
        yield from _account_misses(company.pay_folder, step, where)
        yield from _order_misses(company, step, period, where)


def _arrived(store: Store, case: Case, step: Payday, where: str) -> list[Problem]:
    """Import what came since the last step; at the first, what the case states."""
    problems = fill(store, case.people, case.evidence, case.case) if step is case.pay else []
    return problems + fill(store, step.people, step.evidence, f"{case.case} {where}")


def _problem_misses(step: Payday, where: str, problems: Sequence[Problem]) -> Iterator[Miss]:
    """Every problem expected must be found, and no error that is not."""
    wanted, got = set(step.problems), {problem.code for problem in problems}
    unexpected = [problem for problem in errors(problems) if problem.code not in wanted]
    if unexpected:
        yield Miss(f"{where} problems", ", ".join(sorted(wanted)) or "—", told(unexpected))
    elif not wanted <= got:
        yield Miss(f"{where} problems", ", ".join(sorted(wanted)), ", ".join(sorted(got)) or "—")


def _sealing_misses(step: Payday, where: str, day: Day, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Miss]:
    """A batch where one is due, nothing written where it was refused or lay there already, and what is closed as it was."""
    due = not errors(day.problems)
    yield from unless_equal(f"{where} batch", _yes(due), _yes(day.path is not None))
    yield from unless_equal(f"{where} written", _yes(due and not step.again), _yes(len(after) > len(before)))
    yield from unless_equal(f"{where} closed batches unchanged", _yes(True), _yes(before.items() <= after.items()))
    if not due and (step.expect or step.accounts or step.orders):
        yield Miss(f"{where} expect", "—", told(errors(day.problems)))


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _statement_misses(path: Path, step: Payday, where: str) -> Iterator[Miss]:
    batch = read_batch(path)
    sheets = {sheet.person: sheet for sheet in statements(batch.entries, batch.opening.balances, batch.people)}
    for person, expected in step.expect.items():
        for name, wanted in expected.items():
            yield from unless_money(f"{where} {person}.{name}", wanted, _figure(sheets.get(person), name))


def _figure(sheet: Statement | None, name: str) -> int | None:
    """A total of a statement in fen, or the sum of a rule's lines; ``None``: there are none.

    ``conduct.2024-02``: only the lines of that period, or about that order or advance.
    """
    if sheet is None:
        return None
    if name in TOTALS:
        return int(getattr(sheet, name))
    rule, _, about = name.partition(".")
    amounts = [x.amount for x in sheet.lines if x.rule == rule and (not about or about in {x.period, *x.subject.split("|")})]
    return sum(amounts) if amounts else None


def _account_misses(root: Path, step: Payday, where: str) -> Iterator[Miss]:
    balances: defaultdict[Account, int] = defaultdict(int)
    for entry in ledger(root) if step.accounts else ():
        for account, amount in entry.postings:
            balances[account] += amount
    for name, wanted in step.accounts.items():
        yield from unless_money(f"{where} {name}", wanted, balances.get(Account(*name.split("/", 2))))


def _verification_misses(company: Company) -> Iterator[Miss]:
    """Every batch computed again from what is sealed comes to the same."""
    for folder in company.batches():
        found = verify_batch(folder, root=company.pay_folder, runs=company.runs_folder)
        if not found.holds:
            yield Miss(f"pay verify {folder.name}", "holds", told(found.problems))


def _order_misses(company: Company, step: Payday, period: Period, where: str) -> Iterator[Miss]:
    """Orders as they stand at the end of the period."""
    facts = read_facts(company.store.snapshot(), period.end) if step.orders else Facts()
    last_day = period.end - dt.timedelta(days=1)
    for order_no, expected in step.orders.items():
        yield from order_misses(facts, order_no, company.rules_of_orders(), last_day, expected, f"{where} {order_no}")
