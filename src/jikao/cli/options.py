"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from jikao.cli.lang import say

Command = TypeVar("Command", bound=Callable[..., object])


def _store(words: str) -> Callable[[Command], Command]:
    return click.option("--store", type=click.Path(path_type=Path), default=Path("store"), show_default=True, help=words)


STORE = _store(say("证据库所在文件夹,没有则新建", "folder of the evidence store, made when absent"))
STORE_READ = _store(say("证据库所在文件夹", "folder of the evidence store"))
PERIOD = click.option("--period", required=True, help=say("周期:2016-03、2016-Q1 或 2016", "period: 2016-03, 2016-Q1 or 2016"))
RUN = click.argument("run", type=click.Path(path_type=Path), required=False)
JSON = click.option("--json", "as_json", is_flag=True, help=say("以 JSON 输出", "print JSON"))
SCHEME = click.argument("scheme", type=click.Path(path_type=Path))
SETTINGS = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help=say("改用某个设置或读法,如 csat_50_60=strict", "use another setting or reading, e.g. csat_50_60=strict"),
)


def settings_of(given: tuple[str, ...], option: str = "--set") -> dict[str, str]:
    """``name=value`` options as a mapping."""
    pairs = [pair.partition("=") for pair in given]
    if any(not sign or not name for name, sign, _ in pairs):
        raise click.BadParameter(say("写作 名称=值", "write NAME=VALUE"), param_hint=option)
    return {name: value for name, _, value in pairs}
