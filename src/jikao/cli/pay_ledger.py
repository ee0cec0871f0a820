"""``jikao pay ledger``: balances, and what moved them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, STORE
from jikao.cli.pay_show import money

if TYPE_CHECKING:
    from jikao.evidence.store import Store
    from jikao.payout.ledger import Account


@click.command(
    help=say("账目:各账户余额;给出账户或人员时逐笔列出", "The ledger: balances; entry by entry for one kind of account or one person")
)
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
        heads = [
            say(*h)
            for h in (
                ("周期", "period"),
                ("账户", "account"),
                ("事由", "rule"),
                ("金额", "amount"),
                ("余额", "balance"),
                ("算式", "formula"),
            )
        ]
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
    rows = [
        (ACCOUNTS[k].say(LANG), k, sum(a.kind == k for a in balances), money(sum(v for a, v in balances.items() if a.kind == k)))
        for k in kinds
    ]
    rows.append((say("合计(必须为零)", "total (must be zero)"), "", len(balances), money(sum(balances.values()))))
    heads = [say("账户", "account"), "--account", say("个数", "how many"), say("余额", "balance")]
    show.table(say("账户余额:收 +,付 −", "Balances: received +, given −"), heads, rows, right=(2, 3))
    return show.FINE


def _name(account: Account) -> str:
    from jikao.payout.ledger import ACCOUNTS

    return " / ".join(filter(None, (ACCOUNTS[account.kind].say(LANG), account.owner, account.part)))


def _rule(rule: str) -> str:
    from jikao.payout.rules import RULES

    return RULES[rule].title.say(LANG)


def _line_json(line: api.LedgerLine) -> dict[str, Any]:
    entry = line.entry
    named = {name: getattr(entry, name) for name in ("period", "rule", "scheme", "subject", "formula", "sources")}
    return {**named, "account": line.account._asdict(), "amount": money(line.amount), "balance": money(line.balance)}
