"""``jikao pay``: batches, statements, the ledger, task orders and prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, SETTINGS, STORE, settings_of
from jikao.cli.pay_demo import demo
from jikao.scheme.number import parse_quantity
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.evidence.store import Store
    from jikao.payout.orders import OrderSheet

SHOWN = 30
BATCH = click.argument("batch", type=click.Path(path_type=Path), required=False)
SCHEME = click.option("--scheme", type=click.Path(path_type=Path), required=True, help=say("方案(文件或文件夹)", "the scheme (file or folder)"))


@click.group(help=say("发放:批次、个人清单、账目、任务单", "Pay: batches, statements, the ledger, task orders"))
def pay() -> None:
    """The group of everything about money."""


def money(fen: int) -> str:
    """Fen as people write money."""
    from jikao.payout.money import yuan

    return yuan(fen)


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


def tell_sealed(made: api.MadeBatch) -> None:
    """Where the batch lies, and whether it is new."""
    if not made.fresh:
        click.echo(say("该周期已按同样的金额发放,没有写入任何内容。", "The period was paid with the same amounts before; nothing was written."))
    click.echo(say("封存于 {folder}", "Sealed at {folder}", folder=made.folder))


def _batch_json(table: api.PayTable) -> dict[str, Any]:
    people = [
        {"person": s.person, "name": s.name, "department": s.department} | {figure: money(getattr(s, figure)) for figure in FIGURES}
        for s in table.statements
    ]
    return {**_manifest_json(table.batch.manifest), "people": people}


FIGURES = {
    "brought_forward": Text("上期结转", "brought forward"), "total": Text("应发合计", "total"), "paid": Text("本次实发", "paid now"),
    "carried": Text("结转下期", "carried"), "withheld": Text("工资代扣", "withheld"),
}  # fmt: skip
"""The figures of a statement, as columns of a table."""


def show_batch(table: api.PayTable, limit: int = SHOWN) -> None:
    """Everybody's figures, and their sums."""
    manifest, rows = table.batch.manifest, table.statements
    figures = [f for f in FIGURES if f in ("total", "paid") or any(getattr(s, f) for s in rows)]
    cells = [(s.person, s.name, s.department, *(money(getattr(s, f)) for f in figures)) for s in rows[:limit]]
    if len(rows) > limit:
        cells.append(("…", say("另有 {n} 人", "{n} more", n=len(rows) - limit), "", *("" for _ in figures)))
    cells.append((say("合计", "total"), "", "", *(money(sum(getattr(s, f) for s in rows)) for f in figures)))
    title = say("{period} 发放{kind},{n} 人", "Pay of {period}{kind}, {n} people", period=manifest.period, kind=_kind(manifest), n=len(rows))
    heads = [say("工号", "person"), say("姓名", "name"), say("部门", "department"), *(FIGURES[f].say(LANG) for f in figures)]
    show.table(title, heads, cells, right=range(3, len(heads)))


def _kind(manifest: BatchManifest) -> str:
    return say("(更正)", " (correction)") if manifest.corrects else ""


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
    return say("更正 {batch}:{reason}", "corrects {batch}: {reason}", batch=manifest.corrects, reason=said.reason) if manifest.corrects else ""


def _manifest_json(manifest: BatchManifest) -> dict[str, Any]:
    totals = {name: money(getattr(manifest.totals, name)) for name in ("payable", "paid", "withheld")}
    return {
        "batch": manifest.batch, "period": manifest.period, "corrects": manifest.corrects, "after": manifest.after,
        "runs": [run.model_dump() for run in manifest.runs], "approval": manifest.approval.model_dump(),
        "totals": {"people": manifest.totals.people, **totals},
    }  # fmt: skip


@pay.command(help=say("一个人的发放清单:每一笔的规则、算式和原始记录", "One person's pay: every part with its rule, its figures and its source rows"))
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


def show_statement(found: api.PersonPay, rows: int, width: int) -> None:
    """A statement as text."""
    from jikao.payout.statement_layout import as_text

    click.echo(as_text(found.statement, found.heading, found.rows, LANG, width=width, shown=rows), nl=False)


