"""Batches and statements put before people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.evidence.store import Store

SHOWN = 30
"""People of a batch shown one by one; the rest are counted."""

FIGURES = {
    "brought_forward": Text("上期结转", "brought forward"), "total": Text("应发合计", "total"), "paid": Text("本次实发", "paid now"),
    "carried": Text("结转下期", "carried"), "withheld": Text("工资代扣", "withheld"),
}  # fmt: skip
"""The figures of a statement, as columns of a table."""


def money(fen: int) -> str:
    """Fen as people write money."""
    from jikao.payout.money import yuan

    return yuan(fen)


def show_batch(table: api.PayTable, limit: int = SHOWN) -> None:
    """Everybody's figures, and their sums."""
    manifest, rows = table.batch.manifest, table.statements
    figures = [f for f in FIGURES if f in ("total", "paid") or any(getattr(s, f) for s in rows)]
    cells = [(s.person, s.name, s.department, *(money(getattr(s, f)) for f in figures)) for s in rows[:limit]]
    if len(rows) > limit:
        cells.append(("…", say("另有 {n} 人", "{n} more", n=len(rows) - limit), "", *("" for _ in figures)))
    cells.append((say("合计", "total"), "", "", *(money(sum(getattr(s, f) for s in rows)) for f in figures)))
    title = say(
        "{period} 发放{kind},{n} 人", "Pay of {period}{kind}, {n} people", period=manifest.period, kind=_kind(manifest), n=len(rows)
    )
    heads = [say("工号", "person"), say("姓名", "name"), say("部门", "department"), *(FIGURES[f].say(LANG) for f in figures)]
    show.table(title, heads, cells, right=range(3, len(heads)), whole=(0,))


def _kind(manifest: BatchManifest) -> str:
    return say("(更正)", " (correction)") if manifest.corrects else ""


def tell_sealed(made: api.MadeBatch) -> None:
    """Where the batch lies, and whether it is new."""
    if not made.fresh:
        click.echo(
            say("该周期已按同样的金额发放,没有写入任何内容。", "The period was paid with the same amounts before; nothing was written.")
        )
    click.echo(say("封存于 {folder}", "Sealed at {folder}", folder=made.folder))


def tell_unchanged(table: api.PayTable, by: str, approver: str) -> None:
    """Which batches make up a period that was paid before, and whose names stand on it."""
    said = table.batch.manifest.approval
    if table.corrections:
        click.echo(
            say("以上是批次 {batch} 连同更正 {corrections} 的合计。", "These are batch {batch} and its corrections {corrections} together.",
                batch=table.batch.manifest.batch, corrections=", ".join(table.corrections))
        )  # fmt: skip
    if (by.strip(), approver.strip()) != (said.by, said.approver):
        click.echo(
            say("批次上记的是经办 {by}、审批 {approver};这次给出的没有记录。", "On the batch stand {by} and {approver}, its approver; those given now are not recorded.",
                by=said.by, approver=said.approver)
        )  # fmt: skip


def tell_none_yet(store: Store) -> None:
    """That there is no batch yet, and how to make one."""
    problem = api.none_yet(store)
    click.echo(problem.what(LANG))
    click.echo(f"    {say('怎么办:', 'Mend: ')}{problem.mend(LANG)}")


def short(batch: str) -> str:
    """As much of a batch's id as people need to find it."""
    return batch[:8]


def show_statement(found: api.PersonPay, rows: int, width: int) -> None:
    """A statement as text."""
    from jikao.payout.statement_layout import as_text

    click.echo(as_text(found.statement, found.heading, found.rows, LANG, width=width, shown=rows), nl=False)
