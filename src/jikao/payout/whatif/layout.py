"""The consequences of a supposition, as plain text or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jikao.payout.ledger import ACCOUNTS
from jikao.payout.money import yuan
from jikao.payout.whatif.compare import AccountChange, Consequences, LineChange, PersonChange
from jikao.scheme.text import Lang, Text
from jikao.scoring.plain import plain
from jikao.scoring.tree import Block, labelled, trees, wrapped

HEAD = Text("{period} 的发放,假设", "Pay of {period}, supposing")
COMPANY = Text("公司承担", "borne by the company")
NOBODY = Text("没有人的发放会变", "nobody's pay would change")
PEOPLE = Text("发放会变的人:{n}", "people whose pay would change: {n}")
ACCOUNTS_CHANGED = Text("池与科目", "pools and accounts")
CAME, LEFT = Text("流入", "came in"), Text("余额", "left")
WAS, NOW = Text("原", "was"), Text("将", "would be")


def as_json(found: Consequences) -> dict[str, Any]:
    """For machines: money as text in yuan, sentences in both languages."""
    company = {name: yuan(getattr(found, name)) for name in ("company_before", "company_after")}
    accounts = [{**change.account._asdict(), **_yuan(change, *_CAME_AND_LEFT)} for change in found.accounts]
    return {
        "period": str(found.period), "supposed": plain(found.supposed), "people": [_person_json(p) for p in found.people], **company,
        "accounts": accounts, "problems": [p.as_json() for p in found.problems],
    }  # fmt: skip


def _person_json(change: PersonChange) -> dict[str, Any]:
    lines = [plain(line) | _yuan(line, "before", "after") for line in change.lines]
    return {"person": change.person, "name": change.name, **_yuan(change, "before", "after"), "lines": lines}


_CAME_AND_LEFT = ("came_before", "came_after", "left_before", "left_after")


def _yuan(of: object, *names: str) -> dict[str, str]:
    return {name: yuan(getattr(of, name)) for name in names}


def as_text(found: Consequences, lang: Lang, width: int = 100) -> str:
    """In one language, at most ``width`` columns."""
    return "\n".join([*_head(found, lang, width), "", *trees(list(_blocks(found, lang)), width)]) + "\n"


def _head(found: Consequences, lang: Lang, width: int) -> Iterator[str]:
    yield from wrapped(HEAD.say(lang, period=found.period), "", "  ", width)
    for said in found.supposed:
        yield from labelled("", said.say(lang), "  ", width)
    yield from labelled(COMPANY.say(lang), _change(found.company_before, found.company_after), "  ", width)


def _blocks(found: Consequences, lang: Lang) -> Iterator[Block]:
    people = [_person(change, lang) for change in found.people]
    yield Block(PEOPLE.say(lang, n=len(people)) if people else NOBODY.say(lang), (), people)
    if found.accounts:
        yield Block(ACCOUNTS_CHANGED.say(lang), (), [_account(change, lang) for change in found.accounts])


def _person(change: PersonChange, lang: Lang) -> Block:
    who = " ".join(filter(None, (change.person, change.name if change.name != change.person else "")))
    return Block(f"{who} {_change(change.before, change.after)}", (), [_line(line, change.person, lang) for line in change.lines])


def _line(line: LineChange, person: str, lang: Lang) -> Block:
    of = [line.subject.split("|")[0]] if line.subject != person else []
    heading = " ".join([line.title.say(lang), *of, line.period, _change(line.before, line.after)])
    return Block(heading, [(label.say(lang), said) for label, said in ((WAS, line.was), (NOW, line.now)) if said])


def _account(change: AccountChange, lang: Lang) -> Block:
    kind, owner, part = change.account
    figures = [(CAME, change.came_before, change.came_after), (LEFT, change.left_before, change.left_after)]
    heading = " ".join(filter(None, (ACCOUNTS[kind].say(lang), owner, part)))
    return Block(heading, [(label.say(lang), _change(before, after)) for label, before, after in figures if before != after])


def _change(before: int, after: int) -> str:
    """``4000.00 → 4500.00 (+500.00)``."""
    if before == after:
        return yuan(before)
    sign = "+" if after > before else ""
    return f"{yuan(before)} → {yuan(after)} ({sign}{yuan(after - before)})"
