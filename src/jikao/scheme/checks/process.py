"""Can the steps of the process be walked in order?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jikao.scheme.model import Scheme, Step
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places

DUPLICATE = kind(
    "process.duplicate", Level.ERROR,
    what=Text("步骤“{id}”写了两次。", "The step '{id}' is written twice."),
    why=Text("一步只能有一个期限。", "A step has one deadline."),
    mend=Text("删去其中一个。", "Delete one of them."),
)  # fmt: skip
UNKNOWN_STEP = kind(
    "process.unknown-step", Level.ERROR,
    what=Text("步骤“{id}”要在“{after}”之后,而方案没有这一步。", "The step '{id}' comes after '{after}', which the scheme does not have."),
    why=Text("期限从上一步算起。", "Deadlines count from the step before."),
    mend=Text("写方案中已有的步骤,或不写 after(从期末算起)。{hint}", "Name a step of the scheme, or leave out after (counting from the period's end). {hint}"),
)  # fmt: skip
CIRCLE = kind(
    "process.circle", Level.ERROR,
    what=Text("步骤互相等待成了环:{circle}。", "Steps wait for each other in a circle: {circle}."),
    why=Text("这样哪一步也开始不了。", "So none of them can begin."),
    mend=Text("去掉其中一个 after。", "Remove one of the afters."),
)  # fmt: skip
ORDER = kind(
    "process.order", Level.WARNING,
    what=Text("步骤“{id}”写在它所等待的“{after}”之前。", "The step '{id}' is written before '{after}', which it waits for."),
    why=Text("读的人会以为是另一个次序。", "A reader would take it for another order."),
    mend=Text("按先后次序排列。", "Put the steps in order of time."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Duplicates, unknown and circular predecessors, and the written order."""
    steps = scheme.process.steps
    if not places.is_sound("process", "steps"):
        return
    first: dict[str, int] = {}
    for i, step in enumerate(steps):
        if step.id in first:
            yield DUPLICATE(places.of("process", "steps", i, "id"), id=step.id)
        first.setdefault(step.id, i)
    waits: dict[str, str] = {step.id: step.after for step in steps if step.after}
    seen: set[frozenset[str]] = set()
    for i, step in enumerate(steps):
        if step.after:
            yield from _after(i, step, first, waits, seen, places)


def _after(
    i: int, step: Step, first: Mapping[str, int], waits: Mapping[str, str], seen: set[frozenset[str]], places: Places
) -> Iterator[Problem]:
    place = places.of("process", "steps", i, "after")
    circle = _circle(step.id, waits)
    if step.after not in first:
        yield UNKNOWN_STEP(place, id=step.id, after=step.after, hint=among(step.after, first))
    elif circle and frozenset(circle) not in seen:
        seen.add(frozenset(circle))
        yield CIRCLE(place, circle=" → ".join(circle))
    elif not circle and first[step.after] > i:
        yield ORDER(place, id=step.id, after=step.after)


def _circle(start: str, waits: Mapping[str, str]) -> list[str]:
    """The way from a step back to itself; empty if it does not come back."""
    trail = [start]
    while (following := waits.get(trail[-1])) is not None and following not in trail:
        trail.append(following)
    return [*trail, start] if following == start else []
