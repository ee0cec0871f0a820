"""SQL that turns text into the types of the shapes, exactly; what cannot be read becomes NULL and is reported.

Every function takes the SQL of a text (blank already NULL) and gives the SQL of the stored value. Plain spellings
take a short path; full-width digits, Chinese dates, units and thousands separators take a longer one.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """Outer space removed; blank is NULL. Text that begins and ends with a plain visible character is left alone: ten times faster."""
    clean = f"{text} BETWEEN '!' AND '~' AND {text}[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {clean} THEN {text} ELSE nullif(trim({text}, {quoted(_SPACE)}), '') END"


def narrow(text: str) -> str:
    """Full-width letters, digits and signs made plain. Plain text (as many bytes as characters) is left alone."""
    return f"CASE WHEN strlen({text}) = length({text}) THEN {text} ELSE translate({text}, {quoted(_FULL)}, {quoted(_HALF)}) END"


def let(name: str, value: str, body: str) -> str:
    """``body`` with ``name`` standing for ``value``, which is worked out once and only where ``body`` is asked for.

    (Written out in place, the engine would see the repeated part and work it out for every row beforehand.)
    """
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def chosen(text: str, ways: Mapping[str, str], rest: str) -> str:
    """The word a text stands for, as written or in lower case and half width; ``rest`` (SQL) where it is none of them."""
    as_written = " ".join(f"WHEN {quoted(way)} THEN {quoted(word)}" for way, word in ways.items())
    lowered = " ".join(f"WHEN {quoted(way.lower())} THEN {quoted(word)}" for way, word in ways.items())
    return f"coalesce(CASE {text} {as_written} END, {let('low', f'lower({narrow(text)})', f'CASE low {lowered} END')}, {rest})"


def halfway(column: Column, text: str, times: Times) -> dict[str, str]:
    """Values ``value`` builds on, by name; worked out once so that it can use them more than once."""
    if column.type is not Type.INSTANT:
        return {}
    return {f"w_{column.name}": _wall(text, times)}


def value(column: Column, text: str, times: Times) -> str:
    """The stored value of a column's text, NULL where the text cannot be read as its type.

    For an instant it reads the column ``halfway`` names: its wall-clock time, empty where the text itself has a zone.
    """
    match column.type:
        case Type.WORD:
            return _word(text, column.words)
        case Type.DAY:
            return _day(text, times)
        case Type.INSTANT:
            return f"coalesce({to_utc(f'w_{column.name}', times.zone)}, {_zoned(text, times)})"
        case Type.FLAG:
            return _flag(text)
        case Type.SECONDS:
            return _seconds(text)
        case _:
            return _scaled(text, SCALES[column.type], _OF_A_HUNDRED if column.high == 100 else _UNITS[column.type])


# --- words -------------------------------------------------------------------------------------------------------


def _word(text: str, words: tuple[str, ...]) -> str:
    if words:
        return chosen(text, spellings(words), "NULL")
    return f"CASE WHEN strlen({text}) <= {LONGEST} OR length({text}) <= {LONGEST} THEN {text} END"


def _flag(text: str) -> str:
    return f"CASE {chosen(text, dict.fromkeys(YES, 'y') | dict.fromkeys(NO, 'n'), 'NULL')} WHEN 'y' THEN true WHEN 'n' THEN false END"


# --- numbers -----------------------------------------------------------------------------------------------------

_UNITS: dict[Type, dict[str, tuple[int, int]]] = {
    Type.COUNT: {"": (1, 1)},
    Type.NUMBER: {"": (1, 1)},
    Type.SHARE: {"": (1, 1), "%": (1, 100), "‰": (1, 1000)},
    Type.MONEY: {"": (1, 1), "元": (1, 1), "万": (10_000, 1), "万元": (10_000, 1)},
    Type.SECONDS: {"": (1, 1)}
    | dict.fromkeys(("s", "sec", "秒"), (1, 1))
    | dict.fromkeys(("m", "min", "分", "分钟"), (60, 1))
    | dict.fromkeys(("h", "小时", "时"), (3600, 1))
    | dict.fromkeys(("d", "天"), (86_400, 1)),
}
"""Unit → times and over: ``%`` is one over a hundred."""

_OF_A_HUNDRED = {"": (1, 1), "%": (1, 1), "分": (1, 1)}
"""Scores up to 100: ``80%`` is 80 of them, never 0.8. Elsewhere a plain number with a percent sign is refused."""

_DIGITS = r"[+-]?(?:\d{1,10}(?:\.\d{0,12})?|\.\d{1,12})"
_DECIMAL = r"[+-]?\d{1,10}\.\d{1,12}"
_GROUPED = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?[^0-9,.]*"


def _scaled(text: str, scale: int, units: dict[str, tuple[int, int]], *, cut: bool = False) -> str:
    """A number with an optional unit, times ``scale``, as a whole number; NULL when it is not whole (unless ``cut``)."""
    whole = f"TRY_CAST({text} AS BIGINT)"
    plain = f"CASE WHEN {whole} BETWEEN -9999999999 AND 9999999999 AND {whole}::VARCHAR = {text} THEN {whole} * {scale} END"
    point = _whole(f"CASE WHEN regexp_full_match({text}, {quoted(_DECIMAL)}) THEN TRY_CAST({text} AS DECIMAL(38, 14)) END * {scale}", cut)
    return f"coalesce({plain}, {point}, {_written_out(text, scale, units, cut)})"


def _whole(number: str, cut: bool) -> str:
    return let("whole", number, "floor(whole)::BIGINT" if cut else "CASE WHEN whole % 1 = 0 THEN whole::BIGINT END")


def _written_out(text: str, scale: int, units: dict[str, tuple[int, int]], cut: bool) -> str:
    """The same for full-width digits, thousands separators, currency signs and units."""
    pattern = rf"^({_DIGITS})\s*({'|'.join(u for u in units if u)})?$"
    factors = " ".join(f"WHEN {quoted(u)} THEN {scale * times // over}" for u, (times, over) in units.items())
    number = _whole(f"TRY_CAST(nullif(part.digits, '') AS DECIMAL(38, 14)) * CASE lower(part.unit) {factors} END", cut)
    parts = let("part", f"regexp_extract(joined, {quoted(pattern)}, ['digits', 'unit'])", number)
    joined = f"CASE WHEN regexp_full_match(bare, {quoted(_GROUPED)}) THEN replace(bare, ',', '') ELSE bare END"
    return let("bare", f"ltrim({narrow(text)}, '¥￥$ ')", let("joined", joined, parts))


def _seconds(text: str) -> str:
    return f"coalesce({_clock_face(text)}, {_scaled(text, 1, _UNITS[Type.SECONDS], cut=True)})"


def _clock_face(text: str) -> str:
    """``00:02:23`` in seconds."""
    part = [f"split_part(face, ':', {i})::BIGINT" for i in (1, 2, 3)]
    read = f"CASE WHEN regexp_full_match(face, '\\d{{1,5}}:[0-5]\\d:[0-5]\\d') THEN {part[0]} * 3600 + {part[1]} * 60 + {part[2]} END"
    return f"CASE WHEN contains({text}, ':') OR contains({text}, '：') THEN {let('face', narrow(text), read)} END"


# --- days and instants -------------------------------------------------------------------------------------------

_COMMON = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d", "%Y-%m-%d")
_DATED = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?[T ]*"
_TIMED = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%p %I:%M:%S", "%p %I:%M", "%I:%M:%S %p", "%I:%M %p")
_USUAL = ("%Y-%m-%d ", "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", *(f"%Y-%m-%d {t}" for t in _TIMED))
_ZONED = r"[^:]*\d:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"


def _day(text: str, times: Times) -> str:
    iso = f"CASE WHEN length({text}) = 10 AND {text}[5] = '-' AND {text}[8] = '-' THEN TRY_CAST({text} AS DATE) END"
    forms = f"{_wall_clock(text, times.forms)}::DATE, " if any(map(_is_wall_clock, times.forms)) else ""
    zoned = f"{to_local(_with_zone(text), times.company)}::DATE"
    moments = "".join(f"{to_local(_moment(text, form), times.company)}::DATE, " for form in times.forms if not _is_wall_clock(form))
    return f"coalesce({forms}{iso}, {zoned}, {moments}{_usual(text)}::DATE)"


def _wall(text: str, times: Times) -> str:
    iso = f"CASE WHEN strlen({text}) = 19 AND {text} LIKE '%:__:__' THEN TRY_CAST({text} AS TIMESTAMP) END"
    forms = f"{_wall_clock(text, times.forms)}, " if any(map(_is_wall_clock, times.forms)) else ""
    return f"coalesce({forms}{iso}, CASE WHEN NOT regexp_full_match({text}, {quoted(_ZONED)}) THEN {_usual(text)} END)"


def _zoned(text: str, times: Times) -> str:
    forms = [_moment(text, form) for form in times.forms if not _is_wall_clock(form)]
    return f"coalesce({', '.join([_with_zone(text), *forms])}, NULL)"


def _usual(text: str) -> str:
    """The forms everybody writes: 2016/2/29 7:08, 2016-02-29, 20160229, 2016年2月29日 下午3:05."""
    common = f"try_strptime({text}, [{', '.join(map(quoted, _COMMON))}])"
    return f"CASE WHEN regexp_matches({text}, '^[0-9０-９]') THEN coalesce({common}, {_cut(_spelled(text))}) END"


def _spelled(text: str) -> str:
    plain = narrow(text)
    for word, sign in (("上午", " AM "), ("下午", " PM "), ("时", ":"), ("点", ":"), ("分", ":"), ("秒", "")):
        plain = f"replace({plain}, {quoted(word)}, {quoted(sign)})"
    dated = f"regexp_replace({plain}, {quoted(_DATED)}, '\\1-\\2-\\3 ')"
    return f"try_strptime(rtrim({dated}, ':'), [{', '.join(map(quoted, _USUAL))}])"


def _with_zone(text: str) -> str:
    colon = f"regexp_replace({text}, '\\s*([+-]\\d{{2}}):?(\\d{{2}})$', '\\1:\\2')"
    plain = f"regexp_replace({colon}, '\\s*(UTC|GMT)$', 'Z')"
    return f"CASE WHEN regexp_full_match({text}, {quoted(_ZONED)}) THEN {_cut(f'TRY_CAST({plain} AS TIMESTAMPTZ)::TIMESTAMP')} END"


def _cut(moment: str) -> str:
    """Instants are kept to the whole second."""
    return f"date_trunc('second', {moment})"


def _is_wall_clock(form: str) -> bool:
    return not form.startswith("epoch") and "%z" not in form


def _wall_clock(text: str, forms: tuple[str, ...]) -> str:
    return _cut(f"try_strptime({text}, [{', '.join(quoted(f) for f in forms if _is_wall_clock(f))}])")


def _moment(text: str, form: str) -> str:
    if form.startswith("epoch"):
        each = 1000 if form == "epoch_ms" else 1
        return (
            f"CASE WHEN regexp_full_match({text}, '\\d{{1,13}}') THEN {_cut(f'make_timestamp({text}::BIGINT * {1_000_000 // each})')} END"
        )
    return _cut(f"try_strptime({text}, {quoted(form)})::TIMESTAMP")


def later(text: str, length: str, times: Times) -> str:
    """SQL: the text of an instant so much later than the one in ``text``; NULL where either cannot be read."""
    moment = f"coalesce({to_utc(_wall(text, times), times.zone)}, {_zoned(text, times)})"
    return f"strftime({moment} + to_seconds({_seconds(length)}), '%Y-%m-%dT%H:%M:%SZ')"
