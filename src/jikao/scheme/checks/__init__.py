"""What a scheme must keep to: one family of checks per file, each a pure function from a scheme to problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jikao.scheme.checks import curves, dates, entry, grades, holes, ids, measures, orders, payout, process, rank, raters, settings, shares
from jikao.scheme.model import Scheme
from jikao.scheme.problem import Problem
from jikao.scheme.yaml_nodes import Places

Family = Callable[[Scheme, Places], Iterator[Problem]]

FAMILIES: tuple[Family, ...] = tuple(
    family.check
    for family in (ids, dates, settings, holes, shares, measures, curves, raters, entry, grades, rank, process, payout, orders)
)  # fmt: skip


def check_all(scheme: Scheme, places: Places) -> list[Problem]:
    """Every problem every family finds."""
    return [problem for family in FAMILIES for problem in family(scheme, places)]
