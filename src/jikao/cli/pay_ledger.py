"""``jikao pay ledger``: balances, and what moved them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, STORE_READ
from jikao.cli.pay_show import money, short, tell_none_yet

if TYPE_CHECKING:
    from jikao.evidence.store import Store
    from jikao.payout.ledger import Account
    from jikao.scheme.text import Text

WIDE = 100
"""Columns of a terminal from which on formulas are shown beside the amounts."""

POOL = "pool"
"""The kind of account that is listed even when it is empty: what came in and went out again is asked for."""


@click.command(
    help=say("账目:各科目余额;给出科目或人员时逐笔列出", "The ledger: balances; entry by entry for one kind of account or one person")
)
@STORE_READ
@click.option("--account", help=say("科目种类,如 pool", "a kind of account, such as pool"))
@click.option("--person", help=say("人员、部门等科目主体", "whose accounts: a person, a department"))
@JSON
def ledger(store: Path, account: str | None, person: str | None, as_json: bool) -> int:
    opened = api.open_store(store)
    _check_account(account)
    if account is None and person is None:
        return _show_balances(opened, as_json)
    lines = api.ledger_lines(opened, account=account, person=person)
    if as_json:
        show.as_json([_line_json(line) for line in lines])
    elif lines:
        _show_lines(lines, account, person)
    else:
        _tell_nothing(opened, account, person)
    return show.FINE


def _show_lines(lines: list[api.LedgerLine], kind: str | None, person: str | None) -> None:
    """Every posting with its batch and what it is about; how the amount comes to be where there is room to say it."""
    wide = show.console().width >= WIDE
    heads = [say(*h) for h in (("批次", "batch"), ("周期", "period"), ("科目", "account"), ("事由", "rule"), ("事项", "about"), ("金额", "amount"), ("余额", "balance"))]  # fmt: skip
    rows = [
        (short(x.batch), x.entry.period, _name(x.account, kind, person), _rule(x.entry.rule), x.entry.subject.replace("|", " "), money(x.amount), money(x.balance),
         *([x.entry.formula] if wide else []))
        for x in lines
    ]  # fmt: skip
    formula = [say("算式", "formula")] if wide else []
    title = say("逐笔 {n} 条", "{n} postings", n=len(rows)) + "".join(f" · {x}" for x in (kind and _kinds()[kind].say(LANG), person) if x)
    show.table(title, [*heads, *formula], rows, right=(5, 6), whole=(0, 1))


def _tell_nothing(store: Store, account: str | None, person: str | None) -> None:
    balances = api.pay_balances(store)
    if not balances:
        tell_none_yet(store)
        return
    moved = ", ".join(k for k in _kinds() if any(a.kind == k and person in (None, a.owner) for a in balances))
    click.echo(
        say("{who}科目 {account} 没有发生过;有分录的科目:{moved}", "Nothing was posted on account {account}{who}; accounts with entries: {moved}",
            account=account, moved=moved, who=say("“{person}”的", ' of "{person}"', person=person) if person else "")
    )  # fmt: skip


def _kinds() -> Mapping[str, Text]:
    from jikao.payout.ledger import ACCOUNTS

    return ACCOUNTS


def _check_account(account: str | None) -> None:
    if account is not None and account not in _kinds():
        known = ", ".join(f"{kind} {title.say(LANG)}" for kind, title in _kinds().items())
        raise click.BadParameter(say("没有科目“{account}”;可选:{known}", 'no account "{account}"; choose one of: {known}', account=account, known=known), param_hint="--account")  # fmt: skip


def _show_balances(store: Store, as_json: bool) -> int:
    """Every kind of account that ever moved: how many of them hold something, and the sum of their balances."""
    balances = api.pay_balances(store)
    if as_json:
        accounts = [
            {"kind": a.kind, "owner": a.owner, "part": a.part, "balance": money(x)} for a, x in balances.items() if x or a.kind == POOL
        ]
        show.as_json({"accounts": accounts, "total": money(sum(balances.values()))})
        return show.FINE
    if not balances:
        tell_none_yet(store)
        return show.FINE
    rows = []
    for kind, title in _kinds().items():
        held = [amount for account, amount in balances.items() if account.kind == kind]
        if held:
            rows.append((title.say(LANG), kind, sum(map(bool, held)), money(sum(held))))
    rows.append((say("合计(必须为零)", "total (must be zero)"), "", sum(map(bool, balances.values())), money(sum(balances.values()))))
    heads = [say("科目", "account"), "--account", say("有余额的个数", "not at zero"), say("余额", "balance")]
    show.table(say("科目余额:收 +,付 −", "Balances: received +, given −"), heads, rows, right=(2, 3))
    return show.FINE


def _name(account: Account, kind: str | None, person: str | None) -> str:
    """An account without what all that are listed have in common."""
    named = ("" if kind else _kinds()[account.kind].say(LANG), "" if person else account.owner, account.part)
    return " / ".join(filter(None, named))


def _rule(rule: str) -> str:
    from jikao.payout.rules import RULES

    return RULES[rule].title.say(LANG)


def _line_json(line: api.LedgerLine) -> dict[str, Any]:
    entry = line.entry
    named = {name: getattr(entry, name) for name in ("period", "rule", "scheme", "subject", "formula", "sources")}
    return {"batch": line.batch, **named, "account": line.account._asdict(), "amount": money(line.amount), "balance": money(line.balance)}
