"""SQL that turns text into the types of the shapes, exactly; what cannot be read becomes NULL and is reported.

Every function takes the SQL of a text (blank already NULL) and gives the SQL of the stored value. Plain spellings
take a short path; full-width digits, Chinese dates, units and thousands separators take a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass

from jikao.evidence.backend import quoted
from jikao.evidence.clock import to_local, to_utc
from jikao.evidence.shapes import SCALES, Column, Type
from jikao.evidence.words import NO, YES, spellings

LONGEST = 32_767
"""Characters of one text, as in a spreadsheet cell."""

_FULL = "".join(chr(0xFF01 + i) for i in range(94)) + "\u3000\u00a0"
_HALF = "".join(chr(0x21 + i) for i in range(94)) + "  "
_SPACE = " \t\r\n\u3000\u00a0\ufeff"


@dataclass(frozen=True, slots=True)
class Times:
    """How instants are written: the zone of times without one, and forms beyond the usual (``strptime`` codes, ``epoch``, ``epoch_ms``)."""

    zone: str
    company: str
    forms: tuple[str, ...] = ()


def present(text: str) -> str:
    """Outer space removed; blank is NULL."""
    return f"nullif(trim({text}, {quoted(_SPACE)}), '')"


def narrow(text: str) -> str:
    """Full-width letters, digits and signs made plain."""
    return f"translate({text}, {quoted(_FULL)}, {quoted(_HALF)})"


def halfway(column: Column, text: str, times: Times) -> dict[str, str]:
    """Values ``value`` builds on, by name; worked out once so that it can use them more than once."""
    if column.type is not Type.INSTANT:
        return {}
    return {f"w_{column.name}": _wall(text, times), f"z_{column.name}": _zoned(text, times)}


def value(column: Column, text: str, times: Times) -> str:
    """The stored value of a column's text, NULL where the text cannot be read as its type.

    For an instant it reads the columns ``halfway`` names: its wall-clock time, or the instant where the text has a zone.
    """
    match column.type:
        case Type.WORD:
            return _word(text, column.words)
        case Type.DAY:
            return _day(text, times)
        case Type.INSTANT:
            return f"date_trunc('second', coalesce({to_utc(f'w_{column.name}', times.zone)}, z_{column.name}))"
        case Type.FLAG:
            return _flag(text)
        case Type.SECONDS:
            return _seconds(text)
        case _:
            return _scaled(text, SCALES[column.type], _UNITS[column.type])


# --- words -------------------------------------------------------------------------------------------------------


def _word(text: str, words: tuple[str, ...]) -> str:
    if not words:
        return f"CASE WHEN strlen({text}) <= {LONGEST} OR length({text}) <= {LONGEST} THEN {text} END"
    listed = ", ".join(quoted(w) for w in words)
    return f"CASE WHEN {text} IN ({listed}) THEN {text} ELSE {_chosen(text, spellings(words))} END"


def _flag(text: str) -> str:
    return f"CASE {_chosen(text, dict.fromkeys(YES, 'y') | dict.fromkeys(NO, 'n'))} WHEN 'y' THEN true WHEN 'n' THEN false END"


def _chosen(text: str, ways: dict[str, str]) -> str:
    cases = " ".join(f"WHEN {quoted(way)} THEN {quoted(word)}" for way, word in ways.items())
    return f"CASE lower({narrow(text)}) {cases} END"


# --- numbers -----------------------------------------------------------------------------------------------------

_UNITS: dict[Type, dict[str, tuple[int, int]]] = {
    Type.COUNT: {"": (1, 1)},
    Type.NUMBER: {"": (1, 1), "%": (1, 100), "‰": (1, 1000)},
    Type.SHARE: {"": (1, 1), "%": (1, 100), "‰": (1, 1000)},
    Type.MONEY: {"": (1, 1), "元": (1, 1), "万": (10_000, 1), "万元": (10_000, 1)},
    Type.SECONDS: {"": (1, 1)}
    | dict.fromkeys(("s", "sec", "秒"), (1, 1))
    | dict.fromkeys(("m", "min", "分", "分钟"), (60, 1))
    | dict.fromkeys(("h", "小时", "时"), (3600, 1))
    | dict.fromkeys(("d", "天"), (86_400, 1)),
}
"""Unit → times and over: ``%`` is one over a hundred."""

_DIGITS = r"[+-]?(?:\d{1,10}(?:\.\d{0,12})?|\.\d{1,12})"
_GROUPED = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"


def _scaled(text: str, scale: int, units: dict[str, tuple[int, int]], *, cut: bool = False) -> str:
    """A number with an optional unit, times ``scale``, as a whole number; NULL when it is not whole (unless ``cut``)."""
    whole = f"TRY_CAST({text} AS BIGINT)"
    plain = f"CASE WHEN {whole} BETWEEN -9999999999 AND 9999999999 AND {whole}::VARCHAR = {text} THEN {whole} * {scale} END"
    return f"coalesce({plain}, {_written_out(text, scale, units, cut)})"


def _written_out(text: str, scale: int, units: dict[str, tuple[int, int]], cut: bool) -> str:
    bare = f"ltrim({narrow(text)}, '¥￥$ ')"
    joined = f"CASE WHEN regexp_full_match({bare}, {quoted(_GROUPED + '[^0-9,.]*')}) THEN replace({bare}, ',', '') ELSE {bare} END"
    known = "|".join(u for u in units if u)
    pattern = quoted(rf"({_DIGITS})\s*({known})?")
    digits = f"CASE WHEN regexp_full_match({joined}, {pattern}) THEN TRY_CAST(regexp_extract({joined}, {pattern}, 1) AS DECIMAL(38, 14)) END"
    factors = {u: scale * times // over for u, (times, over) in units.items()}
    factor = " ".join(f"WHEN {quoted(u)} THEN {f}" for u, f in factors.items())
    scaled = f"({digits}) * CASE lower(regexp_extract({joined}, {pattern}, 2)) {factor} END"
    if cut:
        return f"floor({scaled})::BIGINT"
    return f"CASE WHEN ({scaled}) % 1 = 0 THEN ({scaled})::BIGINT END"


def _seconds(text: str) -> str:
    return f"coalesce({_clock_face(text)}, {_scaled(text, 1, _UNITS[Type.SECONDS], cut=True)})"


def _clock_face(text: str) -> str:
    part = [f"split_part({narrow(text)}, ':', {i})::BIGINT" for i in (1, 2, 3)]
    return f"CASE WHEN regexp_full_match({narrow(text)}, '\\d{{1,5}}:[0-5]\\d:[0-5]\\d') THEN {part[0]} * 3600 + {part[1]} * 60 + {part[2]} END"


# --- days and instants -------------------------------------------------------------------------------------------

_DATED = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?[T ]*"
_TIMED = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%p %I:%M:%S", "%p %I:%M", "%I:%M:%S %p", "%I:%M %p")
_USUAL = ("%Y-%m-%d ", "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", *(f"%Y-%m-%d {t}" for t in _TIMED))
_ZONED = r"[^:]*\d:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"


def _day(text: str, times: Times) -> str:
    iso = f"CASE WHEN length({text}) = 10 AND {text}[5] = '-' AND {text}[8] = '-' THEN TRY_CAST({text} AS DATE) END"
    forms = f", {_wall_clock(text, times.forms)}::DATE" if times.forms else ""
    zoned = f"{to_local(_with_zone(text), times.company)}::DATE"
    return f"coalesce({iso}{forms}, {zoned}, {_usual(text)}::DATE)"


def _wall(text: str, times: Times) -> str:
    iso = f"CASE WHEN length({text}) = 19 AND {text}[17] = ':' THEN TRY_CAST({text} AS TIMESTAMP) END"
    forms = f", {_wall_clock(text, times.forms)}" if any(map(_is_wall_clock, times.forms)) else ""
    return f"coalesce({iso}{forms}, CASE WHEN NOT regexp_full_match({text}, {quoted(_ZONED)}) THEN {_usual(text)} END)"


def _zoned(text: str, times: Times) -> str:
    forms = [_moment(text, form) for form in times.forms if not _is_wall_clock(form)]
    return f"coalesce({', '.join([_with_zone(text), *forms])}, NULL)"


def _usual(text: str) -> str:
    """The forms everybody writes: 2016-02-29, 2016/2/29 7:08, 2016年2月29日 下午3:05, 20160229."""
    plain = narrow(text)
    for word, sign in (("上午", " AM "), ("下午", " PM "), ("时", ":"), ("点", ":"), ("分", ":"), ("秒", "")):
        plain = f"replace({plain}, {quoted(word)}, {quoted(sign)})"
    dated = f"regexp_replace({plain}, {quoted(_DATED)}, '\\1-\\2-\\3 ')"
    return f"CASE WHEN regexp_matches({text}, '^[\\d０-９]') THEN try_strptime(rtrim({dated}, ':'), [{', '.join(map(quoted, _USUAL))}]) END"


def _with_zone(text: str) -> str:
    colon = f"regexp_replace({text}, '\\s*([+-]\\d{{2}}):?(\\d{{2}})$', '\\1:\\2')"
    return f"CASE WHEN regexp_full_match({text}, {quoted(_ZONED)}) THEN TRY_CAST({colon} AS TIMESTAMPTZ)::TIMESTAMP END"


def _is_wall_clock(form: str) -> bool:
    return not form.startswith("epoch") and "%z" not in form


def _wall_clock(text: str, forms: tuple[str, ...]) -> str:
    return f"try_strptime({text}, [{', '.join(quoted(f) for f in forms if _is_wall_clock(f))}])"


def _moment(text: str, form: str) -> str:
    if form.startswith("epoch"):
        each = 1000 if form == "epoch_ms" else 1
        return f"CASE WHEN regexp_full_match({text}, '\\d{{1,13}}') THEN make_timestamp({text}::BIGINT * {1_000_000 // each}) END"
    return f"try_strptime({text}, {quoted(form)})::TIMESTAMP"


def later(text: str, length: str, times: Times) -> str:
    """SQL: the text of an instant so much later than the one in ``text``; NULL where either cannot be read."""
    moment = f"coalesce({to_utc(_wall(text, times), times.zone)}, {_zoned(text, times)})"
    return f"strftime({moment} + to_seconds({_seconds(length)}), '%Y-%m-%dT%H:%M:%SZ')"
