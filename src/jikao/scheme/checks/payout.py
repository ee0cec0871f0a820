"""Are the rules that turn results into money consistent? Checked here, computed by the payout room (F9-F14)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from jikao.scheme.model import BonusPool, GradeAmount, Payout, PerformanceBonus, Scheme
from jikao.scheme.number import Unset, plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.words import several
from jikao.scheme.yaml_nodes import Places, Steps

UNKNOWN_GRADE = kind(
    "payout.unknown-grade", Level.ERROR,
    what=Text("方案没有等级 “{grade}”。", "The scheme has no grade '{grade}'."),
    why=Text("奖金按等级增减,等级须在 grades 里。", "Bonuses go by grade, and the grade must be among grades."),
    mend=Text("改用 grades 中的 id。{hint}", "Use an id of grades. {hint}"),
)  # fmt: skip
DUPLICATE_GRADE = kind(
    "payout.duplicate-grade", Level.ERROR,
    what=Text("等级“{grade}”的奖金规则写了两次。", "The bonus of grade '{grade}' is ruled twice."),
    why=Text("一个等级只能有一种增减。", "A grade has one effect."),
    mend=Text("删去其中一个。", "Delete one of them."),
)  # fmt: skip
CONFLICT = kind(
    "payout.conflict", Level.ERROR,
    what=Text("等级“{grade}”同时写了 {keys}。", "Grade '{grade}' has {keys} at the same time."),
    why=Text("全部不发的不再增减;分得的人不同时扣减。", "A bonus withheld is not changed further; who gets a share does not give."),
    mend=Text("只留一个。", "Keep one of them."),
)  # fmt: skip
REDISTRIBUTION = kind(
    "payout.redistribution", Level.ERROR,
    what=Text("有再分配规则,却没有等级{missing}。", "There is a redistribution, but no grade {missing}."),
    why=Text("X/Y 要有人扣减(gives),也要有人分得(gets_share)。", "X/Y needs grades that give and grades that get a share."),
    mend=Text("在 payout.grades 里写上,或删去 redistribution。", "Say so under payout.grades, or delete redistribution."),
)  # fmt: skip
UNCOVERED_GRADE = kind(
    "payout.uncovered-grade", Level.ERROR,
    what=Text("{name} 没有写等级{grades}。", "{name} does not name grade {grades}."),
    why=Text("得了这个等级的人就没法发。", "Whoever has that grade could not be paid."),
    mend=Text("每个等级都写上;不增不减的也写明(0,或系数 1)。", "Name every grade, also those that change nothing (0, or a coefficient of 1)."),
)  # fmt: skip
NOT_SHARED = kind(
    "payout.not-shared", Level.ERROR,
    what=Text("等级“{grade}”写了 {key},却没有再分配(redistribution)。", "Grade '{grade}' has {key}, but there is no redistribution."),
    why=Text("没有再分配,就既不进池也不分得。", "Without it nothing is pooled and nobody gets a share."),
    mend=Text("写上 payout.redistribution,或删去 {key}。", "Add payout.redistribution, or delete {key}."),
)  # fmt: skip
GIVES = kind(
    "payout.gives", Level.ERROR,
    what=Text("等级“{grade}”写了 gives,金额却是 {amount}。", "Grade '{grade}' gives, but its amount is {amount}."),
    why=Text("只有扣减(负数)才有可再分配的钱。", "Only what is deducted (a negative amount) can be redistributed."),
    mend=Text("写成 -{amount},或删去 gives。", "Write -{amount}, or delete gives."),
)  # fmt: skip
NO_SEVERITY = kind(
    "payout.no-severity", Level.WARNING,
    what=Text("守则奖金没有程度表(severity),也不是逐案核定(decided)。", "The conduct bonus has neither a table of severities nor decided: yes."),
    why=Text("只要有一次经核实的违规,就不知道扣多少,发不出来。", "The first verified violation has no share to take, and nobody could be paid."),
    mend=Text("写上 severity,或 decided: yes。", "Write severity, or decided: yes."),
)  # fmt: skip
NEGATIVE = kind(
    "payout.negative", Level.ERROR,
    what=Text("“{name}” 是 {value},应当不小于 0。", "'{name}' is {value}; it must not be below 0."),
    why=Text("奖金最少是 0。", "A bonus is 0 at least."),
    mend=Text("写成不小于 0 的数。", "Write a number of 0 or above."),
)  # fmt: skip
FLOOR_CAP = kind(
    "payout.floor-cap", Level.ERROR,
    what=Text("{name} 的保底 {floor} 高于封顶 {cap}。", "{name} has a floor of {floor}, above its cap of {cap}."),
    why=Text("没有数能同时满足两者。", "No amount is within both."),
    mend=Text("floor 不超过 cap。", "Keep floor at or below cap."),
)  # fmt: skip
UNKNOWN_POSITION = kind(
    "payout.unknown-position", Level.WARNING,
    what=Text("岗位“{position}”不在方案的适用岗位之中。", "Position '{position}' is not among those the scheme binds."),
    why=Text("这个系数用不到任何人身上。", "The coefficient applies to nobody."),
    mend=Text("改用 positions 中的岗位。{hint}", "Use one of positions. {hint}"),
)  # fmt: skip
POOL_AMOUNT = kind(
    "payout.pool-amount", Level.ERROR,
    what=Text("奖金池按部门分(within: department),金额却只有一个数。", "The pool is shared within each department, but its amount is one number."),
    why=Text("看不出是各部门的池额还是总额。", "Nobody can tell whether it is each department's or the sum."),
    mend=Text("写 amount: unset,在预算表(budgets)里给每个部门写金额。", "Write amount: unset, and give every department's amount in the budgets evidence."),
)  # fmt: skip
SHARE_RANGE = kind(
    "payout.share", Level.ERROR,
    what=Text("“{name}” 是 {value},应当在 0 与 100% 之间。", "'{name}' is {value}; it must lie between 0 and 100%."),
    why=Text("它是一个比例。", "It is a share."),
    mend=Text("写成 20% 这样。", "Write it like 20%."),
)  # fmt: skip
SEVERITY = kind(
    "payout.severity", Level.ERROR,
    what=Text("程度“{name}”扣 {value},超过全部奖金比例 {rate}。", "Severity '{name}' takes {value}, more than the whole bonus of {rate}."),
    why=Text("奖金最多扣到 0。", "A bonus goes down to 0 at most."),
    mend=Text("改到不超过 {rate}。", "Lower it to {rate} at most."),
)  # fmt: skip
NOTHING_LEFT = kind(
    "payout.nothing-left", Level.ERROR,
    what=Text("利润 {profit} 与公摊 {expense} 合计 {sum},没有余下的部分。", "Profit {profit} and expenses {expense} make {sum}; nothing is left."),
    why=Text("余下的部分要支付成本与绩效,须大于 0。", "What is left pays costs and performance and must be above 0."),
    mend=Text("两者合计须小于 100%。", "Together they must be below 100%."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Effects of grades, redistribution, bonuses by coefficients, conduct bonus, output value and advances."""
    yield from _grades(scheme.payout, scheme.grades.ids, places)
    yield from _redistribution(scheme.payout, places)
    yield from _bonus(scheme.payout.performance, "performance", "budget", scheme, places)
    yield from _bonus(scheme.payout.pool, "pool", "amount", scheme, places)
    yield from _pool(scheme.payout, places)
    yield from _shares(scheme.payout, places)
    yield from _severity(scheme.payout, places)
    yield from _output_value(scheme.payout, places)


