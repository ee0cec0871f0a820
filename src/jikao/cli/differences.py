"""``jikao diff``: two schemes (what changed) or two sealed runs (who moved, and why)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, STORE

if TYPE_CHECKING:
    from jikao.archive.comparison import Comparison


@click.command(
    help=say(
        "比较:两份方案改了什么,或两份封存的结果谁变了、为什么", "Compare two schemes (what changed) or two sealed runs (who moved, and why)"
    )
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@STORE
@JSON
def diff(before: Path, after: Path, store: Path, as_json: bool) -> int:
    if _is_scheme(before) and _is_scheme(after):
        changes = api.diff_schemes(before, after)
        if as_json:
            show.as_json([c.as_json() for c in changes])
        else:
            for change in changes:
                click.echo(f"- {change.says.say(LANG)}")
            click.echo(say("共 {n} 处不同", "{n} changes", n=len(changes)))
        return show.FOUND if changes else show.FINE
    return show_comparison(api.compare_runs(api.find_run(before, store), api.find_run(after, store)), as_json)


def _is_scheme(path: Path) -> bool:
    return path.suffix in (".yaml", ".yml") or (path.is_dir() and (path / "scheme.yaml").is_file() and not (path / "run.json").is_file())


def show_comparison(comparison: Comparison, as_json: bool) -> int:
    """Who moved between two runs, and why."""
    if as_json:
        show.as_json(comparison.as_json())
    else:
        show.problems(comparison.problems)
        for sentence in comparison.sentences():
            click.echo(sentence.say(LANG))
    return show.FOUND if comparison.differs or comparison.problems else show.FINE


COMMANDS = {"diff": diff}
