"""Changed rows in words, with values in the units people write them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from jikao.archive.changes import RowChange
from jikao.evidence.shapes import SCALES, SHAPES, Shape, Type
from jikao.scheme.number import NANO
from jikao.scheme.text import Text
from jikao.scheme.words import NOT_AVAILABLE, duration, fill, joined, listed, number, percent, same

TABLES = {
    "measures": Text("指标实测值", "measures"),
    "marks": Text("指标得分", "marks"),
    "sections": Text("部分得分", "sections"),
    "results": Text("结果", "results"),
    "entries": Text("分录", "entries"),
    "postings": Text("分录明细", "postings"),
    "facts": Text("已入账的事实", "facts posted"),
}
_UNITS = {"mark": NANO, "points": NANO, "of": NANO, "total": 100}
"""How many stored units of a result column make one point."""

_COLUMNS = {
    "num": Text("分子", "numerator"),
    "den": Text("分母", "denominator"),
    "n": Text("样本数", "n"),
    "base": Text("应有数", "base"),
    "state": Text("状态", "state"),
    "clause": Text("适用条款", "clause"),
    "mark": Text("得分", "mark"),
    "points": Text("计入总分", "points"),
    "of": Text("满分", "of"),
    "department": Text("部门", "department"),
    "team": Text("班组", "team"),
    "position": Text("岗位", "position"),
    "seats": Text("任职段数", "seats"),
    "total": Text("总分", "total"),
    "grade": Text("等级", "grade"),
    "rank": Text("名次", "rank"),
    "peers": Text("同组人数", "peers"),
    "coverage": Text("证据覆盖率", "coverage"),
    "flags": Text("提示", "flags"),
    "advice": Text("建议", "advice"),
    "formula": Text("算式", "formula"),
}
_CHANGED = Text("{key}：{columns}", "{key}: {columns}")
_ONE_SIDED = {"added": Text("{key}（新增）", "{key} (added)"), "removed": Text("{key}（删除）", "{key} (removed)")}
_COLUMN = Text("{title} {old} → {new}", "{title} {old} → {new}")
_FLAGS = {True: Text("是", "yes"), False: Text("否", "no")}


def change_text(change: RowChange) -> Text:
    """A changed row of a result table： ``2011-11 甲： total 61.5 → 63``."""
    columns = [(_COLUMNS.get(c, same(c)), _result_value(c, old), _result_value(c, new)) for c, (old, new) in change.columns.items()]
    return _sentence(same(" ".join(str(v) for v in change.key.values())), change, columns)


def evidence_text(shape: str, change: RowChange) -> Text:
    """A changed row of evidence: ``2011-11-05 plan-3: done on N/A → 2011-11-09``."""
    known = SHAPES[shape]
    keys = [evidence_value(known, c, v) for c, v in change.key.items()]
    columns = [
        (known.column(c).title, evidence_value(known, c, old), evidence_value(known, c, new)) for c, (old, new) in change.columns.items()
    ]
    return _sentence(joined(keys, " "), change, columns)


def _sentence(key: Text, change: RowChange, columns: Sequence[tuple[Text, Text, Text]]) -> Text:
    if change.what != "changed":
        return fill(_ONE_SIDED[change.what], key=key)
    said = [fill(_COLUMN, title=title, old=old, new=new) for title, old, new in columns]
    return fill(_CHANGED, key=key, columns=listed(said))


def _result_value(column: str, value: Any) -> Text:
    if value is None:
        return same(NOT_AVAILABLE)
    return same(number(Fraction(value, _UNITS[column])) if column in _UNITS else str(value))


def evidence_value(shape: Shape, column: str, value: Any) -> Text:
    """A stored value as people write it: N/A, 4.5, 40 %, 2h 15min, yes."""
    kind = shape.column(column).type
    if value is None:
        return same(NOT_AVAILABLE)
    if kind is Type.FLAG:
        return _FLAGS[value]
    if kind is Type.SECONDS:
        return duration(value)
    if kind is Type.SHARE:
        return same(percent(Fraction(value, SCALES[kind])))
    if kind in SCALES:
        return same(number(Fraction(value, SCALES[kind])))
    return same(f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, dt.datetime) else str(value))
