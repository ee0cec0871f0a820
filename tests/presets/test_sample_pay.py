"""The sample evidence of the presets that speak of money runs to pay batches: every figure of the story worked out by hand."""

from __future__ import annotations

from pathlib import Path

from jikao import api
from jikao.evidence.store import Store
from jikao.payout.money import yuan

Q2, MAY_TO_JULY = ("2024-04", "2024-05", "2024-06"), ("2024-05", "2024-06", "2024-07")


def scored(presets: dict[str, tuple[str, ...]], folder: Path) -> Store:
    """A store with the sample evidence of presets, and their runs of some periods."""
    store = api.open_store(folder / "store", create=True)
    for preset, periods in presets.items():
        copy = api.new(preset, folder / preset)
        for file in sorted((copy / "evidence").glob("*.csv"), key=lambda f: (f.stem != "people", f.stem)):
            assert not api.import_file(store, file).refused, file
        for period in periods:
            api.score(copy, store, period, api.ScoreOptions(settings=api.sample_settings(copy)))
    return store


def paid(store: Store, period: str) -> dict[str, str]:
    """Everybody's pay in a batch made of a period, in yuan; every statement adds up."""
    made = api.make_batch(store, period, by="人事", approver="总经理")
    statements = api.pay_table(made.folder).statements
    assert all(s.brought_forward + sum(x.amount for x in s.lines if x.account == "pay") == s.total for s in statements)
    assert api.verify_batch(made.folder, store).holds
    assert sum(api.pay_balances(store).values()) == 0
    return {s.person: yuan(s.paid) for s in statements}


def test_a_quarter_of_conduct_and_points_is_one_payment(tmp_path: Path) -> None:
    store = scored({"s8-conduct": Q2, "s8-points": ("2024-Q2",)}, tmp_path)
    assert paid(store, "2024-Q2") == {
        "T01": "8200.00",  # A: 4000 + 3000 (what three C and one D lose: 3 × 500 + 1500), conduct 3 × 400
        "T02": "4540.00",  # C: 4000 − 500, conduct 400 + 400 + 240
        "T03": "5350.00",  # C: 4500 − 500, conduct 3 × 450
        "T04": "2862.50",  # D: 3500 − 1500, conduct 300 + 375 + 187.50
        "T05": "5300.00",  # B: 4000, conduct 425 + 425 + 450 from a base raised in June
        "T06": "525.00",  # E: nothing of 2000, conduct 350 + 175 + 0
        "T07": "4920.00",  # B: 3800, conduct 400 + 320 + 400
        "T08": "4225.00",  # C: 3600 − 500, conduct 3 × 375
    }


def test_three_months_of_orders_and_advances(tmp_path: Path) -> None:
    store = scored({"s5-output-value": MAY_TO_JULY}, tmp_path)
    may, june, july = (paid(store, period) for period in MAY_TO_JULY)
    assert may == {
        "T01": "6000.00",  # 40 % of a pool of 30000 × 65 % − 4500
        "T02": "9000.00",
        "T04": "800.00",  # hardship: half of an average of 1600
        "T06": "1200.00",  # hardship: half of an average of 2400
    }
    assert june == {
        "T01": "22500.00",  # 50 % of a pool of 45000
        "T02": "39150.00",  # 13500, and 27 ÷ 60 of the joint order's 57000
        "T03": "26100.00",
        "T04": "13750.00",  # 14250 − 500 of the advance; 300 were given back; nothing from the order that overran by 1500
        "T05": "60375.00",  # 38 ÷ 40 of 42500, and a progress advance of 20000
        "T06": "1062.50",  # 2125, half of it offset
    }
    assert july == {
        "T01": "11100.00",  # 60 % of 26000 − 6000 − the overrun of 1500
        "T04": "7400.00",
        "T05": "29200.00",  # 49200 − the progress advance of 20000
        "T06": "32662.50",  # 32800 − the 137.50 left of the hardship advance
    }
    advances = {account.part: amount for account, amount in api.pay_balances(store).items() if account.kind in {"advance", "overrun"}}
    assert not any(advances.values())
