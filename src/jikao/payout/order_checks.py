"""What must be right about an order before anybody is paid from it; every problem is found, none stops the search (F10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from jikao.payout.facts import Cost, Facts, Workload
from jikao.payout.money import percent, total, yuan
from jikao.payout.orders import OrderView
from jikao.payout.staff import department_on
from jikao.payout.waterfall import values_of
from jikao.scheme.model import OutputValue
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.words import several

OWNER = kind(
    "output.owner", Level.ERROR,
    what=Text("任务单“{order}”由“{by}”创建,方案只许“{owner}”。", "Order {order} was made by '{by}'; the scheme lets only '{owner}' make orders."),
    why=Text("对外接任务、切分产值的只有一个部门(S5.8)。", "One department takes orders and splits their value (S5.8)."),
    mend=Text("由“{owner}”创建任务单;部门名称不同时改正其一。", "Have '{owner}' make the order, or make the two names agree."),
)  # fmt: skip
NO_SPLIT = kind(
    "output.no-split", Level.ERROR,
    what=Text("任务单“{order}”已结算,却没有产值分解。", "Order {order} is settled, but its value was never split."),
    why=Text("不知道产值归哪个部门(S5.12)。", "Nobody can say which department its value belongs to (S5.12)."),
    mend=Text("登记产值分解;一个部门独立完成的也要一行。", "Record its splits; an order of one department has one row."),
)  # fmt: skip
SPLIT_OPEN = kind(
    "output.split-open", Level.ERROR,
    what=Text("任务单“{order}”的分解有的填了产值,有的没有填。", "Some splits of order {order} give a value, some do not."),
    why=Text("全部留空才是均分,只空一部分没有含义。", "All empty means equal parts; some empty means nothing."),
    mend=Text("全部填上,或全部留空。", "Fill them all in, or leave all of them empty."),
)  # fmt: skip
SPLIT_SUM = kind(
    "output.split-sum", Level.ERROR,
    what=Text("任务单“{order}”的分解合计 {total} 元,产值是 {value} 元。", "The splits of order {order} sum to {total} yuan, its value is {value} yuan."),
    why=Text("产值必须全额分解,一分不差(S5.12)。", "The value is split in full, to the fen (S5.12)."),
    mend=Text("改正分解单或产值。", "Correct the splits or the value."),
)  # fmt: skip
NO_MANAGER = kind(
    "output.no-project-manager", Level.ERROR,
    what=Text("任务单“{order}”没有项目经理。", "Order {order} names no project manager."),
    why=Text("工作量由项目经理确认(S5.13、S5.20)。", "The project manager confirms who did the work (S5.13, S5.20)."),
    mend=Text("在任务单上填写项目经理的工号。", "Put the project manager's employee number on the order."),
)  # fmt: skip
MANAGER = kind(
    "output.project-manager", Level.ERROR,
    what=Text("任务单“{order}”的项目经理“{person}”属于“{department}”,不在参与的部门({departments})中。",
              "The project manager of order {order}, '{person}', belongs to '{department}', not to a department that shares its value ({departments})."),
    why=Text("项目经理由参与的部门指派(S5.13、S5.14)。", "A department that takes part appoints the project manager (S5.13, S5.14)."),
    mend=Text("改正项目经理,或在人员表中登记其部门。", "Correct the project manager, or record their department among the people."),
)  # fmt: skip
COST_FORBIDDEN = kind(
    "output.cost-forbidden", Level.ERROR,
    what=Text("成本“{cost}”({amount} 元)的类别“{kind}”不得列支。", "Cost {cost} ({amount} yuan) is of the kind '{kind}', which must not be booked."),
    why=Text("任务成本不含公共费用和基本工资(S5.10)。", "A task's cost includes no public expenses and no base salary (S5.10)."),
    mend=Text("删去这一行,或改正类别。", "Take the row out, or correct its kind."),
)  # fmt: skip
COST_KIND = kind(
    "output.cost-kind", Level.ERROR,
    what=Text("成本“{cost}”的类别“{kind}”不在方案中。", "Cost {cost} is of the kind '{kind}', which the scheme does not know."),
    why=Text("能不能列支由方案规定,不能猜。", "The scheme says what may be booked; it is not guessed."),
    mend=Text("改用方案 cost_kinds 中的类别,或在方案中加上。{hint}", "Use a kind of cost_kinds, or add it to the scheme. {hint}"),
)  # fmt: skip
COST_NEGATIVE = kind(
    "output.cost-negative", Level.ERROR,
    what=Text("任务单“{order}”中“{department}”的成本合计 {amount} 元,冲减多于列支。", "Order {order}: the costs of '{department}' sum to {amount} yuan; more was refunded than was booked."),
    why=Text("冲减不能超过已列支的成本,否则绩效池会超过第三部分(S5.19)。", "A refund is part of what was spent; beyond it the pool would exceed part 3 (S5.19)."),
    mend=Text("改正金额,或补登原来的成本。", "Correct the amount, or record the cost it refunds."),
)  # fmt: skip
COST_DEPARTMENT = kind(
    "output.cost-department", Level.ERROR,
    what=Text("成本“{cost}”的部门是“{department}”,任务单“{order}”的部门是 {departments}。", "Cost {cost} is of department '{department}'; order {order} is shared by {departments}."),
    why=Text("成本由分得产值的一个部门承担。", "A cost is borne by one of the departments that share the value."),
    mend=Text("在成本上写明其中一个部门。", "Name one of them on the cost."),
)  # fmt: skip
WORKLOAD_SUM = kind(
    "output.workload-sum", Level.ERROR,
    what=Text("任务单“{order}”的工作量占比合计 {total},各部门为 {sums}。", "The shares of the work on order {order} sum to {total}; by department: {sums}."),
    why=Text("全任务单合计须恰好 100%,或每个部门合计恰好 100%。", "They must add up to exactly 100% over the order, or within each department."),
    mend=Text("改正核定占比。", "Correct the shares decided."),
)  # fmt: skip
OUTSIDER = kind(
    "output.outsider", Level.ERROR,
    what=Text("“{person}”属于“{department}”,该部门没有分得任务单“{order}”的产值({departments})。",
              "'{person}' belongs to '{department}', which has no part of the value of order {order} ({departments})."),
    why=Text("产值归各部门,绩效由本部门的部分支付(S5.15)。", "The value belongs to departments; each pays its own people from its part (S5.15)."),
    mend=Text("改正工作量确认,或改正分解、人员的部门。", "Correct the workload row, the splits or the person's department."),
)  # fmt: skip
NOT_DECIDED = kind(
    "output.no-decider", Level.ERROR,
    what=Text("“{person}”在任务单“{order}”上的占比没有核定人。", "Nobody is named as having decided the share of '{person}' in order {order}."),
    why=Text("工作量由部门经理最终决定(S5.20)。", "The department manager decides in the end (S5.20)."),
    mend=Text("填写核定人。", "Fill in who decided."),
)  # fmt: skip
OWN_DECISION = kind(
    "output.own-decision", Level.ERROR,
    what=Text("“{person}”自己核定了自己在任务单“{order}”上的占比。", "'{person}' decided their own share in order {order}."),
    why=Text("被考核人不能核定自己。", "Nobody decides about themselves."),
    mend=Text("由另一人核定。", "Have somebody else decide."),
)  # fmt: skip
NOT_MANAGER = kind(
    "output.not-the-manager", Level.ERROR,
    what=Text("“{person}”在任务单“{order}”上的占比由“{by}”核定,“{department}”的部门经理是“{manager}”。",
              "The share of '{person}' in order {order} was decided by '{by}'; the manager of '{department}' is '{manager}'."),
    why=Text("工作量由部门经理最终决定(S5.20)。", "The department manager decides in the end (S5.20)."),
    mend=Text("由部门经理核定,或改正分解单上的部门经理。", "Have the manager decide, or correct the manager named on the split."),
)  # fmt: skip
BENEFICIARY = kind(
    "output.beneficiary-decided", Level.ERROR,
    what=Text("“{person}”在任务单“{order}”上的占比由“{by}”核定,此人自己也分这个任务单。",
              "The share of '{person}' in order {order} was decided by '{by}', who has a share in the order too."),
    why=Text("分钱的人不能互相核定(S5.20)。", "Those who share the money do not decide for each other (S5.20)."),
    mend=Text("由不参与分配的人核定,或在分解单上填写部门经理。", "Have somebody without a share decide, or name the department's manager on the split."),
)  # fmt: skip
NO_REASON = kind(
    "output.no-reason", Level.ERROR,
    what=Text("“{person}”在任务单“{order}”上的占比核定为 {share},项目经理意见是 {proposed},没有写理由。",
              "The share of '{person}' in order {order} was decided as {share} against {proposed} proposed, and no reason is given."),
    why=Text("部门经理可以改动项目经理的意见,但要留下理由(S5.20)。", "The department manager may change the opinion, and keeps the reason (S5.20)."),
    mend=Text("写上理由。", "Write the reason."),
)  # fmt: skip

WHOLE = Fraction(1)


def order_problems(facts: Facts, known: OrderView, rules: OutputValue) -> Iterator[Problem]:
    """Owner, splits and project manager of an order that is to be settled."""
    order, place = known.order, facts.place(known.order)
    if rules.owner and order.created_by != rules.owner:
        yield OWNER(place, order=order.order_no, by=order.created_by, owner=rules.owner)
    yield from _splits(facts, known)
    if not order.project_manager:
        yield NO_MANAGER(place, order=order.order_no)
    elif known.splits and order.settled_on:
        department = department_on(facts, order.project_manager, order.settled_on)
        if department not in known.departments:
            said = {"person": order.project_manager, "department": department, "departments": several(known.departments)}
            yield MANAGER(place, order=order.order_no, **said)


def _splits(facts: Facts, known: OrderView) -> Iterator[Problem]:
    order, given = known.order, [s.value for s in known.splits if s.value is not None]
    if not known.splits:
        yield NO_SPLIT(facts.place(order), order=order.order_no)
    elif 0 < len(given) < len(known.splits):
        yield SPLIT_OPEN(facts.place(next(s for s in known.splits if s.value is None)), order=order.order_no)
    elif values_of(order, known.splits) is None:
        yield SPLIT_SUM(facts.place(known.splits[0]), order=order.order_no, total=yuan(sum(given)), value=yuan(order.value))


def cost_problems(facts: Facts, known: OrderView, costs: Sequence[Cost], rules: OutputValue) -> Iterator[Problem]:
    """Kinds and departments of costs that are to be booked (A37). No list of kinds: any that is not forbidden."""
    for cost in costs:
        place = facts.place(cost)
        if cost.kind in rules.forbidden_costs:
            yield COST_FORBIDDEN(place, cost=cost.cost, kind=cost.kind, amount=yuan(cost.amount))
        elif rules.cost_kinds and cost.kind not in rules.cost_kinds:
            yield COST_KIND(place, cost=cost.cost, kind=cost.kind, hint=among(cost.kind, rules.cost_kinds))
        if known.splits and known.bearer(cost) not in known.departments:
            said = {"order": known.order.order_no, "departments": several(known.departments)}
            yield COST_DEPARTMENT(place, cost=cost.cost, department=cost.department, **said)
    yield from _refunds(facts, known, costs)


def _refunds(facts: Facts, known: OrderView, costs: Sequence[Cost]) -> Iterator[Problem]:
    for department in known.departments:
        own, spent = [c for c in costs if known.bearer(c) == department], known.cost_of(department)
        if own and spent < 0:
            place = facts.place(min(own, key=lambda c: c.amount))
            yield COST_NEGATIVE(place, order=known.order.order_no, department=department, amount=yuan(spent))


def workload_problems(facts: Facts, known: OrderView, working: Mapping[str, Sequence[Workload]]) -> Iterator[Problem]:
    """Shares of the work by department: whole, inside the order's departments, and decided by somebody else (S5.20)."""
    outside = [d for d in working if known.splits and d not in known.departments]
    for department in outside:
        for workload in working[department]:
            said = {"person": workload.person, "department": department, "departments": several(known.departments)}
            yield OUTSIDER(facts.place(workload), order=known.order.order_no, **said)
    if known.workloads and not outside:
        yield from _sums(facts, known, working)
    for department, workloads in working.items():
        for workload in workloads:
            yield from _decision(facts, known, workload, department)


