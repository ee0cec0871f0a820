"""Do the shares of every level add up: percentages to 100, points to the points of what holds them (S3.9, S3.10, A04)?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.model import Scheme, Section
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.walk import Item, levels
from jikao.scheme.walk import Level as Shared
from jikao.scheme.words import several
from jikao.scheme.yaml_nodes import Places, Steps

WEIGHT_SUM = kind(
    "weights.sum", Level.ERROR,
    what=Text("{where}的权重合计 {sum} ≠ 100。", "Weights of {where} sum to {sum} ≠ 100."),
    why=Text("权重是占上一级的百分比({parts}),合计不是 100,总分就到不了或超过满分。", "Weights are percentages of the whole ({parts}); unless they sum to 100 full marks cannot be reached or are exceeded."),
    mend=Text("改到合计 100,差 {rest}。", "Change them to sum to 100; {rest} to go."),
)  # fmt: skip
POINT_SUM = kind(
    "points.sum", Level.ERROR,
    what=Text("{where}的分数合计 {sum} ≠ {whole}。", "Points of {where} sum to {sum} ≠ {whole}."),
    why=Text("分数已含权重({parts}),合计须等于上一级的分数。", "Points carry the weight ({parts}) and must make the points of what holds them."),
    mend=Text("改到合计 {whole},差 {rest}。", "Change them to sum to {whole}; {rest} to go."),
)  # fmt: skip
MIXED = kind(
    "weights.mixed", Level.ERROR,
    what=Text("{where}里有的写分数、有的写权重、有的都没写。", "In {where} some items have points, some weights, some neither."),
    why=Text("同一级只能用一种方式分配,否则合计没有意义。", "One level is shared out in one way, or the sum means nothing."),
    mend=Text("这一级统一写 points、统一写 weight,或都不写(均分)。", "Write points for all, weight for all, or neither (equal shares)."),
)  # fmt: skip
TWICE = kind(
    "weights.twice", Level.ERROR,
    what=Text("“{title}” 同时写了 {keys}。", "'{title}' has {keys} at the same time."),
    why=Text("一项只能有一种分配方式。", "An item takes its share in one way only."),
    mend=Text("只留一个。", "Keep one of them."),
)  # fmt: skip
NOT_POSITIVE = kind(
    "weights.not-positive", Level.ERROR,
    what=Text("“{title}” 的 {key} 是 {value},应当大于 0。", "The {key} of '{title}' is {value}; it must be above 0."),
    why=Text("不占分的项不影响结果,负的会倒扣。", "An item without a share changes nothing, a negative one takes away."),
    mend=Text("写一个大于 0 的数,或删去这一项。", "Write a number above 0, or delete the item."),
)  # fmt: skip
EMPTY = kind(
    "sections.empty", Level.ERROR,
    what=Text("{where}没有计分的指标。", "{where} has no indicator that counts."),
    why=Text("占了份额却没有内容,这一份永远得不到;加分项不算。", "It takes a share that nobody can earn; bonus items do not count."),
    mend=Text("加上指标,或删去它;加分项放进有指标的部分里。", "Add an indicator, or delete it; put bonus items into a section with indicators."),
)  # fmt: skip
TOTAL = kind(
    "total.full", Level.ERROR,
    what=Text("总分满分是 {full},应当大于 0。", "The full total is {full}; it must be above 0."),
    why=Text("没有满分就无从折算。", "Without full marks nothing can be scaled."),
    mend=Text("写 100,或删去这一项。", "Write 100, or delete it."),
)  # fmt: skip
CAP = kind(
    "total.cap", Level.WARNING,
    what=Text("总分上限 {cap} 低于满分 {full}。", "The total is capped at {cap}, below the full {full}."),
    why=Text("得满分的人也拿不到满分。", "Nobody can have full marks."),
    mend=Text("上限改为不低于 {full}。", "Raise the cap to at least {full}."),
)  # fmt: skip

_KEYS = ("points", "weight", "bonus")
_TOP = Text("最外层", "the top level")


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Sums, mixtures and empty parts of every level, and the total itself."""
    yield from _total(scheme, places)
    unsure: set[Steps] = set()
    for level in levels(scheme):
        for path, item in level.items:
            yield from _own_share(path, item, places)
        if not level.counted:
            if places.is_sound(*level.path, "sections") and places.is_sound(*level.path, "indicators"):
                yield EMPTY(places.key(*level.path), where=_where(level))
            continue
        known = all(_is_sound(path, places) for path, _ in level.items)
        if not known or level.path in unsure:
            unsure |= {path for path, _ in level.items}  # a wrong share leaves open what everything below is worth
        if known:
            yield from _sum(level, places, sure=level.path not in unsure)


def _total(scheme: Scheme, places: Places) -> Iterator[Problem]:
    full, cap = scheme.total.full, scheme.total.cap
    if full <= 0:
        yield TOTAL(places.of("total", "full"), full=plain_number(full))
    elif cap < full:
        yield CAP(places.of("total", "cap"), full=plain_number(full), cap=plain_number(cap))


def _own_share(path: Steps, item: Item, places: Places) -> Iterator[Problem]:
    given = {key: value for key in _KEYS if (value := getattr(item, key, None)) is not None}
    if len(given) > 1:
        yield TWICE(places.of(*path), title=item.title, keys=several(given))
    for key, value in given.items():
        if value <= 0 and places.is_sound(*path, key):
            yield NOT_POSITIVE(places.of(*path, key), title=item.title, key=key, value=plain_number(value))


def _is_sound(path: Steps, places: Places) -> bool:
    return path not in places.broken and all(places.is_sound(*path, key) for key in _KEYS)


def _sum(level: Shared, places: Places, *, sure: bool) -> Iterator[Problem]:
    counted = [item for _, item in level.counted]
    forms = {_form(item) for item in counted}
    place = places.key(*level.path) if level.path else places.key("sections")
    if len(forms) > 1:
        yield MIXED(place, where=_where(level))
        return
    key = forms.pop()
    if key is None or (key == "points" and not sure):
        return
    shares = [Fraction(getattr(item, key)) for item in counted]
    whole = Fraction(100) if key == "weight" else level.whole
    if sum(shares) != whole:
        values = {"sum": sum(shares), "whole": whole, "rest": whole - sum(shares)}
        said = {name: plain_number(value) for name, value in values.items()}
        yield (WEIGHT_SUM if key == "weight" else POINT_SUM)(place, where=_where(level), parts=_parts(counted, key), **said)


def _form(item: Item) -> str | None:
    return next((key for key in _KEYS[:2] if getattr(item, key) is not None), None)


def _parts(items: list[Item], key: str) -> Text:
    def said(lang: str) -> str:
        return " + ".join(f"{getattr(item.title, lang)} {plain_number(Decimal(getattr(item, key)))}" for item in items)

    return Text(said("zh"), said("en"))


def _where(level: Shared) -> Text:
    section: Section | None = level.section
    return _TOP if section is None else Text(f"“{section.title.zh}”", f"'{section.title.en}'")
