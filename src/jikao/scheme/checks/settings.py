"""Is every setting used, and does its value mean one thing?"""

from __future__ import annotations

from collections.abc import Iterator

from jikao.scheme.model import Scheme, Setting
from jikao.scheme.problem import Level, Problem, kind
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
