"""Is it clear how much each kind of deduction takes (S3.18-S3.20, S3.36)?"""

from __future__ import annotations

from collections.abc import Iterator

from jikao.scheme.model import EntryKind, Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.yaml_nodes import Places, Steps

FORM = kind(
    "entry.form", Level.ERROR,
    what=Text("扣分种类“{name}”要么写 each,要么写 max(可带 min)。", "The kind of deduction '{name}' has either each, or max (perhaps with min)."),
    why=Text("固定扣分用 each,酌情扣分用 min 与 max 限定。", "A fixed deduction is each; one at discretion is bounded by min and max."),
    mend=Text("写成 each: 5,或 min: 2 与 max: 8。", "Write each: 5, or min: 2 and max: 8."),
)  # fmt: skip
ORDER = kind(
    "entry.order", Level.ERROR,
    what=Text("扣分种类“{name}”的下限 {low} 高于上限 {high}。", "The kind of deduction '{name}' has a minimum of {low} above its maximum of {high}."),
    why=Text("没有哪个扣分能同时满足两者。", "No deduction could meet both."),
    mend=Text("检查 min 与 max 是否写反。", "Check whether min and max are swapped."),
)  # fmt: skip
NEGATIVE = kind(
    "entry.negative", Level.ERROR,
    what=Text("扣分种类“{name}”的扣分是 {value},不能小于 0。", "The kind of deduction '{name}' takes {value}; it cannot be below 0."),
    why=Text("扣分写成正数,减号由曲线带上。", "Deductions are written as positive numbers; the curve takes them away."),
    mend=Text("去掉负号。", "Drop the minus sign."),
)  # fmt: skip
NONE = kind(
    "entry.none", Level.WARNING,
    what=Text("指标“{title}”按扣分计,却没有列出扣分种类。", "Indicator '{title}' is scored by deductions, but lists no kind of deduction."),
    why=Text("没有种类就没有人能登记扣分,人人满分。", "Without a kind nobody can enter any, and everybody has full marks."),
    mend=Text("在 entry 的 kinds 里列出。", "List them under kinds of entry."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Every kind of deduction of every indicator."""
    for path, indicator in indicators(scheme):
        for name, entry in indicator.entry.kinds.items():
            at = (*path, "entry", "kinds", name)
            if places.is_sound(*at):
                yield from _kind(name, entry, at, places)
        if indicator.measure.use == "deductions" and not indicator.entry.kinds and places.is_sound(*path):
            yield NONE(places.of(*path), title=indicator.title)


def _kind(name: str, entry: EntryKind, path: Steps, places: Places) -> Iterator[Problem]:
    bounded = entry.max is not None or "min" in entry.model_fields_set
    if (entry.each is not None) == bounded or (entry.each is None and entry.max is None):
        yield FORM(places.key(*path), name=name)
    elif entry.max is not None and entry.min > entry.max:
        yield ORDER(places.key(*path), name=name, low=plain_number(entry.min), high=plain_number(entry.max))
    for value in (entry.each, entry.min, entry.max):
        if value is not None and value < 0:
            yield NEGATIVE(places.key(*path), name=name, value=plain_number(value))
