"""What is said of anything sealed, a run or a pay batch: whether it holds, and where it was packed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao.cli import show
from jikao.cli.lang import say

if TYPE_CHECKING:
    from jikao.archive.verify import Verification
    from jikao.scheme.problem import Problem

OUT = click.option(
    "--out", type=click.Path(path_type=Path), help=say("目标文件,默认为 编号.zip", "target file, by default the id with .zip")
)


def tell_verified(found: Verification[Any], *, as_json: bool) -> int:
    """The outcome of a verification, and the exit code."""
    if as_json:
        said = {"holds": found.holds, "recomputed": found.recomputed, "files": found.files}
        show.as_json({**said, "problems": show.problems_json(found.problems)})
    else:
        show.problems(found.problems, err=False)
        if found.holds:
            click.echo(
                say("核对无误:{name} 的 {files} 个文件完好,重新计算的结果逐字节相同。",
                    "It holds: the {files} files of {name} are whole, and computing it again gives the same bytes.",
                    name=found.manifest.sealed_id if found.manifest else "", files=found.files)
            )  # fmt: skip
    return show.FINE if found.holds else show.FOUND


def tell_packed(found: Sequence[Problem], target: Path) -> int:
    """Where the packed file is, unless it could not be written; and the exit code."""
    show.problems(found)
    if not show.has_errors(found):
        click.echo(str(target))
    return show.exit_code(found)
