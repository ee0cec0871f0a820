"""Do the raters' weights mean something, and are the roles spelt alike everywhere (AMB-3)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches

from jikao.scheme.model import Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.yaml_nodes import Places, Steps

NEGATIVE = kind(
    "raters.negative", Level.ERROR,
    what=Text("评价人“{role}”的权重是 {weight},不能小于 0。", "The weight of rater '{role}' is {weight}; it cannot be below 0."),
    why=Text("负的权重会把高分变成低分。", "A negative weight turns good ratings into bad ones."),
    mend=Text("写 0(只供参考)或大于 0 的数。", "Write 0 (for reference only) or a number above 0."),
)  # fmt: skip
ALL_ZERO = kind(
    "raters.all-zero", Level.ERROR,
    what=Text("评价人的权重全是 0。", "All raters have weight 0."),
    why=Text("没有人的评分算数,得分无从得出。", "Nobody's rating counts, so there is no score."),
    mend=Text("至少给一个评价人大于 0 的权重。", "Give at least one rater a weight above 0."),
)  # fmt: skip
MISSPELT = kind(
    "raters.role", Level.WARNING,
    what=Text("评价人“{role}”不在方案的 raters 里,却很像“{near}”。", "Rater '{role}' is not among the scheme's raters, yet close to '{near}'."),
    why=Text("写法不同就是不同的角色,评分会对不上。", "Spelt differently it is another role, and ratings will not match."),
    mend=Text("统一写法。", "Spell them alike."),
)  # fmt: skip
UNKNOWN_ROLE = kind(
    "raters.unknown-role", Level.ERROR,
    what=Text("“{role}” 不是评价人。", "'{role}' is no rater."),
    why=Text("要比较的两个评价人都须在 weights 里。", "Both raters compared must be among the weights."),
    mend=Text("改用 weights 中的角色。{hint}", "Use a role of weights. {hint}"),
)  # fmt: skip
TWICE = kind(
    "raters.twice", Level.ERROR,
    what=Text("指标“{title}”的评价人写了两处。", "Indicator '{title}' names its raters twice."),
    why=Text("measure 里的 raters 与指标的 raters 只能有一处算数。", "Of raters inside measure and raters of the indicator only one can count."),
    mend=Text("删去 measure 里的。", "Delete the one inside measure."),
)  # fmt: skip
NOT_RATED = kind(
    "raters.not-rated", Level.WARNING,
    what=Text("指标“{title}”不是评分,却写了评价人。", "Indicator '{title}' is not a rating, yet it names raters."),
    why=Text("它的数值由记录得出,评价人不起作用。", "Its value comes from records; raters have no effect."),
    mend=Text("删去 raters,或把 measure 改为 rating。", "Delete raters, or make the measure rating."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Weights of the scheme and of every indicator; the two raters of the gap."""
    common = scheme.raters.weights
    yield from _weights(common, ("raters", "weights"), places)
    gap = scheme.raters.gap
    for i, role in enumerate(gap.between if gap else ()):
        if role not in common and places.is_sound("raters"):
            yield UNKNOWN_ROLE(places.of("raters", "gap", "between", i), role=role, hint=among(role, common))
    for path, indicator in indicators(scheme):
        yield from _weights(indicator.raters, (*path, "raters"), places)
        yield from _roles(indicator.raters, common, path, places)
        if indicator.raters and indicator.measure.with_.get("raters"):
            yield TWICE(places.of(*path, "raters"), title=indicator.title)
        if indicator.raters and indicator.measure.use != "rating" and places.is_sound(*path, "measure"):
            yield NOT_RATED(places.key(*path, "raters"), title=indicator.title)


def _weights(weights: Mapping[str, Decimal], path: Steps, places: Places) -> Iterator[Problem]:
    for role, weight in weights.items():
        if weight < 0:
            yield NEGATIVE(places.of(*path, role), role=role, weight=plain_number(weight))
    if weights and not any(weights.values()) and places.is_sound(*path):
        yield ALL_ZERO(places.key(*path))


def _roles(own: Mapping[str, Decimal], common: Mapping[str, Decimal], path: Steps, places: Places) -> Iterator[Problem]:
    for role in own:
        near = [] if role in common else get_close_matches(role, list(common), 1, 0.75)
        if near:
            yield MISSPELT(places.key(*path, "raters", role), role=role, near=near[0])
