"""Forced distribution (强制分布) as advice: how many of a peer group each grade's quota is, by largest remainder."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from jikao.scheme.model import Distribution


def quotas(shares: Iterable[Fraction], people: int) -> list[int]:
    """Heads per grade, best grade first; they sum to ``people``. A tie of remainders goes to the better grade."""
    ideal = [share * people for share in shares]
    heads = [int(x) for x in ideal]
    by_rest = sorted(range(len(ideal)), key=lambda i: (heads[i] - ideal[i], i))
    for i in by_rest[: people - sum(heads)]:
        heads[i] += 1
    return heads


def quota_rows(distribution: Distribution, sizes: Iterable[int]) -> list[tuple[object, ...]]:
    """Rows (peers, upto, from_rank, advice) for every group size that is large enough to be advised on."""
    rows: list[tuple[object, ...]] = []
    for people in sizes:
        if not distribution.on or people < distribution.min_group:
            continue
        first = 1
        heads = quotas([Fraction(q.share) / 100 for q in distribution.quotas], people)
        for quota, count in zip(distribution.quotas, heads, strict=True):
            if count:
                rows.append((people, first + count - 1, first, quota.grade))
            first += count
    return rows
