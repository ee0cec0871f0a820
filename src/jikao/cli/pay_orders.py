"""``jikao pay orders`` and ``jikao pay price``: task orders as they stand, and prices from costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, SETTINGS, STORE_READ, settings_of
from jikao.cli.pay_show import money
from jikao.scheme.number import parse_quantity
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.payout.orders import DepartmentSheet, Identity, OrderSheet

_SCHEME = say("方案(文件或文件夹)", "the scheme (file or folder)")
SCHEME = click.option("--scheme", type=click.Path(path_type=Path), required=True, help=_SCHEME)
SCHEME_OF_RUNS = click.option(
    "--scheme",
    type=click.Path(path_type=Path),
    help=_SCHEME + say(",默认取最近一份有产值规则的结果的方案", ", by default that of the newest run with rules of output value"),
)
FLOW = {
    "value": Text("产值", "value"), "profit": Text("利润", "profit"), "shared": Text("公摊费用", "shared expense"), "part3": Text("第三部分", "part 3"),
}  # fmt: skip
SPENT = {
    "cost": Text("直接成本", "direct cost"), "overrun": Text("超支", "overrun"), "borne": Text("承担以前的超支", "earlier overrun borne"),
    "pool": Text("绩效池", "pool"), "advanced": Text("已预支", "advanced"),
}  # fmt: skip
"""The figures of a department, in the order in which one follows from the other."""

ABREAST = 4
"""Departments shown side by side."""


@click.command(
    help=say(
        "任务单:状态、产值去向、绩效池;给出单号时逐部门列出。已发放的按批次所记的分录,未发放的按方案推算",
        "Task orders: state, where the value goes, the pool; department by department for one. Paid ones as posted, others by the scheme",
    )
)
@click.argument("order", required=False)
@STORE_READ
@SCHEME_OF_RUNS
@click.option(
    "--as-of",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("截至哪一天,默认现在", "as of which day, by default now"),
)
@SETTINGS
@JSON
def orders(order: str | None, store: Path, scheme: Path | None, as_of: dt.datetime | None, settings: tuple[str, ...], as_json: bool) -> int:
    found = api.order_sheets(api.open_store(store), scheme, order=order, as_of=as_of and as_of.date(), settings=settings_of(settings))
    if as_json:
        show.as_json([_sheet_json(sheet) for sheet in found])
    elif not found:
        click.echo(
            say("还没有登记任务单;用 jikao import orders.csv 导入", "No order is recorded yet; import some with jikao import orders.csv")
        )
    elif order is None:
        _show_orders(found)
    else:
        _show_order(found[0])
    return show.FINE


def _sheet_json(sheet: OrderSheet) -> dict[str, Any]:
    """An order for machines; money is yuan as text, as everywhere."""
    from jikao.scoring.plain import plain

    said: dict[str, Any] = plain(sheet)
    said["order"]["value"] = money(sheet.order.value)
    for department, told in zip(sheet.departments, said["departments"], strict=True):
        told["flow"] = {name: money(getattr(department.flow, name)) for name in FLOW}
        told |= {name: money(getattr(department, name)) for name in SPENT}
        for member, who in zip(department.members, told["members"], strict=True):
            who["amount"] = money(member.amount)
    if sheet.identity is not None:
        said["identity"] = _identity(sheet.identity)
    return said


def _identity(found: Identity) -> dict[str, str]:
    return {name: money(getattr(found, name)) for name in ("cost", "expense", "profit", "left")}


def _show_orders(sheets: list[OrderSheet]) -> None:
    heads = [
        say(*h)
        for h in (("任务单", "order"), ("名称", "title"), ("状态", "state"), ("产值", "value"), ("直接成本", "cost"), ("绩效池", "pool"))
    ]
    figures = ["cost", "pool", *(["overrun"] if any(d.overrun for s in sheets for d in s.departments) else [])]
    rows = [
        (s.order.order_no, s.order.title, _state(s), money(s.order.value), *(money(sum(getattr(d, figure) for d in s.departments)) for figure in figures))
        for s in sheets
    ]  # fmt: skip
    heads += [SPENT["overrun"].say(LANG)] if "overrun" in figures else []
    show.table(say("任务单 {n} 个", "{n} task orders", n=len(rows)), heads, rows, right=range(3, len(heads)), whole=(0,))


def _state(sheet: OrderSheet) -> str:
    """How far an order is, with its progress while it is under way."""
    from jikao.payout.money import percent
    from jikao.payout.orders import STATES, OrderState

    under_way = sheet.progress is not None and sheet.state not in (OrderState.SETTLED, OrderState.CLOSED, OrderState.CANCELLED)
    return STATES[sheet.state].say(LANG) + (f" {percent(sheet.progress)}" if under_way and sheet.progress is not None else "")


def _show_order(sheet: OrderSheet) -> None:
    _show_orders([sheet])
    for start in range(0, len(sheet.departments), ABREAST):
        _show_flow(sheet.departments[start : start + ABREAST])
    _show_members(sheet)
    if sheet.identity is not None:
        click.echo(
            say(
                "产值 = 项目成本 {cost} + 费用 {expense} + 利润 {profit} + 余 {left}",
                "value = project cost {cost} + expense {expense} + profit {profit} + left {left}",
                **_identity(sheet.identity),
            )
        )


def _show_flow(departments: Sequence[DepartmentSheet]) -> None:
    """From the value down to the pool, a department in every column; figures that are zero for all are left out."""
    rows: list[tuple[str, ...]] = [(say("经理", "manager"), *(d.manager for d in departments))]
    rows += [(title.say(LANG), *(money(getattr(d.flow, name)) for d in departments)) for name, title in FLOW.items()]
    for name, title in SPENT.items():
        amounts = [getattr(d, name) for d in departments]
        if any(amounts) or name in ("cost", "pool"):
            rows.append((title.say(LANG), *map(money, amounts)))
    heads = [say("部门", "department"), *(d.department for d in departments)]
    show.table(say("产值的去向", "Where the value goes"), heads, rows, right=range(1, len(heads)))


def _show_members(sheet: OrderSheet) -> None:
    from jikao.payout.money import percent

    members = [(d.department, m) for d in sheet.departments for m in d.members]
    rows = [(d, m.person, None if m.proposed is None else percent(m.proposed), percent(m.share), money(m.amount)) for d, m in members]
    if rows:
        heads = [
            say(*h)
            for h in (("部门", "department"), ("人员", "person"), ("项目经理意见", "proposed"), ("核定占比", "share"), ("金额", "amount"))
        ]
        show.table(say("工作量与绩效", "Work and performance pay"), heads, rows, right=(2, 3, 4), whole=(1,))


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
