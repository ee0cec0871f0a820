"""Is every setting used, and does its value mean one thing?"""

from __future__ import annotations

from collections.abc import Iterator

from jikao.scheme.model import Scheme, Setting
from jikao.scheme.number import NumberError, is_hole, parse_quantity
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places

UNUSED = kind(
    "settings.unused", Level.WARNING,
    what=Text("设置“{name}”没有被引用。", "The setting '{name}' is not referred to."),
    why=Text("改动它不会改变任何结果。", "Changing it changes nothing."),
    mend=Text("在该用它的地方写 ${name},或删去它。", "Write ${name} where it is meant, or delete it."),
)  # fmt: skip
AMBIGUOUS = kind(
    "settings.ambiguous-reading", Level.ERROR,
    what=Text("设置“{name}”的值 “{value}” 既是一种取法的名称,又是另一种取法的值。", "The value '{value}' of setting '{name}' names one reading and is the value of another."),
    why=Text("按名称取得 {named},按值取得 {value},两者不同。", "By name it means {named}, as a value {value}; these differ."),
    mend=Text("给取法换个名称。", "Rename the reading."),
)  # fmt: skip
UNKNOWN_READING = kind(
    "settings.unknown-reading", Level.ERROR,
    what=Text("设置“{name}”没有名为 “{value}” 的取法。", "The setting '{name}' has no reading '{value}'."),
    why=Text("它列出了几种取法,这个词不在其中,也不是数。", "It lists its readings; this word is none of them, nor is it a number."),
    mend=Text("改用列出的取法。{hint}", "Use one of the readings. {hint}"),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Every setting by itself, and whether anything refers to it."""
    used = set(places.refs.values())
    for name, setting in scheme.settings.items():
        if name not in used and places.is_sound("settings", name):
            yield UNUSED(places.key("settings", name), name=name)
        if setting.readings and places.is_sound("settings", name, "value"):
            yield from _reading(name, setting, places)


def _reading(name: str, setting: Setting, places: Places) -> Iterator[Problem]:
    value, readings = setting.value, setting.readings
    place = places.of("settings", name, "value")
    if value in readings and readings[value] != value and value in readings.values():
        yield AMBIGUOUS(place, name=name, value=value, named=readings[value])
    elif value not in readings and value not in readings.values() and not _is_number(value):
        yield UNKNOWN_READING(place, name=name, value=value, hint=among(value, readings))


def _is_number(value: str) -> bool:
    try:
        parse_quantity(value)
    except NumberError:
        return is_hole(value)
    return True
