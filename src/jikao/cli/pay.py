"""``jikao pay``: batches, statements, the ledger, task orders and prices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, STORE_READ
from jikao.cli.pay_ahead import forecast, whatif
from jikao.cli.pay_demo import demo
from jikao.cli.pay_ledger import ledger
from jikao.cli.pay_orders import orders, price
from jikao.cli.pay_show import FIGURES, money, short, show_batch, show_statement, tell_none_yet, tell_sealed, tell_unchanged
from jikao.cli.sealed import OUT, tell_packed, tell_verified

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.evidence.store import Store

BATCH = click.argument("batch", type=click.Path(path_type=Path), required=False)


@click.group(help=say("发放:批次、奖金单、账目、任务单", "Pay: batches, statements, the ledger, task orders"))
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
@STORE_READ
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
    if reason and not corrects:
        raise click.BadParameter(
            say(
                "只有更正才写理由,请同时给出 --corrects 批次编号",
                "only a correction has a reason; give --corrects with the id of the batch too",
            ),
            param_hint="--reason",
        )
    opened = api.open_store(store)
    with show.working(say("计算并封存", "computing and sealing")):
        made = api.make_batch(opened, period, by=by, approver=approver, corrects=corrects, reason=reason, at=api.today())
        table = api.pay_table(made.folder) if made.fresh else api.period_table(opened, made.batch)
    sheets = list(filter(None, (xlsx, csv)))
    if as_json:
        for target in sheets:
            api.write_pay_sheet(made.folder, target, LANG)
        show.as_json({"folder": str(made.folder), "fresh": made.fresh, "problems": show.problems_json(made.problems), **_batch_json(table)})
        return show.FINE
    show.problems(made.problems)
    show_batch(table)
    tell_sealed(made)
    if not made.fresh:
        tell_unchanged(table, by, approver)
    for target in sheets:  # told last: a sheet that cannot be written must not hide that the batch is sealed
        api.write_pay_sheet(made.folder, target, LANG)
        click.echo(say("已写出 {target}(批次 {batch})", "Written: {target} (batch {batch})", target=target, batch=made.batch))
    return show.FINE


def _batch_json(table: api.PayTable) -> dict[str, Any]:
    people = [
        {"person": s.person, "name": s.name, "department": s.department} | {figure: money(getattr(s, figure)) for figure in FIGURES}
        for s in table.statements
    ]
    said = _manifest_json(table.batch.manifest)
    if table.corrections:
        sums = {name: money(sum(getattr(s, of) for s in table.statements)) for name, of in _TOTALS.items()}
        said |= {"corrections": list(table.corrections), "totals": {"people": len(people), **sums}}
    return said | {"people": people}


_TOTALS = {"payable": "total", "paid": "paid", "withheld": "withheld"}
"""What the sums of a batch are called, by the figure of a statement they add up."""


@pay.command(help=say("列出全部发放批次", "List all pay batches"))
@STORE_READ
@JSON
def batches(store: Path, as_json: bool) -> int:
    opened = api.open_store(store)
    found = api.batches(opened)
    if as_json:
        show.as_json([_manifest_json(m) for m in found])
    elif not found:
        tell_none_yet(opened)
    else:
        _list_batches(found)
    return show.FINE


def _list_batches(found: Sequence[BatchManifest]) -> None:
    heads = [say(*h) for h in (("批次", "batch"), ("周期", "period"), ("更正", "corrects"), ("应发", "total"), ("实发", "paid"), ("经办 / 审批", "by / approver"))]  # fmt: skip
    rows = [
        (
            m.batch,
            m.period,
            short(m.corrects or ""),
            money(m.totals.payable),
            money(m.totals.paid),
            f"{m.approval.by} / {m.approval.approver}",
        )
        for m in found
    ]
    show.table(say("发放批次", "Pay batches"), heads, rows, right=(3, 4), whole=(0, 1, 2))
    for m in found:
        if m.corrects:
            click.echo(say("{batch} 更正 {of}:{why}", "{batch} corrects {of}: {why}", batch=m.batch, of=m.corrects, why=m.approval.reason))


def _manifest_json(manifest: BatchManifest) -> dict[str, Any]:
    totals = {name: money(getattr(manifest.totals, name)) for name in ("payable", "paid", "withheld")}
    return {
        "batch": manifest.batch, "period": manifest.period, "corrects": manifest.corrects, "after": manifest.after,
        "runs": [run.model_dump() for run in manifest.runs], "approval": manifest.approval.model_dump(),
        "totals": {"people": manifest.totals.people, **totals},
    }  # fmt: skip


@pay.command(
    help=say("一个人的奖金单:每一笔的规则、算式和原始记录", "One person's pay: every part with its rule, its figures and its source rows")
)
@click.argument("person")
@BATCH
@STORE_READ
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
@STORE_READ
@JSON
def verify(batch: Path | None, store: Path, as_json: bool) -> int:
    folder = chosen(batch, store)
    with show.working(say("核对并重新计算", "verifying and computing again")):
        found = api.verify_batch(folder, _store(store))
    return tell_verified(found, as_json=as_json)


@pay.command(help=say("把一个批次打包成一个文件,可带走核对", "Pack a batch into one file that can be taken away and verified"))
@BATCH
@STORE_READ
@OUT
def pack(batch: Path | None, store: Path, out: Path | None) -> int:
    folder = chosen(batch, store)
    target = out or Path(f"{folder.name}.zip")
    return tell_packed(api.zip_batch(folder, target), target)


@pay.command(help=say("把一个批次写成给财务的表", "Write a batch as a sheet for finance"))
@click.argument("target", type=click.Path(path_type=Path))
@BATCH
@STORE_READ
def sheet(target: Path, batch: Path | None, store: Path) -> int:
    api.write_pay_sheet(chosen(batch, store), target, LANG)
    click.echo(str(target))
    return show.FINE


for command in (ledger, orders, price, whatif, forecast, demo):
    pay.add_command(command)
COMMANDS = {"pay": pay}
