"""Commands on evidence: import files, propose a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import say
from jikao.cli.options import JSON, STORE, settings_of
from jikao.scheme.calendar import WorkCalendar

if TYPE_CHECKING:
    from jikao.evidence.report import ImportReport


@click.command(
    "import",
    help=say(
        "导入数据文件(csv、xlsx、parquet);重复导入不会改变任何数据",
        "Import data files (csv, xlsx, parquet); importing again changes nothing",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@STORE
@click.option("--mapping", help=say("映射:随产品提供的名称,或映射文件", "mapping: a shipped name, or a file"))
@click.option("--shape", help=say("数据种类;不给则按文件名", "the shape of the data; by default the file's name"))
@click.option("--sheet", help=say("工作表名", "name of the sheet"))
@click.option("--by", default="", help=say("导入人", "who imports"))
@click.option("--list", "listing", is_flag=True, help=say("列出随产品提供的映射", "list the shipped mappings"))
@JSON
def import_(
    paths: tuple[Path, ...], store: Path, mapping: str | None, shape: str | None, sheet: str | None, by: str, listing: bool, as_json: bool
) -> int:
    if listing:
        show.as_json(api.mapping_names()) if as_json else click.echo("\n".join(api.mapping_names()))
        return show.FINE
    if not paths:
        raise click.UsageError(say("请给出要导入的文件", "give the files to import"))
    opened = api.open_store(store, create=True)
    code, told = show.FINE, []
    for path in sorted(paths, key=lambda p: p.stem != "people"):  # everybody else's rows name people
        with show.working(say("导入 {path}", "importing {path}", path=path)):
            report = api.import_file(opened, path, mapping=mapping, shape=shape, sheet=sheet, by=by)
        told.append({"file": str(path), **_report_json(report)})
        code = max(code, show.FOUND if report.refused else show.FINE)
        if not as_json:
            _tell(path, report)
    if as_json:
        show.as_json(told)
    return code


def _report_json(report: ImportReport) -> dict[str, object]:
    return {
        "import": report.import_id, "refused": report.refused, "added": dict(report.added), "changed": dict(report.changed), "same": dict(report.same),
        "report": str(report.report) if report.report else None, "problems": show.problems_json(report.problems),
    }  # fmt: skip


def _tell(path: Path, report: ImportReport) -> None:
    show.problems(report.problems)
    if report.refused:
        click.echo(
            say(
                "{path}:没有导入,证据库未变。全部问题见 {report}",
                "{path}: not imported, the store is as it was. All problems: {report}",
                path=path,
                report=report.report,
            ),
            err=True,
        )
        return
    if report.nothing_changed:
        click.echo(say("{path}:没有变化", "{path}: nothing changed", path=path))
        return
    counts = [
        say("{shape} 新增 {new},更新 {changed},相同 {same}", "{shape}: {new} new, {changed} changed, {same} the same", shape=shape, new=report.added.get(shape, 0), changed=report.changed.get(shape, 0), same=report.same.get(shape, 0))
        for shape in sorted({*report.added, *report.changed, *report.same})
    ]  # fmt: skip
    click.echo(f"{path}: " + say(";", "; ").join(counts))


@click.command(
    "map", help=say("根据文件表头提出映射,供修改后导入使用", "Propose a mapping from a file's header, to be edited and used for import")
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--sheet", help=say("工作表名", "name of the sheet"))
@click.option("--out", type=click.Path(path_type=Path), help=say("写入文件", "write to a file"))
def map_(path: Path, sheet: str | None, out: Path | None) -> int:
    text = api.propose_mapping(path, sheet=sheet)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
        click.echo(
            say(
                "已写入 {out};检查后用 jikao import {path} --mapping {out}",
                "Written to {out}; look it over, then jikao import {path} --mapping {out}",
                out=out,
                path=path,
            )
        )
    return show.FINE


@click.command(
    help=say("查看证据库的工作日历;给出选项则以此新建证据库(不给则为北京时间、9–12 与 13–18 点、国家法定节假日与调休)",
             "Show a store's working-day calendar; with options, make a new store with it (by default Shanghai time, 9-12 and 13-18, the official holidays and make-up days)")
)  # fmt: skip
@STORE
@click.option("--zone", help=say("公司所在时区,如 Asia/Shanghai", "the company's time zone, e.g. Asia/Shanghai"))
@click.option("--hours", help=say("工作时间,如 09:00-12:00,13:00-18:00", "working hours, e.g. 09:00-12:00,13:00-18:00"))
@click.option(
    "--day",
    "days",
    multiple=True,
    metavar="DAY=off|work",
    help=say("公司自定的放假或上班日,如 2024-02-09=off", "a day of the company's own, e.g. 2024-02-09=off"),
)
@JSON
def calendar(store: Path, zone: str | None, hours: str | None, days: tuple[str, ...], as_json: bool) -> int:
    if zone or hours or days:
        opened = api.new_store(store, zone=zone or DEFAULT.zone, hours=hours or _hours(DEFAULT), days=settings_of(days, "--day"))
    else:
        opened = api.open_store(store)
    used = opened.calendar
    own = {str(day): "work" if works else "off" for day, works in sorted(used.days.items())}
    if as_json:
        show.as_json({"zone": used.zone, "hours": _hours(used), "version": used.version, "days": own})
        return show.FINE
    click.echo(
        say(
            "时区 {zone},工作时间 {hours},日历 {version}",
            "zone {zone}, working hours {hours}, calendar {version}",
            zone=used.zone,
            hours=_hours(used),
            version=used.version,
        )
    )
    for day, word in own.items():
        click.echo(f"  {day} {say('上班', 'worked') if word == 'work' else say('放假', 'off')}")
    return show.FINE


DEFAULT = WorkCalendar()


def _hours(used: WorkCalendar) -> str:
    return ",".join(f"{a // 3600:02d}:{a % 3600 // 60:02d}-{b // 3600:02d}:{b % 3600 // 60:02d}" for a, b in used.hours)


COMMANDS = {"import": import_, "map": map_, "calendar": calendar}