@pay.command(help=say("核对一个批次:每个文件是否原样,重新计算是否逐字节相同", "Verify a batch: every file as sealed, and computed again to the same bytes"))
@BATCH
@STORE
@JSON
def verify(batch: Path | None, store: Path, as_json: bool) -> int:
    folder = chosen(batch, store)
    with show.working(say("核对并重新计算", "verifying and computing again")):
        found = api.verify_batch(folder, _store(store))
    if as_json:
        show.as_json({"holds": found.holds, "recomputed": found.recomputed, "files": found.files, "problems": show.problems_json(found.problems)})
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


# --- the ledger --------------------------------------------------------------------------------------------------


@pay.command(help=say("账目:各账户余额;给出账户或人员时逐笔列出", "The ledger: balances; entry by entry for one kind of account or one person"))
@STORE
@click.option("--account", help=say("账户种类,如 pool", "a kind of account, such as pool"))
@click.option("--person", help=say("人员、部门等账户主体", "whose accounts: a person, a department"))
@JSON
def ledger(store: Path, account: str | None, person: str | None, as_json: bool) -> int:
    opened = api.open_store(store)
    if account is None and person is None:
        return _show_balances(opened, as_json)
    _check_account(account)
    lines = api.ledger_lines(opened, account=account, person=person)
    if as_json:
        show.as_json([_line_json(line) for line in lines])
    else:
        heads = [say(*h) for h in (("周期", "period"), ("账户", "account"), ("事由", "rule"), ("金额", "amount"), ("余额", "balance"), ("算式", "formula"))]
        rows = [(x.entry.period, _name(x.account), _rule(x.entry.rule), money(x.amount), money(x.balance), x.entry.formula) for x in lines]
        show.table(say("逐笔 {n} 条", "{n} postings", n=len(rows)), heads, rows, right=(3, 4))
    return show.FINE


def _check_account(account: str | None) -> None:
    from jikao.payout.ledger import ACCOUNTS

    if account is not None and account not in ACCOUNTS:
        known = ", ".join(f"{kind} {title.say(LANG)}" for kind, title in ACCOUNTS.items())
        raise click.BadParameter(say("没有账户“{account}”;可选:{known}", 'no account "{account}"; choose one of: {known}', account=account, known=known), param_hint="--account")  # fmt: skip


def _show_balances(store: Store, as_json: bool) -> int:
    """Every kind of account with the sum of its balances; the balances of the few accounts that are nobody's own."""
    from jikao.payout.ledger import ACCOUNTS

    balances = api.pay_balances(store)
    if as_json:
        accounts = [{"kind": a.kind, "owner": a.owner, "part": a.part, "balance": money(amount)} for a, amount in balances.items()]
        show.as_json({"accounts": accounts, "total": money(sum(balances.values()))})
        return show.FINE
    kinds = [k for k in ACCOUNTS if any(a.kind == k for a in balances)]
    rows = [(ACCOUNTS[k].say(LANG), k, sum(a.kind == k for a in balances), money(sum(v for a, v in balances.items() if a.kind == k))) for k in kinds]
    rows.append((say("合计(必须为零)", "total (must be zero)"), "", len(balances), money(sum(balances.values()))))
    heads = [say("账户", "account"), "--account", say("个数", "how many"), say("余额", "balance")]
    show.table(say("账户余额:收 +,付 −", "Balances: received +, given −"), heads, rows, right=(2, 3))
    return show.FINE


def _name(account: Any) -> str:
    from jikao.payout.ledger import ACCOUNTS

    return " / ".join(filter(None, (ACCOUNTS[account.kind].say(LANG), account.owner, account.part)))


def _rule(rule: str) -> str:
    from jikao.payout.rules import RULES

    return RULES[rule].title.say(LANG)


def _line_json(line: api.LedgerLine) -> dict[str, Any]:
    entry = line.entry
    named = {name: getattr(entry, name) for name in ("period", "rule", "scheme", "subject", "formula", "sources")}
    return {**named, "account": line.account._asdict(), "amount": money(line.amount), "balance": money(line.balance)}


# --- task orders -------------------------------------------------------------------------------------------------


@pay.command(help=say("任务单:状态、产值去向、绩效池;给出单号时逐部门列出", "Task orders: state, where the value goes, the pool; department by department for one"))
@click.argument("order", required=False)
@STORE
@SCHEME
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help=say("截至哪一天,默认今天", "as of which day, by default today"))
@SETTINGS
@JSON
def orders(order: str | None, store: Path, scheme: Path, day: dt.datetime | None, settings: tuple[str, ...], as_json: bool) -> int:
    found = api.order_sheets(api.open_store(store), scheme, order=order, on=day and day.date(), settings=settings_of(settings))
    if as_json:
        from jikao.scoring.plain import plain

        show.as_json(plain(found))
    elif order is None:
        _show_orders(found)
    else:
        _show_order(found[0])
    return show.FINE


