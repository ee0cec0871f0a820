"""Parameters of a measure as typed values: what a scheme wrote, read by the kind the catalogue gives each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from jikao.scheme.catalogue import CATALOGUE, Param
from jikao.scheme.model import Indicator, MeasureUse
from jikao.scheme.number import Unset, as_fillable, narrow

_FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
_ABSENT: dict[str, object] = {"words": (), "numbers": {}}


def params_of(use: MeasureUse) -> dict[str, object]:
    """Every parameter of the measure by name, defaults filled in.

    By kind: ``number`` is a ``Decimal`` (``UNSET`` for a hole), ``word`` and ``choice`` a ``str``, ``words`` a tuple of
    ``str`` (empty: no limit), ``numbers`` a dict of ``Decimal`` (empty: none given), ``flag`` a ``bool``. A number or
    word without a default that is not written is ``None``. Raises ``KeyError`` for an unknown measure and
    ``ValueError`` for a value of another kind; a scheme without errors has neither.
    """
    return {p.name: typed(p, use.with_.get(p.name)) for p in CATALOGUE[use.use].params}


def typed(param: Param, raw: object) -> object:
    """The value of one parameter; ``None`` is "not written". Raises ``ValueError`` if it is not of the kind."""
    if raw is None:
        raw = param.default
    return _ABSENT.get(param.kind) if raw is None else _READERS[param.kind](param, raw)


def _number(param: Param, raw: object) -> Decimal | Unset:
    value = as_fillable(raw)
    if param.multiple_of is not None and isinstance(value, Decimal) and value % param.multiple_of:
        raise ValueError(raw)
    return value


def _numbers(param: Param, raw: object) -> dict[str, Decimal | Unset]:
    if not isinstance(raw, Mapping):
        raise ValueError(raw)
    return {_word(param, name): _number(param, value) for name, value in raw.items()}


def _word(_: Param, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(raw)
    return raw.strip()


def _words(param: Param, raw: object) -> tuple[str, ...]:
    several = [raw] if isinstance(raw, str) else raw
    if not isinstance(several, list | tuple):
        raise ValueError(raw)
    return tuple(_word(param, item) for item in several)


def _choice(param: Param, raw: object) -> str:
    word = _word(param, raw)
    if word not in param.choices:
        raise ValueError(raw)
    return word


def _flag(_: Param, raw: object) -> bool:
    plain = narrow(str(raw)).lower()
    if plain not in _FLAGS:
        raise ValueError(raw)
    return _FLAGS[plain]


_READERS: dict[str, Callable[[Param, object], object]] = {
    "number": _number,
    "numbers": _numbers,
    "word": _word,
    "words": _words,
    "choice": _choice,
    "flag": _flag,
}


def rated_item(indicator: Indicator) -> str:
    """The item of the ratings an indicator reads: the one it names, or itself."""
    return str(params_of(indicator.measure).get("item") or indicator.id)
