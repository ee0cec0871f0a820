"""The SQL of a plan, phase by phase, kept on disk once compiled.

Importing Ibis takes two seconds and compiling a plan another half; a scheme is scored many times before it changes.
The text depends on nothing but the key: the scheme, which shapes are covered, the periods, three facts about the data,
the dialect, and the versions of everything that writes SQL.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jikao import __version__
from jikao.evidence.backend import sql_of
from jikao.scheme.period import Period
from jikao.scheme.text import Text
from jikao.scoring.plan_key import Phase, PlanKey


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled step: the table (or query) it makes, what it does, and its SQL."""

    name: str
    title: Text
    sql: str


class Statements:
    """The phases of one plan as SQL text."""

    def __init__(self, key: PlanKey) -> None:
        self.key = key
        self._base = _digest(key)

    def phase(self, phase: Phase, *, sliced: bool = False, wide: bool = False) -> list[Statement]:
        """The statements of a phase, from the cache or compiled now."""
        name = f"{self._base}-{phase}-{int(sliced)}{int(wide)}"
        return _kept(name, lambda: self._compile(phase, sliced, wide))

    def _compile(self, phase: Phase, sliced: bool, wide: bool) -> list[Statement]:
        from jikao.scoring import plan  # noqa: PLC0415 - imports Ibis: only when a plan is really compiled

        steps = plan.phase_steps(self.key, phase, sliced=sliced, wide=wide)
        return [Statement(s.name, s.title, sql_of(s.expr, self.key.dialect)) for s in steps]


def crediting(shape: str, periods: Sequence[Period], dialect: str) -> list[Statement]:
    """Whom the rows of a stored shape are credited to in the periods, by each rule that reads the shape alone."""

    def compile_() -> list[Statement]:
        from jikao.scoring.plan.gather import crediting_steps  # noqa: PLC0415 - imports Ibis: only when really compiled

        return [Statement(s.name, s.title, sql_of(s.expr, dialect)) for s in crediting_steps(shape, periods)]

    return _kept(_sum_of("crediting", shape, _days(periods), dialect), compile_)


def _digest(key: PlanKey) -> str:
    scheme, covered = key.rules.scheme.model_dump_json(), ",".join(sorted(key.covered))
    return _sum_of(scheme, covered, _days(key.periods), key.dialect, str(key.scope))


def _days(periods: Sequence[Period]) -> str:
    """First days and ends: a period looked at before it is over has the same name and another end."""
    return ",".join(f"{period.start}/{period.end}" for period in periods)


def _sum_of(*parts: str) -> str:
    return hashlib.sha256("\0".join([*parts, writers()]).encode()).hexdigest()[:32]


@cache
def writers() -> str:
    """Versions of all that writes SQL, and our own source of it, so that a changed plan is never served from the cache."""
    room = Path(__file__).parent
    evidence = room.parent / "evidence"
    files = [*sorted((room / "plan").glob("*.py")), room / "plan_key.py", room / "tables.py"]
    files += [evidence / f"{name}.py" for name in ("credits", "measures", "portable", "shapes")]
    own = hashlib.sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()
    return f"{__version__} {version('ibis-framework')} {version('sqlglot')} {own}"


def cache_folder() -> Path:
    """Where compiled plans lie: ``JIKAO_CACHE``, else the user's cache folder. Safe to delete at any time."""
    given = os.environ.get("JIKAO_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(given) if given else Path(base) / "jikao" / "plans"


def _kept(name: str, make: Callable[[], list[Statement]]) -> list[Statement]:
    path = cache_folder() / f"{name}.json"
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return [Statement(s["name"], Text(s["zh"], s["en"]), s["sql"]) for s in json.loads(path.read_text("utf-8"))]
    made = make()
    _keep(path, made)
    return made


def _keep(path: Path, statements: Sequence[Statement]) -> None:
    """Write whole or not at all; a cache that cannot be written is no problem."""
    text = json.dumps([{"name": s.name, "zh": s.title.zh, "en": s.title.en, "sql": s.sql} for s in statements], ensure_ascii=False)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(path)