def _show_orders(sheets: list[OrderSheet]) -> None:
    from jikao.payout.money import percent
    from jikao.payout.orders import STATES

    heads = [say(*h) for h in (("任务单", "order"), ("名称", "title"), ("状态", "state"), ("进度", "progress"), ("产值", "value"), ("直接成本", "cost"), ("绩效池", "pool"), ("超支", "overrun"))]  # fmt: skip
    rows = [
        (s.order.order_no, s.order.title, STATES[s.state].say(LANG), None if s.progress is None else percent(s.progress), money(s.order.value),
         *(money(sum(getattr(d, figure) for d in s.departments)) for figure in ("cost", "pool", "overrun")))
        for s in sheets
    ]  # fmt: skip
    show.table(say("任务单 {n} 个", "{n} task orders", n=len(rows)), heads, rows, right=(3, 4, 5, 6, 7))


def _show_order(sheet: OrderSheet) -> None:
    _show_orders([sheet])
    heads = [say(*h) for h in (("部门", "department"), ("经理", "manager"), ("产值", "value"), ("利润", "profit"), ("公摊", "shared"), ("第三部分", "part 3"), ("成本", "cost"), ("绩效池", "pool"), ("已预支", "advanced"))]  # fmt: skip
    rows = [
        (d.department, d.manager, *(money(x) for x in (d.flow.value, d.flow.profit, d.flow.shared, d.flow.part3, d.cost, d.pool, d.advanced)))
        for d in sheet.departments
    ]
    show.table(say("产值的去向", "Where the value goes"), heads, rows, right=range(2, 9))
    _show_members(sheet)
    if sheet.identity is not None:
        known = {name: money(getattr(sheet.identity, name)) for name in ("cost", "expense", "profit", "left")}
        click.echo(say("产值 = 项目成本 {cost} + 费用 {expense} + 利润 {profit} + 余 {left}", "value = project cost {cost} + expense {expense} + profit {profit} + left {left}", **known))


def _show_members(sheet: OrderSheet) -> None:
    from jikao.payout.money import percent

    members = [(d.department, m) for d in sheet.departments for m in d.members]
    rows = [(d, m.person, None if m.proposed is None else percent(m.proposed), percent(m.share), money(m.amount)) for d, m in members]
    if rows:
        heads = [say(*h) for h in (("部门", "department"), ("人员", "person"), ("项目经理意见", "proposed"), ("核定占比", "share"), ("金额", "amount"))]
        show.table(say("工作量与绩效", "Work and performance pay"), heads, rows, right=(2, 3, 4))


@pay.command(help=say("由成本反推报价:计提利润与公摊后正好够用的产值", "A price from the cost: the value that covers it after profit and shared expense"))
@SCHEME
@click.option("--cost", required=True, help=say("成本与绩效合计(元)", "cost and performance pay together (yuan)"))
@SETTINGS
@JSON
def price(scheme: Path, cost: str, settings: tuple[str, ...], as_json: bool) -> int:
    flow = api.price(scheme, _yuan(cost, "--cost"), settings_of(settings))
    figures = {name: money(getattr(flow, name)) for name in ("value", "profit", "shared", "part3")}
    if as_json:
        show.as_json(figures)
    else:
        click.echo(
            say("报价 {value} = 利润 {profit} + 公摊费用 {shared} + 成本与绩效 {part3}",
                "Price {value} = profit {profit} + shared expense {shared} + cost and performance {part3}", **figures)
        )  # fmt: skip
    return show.FINE


def _yuan(text: str, option: str) -> Decimal:
    """An amount of money, not below zero, with at most two decimals."""
    try:
        amount = parse_quantity(text)
    except ValueError:
        amount = Decimal(-1)
    if amount < 0 or amount != round(amount, 2):
        raise click.BadParameter(say("“{text}”不是金额", '"{text}" is no amount of money', text=text), param_hint=option)
    return amount


pay.add_command(demo)
COMMANDS = {"pay": pay}
