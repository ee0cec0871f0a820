"""Output value: settled orders become profit, shared expense, cost and performance pay, department by department (F10, F11).

An order is posted once, in the first batch after it settled. Its direct costs are paid from part 3; what they exceed it by
is the department's overrun, borne by its pools of later periods. What is left, the pool, goes to the department's people by
their shares of the work; without shares it waits on the order's account. Profit and shared expense are never touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from jikao.payout.facts import Cost, Facts, Order, RunFacts, Workload
from jikao.payout.figures import comes_to
from jikao.payout.ledger import Account, Book, Entry, Posting
from jikao.payout.money import percent, split, total, yuan
from jikao.payout.order_checks import WHOLE, cost_problems, order_problems, workload_problems
from jikao.payout.order_strays import cancelled, unknown_orders
from jikao.payout.orders import OrderView, is_settled, members, view
from jikao.payout.waterfall import said, values_of, waterfall, withheld
from jikao.scheme.model import OutputValue
from jikao.scheme.problem import Level, kind
from jikao.scheme.text import Text

NO_SHARES = kind(
    "output.no-shares", Level.WARNING,
    what=Text("任务单“{order}”中“{department}”的绩效池 {pool} 元没有核定的占比,暂不发放。", "Order {order}: the pool of '{department}', {pool} yuan, has no shares decided and is not paid yet."),
    why=Text("不知道谁做了多少,不能猜。", "Nobody said who did how much, and it is not guessed."),
    mend=Text("登记工作量确认;以后的批次会发放。", "Record the workload; a later batch then pays it."),
)  # fmt: skip
LATE_SHARE = kind(
    "output.late-share", Level.WARNING,
    what=Text("“{person}”在任务单“{order}”上的占比 {share} 晚于该部门绩效池的发放,没有发放。", "The share of '{person}' in order {order}, {share}, came after the department's pool was paid; it is not paid."),
    why=Text("绩效池已按当时的占比分完。", "The pool was shared out by the shares known then."),
    mend=Text("对发放它的那个周期做更正批次。", "Make a correction batch of the period that paid it."),
)  # fmt: skip


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Every order settled by the end of the run's period, in the order of the numbers: those not yet posted, later costs of
    those that were, and pools that still wait for shares. An order with errors is left out.
    """
    rules = run.scheme.payout.output_value
    if rules is not None:
        settling, until = _Settling(run, facts, book, rules), run.last_day
        book.problems += unknown_orders(facts, until)
        for order_no in sorted(facts.orders):
            order = facts.orders[order_no]
            if is_settled(order, until):
                settling.settle(order)
            elif order.cancelled_on:
                settling.give_up(order)


