"""Are the rules that turn results into money consistent? Checked here, computed by the payout room (F9-F14)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jikao.scheme.model import Payout, Scheme
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
    """Effects of grades, redistribution, conduct bonus, output value and advances."""
    yield from _grades(scheme.payout, scheme.grades.ids, places)
    yield from _redistribution(scheme.payout, places)
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
        keys = [key for key in ("withheld", "gives", "gets_share") if getattr(amount, key)]
        if len(keys) > 1:
            yield CONFLICT(places.of(*path), grade=amount.grade, keys=several(keys))


def _redistribution(payout: Payout, places: Places) -> Iterator[Problem]:
    if payout.redistribution is None or not places.is_sound("payout", "grades"):
        return
    gives, gets = any(g.gives for g in payout.grades), any(g.gets_share for g in payout.grades)
    if not (gives and gets):
        missing = Text("扣减(gives)", "that gives") if not gives else Text("分得(gets_share)", "that gets a share")
        yield REDISTRIBUTION(places.key("payout", "redistribution"), missing=missing)


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
