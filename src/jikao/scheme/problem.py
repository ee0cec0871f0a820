"""Problems are data: a code, where it stands, the values; the sentence is made at the edge, in the reader's language.

Every stage collects all problems it finds and goes on as far as it can; only the front door decides to stop.
A kind of problem is declared once, beside the check that finds it, with ``kind(...)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jikao.scheme.text import Lang, Text


class Level(StrEnum):
    """How much a problem weighs: an error stops a run, a warning is shown and the run goes on, a hint is advice."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: file, line and column (from 1), or a spreadsheet cell such as ``Sheet1!C7``."""

    file: str = ""
    line: int | None = None
    column: int | None = None
    cell: str = ""

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.cell:
            parts.append(self.cell)
        elif self.line is not None:
            parts += [str(self.line)] + ([str(self.column)] if self.column is not None else [])
        return ":".join(parts)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem with a stable code: what is wrong, why it matters, how to mend it."""

    code: str
    level: Level
    what: Text
    why: Text
    mend: Text

    def __call__(self, place: Place = NOWHERE, **values: object) -> Problem:
        return Problem(self, place, values)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem found, at its place, with the values its sentence needs."""

    kind: Kind
    place: Place = NOWHERE
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def level(self) -> Level:
        return self.kind.level

    def what(self, lang: Lang) -> str:
        return self.kind.what.say(lang, **self.values)

    def why(self, lang: Lang) -> str:
        return self.kind.why.say(lang, **self.values)

    def mend(self, lang: Lang) -> str:
        return self.kind.mend.say(lang, **self.values)

    def as_json(self) -> dict[str, object]:
        """For machines and for reports: both languages, place and code."""
        return {
            "code": self.code,
            "level": str(self.level),
            "file": self.place.file or None,
            "line": self.place.line,
            "column": self.place.column,
            "cell": self.place.cell or None,
            **{part: {"zh": getattr(self, part)("zh"), "en": getattr(self, part)("en")} for part in ("what", "why", "mend")},
        }


KINDS: dict[str, Kind] = {}
"""Every declared kind by code; the reference page and its test read this."""


def kind(code: str, level: Level, *, what: Text, why: Text, mend: Text) -> Kind:
    """Declare a kind of problem. A code is declared once in the whole program."""
    if code in KINDS:
        raise ValueError(f"problem code declared twice: {code}")
    KINDS[code] = Kind(code, level, what, why, mend)
    return KINDS[code]


class Refused(Exception):  # noqa: N818 - not a crash: the product's considered "no"
    """What was asked cannot be done, and nothing was written. Carries every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.place} {p.code}: {p.what('en')}" for p in self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop a run."""
    return [p for p in problems if p.level is Level.ERROR]


def stop_on_errors(problems: Iterable[Problem]) -> None:
    """Raise ``Refused`` with all the problems if at least one of them is an error."""
    found = list(problems)
    if errors(found):
        raise Refused(found)
