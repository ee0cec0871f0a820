"""A scheme made ready to score: every indicator's curve, and the tree of shares in exact fractions.

Both executors (the engine in ``scoring`` and the exact interpreter) read these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.curve import Clause, Curve, Domain, in_order, lower_end
from jikao.scheme.model import ClauseText, CurveText, Indicator, Missing, Scheme, Section
from jikao.scheme.params import params_of


@dataclass(frozen=True, slots=True)
class Node:
    """A section in the tree; node 0 is the total. ``points`` is its share of the total, exact."""

    no: int
    id: str
    parent: int | None
    depth: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator ready to score: its curve gives marks up to ``full``; a full mark is worth ``points`` of the total."""

    no: int
    indicator: Indicator
    node: int
    curve: Curve
    points: Fraction
    missing: Missing

    @property
    def full(self) -> Fraction:
        return self.curve.full

    @property
    def bonus(self) -> bool:
        """Beyond the total: never renormalised, and its absence costs nothing."""
        return self.indicator.bonus is not None


@dataclass(frozen=True, slots=True)
class Rules:
    """All lines and nodes of one scheme, numbered in the order of the text."""

    scheme: Scheme
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]

    def line(self, indicator_id: str) -> Line:
        return next(line for line in self.lines if line.indicator.id == indicator_id)

    def children(self, node: Node) -> list[Node | Line]:
        """What is summed into a node: its lines (bonuses left out), then its sections."""
        lines: list[Node | Line] = [x for x in self.lines if x.node == node.no and not x.bonus]
        return lines + [x for x in self.nodes if x.parent == node.no]


def rules_of(scheme: Scheme) -> Rules:
    """The rules of a scheme without errors; curves that name a shared curve are looked up here."""
    nodes = [Node(0, "total", None, 0, Fraction(scheme.total.full))]
    lines: list[Line] = []
    _grow(scheme, nodes[0], (), scheme.sections, scheme.missing, nodes, lines)
    return Rules(scheme, tuple(nodes), tuple(lines))


def _grow(
    scheme: Scheme,
    parent: Node,
    indicators: Sequence[Indicator],
    sections: Sequence[Section],
    missing: Missing,
    nodes: list[Node],
    lines: list[Line],
) -> None:
    items: list[Indicator | Section] = [*indicators, *sections]
    counted = [item for item in items if not is_bonus(item)]
    for item in items:
        share = share_of(item, counted, parent.points)
        if isinstance(item, Section):
            node = Node(len(nodes), item.id, parent.no, parent.depth + 1, share)
            nodes.append(node)
            _grow(scheme, node, item.indicators, item.sections, item.missing or missing, nodes, lines)
        else:
            curve = curve_of(scheme, item)
            lines.append(Line(len(lines), item, parent.no, curve, share, item.missing or missing))


def is_bonus(item: Indicator | Section) -> bool:
    """Whether the item adds to the total instead of sharing it."""
    return isinstance(item, Indicator) and item.bonus is not None


def share_of(item: Indicator | Section, siblings: Sequence[Indicator | Section], whole: Fraction) -> Fraction:
    """Points of the total an item is worth: its own points, its percentage of the whole, or an equal part (AMB-1)."""
    if isinstance(item, Indicator) and item.bonus is not None:
        return Fraction(item.bonus)
    if item.points is not None:
        return Fraction(item.points)
    if item.weight is not None:
        return whole * Fraction(item.weight) / 100
    return whole / len(siblings)


def full_mark(indicator: Indicator) -> Fraction:
    """What a mark can be at most: the points themselves where points carry the weight, 100 otherwise."""
    for carried in (indicator.points, indicator.bonus):
        if carried is not None:
            return Fraction(carried)
    return Fraction(100)


def curve_text_of(scheme: Scheme, indicator: Indicator) -> CurveText:
    """The curve as written, looked up when it is named. Raises ``KeyError`` for an unknown name."""
    curve = indicator.curve
    return scheme.curves[curve] if isinstance(curve, str) else curve


def domain_of(indicator: Indicator) -> Domain:
    """The values the indicator's measure can have; a rating brings its own scale.

    Raises ``KeyError`` for an unknown measure and ``ValueError`` for a scale that is none.
    """
    measure = CATALOGUE[indicator.measure.use]
    scale = params_of(indicator.measure).get("scale") if measure.name == "rating" else None
    if not isinstance(scale, dict) or not scale:
        return measure.domain()
    low, high = scale.get("low"), scale.get("high")
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        raise ValueError(scale)
    return Domain(low, high)


def curve_of(scheme: Scheme, indicator: Indicator) -> Curve:
    """The indicator's curve over its measure's domain, clauses in order."""
    text = curve_text_of(scheme, indicator)
    return build_curve(text, domain_of(indicator), full_mark(indicator))


def build_curve(text: CurveText, domain: Domain, full: Fraction) -> Curve:
    """The curve of a text, its open ends filled from the neighbours.

    A clause without an upper end runs to the next higher ``from`` (``above``), one without a lower end runs down to
    the next lower ``below`` (``upto``), and otherwise to the end of the domain.
    """
    upper_included = _upper_included(text)
    clauses = [_clause(c, text.clauses, domain, upper_included) for c in text.clauses]
    return Curve(in_order(clauses), full, domain, text.scale, "upper" if upper_included else "lower")


def clauses_as_written(scheme: Scheme, indicator: Indicator) -> tuple[ClauseText, ...]:
    """What the clauses of ``curve_of`` say and flag: the clauses as written, in the order of the curve."""
    text = curve_text_of(scheme, indicator)
    return tuple(text.clauses[index] for index in clause_order(text, domain_of(indicator)))


def clause_order(text: CurveText, domain: Domain) -> tuple[int, ...]:
    """For every clause of the built curve its place in the text, from 0."""
    upper_included = _upper_included(text)
    ends = [lower_end(_clause(c, text.clauses, domain, upper_included)) for c in text.clauses]
    return tuple(sorted(range(len(ends)), key=ends.__getitem__))


def _upper_included(text: CurveText) -> bool:
    return any(c.upto is not None or c.above is not None for c in text.clauses)


def _clause(c: ClauseText, every: Sequence[ClauseText], domain: Domain, upper_included: bool) -> Clause:
    lowers = [x.above if upper_included else x.from_ for x in every]
    uppers = [x.upto if upper_included else x.below for x in every]
    lower = c.above if upper_included else c.from_
    upper = c.upto if upper_included else c.below
    if upper is None:
        upper = min((x for x in lowers if x is not None and lower is not None and x > lower), default=None)
    elif lower is None:
        lower = max((x for x in uppers if x is not None and x < upper), default=None)
    anchor = domain.low if lower is None else lower
    if c.to is not None:
        top = upper if upper is not None else domain.high
        if top is not None and top > anchor:
            return Clause(lower, upper, c.score, c.to - c.score, top - anchor, anchor)
        return Clause(lower, upper, c.score, anchor=anchor)  # no way to go up or down along
    return Clause(lower, upper, c.score, c.each or Decimal(0), c.per, anchor)
