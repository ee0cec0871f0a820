"""Does the forced distribution, if there is one, share out everybody among grades that exist?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jikao.scheme.model import Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places

SUM = kind(
    "rank.quota-sum", Level.ERROR,
    what=Text("强制分布的比例合计 {sum} ≠ 100。", "The shares of the forced distribution sum to {sum} ≠ 100."),
    why=Text("每个人都要落在某个等级。", "Everybody falls into some grade."),
    mend=Text("改到合计 100。", "Change them to sum to 100."),
)  # fmt: skip
NEGATIVE = kind(
    "rank.quota-negative", Level.ERROR,
    what=Text("等级“{grade}”的比例是 {share},不能小于 0。", "The share of grade '{grade}' is {share}; it cannot be below 0."),
    why=Text("比例是人数的百分比。", "It is a percentage of people."),
    mend=Text("写 0 到 100 之间的数。", "Write a number from 0 to 100."),
)  # fmt: skip
UNKNOWN_GRADE = kind(
    "rank.unknown-grade", Level.ERROR,
    what=Text("方案没有等级 “{grade}”。", "The scheme has no grade '{grade}'."),
    why=Text("强制分布只能分配已有的等级。", "A distribution shares out the grades there are."),
    mend=Text("改用 grades 中的 id。{hint}", "Use an id of grades. {hint}"),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Quotas, whether the distribution is on or not: a setting may turn it on."""
    distribution, path = scheme.rank.distribution, ("rank", "distribution", "quotas")
    grades = scheme.grades.ids
    for i, quota in enumerate(distribution.quotas):
        if quota.grade not in grades and places.is_sound(*path, i, "grade"):
            yield UNKNOWN_GRADE(places.of(*path, i, "grade"), grade=quota.grade, hint=among(quota.grade, grades))
        if quota.share < 0:
            yield NEGATIVE(places.of(*path, i, "share"), grade=quota.grade, share=plain_number(quota.share))
    total = sum((quota.share for quota in distribution.quotas), Decimal(0))
    if (distribution.on or distribution.quotas) and total != 100 and places.is_sound(*path):
        yield SUM(places.key(*path), sum=plain_number(total))
