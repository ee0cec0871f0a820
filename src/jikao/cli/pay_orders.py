"""``jikao pay orders`` and ``jikao pay price``: task orders as they stand, and prices from costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, SETTINGS, STORE, settings_of
from jikao.cli.pay_show import money
from jikao.scheme.number import parse_quantity

if TYPE_CHECKING:
    from jikao.payout.orders import OrderSheet

SCHEME = click.option(
    "--scheme", type=click.Path(path_type=Path), required=True, help=say("方案(文件或文件夹)", "the scheme (file or folder)")
)


@click.command(
    help=say(
        "任务单:状态、产值去向、绩效池;给出单号时逐部门列出",
        "Task orders: state, where the value goes, the pool; department by department for one",
    )
)
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
        (
            d.department,
            d.manager,
            *(money(x) for x in (d.flow.value, d.flow.profit, d.flow.shared, d.flow.part3, d.cost, d.pool, d.advanced)),
        )
        for d in sheet.departments
    ]
    show.table(say("产值的去向", "Where the value goes"), heads, rows, right=range(2, 9))
    _show_members(sheet)
    if sheet.identity is not None:
        known = {name: money(getattr(sheet.identity, name)) for name in ("cost", "expense", "profit", "left")}
        click.echo(
            say(
                "产值 = 项目成本 {cost} + 费用 {expense} + 利润 {profit} + 余 {left}",
                "value = project cost {cost} + expense {expense} + profit {profit} + left {left}",
                **known,
            )
        )


def _show_members(sheet: OrderSheet) -> None:
    from jikao.payout.money import percent

    members = [(d.department, m) for d in sheet.departments for m in d.members]
    rows = [(d, m.person, None if m.proposed is None else percent(m.proposed), percent(m.share), money(m.amount)) for d, m in members]
    if rows:
        heads = [
            say(*h)
            for h in (("部门", "department"), ("人员", "person"), ("项目经理意见", "proposed"), ("核定占比", "share"), ("金额", "amount"))
        ]
        show.table(say("工作量与绩效", "Work and performance pay"), heads, rows, right=(2, 3, 4))


@click.command(
    help=say(
        "由成本反推报价:计提利润与公摊后正好够用的产值", "A price from the cost: the value that covers it after profit and shared expense"
    )
)
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
