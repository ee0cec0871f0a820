"""Walking a scheme with the path of every part, as checks and comparisons need it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.model import Indicator, Scheme, Section
from jikao.scheme.rules import is_bonus, share_of
from jikao.scheme.yaml_nodes import Steps

Item = Indicator | Section


@dataclass(frozen=True)
class Level:
    """What is summed into one whole: the scheme's sections, or the indicators and sections of one section."""

    path: Steps
    section: Section | None
    whole: Fraction
    """Points of the total that the level shares out."""
    items: tuple[tuple[Steps, Item], ...]

    @property
    def counted(self) -> list[tuple[Steps, Item]]:
        """The items that share the whole; bonuses come on top."""
        return [(path, item) for path, item in self.items if not is_bonus(item)]


def levels(scheme: Scheme) -> Iterator[Level]:
    """Every level from the top, in the order of the text."""
    yield from _levels(Level((), None, Fraction(scheme.total.full), _numbered((), "sections", scheme.sections)))


def _levels(level: Level) -> Iterator[Level]:
    yield level
    siblings = [item for _, item in level.counted]
    for path, item in level.items:
        if isinstance(item, Section):
            inner = (*_numbered(path, "indicators", item.indicators), *_numbered(path, "sections", item.sections))
            yield from _levels(Level(path, item, share_of(item, siblings, level.whole), inner))


def _numbered(path: Steps, key: str, items: Sequence[Item]) -> tuple[tuple[Steps, Item], ...]:
    return tuple(((*path, key, i), item) for i, item in enumerate(items))


def items(scheme: Scheme) -> Iterator[tuple[Steps, Item]]:
    """All sections and indicators with their paths, in the order of the text."""
    for level in levels(scheme):
        yield from level.items


def indicators(scheme: Scheme) -> Iterator[tuple[Steps, Indicator]]:
    """All indicators with their paths."""
    return ((path, item) for path, item in items(scheme) if isinstance(item, Indicator))
