"""Putting values before people: problems, tables, progress; or as JSON for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from jikao.cli.lang import LANG, say
from jikao.scheme.problem import Level, Problem, errors
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from rich.console import Console

FINE, FOUND = 0, 1
"""Exit codes: nothing wrong; problems were found. Click itself exits with 2 for a wrong call."""

_LEVELS = {Level.ERROR: ("错误", "error", "red"), Level.WARNING: ("注意", "warning", "yellow"), Level.HINT: ("提示", "hint", "cyan")}
SHOWN = 50
"""Problems shown one by one; the rest are counted."""


def as_json(value: Any) -> None:
    """Print one value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def console() -> Console:
    """A terminal that knows colours and width; plain text, a hundred columns wide, when output goes to a file."""
    from rich.console import Console  # 0.1 s to import: only when something is shown

    fixed = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 100
    return Console(width=fixed, highlight=False)


def problems(found: Sequence[Problem], *, err: bool = True) -> None:
    """Each problem: where, what, why, what to do."""
    for problem in found[:SHOWN]:
        zh, en, colour = _LEVELS[problem.level]
        place = f"{problem.place}: " if str(problem.place) else ""
        click.echo(f"{place}{click.style(say(zh, en), fg=colour)} {problem.what(LANG)} [{problem.code}]", err=err)
        click.echo(f"    {problem.why(LANG)}", err=err)
        click.echo(f"    {say('怎么办:', 'Mend: ')}{problem.mend(LANG)}", err=err)
    if len(found) > SHOWN:
        click.echo(say("……另有 {n} 个问题", "… and {n} more", n=len(found) - SHOWN), err=err)


def problems_json(found: Iterable[Problem]) -> list[dict[str, object]]:
    return [p.as_json() for p in found]


def exit_code(found: Iterable[Problem]) -> int:
    """1 when something beyond a hint was found."""
    return FOUND if any(p.level is not Level.HINT for p in found) else FINE


def has_errors(found: Iterable[Problem]) -> bool:
    return bool(errors(found))


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = (), whole: Sequence[int] = ()
) -> None:
    """A table; columns whose index is in ``right`` hold figures, which like those in ``whole`` (ids) are never broken."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", header_style="bold")
    for i, column in enumerate(columns):
        made.add_column(column, justify="right" if i in right else "left", overflow="fold", no_wrap=i in {*right, *whole})
    for row in rows:
        made.add_row(*["—" if cell is None else str(cell) for cell in row])
    console().print(made)


def _silent(done: int, of: int, title: Text) -> None:
    """Nobody is watching."""
    del done, of, title


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int, Text], None]]:
    """A progress bar on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, of, title: bar.update(task, completed=done, total=of, description=title.say(LANG))


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life on a terminal while something takes its time; silence elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
