"""Is every id given once?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jikao.scheme.model import Scheme
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.walk import items
from jikao.scheme.yaml_nodes import Places, Steps

DUPLICATE = kind(
    "ids.duplicate", Level.ERROR,
    what=Text("id “{id}” 用了两次,第一次在第 {line} 行。", "The id '{id}' is used twice, first on line {line}."),
    why=Text("证据、结果和比较都靠 id 认人认项,两项同名就分不清。", "Evidence, results and comparisons know things by id; two of one name cannot be told apart."),
    mend=Text("给其中一个换个 id。", "Give one of them another id."),
)  # fmt: skip
RESERVED = kind(
    "ids.reserved", Level.ERROR,
    what=Text("id “{id}” 另有用途。", "The id '{id}' has a use of its own."),
    why=Text("结果表里它指总分。", "In results it stands for the total."),
    mend=Text("换个 id。", "Choose another id."),
)  # fmt: skip

_RESERVED = {"total", "grade"}


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Ids of sections and indicators together; of goals, grades and flags each among themselves."""
    parts = [(path, item.id) for path, item in items(scheme)]
    for path, name in parts:
        if name in _RESERVED:
            yield RESERVED(places.of(*path, "id"), id=name)
    yield from _repeated(parts, places)
    grades = scheme.grades
    for where, names in (
        (("goals",), [goal.id for goal in scheme.goals]),
        (("grades", "bands"), [band.id for band in grades.bands]),
        (("grades", "rules"), [rule.id for rule in grades.rules]),
        (("grades", "flags"), [flag.id for flag in grades.flags]),
    ):
        yield from _repeated((((*where, i), name) for i, name in enumerate(names)), places)


def _repeated(named: Iterable[tuple[Steps, str]], places: Places) -> Iterator[Problem]:
    first: dict[str, Steps] = {}
    for path, name in named:
        if not places.is_sound(*path, "id"):
            continue
        if name in first:
            yield DUPLICATE(places.of(*path, "id"), id=name, line=places.of(*first[name], "id").line)
        first.setdefault(name, path)
