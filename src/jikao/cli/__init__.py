"""The command line: thin commands over ``jikao.api``.

Exit codes: 0 fine, 1 problems found, 2 the call itself was wrong. ``--json`` gives the same facts to machines.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import click

from jikao import __version__
from jikao.cli import show
from jikao.cli.lang import say, without_language
from jikao.scheme.problem import Refused

_COMMANDS = {
    "new": "schemes", "check": "schemes", "fmt": "schemes", "diff": "differences", "test": "schemes", "schema": "schemes",
    "import": "evidence", "map": "evidence", "calendar": "evidence",
    "score": "runs", "results": "runs", "explain": "runs", "whatif": "runs", "verify": "runs", "pack": "runs", "bench": "runs",
    "pay": "pay", "demo": "demo",
}  # fmt: skip
"""Every command and the module that holds it; modules are imported when their command is called."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"jikao.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "绩考:技术支持部门的绩效考核——方案即文本,凭证据,算得准,说得清。",
        "Jikao: performance appraisal for technical-support departments, exact and explained.",
    ),
)
@click.version_option(__version__, prog_name="jikao")
@click.option("--lang", type=click.Choice(["zh", "en"]), help=say("说哪种语言", "the language to speak"), expose_value=False)
def cli() -> None:
    """The group of all commands."""


def main(args: list[str] | None = None) -> None:
    """Run a command and exit. Refusals are shown as problems, never as a traceback."""
    words = sys.argv[1:] if args is None else args
    try:
        code: Any = cli.main(args=without_language(words), prog_name="jikao", standalone_mode=False)
    except Refused as no:
        _refused(no, as_json="--json" in words)
        code = show.FOUND
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = show.FINE
    except (OSError, MemoryError) as cause:
        click.echo(say("系统拒绝了操作:{cause}", "The system refused: {cause}", cause=cause), err=True)
        code = show.FOUND
    except Exception as bug:  # noqa: BLE001 - whatever it is, a user is told in words
        click.echo(
            say("程序内部出错({bug})。这不是您的数据的问题,没有写入任何结果。设 JIKAO_DEBUG=1 可看到细节,请连同它一起报告。",
                "An internal error ({bug}). Your data is not at fault, and nothing was written. Set JIKAO_DEBUG=1 for details and report it with them.",
                bug=f"{type(bug).__name__}: {bug}"),
            err=True,
        )  # fmt: skip
        if os.environ.get("JIKAO_DEBUG"):
            traceback.print_exc()
        code = 70
    sys.exit(code if isinstance(code, int) else show.FINE)


def _refused(no: Refused, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"refused": True, "problems": show.problems_json(no.problems)})
    else:
        show.problems(no.problems)
