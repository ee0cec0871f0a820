"""May an advance be paid? Who applied and approved, and how much there may be at most (F12, F13, S5.23-S5.27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout.facts import Advance, Facts, Order, RunFacts
from jikao.payout.figures import comes_to, equal_sign
from jikao.payout.ledger import Account, Book
from jikao.payout.money import percent, yuan
from jikao.payout.orders import members, progress_on, view
from jikao.payout.staff import department_on, position_on
from jikao.payout.waterfall import values_of, waterfall, withheld
from jikao.scheme.model import Advances
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

NO_APPROVER = kind(
    "advance.no-approver", Level.ERROR,
    what=Text("预支“{advance}”有审批日,没有审批人。", "Advance {advance} has a day of approval, but no approver."),
    why=Text("预支须由总经理审批(S5.25、S5.27)。", "Advances need the general manager's approval (S5.25, S5.27)."),
    mend=Text("填写审批人;还没有审批的,审批日也留空。", "Name the approver; if it is not approved yet, leave the day empty too."),
)  # fmt: skip
SAME_HAND = kind(
    "advance.applicant-approves", Level.ERROR,
    what=Text("预支“{advance}”的申请人“{person}”就是审批人。", "Advance {advance} was applied for and approved by the same person, '{person}'."),
    why=Text("申请与审批须是两个人。", "Applying and approving takes two."),
    mend=Text("由另一人审批。", "Have somebody else approve it."),
)  # fmt: skip
OWN_HAND = kind(
    "advance.beneficiary-approves", Level.ERROR,
    what=Text("“{person}”审批了发给自己的预支“{advance}”。", "'{person}' approved advance {advance}, which is paid to them."),
    why=Text("受益人不能审批自己的预支。", "Nobody approves their own advance."),
    mend=Text("由另一人审批。", "Have somebody else approve it."),
)  # fmt: skip
APPROVER = kind(
    "advance.approver", Level.ERROR,
    what=Text("预支“{advance}”的审批人“{person}”在 {day} 的岗位是“{position}”,不是“{needed}”。",
              "The approver of advance {advance}, '{person}', held the position '{position}' on {day}, not '{needed}'."),
    why=Text("方案规定只有“{needed}”可以审批(S5.25)。", "The scheme lets only '{needed}' approve (S5.25)."),
    mend=Text("由“{needed}”审批;人员表缺这个人或岗位的,补上。", "Have '{needed}' approve it; if the people lack this person or position, add them."),
)  # fmt: skip
APPLICANT = kind(
    "advance.applicant", Level.ERROR,
    what=Text("预支“{advance}”的申请人“{person}”在 {day} 的岗位是“{position}”,不是“{needed}”。",
              "The applicant of advance {advance}, '{person}', held the position '{position}' on {day}, not '{needed}'."),
    why=Text("方案规定由“{needed}”申请(S5.23)。", "The scheme has '{needed}' apply (S5.23)."),
    mend=Text("由“{needed}”申请;人员表缺这个人或岗位的,补上。", "Have '{needed}' apply; if the people lack this person or position, add them."),
)  # fmt: skip
UNKNOWN_ORDER = kind(
    "advance.order-unknown", Level.ERROR,
    what=Text("进度预支“{advance}”的任务单“{order}”没有登记。", "Progress advance {advance} names order '{order}', which is not recorded."),
    why=Text("进度预支以一张任务单的进度为限(S5.24)。", "A progress advance is bounded by the progress of an order (S5.24)."),
    mend=Text("改正任务单号,或登记任务单。", "Correct the order number, or record the order."),
)  # fmt: skip
ORDER_OVER = kind(
    "advance.order-over", Level.ERROR,
    what=Text("预支“{advance}”在 {day} 审批时,任务单“{order}”已经结算或取消。", "Order {order} was settled or cancelled when advance {advance} was approved on {day}."),
    why=Text("结算以后发的是绩效,不再预支。", "After settlement performance pay is due, not an advance on it."),
    mend=Text("撤回申请,或改正日期。", "Withdraw the application, or correct the days."),
)  # fmt: skip
ORDER_PAID = kind(
    "advance.order-paid", Level.ERROR,
    what=Text("预支“{advance}”的任务单“{order}”已在以前的批次结算。", "The order of advance {advance}, '{order}', was settled in an earlier batch."),
    why=Text("绩效已经发放,没有可以预支、也没有可以冲抵的了。", "Its performance pay is out: there is nothing left to advance, nor to take it back from."),
    mend=Text("撤回申请。", "Withdraw the application."),
)  # fmt: skip
APPROVED_BEFORE = kind(
    "advance.approved-before", Level.ERROR,
    what=Text("预支“{advance}”于 {approved} 审批,早于 {applied} 的申请。", "Advance {advance} was approved on {approved}, before it was applied for on {applied}."),
    why=Text("先申请,后审批。", "Nobody approves what was not applied for."),
    mend=Text("改正日期。", "Correct the days."),
)  # fmt: skip
NO_PART = kind(
    "advance.no-part", Level.ERROR,
    what=Text("“{person}”属于“{department}”,该部门没有分得任务单“{order}”的产值,不能发预支“{advance}”。",
              "'{person}' belongs to '{department}', which has no part of the value of order {order}; advance {advance} is not paid."),
    why=Text("预支是本部门绩效池的一部分,没有池就没有限额。", "An advance is a part of the department's pool; without one there is no limit."),
    mend=Text("先全额分解任务单的产值,或改正任务单号、人员部门。", "Split the value of the order in full first, or correct the order number or the person's department."),
)  # fmt: skip
NO_PROGRESS = kind(
    "advance.no-progress", Level.ERROR,
    what=Text("任务单“{order}”在 {day} 没有进度,不能发预支“{advance}”。", "Order {order} has no progress reported by {day}; advance {advance} is not paid."),
    why=Text("预支不得高于任务进度(S5.24)。", "An advance must not exceed the progress of its task (S5.24)."),
    mend=Text("登记 {day} 或更早的进度报告。", "Record a progress report of {day} or before."),
)  # fmt: skip
NO_SHARE = kind(
    "advance.no-share", Level.ERROR,
    what=Text("“{person}”在任务单“{order}”上没有核定或提出的占比,不能发预支“{advance}”。", "'{person}' has no share in order {order}, decided or proposed; advance {advance} is not paid."),
    why=Text("方案以本人那一份为限(own_share)。", "The scheme bounds it by the person's own part (own_share)."),
    mend=Text("登记工作量占比,或改用其他限额基数。", "Record the share of the work, or choose another progress_cap."),
)  # fmt: skip
OVER_CAP = kind(
    "advance.over-cap", Level.ERROR,
    what=Text("进度预支“{advance}”为 {amount} 元,最多可以预支 {most} 元。", "Progress advance {advance} is {amount} yuan; at most {most} yuan may be advanced."),
    why=Text("限额 = {formula}(S5.24)。", "The limit is {formula} (S5.24)."),
    mend=Text("降到 {most} 元以内,或等进度提高。", "Lower it to {most} yuan, or wait for more progress."),
)  # fmt: skip
NO_VALUE_RULES = kind(
    "advance.no-output-value", Level.ERROR,
    what=Text("方案“{scheme}”没有 output_value,不能发进度预支“{advance}”。", "Scheme '{scheme}' has no output_value; progress advance {advance} cannot be paid."),
    why=Text("绩效池与限额都从产值算出。", "Pool and limit are worked out from the output value."),
    mend=Text("在方案的 payout 中写上 output_value。", "State output_value under payout."),
)  # fmt: skip
NO_BASIS = kind(
    "advance.no-basis", Level.ERROR,
    what=Text("“{person}”在 {first} 至 {last} 没有绩效工资的记录,不能发困难预支“{advance}”。", "'{person}' has no performance pay on record from {first} to {last}; hardship advance {advance} is not paid."),
    why=Text("困难预支以近期平均绩效为限,没有记录不能当作 0。", "It is bounded by the average of recent performance pay, and no record does not mean 0."),
    mend=Text("在 wages 中登记这些月份的绩效工资。", "Record the performance pay of these months in wages."),
)  # fmt: skip
OVER_HARDSHIP = kind(
    "advance.over-hardship", Level.ERROR,
    what=Text("困难预支“{advance}”为 {amount} 元,最多可以预支 {most} 元。", "Hardship advance {advance} is {amount} yuan; at most {most} yuan may be advanced."),
    why=Text("限额 = {formula}(S5.27)。", "The limit is {formula} (S5.27)."),
    mend=Text("降到 {most} 元以内。", "Lower it to {most} yuan."),
)  # fmt: skip
TOO_MANY = kind(
    "advance.too-many-open", Level.ERROR,
    what=Text("“{person}”已有 {open} 笔困难预支没有结清,不能再发“{advance}”。", "'{person}' has {open} hardship advances open; {advance} cannot be paid on top."),
    why=Text("方案只许同时有 {most} 笔(S5.27)。", "The scheme allows {most} at a time (S5.27)."),
    mend=Text("等以前的结清。", "Wait until the earlier one is recovered."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """The most an advance may be, in fen, exactly; how that comes to be, and from which rows."""

    exact: Fraction
    formula: str
    sources: tuple[str, ...]

    @property
    def most(self) -> int:
        """Whole fen, never above the limit."""
        return max(0, self.exact.numerator // self.exact.denominator)

    @property
    def said(self) -> str:
        """The formula with what it comes to."""
        return comes_to(self.formula, self.exact, self.most)


class AdvanceChecks:
    """The checks of one run's advances, against the book as it stands."""

    def __init__(self, run: RunFacts, facts: Facts, book: Book, rules: Advances) -> None:
        self._run, self._facts, self._book, self._rules = run, facts, book, rules

    def problems(self, advance: Advance, approved_on: dt.date) -> Iterator[Problem]:
        """Everything that forbids paying an advance."""
        if approved_on < advance.applied_on:
            yield APPROVED_BEFORE(self._facts.place(advance), advance=advance.advance, approved=approved_on, applied=advance.applied_on)
        yield from self._people(advance, approved_on)
        yield from self._progress(advance, approved_on) if advance.kind == "progress" else self._hardship(advance)

    def limit(self, advance: Advance) -> Limit | None:
        """The most it may be; ``None`` when that cannot be said."""
        if advance.kind == "hardship":
            return self._hardship_limit(advance)
        order = self._facts.orders.get(advance.order_no)
        return None if order is None else self._progress_limit(advance, order)

    # --- people --------------------------------------------------------------------------------------------------

    def _people(self, advance: Advance, approved_on: dt.date) -> Iterator[Problem]:
        place, said = self._facts.place(advance), {"advance": advance.advance, "person": advance.approver}
        if not advance.approver:
            yield NO_APPROVER(place, advance=advance.advance)
        elif advance.approver == advance.applicant:
            yield SAME_HAND(place, **said)
        elif advance.approver == advance.person:
            yield OWN_HAND(place, **said)
        elif not self._holds(advance.approver, self._rules.approver, approved_on):
            held = position_on(self._facts, advance.approver, approved_on)
            yield APPROVER(place, **said, day=approved_on, position=held, needed=self._rules.approver)
        if not self._holds(advance.applicant, self._rules.applicant, advance.applied_on):
            held = position_on(self._facts, advance.applicant, advance.applied_on)
            said["person"] = advance.applicant
            yield APPLICANT(place, **said, day=advance.applied_on, position=held, needed=self._rules.applicant)

    def _holds(self, person: str, needed: str, day: dt.date) -> bool:
        return not needed or position_on(self._facts, person, day) == needed

    # --- progress ------------------------------------------------------------------------------------------------

    def _progress(self, advance: Advance, approved_on: dt.date) -> Iterator[Problem]:
        place, said = self._facts.place(advance), {"advance": advance.advance, "order": advance.order_no}
        order = self._facts.orders.get(advance.order_no)
        if self._run.scheme.payout.output_value is None:
            yield NO_VALUE_RULES(place, advance=advance.advance, scheme=self._run.scheme.scheme)
        elif order is None:
            yield UNKNOWN_ORDER(place, **said)
        elif any(day and day <= approved_on for day in (order.settled_on, order.cancelled_on)):
            yield ORDER_OVER(place, **said, day=approved_on)
        elif self._book.was_posted_earlier(order.fact):
            yield ORDER_PAID(place, **said)
        else:
            yield from self._within_progress(advance, order)

    def _within_progress(self, advance: Advance, order: Order) -> Iterator[Problem]:
        place, said = self._facts.place(advance), {"advance": advance.advance, "order": order.order_no}
        department = department_on(self._facts, advance.person, advance.applied_on)
        if progress_on(self._facts, order, advance.applied_on) is None:
            yield NO_PROGRESS(place, **said, day=advance.applied_on)
        if department not in (values_of(order, self._facts.splits.get(order.order_no, ())) or {}):
            yield NO_PART(place, **said, person=advance.person, department=department)
        elif self._basis(advance, order, department) is None:
            yield NO_SHARE(place, **said, person=advance.person)
        else:
            yield from self._within(advance, self._progress_limit(advance, order))

    def _progress_limit(self, advance: Advance, order: Order) -> Limit | None:
        """Progress × basis − what was advanced; it rests on the order, the last report and the department's part."""
        department = department_on(self._facts, advance.person, advance.applied_on)
        progress, basis = progress_on(self._facts, order, advance.applied_on), self._basis(advance, order, department)
        if progress is None or basis is None:
            return None
        given = self._given(advance, department)
        about = "≈" if equal_sign(basis, 0) == "≈" else ""
        formula = f"{percent(progress)} × {about}{yuan(basis.numerator // basis.denominator)} − {yuan(given)}"
        reports = [r.fact for r in self._facts.progress.get(order.order_no, ()) if r.reported_on <= advance.applied_on]
        parts = [s.fact for s in self._facts.splits.get(order.order_no, ()) if s.department == department]
        return Limit(progress * basis - given, formula, (order.fact, *reports[-1:], *parts))

    def _basis(self, advance: Advance, order: Order, department: str) -> Fraction | None:
        """What the progress is taken of (AMB-12); ``None`` when it cannot be said."""
        known, rules = view(self._facts, order, advance.applied_on), self._run.scheme.payout.output_value
        values = values_of(order, known.splits) or {}
        if rules is None or department not in values:
            return None
        flow = waterfall(values[department], withheld(rules))
        if self._rules.progress_cap == "value":
            return Fraction(flow.value)
        if self._rules.progress_cap == "part3":
            return Fraction(flow.part3)
        owed = min(0, self._book.balance(Account("overrun", department)))
        pool = Fraction(max(0, flow.part3 - known.cost_of(department) + owed))
        if self._rules.progress_cap == "pool":
            return pool
        share = self._own_share(advance, order, department)
        return None if share is None else pool * share

    def _own_share(self, advance: Advance, order: Order, department: str) -> Fraction | None:
        """The person's part of the department's pool by the shares decided, else proposed."""
        known = view(self._facts, order, dt.date.max)
        working = members(self._facts, known).get(department, ())
        shares = {w.person: w.share if w.decided_on <= advance.applied_on else w.proposed for w in working}
        said = [share for share in shares.values() if share is not None]
        own, total = shares.get(advance.person), sum(said, start=Fraction(0))
        return own / total if own is not None and total and len(said) == len(shares) else None

    def _given(self, advance: Advance, department: str) -> int:
        """What was advanced on the order before: to the department's people, or to the person where each has a limit."""
        given = [a for a in self._facts.advances_on.get(advance.order_no, ()) if a is not advance and self._book.was_posted(a.fact)]
        paid = [(a, *self._book.granted.get(a.advance, (a.person, a.amount))) for a in given]
        if self._rules.progress_cap == "own_share":
            return sum(amount for _, person, amount in paid if person == advance.person)
        return sum(amount for a, person, amount in paid if department_on(self._facts, person, a.applied_on) == department)

    # --- hardship ------------------------------------------------------------------------------------------------

    def _hardship(self, advance: Advance) -> Iterator[Problem]:
        place, said = self._facts.place(advance), {"advance": advance.advance, "person": advance.person}
        open_ = sum(1 for a in self._facts.advances_of.get(advance.person, ()) if a.kind == "hardship" and self._is_open(a))
        if open_ >= self._rules.hardship_open:
            yield TOO_MANY(place, **said, open=open_, most=self._rules.hardship_open)
        limit = self._hardship_limit(advance)
        if limit is None:
            months = self._months(advance)
            yield NO_BASIS(place, **said, first=f"{months[-1]:%Y-%m}", last=f"{months[0]:%Y-%m}")
        else:
            yield from self._within(advance, limit)

    def _hardship_limit(self, advance: Advance) -> Limit | None:
        """A share of the average performance pay, by what Jikao computed and the wages on record from before."""
        found = [e for e in (self._earned(advance.person, month) for month in self._months(advance)) if e is not None]
        if not found:
            return None
        share, months, total = Fraction(self._rules.hardship_share), self._rules.hardship_months, sum(amount for amount, _ in found)
        sources = tuple(fact for _, facts in found for fact in facts)
        return Limit(share * total / months, f"{percent(share)} × {yuan(total)} ÷ {months}", sources)

    def _months(self, advance: Advance) -> list[dt.date]:
        return _months_before(advance.applied_on, self._rules.hardship_months)

    def _earned(self, person: str, month: dt.date) -> tuple[int, tuple[str, ...]] | None:
        """Performance pay of a month, and the row that says so: what Jikao computed, else what is on record from before."""
        if (person, f"{month:%Y-%m}") in self._book.earned:
            return self._book.earned[person, f"{month:%Y-%m}"], ()
        row = self._facts.wages.get((person, month))
        return None if row is None or row.performance is None else (row.performance, (row.fact,))

    def _is_open(self, advance: Advance) -> bool:
        return self._book.balance(Account("advance", advance.person, advance.advance)) < 0

    # --- both ----------------------------------------------------------------------------------------------------

    def _within(self, advance: Advance, limit: Limit | None) -> Iterator[Problem]:
        if limit is not None and advance.amount > limit.exact:
            over = OVER_CAP if advance.kind == "progress" else OVER_HARDSHIP
            place, said = self._facts.place(advance), {"most": yuan(limit.most), "formula": limit.formula}
            yield over(place, advance=advance.advance, amount=yuan(advance.amount), **said)


def _months_before(day: dt.date, count: int) -> list[dt.date]:
    """The first days of the months before that of a day, the nearest first."""
    months = [day.year * 12 + day.month - 1 - i for i in range(1, count + 1)]
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months]
