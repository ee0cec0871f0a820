"""Who rated, with what weight, and the weighted mean with its numbers (F5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from jikao.evidence.words import role_said
from jikao.scheme.model import Scheme
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scheme.words import fill, number, same
from jikao.scoring.explain.entries import Row, amount_of, judgement
from jikao.scoring.explain.values import RaterNote

NOBODY_RATED = Text("{role}(权重 {weight})未评,按其余权重折算", "{role} (weight {weight}) did not rate: the other weights are scaled up")
GAP = Text(
    "{one} {first} 与 {other} {second} 相差 {gap},超过 {limit},须附说明",
    "{one} {first} and {other} {second} differ by {gap}, more than {limit}: a comment is owed",
)
SUPERIOR_ALONE = {"superior": Decimal(1)}
"""Who rates when the scheme names no raters."""


def rater_weights(scheme: Scheme, line: Line) -> dict[str, Decimal]:
    """Weights of the raters of a line: its own, else the scheme's, else the superior alone."""
    given = params_of(line.indicator.measure).get("raters")
    own = {str(role): weight for role, weight in given.items()} if isinstance(given, dict) else {}
    return own or line.indicator.raters or scheme.raters.weights or SUPERIOR_ALONE


def rater_notes(scheme: Scheme, line: Line, rows: Sequence[Row]) -> tuple[RaterNote, ...]:
    """Roles with weight first, in the order of the scheme; roles that rated without weight after them."""
    weights = rater_weights(scheme, line)
    roles = dict.fromkeys([*weights, *(str(row.get("role")) for row in rows)])
    return tuple(_rater(role, Fraction(weights.get(role, 0)), [r for r in rows if r.get("role") == role]) for role in roles)


def _rater(role: str, weight: Fraction, rows: Sequence[Row]) -> RaterNote:
    ratings = tuple(judgement(r, role_said(role), amount_of(r, "score"), "rated_on", counted=weight > 0) for r in rows)
    scores = [r.amount for r in ratings if r.amount is not None]
    return RaterNote(role, weight, sum(scores, Fraction(0)) / len(scores) if scores else None, ratings)


def weighted_formula(raters: Sequence[RaterNote], value: Fraction) -> Text | None:
    """``(0.2 × 90 + 0.6 × 84) ÷ 0.8 = 85.5``, when the ratings given are indeed those behind the value (F5)."""
    present = [(r.weight, r.score) for r in raters if r.weight > 0 and r.score is not None]
    weight = sum((w for w, _ in present), Fraction(0))
    if not weight or sum((w * s for w, s in present), Fraction(0)) / weight != value:
        return None
    if len(present) == 1:
        return None
    products = " + ".join(f"{number(w)} × {number(s)}" for w, s in present)
    return same(f"({products}) ÷ {number(weight)} = {number(value)}")


def notes_on(scheme: Scheme, raters: Sequence[RaterNote]) -> Iterator[Text]:
    """Roles that did not rate, and raters too far apart (AMB-3)."""
    if any(r.score is not None for r in raters):
        for r in raters:
            if r.score is None and r.weight > 0:
                yield fill(NOBODY_RATED, role=role_said(r.role), weight=number(r.weight))
    gap, means = scheme.raters.gap, {r.role: r.score for r in raters}
    if gap is None:
        return
    one, other = gap.between
    first, second = means.get(one), means.get(other)
    if first is not None and second is not None and abs(first - second) > Fraction(gap.more_than):
        numbers = {"first": number(first), "second": number(second), "gap": number(abs(first - second)), "limit": number(gap.more_than)}
        yield fill(GAP, one=role_said(one), other=role_said(other), **numbers)
