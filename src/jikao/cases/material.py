"""What a case is made of: the text of the scheme as the case changes it, and evidence brought into a store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jikao.cases.form import CASE_FORM
from jikao.evidence.importing import import_rows
from jikao.evidence.quality import evidence_problems
from jikao.evidence.store import Store
from jikao.scheme.period import Period
from jikao.scheme.problem import Problem, Refused
from jikao.scheme.rules import Rules
from jikao.scheme.yaml_nodes import parse
from jikao.scoring.entry_checks import entry_problems


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """The text with parts replaced, named by dotted paths of keys and ids such as ``sections.kpi.points``.

    Raises ``Refused`` for a path the text does not have.
    """
    if not changes:
        return text
    tree = parse(text).value
    for path, value in changes.items():
        *way, last = path.split(".")
        holder = tree
        try:
            for name in way:
                holder = holder[_step(holder, name)]
            holder[_step(holder, last)] = value
        except (KeyError, TypeError, AttributeError, StopIteration) as cause:
            raise Refused([CASE_FORM(cause=f"edit {path}")]) from cause
    return json.dumps(tree, ensure_ascii=False)  # JSON is YAML, and every value is still the text it was


def _step(here: Any, name: str) -> str | int:
    if isinstance(here, list):
        return next(i for i, item in enumerate(here) if item.get("id") == name)
    return name


def fill(
    store: Store, people: Mapping[str, dict[str, Any] | None], evidence: Mapping[str, Sequence[dict[str, Any]]], origin: str
) -> list[Problem]:
    """Import people and evidence as a case states them; every problem that was found."""
    roster = {"people": [{"person": name, "name": name, **(about or {})} for name, about in people.items()]} if people else {}
    problems: list[Problem] = []
    for shape, rows in {**roster, **evidence}.items():
        problems += import_rows(store, shape, [cells for row in rows for cells in _repeated(row)], origin=origin).problems
    return problems


def _repeated(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """``times: 36`` repeats a row; ``{n}`` in its words counts from 1."""
    cells = dict(row)
    times = cells.pop("times", None)
    for n in range(1, int(times) + 1) if times is not None else [1]:
        yield {k: v.replace("{n}", str(n)) if isinstance(v, str) and times is not None else v for k, v in cells.items()}


def problems_of(store: Store, rules: Rules, period: Period) -> list[Problem]:
    """Everything wrong or missing in the evidence a scheme would judge a period by."""
    return [*evidence_problems(store, rules.scheme, period), *entry_problems(rules, store.snapshot(), [period])]
