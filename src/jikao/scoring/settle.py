"""The last word on doubtful roundings: the few totals near an edge, recomputed in exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from jikao.scheme.number import half_up
from jikao.scheme.rules import Rules
from jikao.scoring.exact import Measured, Scorer, Seat

Row = tuple[Any, ...]


def settled_rows(rules: Rules, rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Rows (pid, node, hundredths) for the people whose measured values are given.

    ``rows``: (pid, seat, days, indicator, num, den, n, base, state). Node 0 is the total; first-level sections come as
    percentages, as the counted grade rules use them.
    """
    scorer = Scorer(rules)
    settled: list[Row] = []
    for pid, own in groupby(sorted(rows, key=lambda r: (r[0], r[1])), key=lambda r: r[0]):
        seats = [_seat(scorer, list(group)) for _, group in groupby(own, key=lambda r: r[1])]
        settled += _hundredths(scorer, pid, seats)
    return settled


def _seat(scorer: Scorer, rows: Sequence[Sequence[Any]]) -> Seat:
    measured = {r[3]: Measured(num=r[4], den=r[5], n=r[6], base=r[7], state=r[8]) for r in rows}
    return Seat(scorer.sheet(measured), int(rows[0][2]))


def _hundredths(scorer: Scorer, pid: int, seats: Sequence[Seat]) -> list[Row]:
    whole = scorer.combine(seats)
    rows: list[Row] = []
    for node in scorer.rules.nodes:
        points = whole.exact if node.no == 0 else whole.nodes[node.no].points
        if points is not None and node.depth <= 1:
            value = points if node.no == 0 else points / node.points * 100
            rows.append((pid, node.no, int(half_up(value) * 100)))
    return rows