def _grades(payout: Payout, grades: list[str], places: Places) -> Iterator[Problem]:
    seen = set()
    for i, amount in enumerate(payout.grades):
        path: Steps = ("payout", "grades", i)
        if not places.is_sound(*path, "grade"):
            continue
        if amount.grade not in grades:
            yield UNKNOWN_GRADE(places.of(*path, "grade"), grade=amount.grade, hint=among(amount.grade, grades))
        if amount.grade in seen:
            yield DUPLICATE_GRADE(places.of(*path, "grade"), grade=amount.grade)
        seen.add(amount.grade)
        yield from _effect(amount, payout, path, places)
    if payout.grades and places.is_sound("payout", "grades"):
        yield from _uncovered(seen, grades, ("payout", "grades"), places)


def _effect(effect: GradeAmount, payout: Payout, path: Steps, places: Places) -> Iterator[Problem]:
    amount = Decimal(0) if isinstance(effect.amount, Unset) else effect.amount
    shares = [key for key in ("gives", "gets_share") if getattr(effect, key)]
    withheld = ["withheld", *(["amount"] if amount else [])] if effect.withheld else []
    if len(withheld + shares) > 1:
        yield CONFLICT(places.of(*path), grade=effect.grade, keys=several(withheld + shares))
    elif effect.gives and amount > 0:
        yield GIVES(places.of(*path, "amount"), grade=effect.grade, amount=plain_number(amount))
    for key in shares if payout.redistribution is None else ():
        yield NOT_SHARED(places.of(*path, key), grade=effect.grade, key=key)