def _sums(facts: Facts, known: OrderView, working: Mapping[str, Sequence[Workload]]) -> Iterator[Problem]:
    sums = {d: total([w.share for w in working[d]]) for d in sorted(working)}
    whole = total(list(sums.values()))
    if whole != WHOLE and any(part != WHOLE for part in sums.values()):
        each = several(f"{department} {percent(part)}" for department, part in sums.items())
        yield WORKLOAD_SUM(facts.place(known.workloads[0]), order=known.order.order_no, total=percent(whole), sums=each)


def _decision(facts: Facts, known: OrderView, workload: Workload, department: str) -> Iterator[Problem]:
    place, said = facts.place(workload), {"person": workload.person, "order": workload.order_no}
    if not workload.decided_by:
        yield NOT_DECIDED(place, **said)
    elif workload.decided_by == workload.person:
        yield OWN_DECISION(place, **said)
    else:
        yield from _decider(facts, known, workload, department)
    if not workload.reason and workload.proposed is not None and workload.proposed != workload.share:
        yield NO_REASON(place, **said, share=percent(workload.share), proposed=percent(workload.proposed))


def _decider(facts: Facts, known: OrderView, workload: Workload, department: str) -> Iterator[Problem]:
    """The manager named for the department decides; for the manager, or with none named, somebody without a share."""
    place, by = facts.place(workload), workload.decided_by
    said = {"person": workload.person, "order": workload.order_no, "by": by}
    manager = next((s.manager for s in known.splits if s.department == department), "")
    if manager and manager != workload.person:
        if by != manager:
            yield NOT_MANAGER(place, **said, department=department, manager=manager)
    elif any(w.share for w in known.workloads if w.person == by):
        yield BENEFICIARY(place, **said)
