"""Made-up evidence about money for the people of ``generate``, as the store keeps it: bases, task orders, advances, wages.

Every figure follows from a hash, so the same number of people always gives the same files.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from generate import TEAM, YEAR, _person, _pick, _write

WORKERS = 5
"""People on an order; they are neighbours in one department."""


def money(people: int, folder: Path) -> None:
    """Write bonus bases, an order for every five people with costs and workload, advances of one in fifty, wages of all."""
    done = folder / "money"
    if done.exists() and done.read_text() == str(people):
        return
    con, stored = duckdb.connect(), folder / "stored"
    orders = people // WORKERS
    first, settled = f"DATE '{YEAR}-12-01'", f"DATE '{YEAR}-12-01' + ({_pick(3, 31)})::INTEGER"
    department = f"printf('D%05d', i * {WORKERS} // {TEAM})"
    tables = {
        "bonuses": f"""SELECT {_person('i')} AS person, kind, DATE '2020-01-01' AS from_on, (200000 + {_pick(5, 800000)}) AS amount
            FROM range({people}) t(i), (VALUES ('bonus_base'), ('quarterly_bonus')) k(kind)""",
        "orders": f"""SELECT 'RW' || i AS order_no, 'order' AS title, 'production' AS created_by, (1000000 + {_pick(7, 9000000)}) AS value, {first} AS received_on,
            {first} AS agreed_on, {settled} AS settled_on, {settled} AS delivered_on, {_person(f'i * {WORKERS}')} AS project_manager, 1000000 AS progress FROM range({orders}) t(i)""",
        "order_splits": f"""SELECT 'RW' || i AS order_no, {department} AS department, (1000000 + {_pick(7, 9000000)}) AS value,
            'GM' AS manager FROM range({orders}) t(i)""",
        "costs": f"""SELECT 'CB' || i AS cost, 'RW' || i AS order_no, {department} AS department, 'travel' AS kind, {_pick(9, 2000000)} AS amount, {first} AS spent_on
            FROM range({orders}) t(i)""",
        "workloads": f"""SELECT 'RW' || i AS order_no, {_person(f'i * {WORKERS} + j')} AS person, [333333, 266667, 200000, 133333, 66667][j + 1] AS share,
            {settled} AS decided_on, 'GM' AS decided_by FROM range({orders}) t(i), range({WORKERS}) w(j)""",
        "advances": f"""SELECT 'YZ' || i AS advance, {_person('i * 50')} AS person, 'hardship' AS kind, (1000 + {_pick(11, 20000)}) AS amount, {first} AS applied_on,
            {_person('i * 50 + 1')} AS applicant, 'GM' AS approver, {first} AS approved_on, 'no orders' AS reason FROM range({people // 50}) t(i)""",
        "wages": f"""SELECT {_person('i')} AS person, make_date({YEAR}, 8 + m, 1) AS month_on, 300000 AS wage, 100000 + {_pick(13, 200000)} AS performance
            FROM range({people}) t(i), range(1, 4) q(m)""",
    }  # fmt: skip
    for shape, select in tables.items():
        _write(con, shape, f"SELECT 'bench' AS import_id, row_number() OVER () AS row_no, * FROM ({select})", stored / f"{shape}.parquet")
    _write(
        con,
        "people",
        f"SELECT * FROM '{stored}/people.parquet' UNION ALL BY NAME SELECT 'GM' AS person, 'GM' AS name, 'HQ' AS department, '总经理' AS position, 'robot' AS kind",
        stored / "people2.parquet",
    )
    (stored / "people2.parquet").replace(stored / "people.parquet")
    done.write_text(str(people))
