"""A model taken apart into its single values, each under a path of names, so that two models can be laid side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from jikao.scheme.number import plain_number
from jikao.scheme.text import Text
from jikao.scheme.words import same

Names = tuple[str, ...]


def leaves(value: Any, path: Names = (), without: Collection[str] = ()) -> Iterator[tuple[Names, Any]]:
    """Path and value of everything written or defaulted; parts in a list go by their id. What is empty has no leaf."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if name not in without:
                yield from leaves(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, tuple) and any(isinstance(part, BaseModel) for part in value):
        for number, part in enumerate(value, 1):
            yield from leaves(part, (*path, _name(part, number)))
    elif value not in {None, (), "", Text("", "")}:
        yield path, value


def _name(part: Any, number: int) -> str:
    return str(getattr(part, "id", None) or getattr(part, "grade", None) or number)


def said(value: Any) -> Text:
    """A single value in words."""
    if isinstance(value, Text):
        return Text(f"“{value.zh}”", f"'{value.en}'")
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no")
    if isinstance(value, Enum):
        return same(str(value.value))
    if isinstance(value, tuple):
        parts = [said(part) for part in value]
        return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    return same(plain_number(value) if isinstance(value, Decimal | int) else str(value))


@dataclass(frozen=True)
class Difference:
    """What differs at a path; ``None``: not there. Of a ``whole`` part that came or went the values are not told."""

    path: Names
    before: Any
    after: Any
    whole: bool = False


def differences(before: Mapping[Names, Any], after: Mapping[Names, Any]) -> Iterator[Difference]:
    """What differs between two sets of leaves; a part wholly new or wholly gone comes once."""
    seen: set[Names] = set()
    for path in [*before, *(path for path in after if path not in before)]:
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        part = path if old is not None and new is not None else _whole(path, *((after, before) if old is None else (before, after)))
        if part not in seen:
            seen.add(part)
            yield Difference(part, old, new, whole=part != path)


def _whole(path: Names, own: Mapping[Names, Any], other: Mapping[Names, Any]) -> Names:
    """The largest part around ``path`` of which the other side has nothing; the path itself if it is all there is to it."""
    known = {known[:length] for known in other for length in range(len(known) + 1)}
    part = next((path[:length] for length in range(1, len(path) + 1) if path[:length] not in known), path)
    return part if sum(leaf[: len(part)] == part for leaf in own) > 1 else path
