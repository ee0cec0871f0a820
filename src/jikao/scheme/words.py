"""Values as people say them, in both languages. Nothing is rounded before it arrives here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.catalogue import Unit
from jikao.scheme.number import half_up, plain_number
from jikao.scheme.text import Lang, Text

Number = Fraction | Decimal | int

NOT_AVAILABLE = "N/A"


def fill(template: Text, /, **values: object) -> Text:
    """A sentence with its values put in, in both languages; a ``Text`` among the values is said in each."""
    return Text(template.say("zh", **values), template.say("en", **values))


def each(words: Callable[[Lang], str]) -> Text:
    """A text made once per language."""
    return Text(words("zh"), words("en"))


def same(words: str) -> Text:
    """Words that are the same in both languages."""
    return Text(words, words)


def joined(parts: Sequence[Text], between: str) -> Text:
    """Texts one after the other."""
    return each(lambda lang: between.join(part.say(lang) for part in parts))


def number(value: Number) -> str:
    """At most four decimals, no trailing zeros: 53.2667, 87.5, 40."""
    return plain_number(half_up(value, 4))


def score(value: Number | None) -> str:
    """Points as they are frozen and shown: two decimals, ``N/A`` for none."""
    return NOT_AVAILABLE if value is None else f"{half_up(value):f}"


def percent(value: Number) -> str:
    """``87.5 %``."""
    return f"{number(Fraction(value) * 100)} %"


def listed(parts: Sequence[Text]) -> Text:
    """``甲、乙`` / ``one, two``."""
    return each(lambda lang: ("、" if lang == "zh" else ", ").join(part.say(lang) for part in parts))


def several(words: Iterable[str]) -> Text:
    """Words one after the other, with each language's comma."""
    return listed([same(word) for word in words])


def points(value: Number) -> Text:
    """``10 分`` / ``10 points``."""
    said = number(value)
    return Text(f"{said} 分", f"{said} point" if said == "1" else f"{said} points")


def duration(seconds: Number) -> Text:
    """``2 小时 15 分`` / ``2h 15min``; whole seconds; hours are never days, for a working day is not 24 hours."""
    minutes, rest = divmod(int(half_up(seconds, 0)), 60)
    parts = [*divmod(minutes, 60), rest]
    return Text(_spans(parts, (" 小时", " 分", " 秒")), _spans(parts, ("h", "min", "s")))


def _spans(parts: list[int], units: tuple[str, str, str]) -> str:
    said = [f"{part}{unit}" for part, unit in zip(parts, units, strict=True) if part]
    return " ".join(said) or f"0{units[-1]}"


def quantity(unit: Unit, value: Number) -> Text:
    """A measured value in its unit: 87.5 %, 2 小时 15 分, 36."""
    if unit is Unit.DURATION:
        return duration(value)
    return same(percent(value) if unit is Unit.RATIO else number(value))
