"""``$name`` replaced by what the setting of that name stands for: a value, or the value of the reading it names.

A setting may refer to another, in its value or in a reading; going round in circles is a problem that names the circle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jikao.scheme.number import NumberError, is_hole, parse_quantity
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places, Steps

UNKNOWN = kind(
    "settings.unknown", Level.ERROR,
    what=Text("没有名为 “{name}” 的设置。", "There is no setting named '{name}'."),
    why=Text("${name} 在 settings 中没有值可取。", "${name} has no value in settings to stand for."),
    mend=Text("在 settings 中加上它,或改用已有的名称。{hint}", "Add it to settings, or use an existing name. {hint}"),
)  # fmt: skip
CIRCLE = kind(
    "settings.circle", Level.ERROR,
    what=Text("设置互相引用成了环:{circle}。", "Settings refer to each other in a circle: {circle}."),
    why=Text("这样谁也没有值。", "So none of them has a value."),
    mend=Text("给其中一个设置写上实际的值。", "Give one of them a value of its own."),
)  # fmt: skip
UNKNOWN_OVERRIDE = kind(
    "settings.unknown-override", Level.ERROR,
    what=Text("要改的设置 “{name}” 在方案中不存在。", "The setting to override, '{name}', is not in the scheme."),
    why=Text("这一改动不会有任何作用。", "The change would have no effect."),
    mend=Text("改用方案 settings 中的名称。{hint}", "Use a name from the scheme's settings. {hint}"),
)  # fmt: skip
UNKNOWN_READING = kind(
    "settings.unknown-reading", Level.ERROR,
    what=Text("设置“{name}”没有名为 “{value}” 的取法。", "The setting '{name}' has no reading '{value}'."),
    why=Text("它列出了几种取法,这个词不在其中,也不是数。", "It lists its readings; this word is none of them, nor is it a number."),
    mend=Text("改用列出的取法。{hint}", "Use one of the readings. {hint}"),
)  # fmt: skip

_REFERENCE = re.compile(r"\$([^\s$]+)")
_SECTION = "settings"


@dataclass(frozen=True)
class Settled:
    """A tree without references, where they stood, and the paths that could not be settled."""

    tree: dict[str, Any]
    refs: Mapping[Steps, str]
    broken: frozenset[Steps]
    problems: tuple[Problem, ...]


def reference(value: object) -> str | None:
    """The name if the value is a reference: ``$name`` → ``name``."""
    found = _REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else None


def settle(tree: dict[str, Any], places: Places, overrides: Mapping[str, str]) -> Settled:
    """Replace every reference of the tree. ``overrides``: setting → value or reading that holds instead of its own."""
    settings = tree.get(_SECTION)
    known = dict(settings) if isinstance(settings, dict) else {}
    readable = settings is None or isinstance(settings, dict)
    unknown = [UNKNOWN_OVERRIDE(Place(places.file), name=n, hint=among(n, known)) for n in overrides if not isinstance(known.get(n), dict)]
    known |= {name: {**entry, "value": overrides[name]} for name, entry in known.items() if isinstance(entry, dict) and name in overrides}
    work = _Replacing(known, places)
    work.find_unknown_readings()
    settled = work.replaced({**tree, _SECTION: known} if known else tree, ())
    problems = [p for p in work.problems if readable or p.kind is not UNKNOWN]  # of settings that are no settings the model complains
    return Settled(settled, work.refs, frozenset(work.broken), (*unknown, *problems))


@dataclass
class _Replacing:
    known: Mapping[str, Any]
    places: Places
    refs: dict[Steps, str] = field(default_factory=dict)
    broken: set[Steps] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    resolved: dict[str, str | None] = field(default_factory=dict)

    def find_unknown_readings(self) -> None:
        """A word that is neither a reading nor the value of one stands for nothing."""
        for name, entry in self.known.items():
            value, readings = (entry.get("value"), entry.get("readings")) if isinstance(entry, dict) else (None, None)
            if not isinstance(value, str) or not isinstance(readings, dict) or not readings:
                continue
            if value not in readings and value not in readings.values() and reference(value) is None and not _is_number(value):
                path = (_SECTION, name, "value")
                self.problems.append(UNKNOWN_READING(self.places.of(*path), name=name, value=value, hint=among(value, readings)))
                self.broken.add(path)
                self.resolved[name] = None

    def replaced(self, value: Any, path: Steps) -> Any:
        if isinstance(value, dict):
            return {k: self.replaced(v, (*path, k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self.replaced(v, (*path, i)) for i, v in enumerate(value)]
        name = reference(value)
        return value if name is None else self._value_of(name, value, path)

    def _value_of(self, name: str, written: str, path: Steps) -> str:
        """What the name stands for; what stands for nothing stays as written."""
        self.refs[path] = name
        meant = self._follow(name)
        if meant is not None:
            return meant
        self.broken.add(path)
        if name not in self.known:
            self.problems.append(UNKNOWN(self.places.of(*path), name=name, hint=among(name, self.known)))
        return written

    def _follow(self, name: str) -> str | None:
        """From setting to setting until there is a value; every setting is followed once."""
        trail: list[str] = []
        value = None
        while name not in self.resolved:
            self.resolved[name] = None  # met again before it has a value: a circle
            trail.append(name)
            value = self._meant(name)
            further = reference(value)
            if further is None:
                break
            name = further
        else:
            value = self.resolved[name]
            if name in trail:
                self._circle([*trail[trail.index(name) :], name])
        self.resolved |= dict.fromkeys(trail, value)
        return value

    def _meant(self, name: str) -> str | None:
        known = self.known.get(name)
        entry = known if isinstance(known, dict) else {}
        value, readings = entry.get("value"), entry.get("readings")
        if not isinstance(value, str):
            return None
        reading = readings.get(value) if isinstance(readings, dict) else None
        return reading if isinstance(reading, str) else value

    def _circle(self, circle: list[str]) -> None:
        self.problems.append(CIRCLE(self.places.of(_SECTION, circle[0], "value"), circle=" → ".join(circle)))


def _is_number(value: str) -> bool:
    try:
        parse_quantity(value)
    except NumberError:
        return is_hole(value)
    return True
