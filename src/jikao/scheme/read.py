"""Scheme text to frozen values: every problem at once, each with file, line, column, what, why and mend.

Text → plain values with places (``yaml_nodes``) → ``$name`` replaced (``settings``) → typed model (``structure``) →
judged by all of ``checks/``. A stage that finds problems hands on what it could make out, so the next can speak too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jikao.scheme.checks import check_all
from jikao.scheme.model import Scheme
from jikao.scheme.problem import Level, Place, Problem, errors, kind
from jikao.scheme.settings import settle
from jikao.scheme.structure import build
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places, decode, parse

NOT_A_MAPPING = kind(
    "scheme.not-a-scheme", Level.ERROR,
    what=Text("这不是一份考核方案:最外层应当是若干“键: 值”。", "This is no scheme: the outermost level must be keys with values."),
    why=Text("方案从 scheme、version、title 等项开始。", "A scheme begins with scheme, version, title and so on."),
    mend=Text("检查是否选对了文件;用 jikao new 可得到一份完整的样本。", "Check the file; jikao new gives a complete sample."),
)  # fmt: skip
UNREADABLE = kind(
    "scheme.unreadable", Level.ERROR,
    what=Text("文件读不到:{reason}。", "The file cannot be read: {reason}."),
    why=Text("没有方案就无从考核。", "Without a scheme there is nothing to appraise by."),
    mend=Text("检查路径与权限。", "Check the path and the permissions."),
)  # fmt: skip

_STAND_INS: dict[str, Any] = {
    "scheme": "?", "version": "0", "valid_from": "2000-01-01", "period": "month", "sections": [],
    "id": "?", "title": "?", "text": "?", "grade": "?", "value": "0", "use": "deductions", "measure": "deductions",
    "curve": [{"score": "0"}], "clauses": [{"score": "0"}], "score": "0", "from": "0", "share": "0", "when": [], "rate": "0", "within": "0",
    "between": ["?", "?"], "more_than": "0", "profit_share": "unset", "expense_share": "unset",
}  # fmt: skip
"""What may stand in for a required part until the text is mended; it lets the checks judge everything else."""


@dataclass(frozen=True)
class Reading:
    """A text as read. ``scheme`` is ``None`` when the text does not fit the language; ``sha256`` is of its UTF-8 bytes."""

    scheme: Scheme | None
    problems: tuple[Problem, ...]
    places: Places
    text: str
    sha256: str


def read(text: str, file: str = "", settings: Mapping[str, str] | None = None) -> Reading:
    """Read a scheme. ``settings``: setting → value or name of a reading, in place of the text's own.

    Never raises for anything in the text; ``problems`` are in the order of the text.
    """
    parsed = parse(text, file)
    if not isinstance(parsed.value, dict):
        found = parsed.problems or (NOT_A_MAPPING(parsed.places.of()),)
        return Reading(None, found, parsed.places, text, _sha256(text))
    settled = settle(parsed.value, parsed.places, settings or {})
    places = replace(parsed.places, refs=settled.refs, broken=parsed.places.broken | settled.broken)
    built = build(Scheme, settled.tree, places, _STAND_INS)
    misfits = (*parsed.problems, *settled.problems, *built.problems)
    judged = check_all(built.model, built.places) if built.model is not None else []
    scheme = None if errors(misfits) else built.model
    return Reading(scheme, in_order((*misfits, *judged)), built.places, text, _sha256(text))


def read_file(path: Path, settings: Mapping[str, str] | None = None) -> Reading:
    """Read a scheme from a file in UTF-8 (with or without BOM) or GB18030."""
    file = str(path)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        return Reading(None, (UNREADABLE(Place(file), reason=reason),), Places(file), "", _sha256(""))
    text, problems = decode(data, file)
    return Reading(None, tuple(problems), Places(file), "", _sha256("")) if text is None else read(text, file, settings)


def in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """By line and column; those without a line first."""
    return tuple(sorted(problems, key=lambda p: (p.place.line or 0, p.place.column or 0)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
