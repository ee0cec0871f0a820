"""Entries, and what a batch begins with, as tables of a sealed batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from jikao.archive.batch_manifest import ENTRIES, OPENING, RESULTS
from jikao.archive.canonical import TableSum
from jikao.archive.writing import written_table
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con
from jikao.payout.ledger import Account, Entry, Opening, Posting

Sums = dict[str, TableSum]
"""The sum of every table written, by its name."""


def write_results(con: Con, folder: Path, entries: Sequence[Entry], posted: frozenset[str]) -> Sums:
    """What a batch makes."""
    facts = written_table(con, folder / "facts.parquet", RESULTS["facts"], [(fact,) for fact in sorted(posted)])
    return write_entries(con, folder, entries) | {"facts": facts}


def write_entries(con: Con, folder: Path, entries: Sequence[Entry]) -> Sums:
    """Entries numbered in their order from 0, and their postings numbered within each."""
    heads = [(no, e.period, e.rule, e.scheme, e.subject, e.formula, "\n".join(e.sources)) for no, e in enumerate(entries)]
    postings = [(no, seq, *p.account, p.amount) for no, e in enumerate(entries) for seq, p in enumerate(e.postings)]
    rows: dict[str, Sequence[Sequence[Any]]] = {"entries": heads, "postings": postings}
    return {table: written_table(con, folder / f"{table}.parquet", ENTRIES[table], rows[table]) for table in ENTRIES}


def read_entries(con: Con, folder: Path) -> list[Entry]:
    """The entries in a folder, in their order."""
    heads = _rows(con, folder, "entries", ENTRIES["entries"], "no")
    postings = _rows(con, folder, "postings", ENTRIES["postings"], "no, seq")
    by_entry = {no: tuple(Posting(Account(*p[2:5]), p[5]) for p in group) for no, group in groupby(postings, key=itemgetter(0))}
    return [
        Entry(period, rule, scheme, subject, formula, tuple(sources.split("\n")) if sources else (), by_entry.get(no, ()))
        for no, period, rule, scheme, subject, formula, sources in heads
    ]


def write_opening(con: Con, folder: Path, opening: Opening) -> Sums:
    """What a batch begins with."""
    rows: dict[str, list[Any]] = {
        "earned": [(person, month, amount) for (person, month), amount in sorted(opening.earned.items())],
        "posted": [(fact,) for fact in sorted(opening.posted)],
        "granted": [(advance, *paid) for advance, paid in sorted(opening.granted.items())],
        "written_off": [(name, *account, amount) for (name, account), amount in sorted(opening.written_off.items())],
    }
    tables = {table: written_table(con, folder / f"{table}.parquet", OPENING[table], rows[table]) for table in rows}
    return tables | write_balances(con, folder, opening.balances)


def read_opening(con: Con, folder: Path) -> Opening:
    """What a sealed batch began with."""
    earned = _rows(con, folder, "earned", OPENING["earned"], "person, month")
    posted = _rows(con, folder, "posted", OPENING["posted"], "fact")
    granted = _rows(con, folder, "granted", OPENING["granted"], "advance")
    written_off = _rows(con, folder, "written_off", OPENING["written_off"], "write_off, kind, owner, part")
    return Opening(
        read_balances(con, folder),
        {(person, month): amount for person, month, amount in earned},
        frozenset(fact for (fact,) in posted),
        {advance: (person, amount) for advance, person, amount in granted},
        {(row[0], Account(*row[1:4])): row[4] for row in written_off},
    )


def write_balances(con: Con, folder: Path, balances: Mapping[Account, int]) -> Sums:
    """Balances of accounts."""
    rows = [(*account, amount) for account, amount in sorted(balances.items())]
    return {"balances": written_table(con, folder / "balances.parquet", OPENING["balances"], rows)}


def read_balances(con: Con, folder: Path) -> dict[Account, int]:
    """Balances of accounts, in the order of the accounts."""
    return {Account(*row[:3]): row[3] for row in _rows(con, folder, "balances", OPENING["balances"], "kind, owner, part")}


def _rows(con: Con, folder: Path, table: str, columns: Mapping[str, str], order: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {', '.join(columns)} FROM {parquet([folder / f'{table}.parquet'])} ORDER BY {order}").fetchall()
