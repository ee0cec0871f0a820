"""What changed between two versions of a scheme, in sentences a department can read before it agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from jikao.scheme.catalogue import CATALOGUE, Unit
from jikao.scheme.curve import Curve
from jikao.scheme.curve_diff import Stretch, Worth, full_marks, say_worth, stretches
from jikao.scheme.leaves import Difference, Names, differences, leaves, said
from jikao.scheme.model import Indicator, Scheme, Section, Setting
from jikao.scheme.params import params_of
from jikao.scheme.rules import curve_of
from jikao.scheme.text import Text
from jikao.scheme.walk import levels
from jikao.scheme.words import fill, number, points, quantity, same

NOT_SET = Text("不限", "not set")
UNREACHABLE = Text("不可及", "out of reach")
_FROM_TO = Text("{label}:由 {old} 改为 {new}", "{label}: from {old} to {new}")
_FULL_MARKS = Text("{label}:满分线由 {old} 改为 {new}", "{label}: full marks from {old} to {new}")
_SHARE = Text("{label}:分值或权重由 {old} 改为 {new}", "{label}: share from {old} to {new}")
_MEASURE = Text("{label}:度量由“{old}”改为“{new}”", "{label}: measure from '{old}' to '{new}'")
_MOVED = Text("{label}:由{old}移到{new}", "{label}: moved from {old} to {new}")
_CAME = Text("{label}:新增", "{label}: added")
_CAME_AS = Text("{label}:新增 {value}", "{label}: added, {value}")
_GONE_FROM = Text("{label}:删去 {value}", "{label}: removed, {value}")
_GONE = Text("{label}:删去", "{label}: removed")


class ChangeKind(StrEnum):
    """What a change touches."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    ORDER = "order"
    SHARE = "share"
    FULL_MARKS = "full-marks"
    CURVE = "curve"
    MEASURE = "measure"
    SETTING = "setting"
    GRADE = "grade"
    RATERS = "raters"
    PROCESS = "process"
    PAYOUT = "payout"
    WORDS = "words"
    OTHER = "other"


_KINDS = {
    "grades": ChangeKind.GRADE,
    "rank": ChangeKind.GRADE,
    "raters": ChangeKind.RATERS,
    "process": ChangeKind.PROCESS,
    "payout": ChangeKind.PAYOUT,
}
_NAMES: tuple[tuple[Names, Text], ...] = (
    (("version",), Text("版本", "version")),
    (("valid_from",), Text("生效日期", "valid from")),
    (("valid_to",), Text("有效期到", "valid to")),
    (("period",), Text("考核周期", "period")),
    (("positions",), Text("适用岗位", "positions")),
    (("title",), Text("名称", "title")),
    (("missing",), Text("没有数据时", "without evidence")),
    (("total", "cap"), Text("总分上限", "cap of the total")),
    (("total", "full"), Text("总分满分", "full total")),
    (("grades", "bands", "*"), Text("等级“{name}”", "grade {name}")),
    (("grades", "rules", "*"), Text("等级“{name}”", "grade {name}")),
    (("grades", "bands", "*", "from"), Text("等级“{name}”的下限", "lower end of grade {name}")),
    (("grades", "needs_coverage"), Text("评等级所需的数据覆盖", "coverage a grade needs")),
    (("raters", "weights", "*"), Text("评价人“{name}”的权重", "weight of rater {name}")),
    (("process", "steps", "*"), Text("步骤“{name}”", "step {name}")),
    (("process", "steps", "*", "within"), Text("步骤“{name}”的期限(工作日)", "working days of step {name}")),
    (("payout", "proration"), Text("到岗折算", "proration")),
    (("payout", "conduct"), Text("守则奖金", "conduct bonus")),
    (("payout", "redistribution"), Text("扣减再分配", "redistribution")),
    (("payout", "performance"), Text("绩效奖金", "performance bonus")),
    (("payout", "pool"), Text("奖金池", "bonus pool")),
    (("payout", "output_value"), Text("产值", "output value")),
    (("payout", "advances"), Text("预支", "advances")),
    (("payout", "grades", "*", "amount"), Text("等级“{name}”的奖金增减", "bonus of grade {name}")),
    (("payout", "conduct", "rate"), Text("月度奖金比例", "monthly conduct bonus")),
    (("payout", "output_value", "profit_share"), Text("产值的利润比例", "profit share of the value")),
    (("payout", "output_value", "expense_share"), Text("产值的公摊比例", "expense share of the value")),
)


@dataclass(frozen=True)
class Change:
    """One change: what it touches, by ids, and a sentence in both languages."""

    path: str
    kind: ChangeKind
    says: Text

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "kind": str(self.kind), "zh": self.says.zh, "en": self.says.en}


