"""Does every measure exist, and does it get the parameters it takes, each of its kind?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Param
from jikao.scheme.model import Indicator, Scheme
from jikao.scheme.params import typed
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.yaml_nodes import Places, Steps

UNKNOWN = kind(
    "measure.unknown", Level.ERROR,
    what=Text("没有名为 “{name}” 的度量。", "There is no measure named '{name}'."),
    why=Text("指标“{title}”的数值由它得出。", "The value of indicator '{title}' comes from it."),
    mend=Text("改用词表中的度量。{hint}", "Use a measure of the vocabulary. {hint}"),
)  # fmt: skip
UNKNOWN_PARAM = kind(
    "measure.unknown-param", Level.ERROR,
    what=Text("度量“{measure}”没有名为 “{name}” 的参数。", "The measure '{measure}' has no parameter '{name}'."),
    why=Text("不认识的参数不会起作用。", "An unknown parameter has no effect."),
    mend=Text("改正或删去。{hint}", "Correct or delete it. {hint}"),
)  # fmt: skip
MISSING_PARAM = kind(
    "measure.missing-param", Level.ERROR,
    what=Text("度量“{measure}”缺少参数 “{name}”({title})。", "The measure '{measure}' lacks the parameter '{name}' ({title})."),
    why=Text("没有它就算不出数值。", "Without it there is no value."),
    mend=Text("在 measure 里写上 {name}。", "Write {name} into the measure."),
)  # fmt: skip
PARAM = kind(
    "measure.param", Level.ERROR,
    what=Text("参数 “{name}”({title})不能是 “{value}”。", "The parameter '{name}' ({title}) cannot be '{value}'."),
    why=Text("它应当是{wanted}。", "It takes {wanted}."),
    mend=Text("改写。{hint}", "Rewrite it. {hint}"),
)  # fmt: skip
RATING_SCALE = kind(
    "measure.rating-scale", Level.ERROR,
    what=Text("评分刻度 scale 应当有 low 与 high,且 low 低于 high。", "The scale of a rating needs low and high, low below high."),
    why=Text("刻度规定评分能有哪些数值,曲线要覆盖它们。", "The scale says which ratings there are, and the curve must cover them."),
    mend=Text("写成 scale 下的 low: 0 与 high: 5 两行。", "Write low: 0 and high: 5 under scale."),
)  # fmt: skip
UNKNOWN_BESIDE = kind(
    "measure.beside", Level.ERROR,
    what=Text("要并列显示的 “{name}” 既不是指标,也不是度量。", "'{name}', to be shown beside it, is neither an indicator nor a measure."),
    why=Text("指标“{title}”要与它一并看。", "Indicator '{title}' is to be read together with it."),
    mend=Text("写指标的 id 或度量的名称。{hint}", "Write the id of an indicator or the name of a measure. {hint}"),
)  # fmt: skip
ALONE = kind(
    "measure.alone", Level.HINT,
    what=Text("指标“{title}”只看快慢或多少,旁边没有质量指标。", "Indicator '{title}' looks at speed or number alone, with no measure of quality beside it."),
    why=Text("只考核快慢或多少,质量容易下降。", "When only speed or number counts, quality tends to suffer."),
    mend=Text("写上 beside,如 reopen_rate、csat。", "Add beside, such as reopen_rate, csat."),
)  # fmt: skip

_WANTED = {
    "number": Text("一个数,可带 %、min、h、d", "a number, perhaps with %, min, h, d"),
    "numbers": Text("若干“名称: 数”", "names with numbers"),
    "word": Text("一个词", "a word"),
    "words": Text("一个词,或词的列表", "a word or a list of words"),
    "choice": Text("列出的几种之一", "one of the listed words"),
    "flag": Text("是或否", "yes or no"),
}
_NEEDS_QUALITY = {"tickets_solved", "resolution_time"}


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Measures, their parameters, and what is shown beside them."""
    known = {indicator.id for indicator in scheme.indicators()} | set(CATALOGUE)
    for path, indicator in indicators(scheme):
        yield from _beside(path, indicator, known, places)
        if not places.is_sound(*path, "measure"):
            continue
        if indicator.measure.use not in CATALOGUE:
            name, place = indicator.measure.use, places.of(*path, "measure", "use")
            yield UNKNOWN(place, name=name, title=indicator.title, hint=among(name, CATALOGUE))
        else:
            yield from _params(path, indicator, CATALOGUE[indicator.measure.use], places)


def _params(path: Steps, indicator: Indicator, measure: MeasureKind, places: Places) -> Iterator[Problem]:
    given = indicator.measure.with_
    names = [p.name for p in measure.params]
    for name in given:
        if name not in names:
            yield UNKNOWN_PARAM(places.key(*path, "measure", name), measure=measure.title, name=name, hint=among(name, names))
    for param in measure.params:
        if param.required and given.get(param.name) is None:
            yield MISSING_PARAM(places.of(*path, "measure"), measure=measure.title, name=param.name, title=param.title)
        else:
            yield from _value(path, param, given.get(param.name), places)
    if measure.name == "task_points" and given.get("against") == "target" and given.get("target") is None:
        yield MISSING_PARAM(places.of(*path, "measure"), measure=measure.title, name="target", title=Text("目标绩点", "target points"))


def _value(path: Steps, param: Param, raw: object, places: Places) -> Iterator[Problem]:
    place = places.of(*path, "measure", param.name)
    try:
        value = typed(param, raw)
    except ValueError:
        hint = among(str(raw), param.choices) if param.choices else Text("", "")
        yield PARAM(place, name=param.name, title=param.title, value=str(raw)[:60], wanted=_WANTED[param.kind], hint=hint)
        return
    if param.name == "scale" and isinstance(value, dict) and value and not _is_scale(value):
        yield RATING_SCALE(place)


def _is_scale(value: dict[str, object]) -> bool:
    low, high = value.get("low"), value.get("high")
    return set(value) == {"low", "high"} and isinstance(low, Decimal) and isinstance(high, Decimal) and low < high


def _beside(path: Steps, indicator: Indicator, known: set[str], places: Places) -> Iterator[Problem]:
    for index, name in enumerate(indicator.beside):
        if name not in known:
            yield UNKNOWN_BESIDE(places.of(*path, "beside", index), name=name, title=indicator.title, hint=among(name, sorted(known)))
    if indicator.measure.use in _NEEDS_QUALITY and not indicator.beside:
        yield ALONE(places.of(*path), title=indicator.title)
