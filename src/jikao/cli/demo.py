"""``jikao demo``: the main job on real data that ships with the product, from export to receipt, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.runs import show_results, tell_sealed

if TYPE_CHECKING:
    from jikao.evidence.report import ImportReport

SAMPLE, MAPPING, PRESET = "incidents-2016-03.csv.gz", "servicenow-incident-log", "s1-indicators"
SHOWN = 12


@click.command(
    help=say(
        "演示:导入随产品提供的真实工单,计算一个月,给出一份完整回执",
        "Demonstration: import the shipped real incidents, score a month, give one full receipt",
    )
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("jikao-demo"),
    show_default=True,
    help=say("放置演示数据的文件夹", "the folder for it"),
)
@click.option("--period", default="2016-03", show_default=True, help=say("计算哪个月", "which month"))
@click.option("--person", help=say("给谁的回执,默认为解决工单最多的人", "whose receipt; by default of whoever solved most"))
def demo(folder: Path, period: str, person: str | None) -> int:
    scheme = folder / PRESET
    if not (scheme / "scheme.yaml").exists():
        api.new(PRESET, scheme)
    store = api.open_store(folder / "store", create=True)
    _step(say("一、导入真实工单日志", "1. Import a real incident log"), f"jikao import {SAMPLE} --mapping {MAPPING} --store {store.root}")
    with api.shipped("samples", SAMPLE) as sample, show.working(say("导入", "importing")):
        report = api.import_file(store, sample, mapping=MAPPING, by="demo")
    show.problems(report.problems)
    click.echo(
        say(
            "工单 {tickets} 张,人员 {people} 名。",
            "{tickets} tickets, {people} people.",
            tickets=_count(report, "tickets"),
            people=_count(report, "people"),
        )
    )
    _step(
        say("二、按 S1 方案计算 {period}", "2. Score {period} under the S1 scheme", period=period),
        f"jikao score {scheme} --period {period} --store {store.root}",
    )
    with show.progress(say("计算", "scoring")) as progress:
        scored = api.score(scheme, store, period, api.ScoreOptions(progress=progress, by="demo", at=api.today()))
    rows = api.results(scored.run)
    show_results(rows, SHOWN)
    chosen = person or busiest(rows)
    _step(
        say("三、{who} 的回执,一直到工单", "3. The receipt of {who}, down to the incidents", who=chosen),
        f'jikao explain "{chosen}" --store {store.root}',
    )
    _receipt(scored.run, chosen)
    _step(say("四、封存与核对", "4. Sealed, and verified by anybody"), f"jikao verify --store {store.root}")
    tell_sealed(scored)
    with show.working(say("核对并重新计算", "verifying and computing again")):
        verification = api.verify(scored.run)
    show.problems(verification.problems)
    if verification.holds:
        click.echo(say("重新计算,逐字节相同。", "Computed again: the same bytes."))
    click.echo(
        say(
            "数据:UCI 机器学习库“Incident management process enriched event log”,CC BY 4.0,doi:10.24432/C57S4H",
            'Data: UCI Machine Learning Repository, "Incident management process enriched event log", CC BY 4.0, doi:10.24432/C57S4H',
        )
    )
    return show.FINE if verification.holds else show.FOUND


def _step(title: str, command: str) -> None:
    click.echo()
    click.echo(click.style(title, bold=True))
    click.echo(click.style(f"$ {command}", dim=True))


def _count(report: ImportReport, shape: str) -> int:
    return sum(counts.get(shape, 0) for counts in (report.added, report.changed, report.same))


def _receipt(run: Path, person: str) -> None:
    from jikao.scoring.explain import as_text

    click.echo(as_text(api.explain(run, person), LANG, min(show.console().width, 110), 5), nl=False)


def busiest(rows: list[api.ResultRow]) -> str:
    """Somebody in the middle of the field: a receipt with both gains and losses."""
    scored = [row for row in rows if row.total is not None]
    return (scored or rows)[len(scored) // 2].person


COMMANDS = {"demo": demo}