def diff(before: Scheme, after: Scheme) -> list[Change]:
    """All changes between two schemes without errors, the ones that move scores first."""
    return [
        *_settings(before.settings, after.settings),
        *_tree(before, after),
        *(change for pair in _pairs(before, after) for change in _indicator(before, after, *pair)),
        *_rest(before, after),
    ]


# --- settings --------------------------------------------------------------------------------------------------------


def _settings(before: Mapping[str, Setting], after: Mapping[str, Setting]) -> Iterator[Change]:
    for name in {**before, **after}:
        old, new, path = before.get(name), after.get(name), f"settings.{name}"
        label = _setting_label(name, new or old)
        if old is None or new is None:
            yield _came_or_went(path, label, gone=new is None)
        elif (old.value, old.meant) != (new.value, new.meant):
            yield _from_to(path, ChangeKind.SETTING, label, _reading(old), _reading(new))


def _setting_label(name: str, setting: Setting | None) -> Text:
    title = setting.title if setting is not None and setting.title.zh else same(name)
    return Text(f"设置“{title.zh}”", f"setting '{title.en}'")


def _reading(setting: Setting) -> Text:
    """``strict(0)`` for a reading, the value alone otherwise."""
    named = setting.value in setting.readings and setting.meant != setting.value
    return Text(f"{setting.value}({setting.meant})", f"{setting.value} ({setting.meant})") if named else same(setting.value)


# --- the tree of sections and indicators ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Item:
    """A section or indicator where it hangs in its scheme."""

    part: Indicator | Section
    parent: str
    share: tuple[str, Fraction]


def _items(scheme: Scheme) -> dict[str, _Item]:
    return {
        item.id: _Item(item, level.section.id if level.section else "", _share(item, len(level.counted)))
        for level in levels(scheme)
        for _, item in level.items
    }


def _share(item: Indicator | Section, siblings: int) -> tuple[str, Fraction]:
    for key in ("points", "weight", "bonus"):
        if getattr(item, key, None) is not None:
            return key, Fraction(getattr(item, key))
    return "equal", Fraction(100, siblings)


def _tree(before: Scheme, after: Scheme) -> Iterator[Change]:
    old, new = _items(before), _items(after)
    for name in {**old, **new}:
        if name not in old or name not in new:
            yield _came_or_went(name, _label((new.get(name) or old[name]).part), gone=name not in new)
            continue
        was, now = old[name], new[name]
        if was.parent != now.parent:
            yield _from_to(name, ChangeKind.MOVED, _label(now.part), _place(was.parent, old), _place(now.parent, new), _MOVED)
        if was.share != now.share:
            yield _from_to(f"{name}.share", ChangeKind.SHARE, _label(now.part), _said_share(was.share), _said_share(now.share), _SHARE)
        if isinstance(was.part, Section) and isinstance(now.part, Section):
            yield from _leaf_changes(was.part, now.part, name, _label(now.part), ("points", "weight", "indicators", "sections"))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change("sections", ChangeKind.ORDER, Text("部分与指标的次序有变", "sections and indicators are in another order"))


def _label(part: Indicator | Section) -> Text:
    if isinstance(part, Indicator):
        return Text(f"指标“{part.title.zh}”", f"indicator {part.title.en}")
    return Text(f"部分“{part.title.zh}”", f"section {part.title.en}")


def _place(section: str, items: Mapping[str, _Item]) -> Text:
    return _label(items[section].part) if section else Text("最外层", "the top level")


def _said_share(share: tuple[str, Fraction]) -> Text:
    key, value = share
    said = number(value)
    return {
        "points": points(value),
        "weight": same(f"{said} %"),
        "bonus": Text(f"加分 {said}", f"bonus {said}"),
        "equal": Text(f"{said} %(均分)", f"{said} % (equal parts)"),
    }[key]


# --- one indicator ---------------------------------------------------------------------------------------------------


def _pairs(before: Scheme, after: Scheme) -> Iterator[tuple[Indicator, Indicator]]:
    new = {indicator.id: indicator for indicator in after.indicators()}
    return ((old, new[old.id]) for old in before.indicators() if old.id in new)


def _indicator(before: Scheme, after: Scheme, old: Indicator, new: Indicator) -> Iterator[Change]:
    label = _label(new)
    yield from _measure(old, new, label)
    yield from _curve(curve_of(before, old), curve_of(after, new), old, new, label)
    yield from _leaf_changes(old, new, new.id, label, ("points", "weight", "bonus", "measure", "curve"))


def _measure(old: Indicator, new: Indicator, label: Text) -> Iterator[Change]:
    path, kind = f"{new.id}.measure", ChangeKind.MEASURE
    if old.measure.use != new.measure.use:
        yield _from_to(path, kind, label, CATALOGUE[old.measure.use].title, CATALOGUE[new.measure.use].title, _MEASURE)
        return
    was, now = params_of(old.measure), params_of(new.measure)
    for param in CATALOGUE[new.measure.use].params:
        if was[param.name] != now[param.name]:
            label_of = Text(f"{label.zh}的 {param.name}({param.title.zh})", f"{label.en}, {param.name}")
            yield _from_to(f"{path}.{param.name}", kind, label_of, _said_param(old, param.name), _said_param(new, param.name))


