"""Commands on schemes: copy a preset, check, format, compare, run the cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, SCHEME, SETTINGS, settings_of

if TYPE_CHECKING:
    from jikao.cases import Outcome


@click.command(
    help=say(
        "把一个预设方案(文本、案例、样例证据)复制到新文件夹", "Copy a preset scheme with its cases and sample evidence into a new folder"
    )
)
@click.argument("preset", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help=say("列出预设方案", "list the presets"))
@JSON
def new(preset: str | None, folder: Path | None, listing: bool, as_json: bool) -> int:
    if listing or preset is None:
        return _list_presets(as_json)
    made = api.new(preset, folder or Path(preset))
    if as_json:
        show.as_json({"folder": str(made)})
    else:
        click.echo(
            say(
                "已建立 {made}:scheme.yaml 是方案,cases/ 是案例,evidence/ 是样例证据。",
                "Made {made}: scheme.yaml is the scheme, cases/ its tests, evidence/ sample evidence.",
                made=made,
            )
        )
        click.echo(say("下一步:jikao check {made}", "Next: jikao check {made}", made=made))
    return show.FINE


def _list_presets(as_json: bool) -> int:
    titles = {}
    for name in api.preset_names():
        with api.shipped(name) as folder:
            scheme = api.check(folder).scheme
            titles[name] = scheme.title.say(LANG) if scheme else ""
    if as_json:
        show.as_json(titles)
    else:
        show.table(say("预设方案", "Presets"), [say("名称", "name"), say("标题", "title")], titles.items())
        click.echo(say("复制一个:jikao new 名称 文件夹", "Copy one: jikao new NAME FOLDER"))
    return show.FINE


@click.command(
    help=say("检查方案:一次列出全部问题,每个都有位置、原因和改法", "Check a scheme: every problem at once, with place, reason and mend")
)
@SCHEME
@SETTINGS
@JSON
def check(scheme: Path, settings: tuple[str, ...], as_json: bool) -> int:
    reading = api.check(scheme, settings_of(settings))
    if as_json:
        show.as_json({"sha256": reading.sha256, "problems": show.problems_json(reading.problems)})
    elif reading.problems:
        show.problems(reading.problems, err=False)
        click.echo(say("共 {n} 个问题", "{n} problems", n=len(reading.problems)))
    else:
        assert reading.scheme is not None  # noqa: S101 - no problems means a scheme
        count = len(list(reading.scheme.indicators()))
        click.echo(
            say(
                "没有问题:{title},版本 {version},{n} 个指标",
                "No problems: {title}, version {version}, {n} indicators",
                title=reading.scheme.title,
                version=reading.scheme.version,
                n=count,
            )
        )
    return show.exit_code(reading.problems)


@click.command(help=say("把方案文本整理成标准格式,注释保留", "Put a scheme's text into its standard form, comments kept"))
@SCHEME
@click.option("--check", "only_check", is_flag=True, help=say("只检查是否已是标准格式", "only say whether it is in standard form"))
def fmt(scheme: Path, only_check: bool) -> int:
    if only_check:
        same = api.scheme_file(scheme).read_text("utf-8") == api.formatted(scheme)
        click.echo(say("已是标准格式", "in standard form") if same else say("不是标准格式", "not in standard form"))
        return show.FINE if same else show.FOUND
    changed = api.write_formatted(scheme)
    click.echo(say("已整理", "formatted") if changed else say("已是标准格式", "in standard form already"))
    return show.FINE


@click.command("test", help=say("运行方案自带的案例(cases/*.yaml)", "Run a scheme's own cases (cases/*.yaml)"))
@SCHEME
@JSON
def test_(scheme: Path, as_json: bool) -> int:
    def tell(outcome: Outcome) -> None:
        if as_json:
            return
        click.echo(f"{click.style('✓', fg='green') if outcome.passed else click.style('✗', fg='red')} {outcome.case.title.say(LANG)}")
        for miss in outcome.misses:
            click.echo(
                say(
                    "    {where}:应为 {expected},实为 {got}",
                    "    {where}: expected {expected}, got {got}",
                    where=miss.where,
                    expected=miss.expected,
                    got=miss.got,
                )
            )

    outcomes = api.run_cases(scheme, tell)
    failed = sum(not o.passed for o in outcomes)
    if as_json:
        show.as_json([{"case": o.case.case, "passed": o.passed, "misses": [vars_of(m) for m in o.misses]} for o in outcomes])
    else:
        click.echo(say("{n} 个案例,{failed} 个不符", "{n} cases, {failed} failed", n=len(outcomes), failed=failed))
    return show.FOUND if failed else show.FINE


def vars_of(miss: object) -> dict[str, str]:
    return {name: getattr(miss, name) for name in ("where", "expected", "got")}


@click.command(help=say("输出方案语言的 JSON Schema,供编辑器使用", "Print the scheme language as JSON Schema, for editors"))
def schema() -> int:
    show.as_json(api.json_schema())
    return show.FINE


COMMANDS = {"new": new, "check": check, "fmt": fmt, "test": test_, "schema": schema}
