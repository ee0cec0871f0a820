"""Task orders in cases: how far one is, what its value is made of, and what a cost is priced at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from jikao.cases.form import Price
from jikao.cases.outcome import Miss, unless_equal, unless_money
from jikao.payout.facts import Facts
from jikao.payout.money import fen
from jikao.payout.orders import order_sheet
from jikao.payout.waterfall import price
from jikao.scheme.model import OutputValue, Scheme
from jikao.scheme.problem import Refused


def price_misses(scheme: Scheme, wanted: Price | None) -> Iterator[Miss]:
    """Price a cost by the scheme's shares and compare (A39)."""
    if wanted is None:
        return
    rules = scheme.payout.output_value
    try:
        flow = price(rules, fen(Decimal(wanted.cost))) if rules else None
    except Refused as cause:
        yield Miss("price", wanted.value, str(cause))
        return
    got = {"value": flow.value, "expense": flow.shared, "profit": flow.profit} if flow else {}
    for name in ("value", "expense", "profit"):
        expected = getattr(wanted, name)
        if expected is not None:
            yield from unless_money(f"price.{name}", expected, got.get(name))


def order_misses(
    facts: Facts, order_no: str, rules: OutputValue | None, until: dt.date, wanted: Mapping[str, str], where: str
) -> Iterator[Miss]:
    """Compare the state of an order at the end of a day, and the parts of its value (F11)."""
    if rules is None or order_no not in facts.orders:
        yield Miss(where, str(dict(wanted)), "N/A")
        return
    sheet = order_sheet(facts, order_no, rules, until)
    parts = sheet.identity
    for name, expected in wanted.items():
        if name == "state":
            yield from unless_equal(f"{where}.state", expected, str(sheet.state))
        elif name == "value":
            yield from unless_money(f"{where}.value", expected, sheet.order.value)
        else:
            yield from unless_money(f"{where}.{name}", expected, getattr(parts, name) if parts else None)