def _said_param(indicator: Indicator, name: str) -> Text:
    """As written (``4h`` rather than 14400), or the default."""
    written = indicator.measure.with_.get(name)
    value = params_of(indicator.measure)[name] if written is None else written
    if isinstance(value, Mapping):
        return said(tuple(f"{key} {inner}" for key, inner in value.items()))
    return said(tuple(value) if isinstance(value, list) else value) if value not in {None, ()} else NOT_SET


def _curve(was: Curve, now: Curve, old: Indicator, new: Indicator, label: Text) -> Iterator[Change]:
    measure = CATALOGUE[new.measure.use]
    if CATALOGUE[old.measure.use].unit is not measure.unit or was.domain != now.domain:
        return  # another measure: its values cannot be laid side by side
    path = f"{new.id}.curve"
    lines = [full_marks(curve, measure.better) for curve in (was, now)]
    if lines[0] != lines[1]:
        first, second = (UNREACHABLE if line is None else quantity(measure.unit, line) for line in lines)
        yield _from_to(path, ChangeKind.FULL_MARKS, label, first, second, _FULL_MARKS)
    for stretch in stretches(was, now):
        span = _span(measure.unit, stretch)
        label_of = Text(f"{label.zh}在 {span.zh}", f"{label.en}, {span.en}")
        yield _from_to(path, ChangeKind.CURVE, label_of, _said_worth(stretch.before), _said_worth(stretch.after))


def _span(unit: Unit, stretch: Stretch) -> Text:
    low = quantity(unit, stretch.low)
    if stretch.high is None:
        return Text(f"{low.zh} 起", f"from {low.en}")
    if stretch.is_point:
        return low
    high = quantity(unit, stretch.high)
    return Text(f"{low.zh}–{high.zh}", f"{low.en}–{high.en}")


def _said_worth(worth: Worth) -> Text:
    words = say_worth(worth)
    return Text("无规定", "nothing") if words is None else Text(f"{words} 分", f"{words} points")


# --- everything else -------------------------------------------------------------------------------------------------


def _rest(before: Scheme, after: Scheme) -> Iterator[Change]:
    without = ("settings", "curves", "sections")
    for found in differences(dict(leaves(before, (), without)), dict(leaves(after, (), without))):
        yield _leaf_change(".".join(found.path), _KINDS.get(found.path[0], ChangeKind.OTHER), _named(found.path), found)


def _leaf_changes(before: BaseModel, after: BaseModel, name: str, label: Text, without: Sequence[str]) -> Iterator[Change]:
    """Changes of the single values of a part, named after it."""
    for found in differences(dict(leaves(before, (), without)), dict(leaves(after, (), without))):
        kind = ChangeKind.RATERS if found.path[0] == "raters" else ChangeKind.OTHER
        field = ".".join(found.path)
        yield _leaf_change(f"{name}.{field}", kind, Text(f"{label.zh}的 {field}", f"{label.en}, {field}"), found)


def _leaf_change(path: str, kind: ChangeKind, label: Text, found: Difference) -> Change:
    old, new = found.before, found.after
    if isinstance(old, Text) or isinstance(new, Text):
        kind = ChangeKind.OTHER if found.whole else ChangeKind.WORDS
    if old is not None and new is not None:
        return _from_to(path, kind, label, *_said_apart(old, new))
    value = None if found.whole else said(new if old is None else old)
    return _came_or_went(path, label, gone=new is None, value=value)


def _said_apart(old: Any, new: Any) -> tuple[Text, Text]:
    """Both values in words; where the words of one language are the same, the other language tells them apart."""
    before, after = said(old), said(new)
    if before.zh == after.zh:
        return same(before.en), same(after.en)
    return (same(before.zh), same(after.zh)) if before.en == after.en else (before, after)


def _named(path: Names) -> Text:
    """A path in words: the well-known ones by what they are, others by their keys."""
    for pattern, words in _NAMES:
        if len(pattern) == len(path) and all(want in {"*", have} for want, have in zip(pattern, path, strict=True)):
            return fill(words, name=path[pattern.index("*")] if "*" in pattern else "")
    return same(".".join(path))


def _came_or_went(path: str, label: Text, *, gone: bool, value: Text | None = None) -> Change:
    words = (_GONE if value is None else _GONE_FROM) if gone else (_CAME if value is None else _CAME_AS)
    return Change(path, ChangeKind.REMOVED if gone else ChangeKind.ADDED, fill(words, label=label, value=value or same("")))


def _from_to(path: str, kind: ChangeKind, label: Text, old: Text, new: Text, words: Text | None = None) -> Change:
    return Change(path, kind, fill(words or _FROM_TO, label=label, old=old, new=new))
