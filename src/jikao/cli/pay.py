"""``jikao pay``: batches, statements, the ledger, task orders and prices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, STORE
from jikao.cli.pay_ahead import forecast, whatif
from jikao.cli.pay_demo import demo
from jikao.cli.pay_ledger import ledger
from jikao.cli.pay_orders import orders, price
from jikao.cli.pay_show import FIGURES, money, show_batch, show_statement, tell_sealed

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.evidence.store import Store

BATCH = click.argument("batch", type=click.Path(path_type=Path), required=False)


@click.group(help=say("发放:批次、个人清单、账目、任务单", "Pay: batches, statements, the ledger, task orders"))
def pay() -> None:
    """The group of everything about money."""


def _store(root: Path) -> Store | None:
    """The store, where there is one: a batch taken home can be read without."""
    return api.open_store(root) if (root / "store.json").is_file() else None


def chosen(batch: Path | None, store: Path) -> Path:
    """The batch named, or the newest of the store."""
    return api.find_batch(batch, _store(store) if batch is not None else api.open_store(store))


# --- batches -----------------------------------------------------------------------------------------------------


@pay.command(help=say("发放一个周期并封存,可同时写出给财务的表", "Pay a period and seal the batch; write the sheet for finance with it"))
@click.argument("period")
@STORE
@click.option("--by", default="", help=say("经办人", "who makes it"))
@click.option("--approver", default="", help=say("审批人(不能是经办人)", "who approved it (somebody else)"))
@click.option("--corrects", help=say("更正:被更正的批次编号", "a correction: the id of the batch it puts right"))
@click.option("--reason", default="", help=say("更正的理由", "the reason of a correction"))
@click.option("--xlsx", type=click.Path(path_type=Path), help=say("写出工作簿", "write a workbook"))
@click.option("--csv", type=click.Path(path_type=Path), help=say("写出 csv", "write csv"))
@JSON
def batch(
    period: str, store: Path, by: str, approver: str, corrects: str | None, reason: str, xlsx: Path | None, csv: Path | None, as_json: bool
) -> int:  # fmt: skip
    for target, ending in ((xlsx, ".xlsx"), (csv, ".csv")):
        if target is not None and target.suffix.lower() != ending:
            raise click.BadParameter(
                say("文件名应以 {ending} 结尾", "the file name must end with {ending}", ending=ending), param_hint=f"--{ending[1:]}"
            )
    opened = api.open_store(store)
    with show.working(say("计算并封存", "computing and sealing")):
        made = api.make_batch(opened, period, by=by, approver=approver, corrects=corrects, reason=reason, at=api.today())
        table = api.pay_table(made.folder)
    for target in filter(None, (xlsx, csv)):
        api.write_pay_sheet(made.folder, target, LANG)
    if as_json:
        show.as_json({"folder": str(made.folder), "fresh": made.fresh, "problems": show.problems_json(made.problems), **_batch_json(table)})
        return show.FINE
    show.problems(made.problems)
    show_batch(table)
    tell_sealed(made)
    for target in filter(None, (xlsx, csv)):
        click.echo(say("已写出 {target}", "Written: {target}", target=target))
    return show.FINE


def _batch_json(table: api.PayTable) -> dict[str, Any]:
    people = [
        {"person": s.person, "name": s.name, "department": s.department} | {figure: money(getattr(s, figure)) for figure in FIGURES}
        for s in table.statements
    ]
    return {**_manifest_json(table.batch.manifest), "people": people}


@pay.command(help=say("列出全部发放批次", "List all pay batches"))
@STORE
@JSON
def batches(store: Path, as_json: bool) -> int:
    found = api.batches(api.open_store(store))
    if as_json:
        show.as_json([_manifest_json(m) for m in found])
        return show.FINE
    heads = [say(*h) for h in (("批次", "batch"), ("周期", "period"), ("人数", "people"), ("应发", "total"), ("实发", "paid"), ("编制", "by"), ("审批", "approver"), ("说明", "note"))]  # fmt: skip
    rows = [
        (m.batch, m.period, m.totals.people, money(m.totals.payable), money(m.totals.paid), m.approval.by, m.approval.approver, _note(m))
        for m in found
    ]
    show.table(say("发放批次", "Pay batches"), heads, rows, right=(2, 3, 4))
    return show.FINE


def _note(manifest: BatchManifest) -> str:
    said = manifest.approval
    return (
        say("更正 {batch}:{reason}", "corrects {batch}: {reason}", batch=manifest.corrects, reason=said.reason) if manifest.corrects else ""
    )


def _manifest_json(manifest: BatchManifest) -> dict[str, Any]:
    totals = {name: money(getattr(manifest.totals, name)) for name in ("payable", "paid", "withheld")}
    return {
        "batch": manifest.batch, "period": manifest.period, "corrects": manifest.corrects, "after": manifest.after,
        "runs": [run.model_dump() for run in manifest.runs], "approval": manifest.approval.model_dump(),
        "totals": {"people": manifest.totals.people, **totals},
    }  # fmt: skip


@pay.command(
    help=say("一个人的发放清单:每一笔的规则、算式和原始记录", "One person's pay: every part with its rule, its figures and its source rows")
)
@click.argument("person")
@BATCH
@STORE
@click.option("--rows", type=int, default=5, show_default=True, help=say("每笔列出几条依据", "source rows shown for each part"))
@click.option("--width", type=int, help=say("每行宽度", "columns of a line"))
@JSON
def statement(person: str, batch: Path | None, store: Path, rows: int, width: int | None, as_json: bool) -> int:
    from jikao.payout.statement_layout import as_json as statement_json

    found = api.pay_statement(chosen(batch, store), person)
    if as_json:
        show.as_json(statement_json(found.statement, found.heading, found.rows))
    else:
        show_statement(found, rows, width or min(show.console().width, 120))
    return show.FINE


@pay.command(
    help=say(
        "核对一个批次:每个文件是否原样,重新计算是否逐字节相同", "Verify a batch: every file as sealed, and computed again to the same bytes"
    )
)
@BATCH
@STORE
@JSON
def verify(batch: Path | None, store: Path, as_json: bool) -> int:
    folder = chosen(batch, store)
    with show.working(say("核对并重新计算", "verifying and computing again")):
        found = api.verify_batch(folder, _store(store))
    if as_json:
        show.as_json(
            {"holds": found.holds, "recomputed": found.recomputed, "files": found.files, "problems": show.problems_json(found.problems)}
        )
    else:
        show.problems(found.problems, err=False)
        if found.holds:
            click.echo(
                say("核对无误:{batch} 的 {files} 个文件完好,重新计算的分录逐字节相同。",
                    "It holds: the {files} files of {batch} are whole, and computing it again gives the same entries.",
                    batch=found.manifest.batch if found.manifest else "", files=found.files)
            )  # fmt: skip
    return show.FINE if found.holds else show.FOUND


@pay.command(help=say("把一个批次打包成一个文件,可带走核对", "Pack a batch into one file that can be taken away and verified"))
@BATCH
@STORE
@click.option("--out", type=click.Path(path_type=Path), help=say("目标文件,默认为 编号.zip", "target file, by default the id with .zip"))
def pack(batch: Path | None, store: Path, out: Path | None) -> int:
    folder = chosen(batch, store)
    target = out or Path(f"{folder.name}.zip")
    found = api.zip_batch(folder, target)
    show.problems(found)
    if not show.has_errors(found):
        click.echo(str(target))
    return show.exit_code(found)


@pay.command(help=say("把一个批次写成给财务的表", "Write a batch as a sheet for finance"))
@click.argument("target", type=click.Path(path_type=Path))
@BATCH
@STORE
def sheet(target: Path, batch: Path | None, store: Path) -> int:
    api.write_pay_sheet(chosen(batch, store), target, LANG)
    click.echo(str(target))
    return show.FINE


for command in (ledger, orders, price, whatif, forecast, demo):
    pay.add_command(command)
COMMANDS = {"pay": pay}