def _uncovered(named: Collection[str], grades: list[str], path: Steps, places: Places) -> Iterator[Problem]:
    missing = [grade for grade in grades if grade not in named]
    if missing:
        yield UNCOVERED_GRADE(places.key(*path), name=".".join(map(str, path)), grades=several(missing))


def _redistribution(payout: Payout, places: Places) -> Iterator[Problem]:
    if payout.redistribution is None or not places.is_sound("payout", "grades"):
        return
    gives, gets = any(g.gives for g in payout.grades), any(g.gets_share for g in payout.grades)
    if not (gives and gets):
        missing = Text("扣减(gives)", "that gives") if not gives else Text("分得(gets_share)", "that gets a share")
        yield REDISTRIBUTION(places.key("payout", "redistribution"), missing=missing)


def _bonus(rule: PerformanceBonus | BonusPool | None, part: str, whole: str, scheme: Scheme, places: Places) -> Iterator[Problem]:
    path: Steps = ("payout", part)
    if rule is None or not places.is_sound(*path):
        return
    amounts = {(key,): getattr(rule, key) for key in (whole, "floor", "cap")}
    tables = {(key, name): number for key in ("coefficients", "positions") for name, number in getattr(rule, key).items()}
    for steps, number in (amounts | tables).items():
        if isinstance(number, Decimal) and number < 0:
            yield NEGATIVE(places.of(*path, *steps), name=".".join(map(str, (*path, *steps))), value=plain_number(number))
    if rule.cap is not None and rule.floor > rule.cap:
        said = {"floor": plain_number(rule.floor), "cap": plain_number(rule.cap)}
        yield FLOOR_CAP(places.of(*path, "floor"), name=f"payout.{part}", **said)
    yield from _coefficients(rule, path, scheme, places)


def _coefficients(rule: PerformanceBonus | BonusPool, path: Steps, scheme: Scheme, places: Places) -> Iterator[Problem]:
    grades = scheme.grades.ids
    for grade in rule.coefficients:
        if grade not in grades:
            yield UNKNOWN_GRADE(places.key(*path, "coefficients", grade), grade=grade, hint=among(grade, grades))
    if rule.coefficients:
        yield from _uncovered(rule.coefficients, grades, (*path, "coefficients"), places)
    for position in rule.positions:
        if scheme.positions and position not in scheme.positions:
            yield UNKNOWN_POSITION(places.key(*path, "positions", position), position=position, hint=among(position, scheme.positions))


def _pool(payout: Payout, places: Places) -> Iterator[Problem]:
    pool = payout.pool
    if pool is not None and pool.within == "department" and not isinstance(pool.amount, Unset) and places.is_sound("payout", "pool"):
        yield POOL_AMOUNT(places.of("payout", "pool", "amount"))


def _shares(payout: Payout, places: Places) -> Iterator[Problem]:
    for part, names in (
        ("conduct", ("rate",)),
        ("output_value", ("profit_share", "expense_share")),
        ("advances", ("hardship_share", "offset_share", "manager_liability", "wage_deduction_cap")),
    ):
        for name in names:
            value = getattr(getattr(payout, part), name, None)
            if isinstance(value, Decimal) and not 0 <= value <= 1:
                yield SHARE_RANGE(places.of("payout", part, name), name=f"payout.{part}.{name}", value=plain_number(value))


def _severity(payout: Payout, places: Places) -> Iterator[Problem]:
    conduct, path = payout.conduct, ("payout", "conduct", "severity")
    if conduct is None or not places.is_sound("payout", "conduct"):
        return
    if not conduct.severity and not conduct.decided:
        yield NO_SEVERITY(places.key("payout", "conduct"))
    for name, value in conduct.severity.items():
        if value < 0:
            yield SHARE_RANGE(places.of(*path, name), name=f"payout.conduct.severity.{name}", value=plain_number(value))
        elif not isinstance(conduct.rate, Unset) and value > conduct.rate:
            yield SEVERITY(places.of(*path, name), name=name, value=_percent(value), rate=_percent(conduct.rate))


def _output_value(payout: Payout, places: Places) -> Iterator[Problem]:
    value = payout.output_value
    if value is None or isinstance(value.profit_share, Unset) or isinstance(value.expense_share, Unset):
        return
    taken = value.profit_share + value.expense_share
    if taken >= 1 and places.is_sound("payout", "output_value"):
        said = {"profit": _percent(value.profit_share), "expense": _percent(value.expense_share), "sum": _percent(taken)}
        yield NOTHING_LEFT(places.key("payout", "output_value"), **said)


def _percent(share: Decimal) -> str:
    return f"{plain_number(share * 100)} %"