class _Settling:
    """The orders of one run."""

    def __init__(self, run: RunFacts, facts: Facts, book: Book, rules: OutputValue) -> None:
        self._facts, self._book, self._rules = facts, book, rules
        self._period, self._scheme, self._month, self._until = str(run.period), run.scheme.scheme, run.month, run.last_day
        self._shares = withheld(rules)
        self._owed = {account.owner: -amount for account, amount in book.balances("overrun").items()}
        """What departments overran before this run; what they overrun in it is borne later."""
        self._left = Counter[str]()
        """What pools of orders held before this run, in fen by order."""
        for account, amount in book.balances("order").items():
            self._left[account.owner] += amount

    def settle(self, order: Order) -> None:
        known = view(self._facts, order, self._until)
        fresh = not self._book.was_posted(order.fact)
        waiting = fresh or any(self._pool(known, d) for d in known.departments)
        costs = [c for c in known.costs if self._is_new(c)]
        if not (waiting or costs or any(map(self._is_new, known.workloads))):
            return
        working = members(self._facts, known)
        problems = list(order_problems(self._facts, known, self._rules)) if fresh else []
        problems += cost_problems(self._facts, known, costs, self._rules)
        problems += workload_problems(self._facts, known, working) if waiting else ()
        self._book.problems += problems
        if not problems:
            self._post(known, costs, working, fresh=fresh)

    def give_up(self, order: Order) -> None:
        """A cancelled order pays nobody; what it leaves is told in every batch."""
        over = order.cancelled_on is not None and order.cancelled_on <= self._until
        costs = [c for c in view(self._facts, order, self._until).costs if over and self._is_new(c)]
        self._book.problems += cancelled(self._facts, order, self._left[order.order_no], costs)

    def _post(self, known: OrderView, costs: Sequence[Cost], working: Mapping[str, Sequence[Workload]], *, fresh: bool) -> None:
        if fresh:
            self._part(known)
        for cost in costs:
            self._bear(known, cost, late=not fresh)
        for department in known.departments:
            self._overrun(known, department, costs)
            borne = self._charge(known, department)
            self._distribute(known, department, working.get(department, ()), self._derived(known, department, borne) if fresh else "")

    def _is_new(self, record: Cost | Workload) -> bool:
        return not self._book.was_posted(record.fact)

    # --- value and cost ------------------------------------------------------------------------------------------

    def _part(self, known: OrderView) -> None:
        """Profit and shared expense are withheld, part 3 is the department's to work with (S5.16-S5.19)."""
        self._book.mark_posted(known.order.fact)
        order_no, splits = known.order.order_no, {s.department: s for s in known.splits}
        for department, value in (values_of(known.order, known.splits) or {}).items():
            flow = waterfall(value, self._shares)
            taken = (
                (Account("value", order_no, department), -value), (Account("profit", department), flow.profit),
                (Account("shared", department), flow.shared), (_budget(known, department), flow.part3),
            )  # fmt: skip
            postings = tuple(Posting(account, amount) for account, amount in taken if amount)
            if postings:
                sources = (known.order.fact, splits[department].fact)
                name = (self._period, "waterfall", self._scheme, f"{order_no}|{department}")
                self._book.post(Entry(*name, said(flow, self._shares), sources, postings))

    def _bear(self, known: OrderView, cost: Cost, *, late: bool) -> None:
        """A cost is paid from part 3; one that comes after settlement adds to what the department overran."""
        self._book.mark_posted(cost.fact)
        department = known.bearer(cost)
        giver = self._bearer(department) if late else _budget(known, department)
        self._move(
            "late_cost" if late else "direct_cost", f"{known.order.order_no}|{cost.cost}",
            giver=giver, taker=Account("cost", known.order.order_no, department), amount=cost.amount,
            formula=yuan(cost.amount), sources=(cost.fact,),
        )  # fmt: skip

    def _overrun(self, known: OrderView, department: str, costs: Sequence[Cost]) -> None:
        """What the costs exceed part 3 by is not the order's to pay (A37)."""
        over = -self._pool(known, department)
        if over > 0:
            own = [c for c in costs if known.bearer(c) == department]
            spent = sum(c.amount for c in own)
            self._move(
                "overrun", f"{known.order.order_no}|{department}", giver=self._bearer(department), taker=_budget(known, department),
                amount=over, formula=f"{yuan(spent)} − {yuan(spent - over)} = {yuan(over)}", sources=[c.fact for c in own],
            )  # fmt: skip

    def _charge(self, known: OrderView, department: str) -> int:
        """What the department overran before is borne by its pools, as far as there is money (A37); a refund adds to them.
        How much this pool bears.
        """
        pool, owed = self._pool(known, department), self._owed.get(department, 0)
        borne = min(pool, owed)
        if pool and borne:
            self._owed[department] = owed - borne
            self._move(
                "overrun_charged", f"{known.order.order_no}|{department}", giver=_budget(known, department), taker=Account("overrun", department),
                amount=borne, formula=f"min({yuan(pool)}, {yuan(owed)}) = {yuan(borne)}", sources=(known.order.fact,),
            )  # fmt: skip
        return borne if pool else 0

    def _bearer(self, department: str) -> Account:
        """Who bears what exceeds part 3."""
        return Account("company", "overrun") if self._rules.overrun == "written_off" else Account("overrun", department)

    # --- pools ---------------------------------------------------------------------------------------------------

    def _derived(self, known: OrderView, department: str, borne: int) -> str:
        """How the pool of an order that settles now comes to be: value − profit − shared expense − costs − overrun borne."""
        flow = waterfall((values_of(known.order, known.splits) or {})[department], self._shares)
        taken = [amount for amount in (flow.profit, flow.shared, known.cost_of(department), borne) if amount]
        return "".join([yuan(flow.value), *(f" {'−' if amount > 0 else '+'} {yuan(abs(amount))}" for amount in taken)])

    def _distribute(self, known: OrderView, department: str, working: Sequence[Workload], derived: str) -> None:
        """The pool to the department's people by their shares, to the fen (A35); later ones find it gone."""
        pool = self._pool(known, department)
        if not pool:
            self._late(known, working)
        elif not any(w.share for w in working):
            place = self._facts.place(known.order)
            self._book.problems.append(NO_SHARES(place, order=known.order.order_no, department=department, pool=yuan(pool)))
        else:
            shares = [w.share for w in working]
            whole = total(shares)
            by = "" if whole == WHOLE else f" ÷ {percent(whole)}"
            whence = f"({derived} = {yuan(pool)})" if derived not in ("", yuan(pool)) else yuan(pool)
            for workload, amount in zip(working, split(pool, shares), strict=True):
                figures = f"{whence} × {percent(workload.share)}{by}"
                self._earn(known, department, workload, amount, comes_to(figures, pool * workload.share / whole, amount))

    def _earn(self, known: OrderView, department: str, workload: Workload, amount: int, formula: str) -> None:
        self._book.mark_posted(workload.fact)
        self._book.earned[workload.person, self._month] += amount
        self._move(
            "performance_pay", f"{known.order.order_no}|{workload.person}", giver=_budget(known, department),
            taker=Account("pay", workload.person), amount=amount, formula=formula,
            sources=(workload.fact, known.order.fact, *(s.fact for s in known.splits if s.department == department)),
        )  # fmt: skip

    def _late(self, known: OrderView, working: Sequence[Workload]) -> None:
        if not all(map(self._is_new, working)):
            for workload in working:
                if workload.share and self._is_new(workload):
                    said = {"person": workload.person, "order": known.order.order_no, "share": percent(workload.share)}
                    self._book.problems.append(LATE_SHARE(self._facts.place(workload), **said))

    def _pool(self, known: OrderView, department: str) -> int:
        return self._book.balance(_budget(known, department))

    def _move(self, rule: str, subject: str, *, giver: Account, taker: Account, amount: int, formula: str, sources: Sequence[str]) -> None:
        self._book.move(
            self._period, rule, self._scheme, subject, giver=giver, taker=taker, amount=amount, formula=formula, sources=sources
        )  # fmt: skip


def _budget(known: OrderView, department: str) -> Account:
    """What a department still has of an order: cost and performance are paid from it."""
    return Account("order", known.order.order_no, department)
