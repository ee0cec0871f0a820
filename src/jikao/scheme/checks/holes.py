"""Which numbers are still open (``XX%``, ``unset``)? Each is named; a run that needs one does not start (AMB-20)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.model import Indicator, Scheme
from jikao.scheme.number import Unset, is_hole
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.yaml_nodes import Places, Steps

UNSET = kind(
    "scheme.unset", Level.WARNING,
    what=Text("“{name}” 还没有填写。", "'{name}' is not set."),
    why=Text("原文在这里留空;用到它的计算不会进行。", "The document leaves it open; whatever needs it is not computed."),
    mend=Text("填上实际的数,或运行时指定设置。", "Fill in the number, or give the setting when running."),
)  # fmt: skip
UNSET_NEEDED = kind(
    "scheme.unset-needed", Level.ERROR,
    what=Text("“{name}” 还没有填写,而指标“{title}”要用它。", "'{name}' is not set, and indicator '{title}' needs it."),
    why=Text("缺这个数就算不出得分,也不能猜。", "Without it there is no score, and it is not guessed."),
    mend=Text("填上实际的数,或运行时指定设置。", "Fill in the number, or give the setting when running."),
)  # fmt: skip

UNSET_FOR_PAY = kind(
    "payout.unset", Level.ERROR,
    what=Text("“{name}” 还没有填写,发放要用它。", "'{name}' is not set, and pay needs it."),
    why=Text("缺这个数就算不出该发多少,也不能猜。", "Without it nobody can say what is owed, and it is not guessed."),
    mend=Text("填上实际的数(或计分时用 --set 指定),重新计分后再发放。", "Fill in the number (or give it with --set when scoring), score again, then pay."),
)  # fmt: skip

MAY_STAY_OPEN = (
    ("payout", "pool", "amount"),
    ("payout", "performance", "budget"),
    ("payout", "advances", "manager_liability"),
    ("payout", "advances", "minimum_wage"),
)
"""Holes of payout rules that other evidence may fill, or that are asked for only when the case arises."""


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Every hole once, at the place where it is to be filled: a hole that comes from a setting is the setting's."""
    for name, setting in scheme.settings.items():
        if is_hole(setting.meant) and ("settings", name, "value") not in places.refs:
            yield UNSET(places.of("settings", name, "value"), name=f"settings.{name}")
    for path, name in _written_holes(scheme):
        if places.path(*path) not in places.refs:
            yield UNSET(places.of(*path), name=name)


def needed_by_a_run(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """The holes without which no score can be computed: those among the parameters of measures."""
    for path, indicator in indicators(scheme):
        for inner in _holes_of_measure(indicator):
            hole = (*path, "measure", *inner)
            setting = places.refs.get(places.path(*hole))
            name = f"settings.{setting}" if setting else _dotted((indicator.id, "measure", *inner))
            yield UNSET_NEEDED(places.of(*hole), name=name, title=indicator.title)


def needed_by_pay(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """The holes without which nobody can be paid: those in the payout rules (AMB-20)."""
    for path in _holes(scheme.payout, ("payout",)):
        if path not in MAY_STAY_OPEN:
            setting = places.refs.get(places.path(*path))
            yield UNSET_FOR_PAY(places.of(*path), name=f"settings.{setting}" if setting else _dotted(path))


def _written_holes(scheme: Scheme) -> Iterator[tuple[Steps, str]]:
    """Steps and name of every hole outside the settings."""
    for path in _holes(scheme.payout, ("payout",)):
        yield path, _dotted(path)
    for path, indicator in indicators(scheme):
        for inner in _holes_of_measure(indicator):
            yield (*path, "measure", *inner), _dotted((indicator.id, "measure", *inner))


def _holes_of_measure(indicator: Indicator) -> Iterator[Steps]:
    measure = CATALOGUE.get(indicator.measure.use)
    for param in measure.params if measure else ():
        raw = indicator.measure.with_.get(param.name)
        if param.kind == "number" and is_hole(raw):
            yield (param.name,)
        if param.kind == "numbers" and isinstance(raw, dict):
            yield from ((param.name, key) for key, value in raw.items() if is_hole(value))


def _holes(value: Any, path: Steps) -> Iterator[Steps]:
    if isinstance(value, Unset):
        yield path
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _holes(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _holes(item, (*path, index))


def _dotted(path: Steps) -> str:
    return ".".join(str(step) for step in path)
