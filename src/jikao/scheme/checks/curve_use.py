"""A curve as one indicator uses it: the text, the values it must cover, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Unit
from jikao.scheme.curve import Domain, Span
from jikao.scheme.model import CurveText, Indicator, Scheme
from jikao.scheme.problem import Place
from jikao.scheme.rules import domain_of, full_mark
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.words import quantity
from jikao.scheme.yaml_nodes import Places, Steps


@dataclass(frozen=True)
class CurveUse:
    """A curve as one indicator uses it."""

    indicator: Indicator
    path: Steps
    text: CurveText
    domain: Domain
    places: Places

    @property
    def measure(self) -> MeasureKind:
        return CATALOGUE[self.indicator.measure.use]

    @property
    def unit(self) -> Unit:
        return self.measure.unit

    @property
    def title(self) -> Text:
        return self.indicator.title

    @property
    def full(self) -> Fraction:
        return full_mark(self.indicator)

    def place(self, clause: int | None = None) -> Place:
        """Where the curve stands, or the clause of that number in the text."""
        return self.places.of(*self.path) if clause is None else self.places.of(*self.path, "clauses", clause)

    def said(self, span: Span) -> Text:
        low = "…" if span.lower is None else quantity(self.unit, span.lower)
        high = "…" if span.upper is None else quantity(self.unit, span.upper)
        return Text(f"{_in(low, 'zh')}–{_in(high, 'zh')}", f"{_in(low, 'en')}–{_in(high, 'en')}")


def _in(words: str | Text, lang: str) -> str:
    return words if isinstance(words, str) else str(getattr(words, lang))


def uses(scheme: Scheme, places: Places) -> Iterator[CurveUse]:
    """Every curve as every indicator uses it; a shared curve once for each kind of use.

    Left out are indicators whose measure, points or curve are already known to be wrong.
    """
    seen = set()
    for path, indicator in indicators(scheme):
        use = _use(path, indicator, scheme, places)
        if use is None:
            continue
        same = (indicator.curve, use.domain, use.full, use.measure.name) if isinstance(indicator.curve, str) else path
        if same not in seen:
            seen.add(same)
            yield use


def _use(path: Steps, indicator: Indicator, scheme: Scheme, places: Places) -> CurveUse | None:
    curve = indicator.curve
    if indicator.measure.use not in CATALOGUE or (isinstance(curve, str) and curve not in scheme.curves):
        return None
    text, at = (scheme.curves[curve], ("curves", curve)) if isinstance(curve, str) else (curve, (*path, "curve"))
    if not all(places.is_sound(*where) for where in (at, (*path, "measure"), (*path, "points"), (*path, "bonus"))):
        return None
    try:
        return CurveUse(indicator, at, text, domain_of(indicator), places)
    except ValueError:  # a scale of ratings that is itself a problem of the measure
        return None
