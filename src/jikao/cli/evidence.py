"""Commands on evidence: import files, propose a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import say
from jikao.cli.options import JSON, STORE

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


COMMANDS = {"import": import_, "map": map_}
