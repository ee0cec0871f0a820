"""Plain values made into a typed model, and everything that does not fit said in our words, each at its place.

After the first pass the parts that do not fit are replaced by harmless stand-ins and noted as broken, so that later
checks can still judge the rest of the text in the same go; what stands in for something is never scored.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jikao.scheme.number import NumberError, is_hole
from jikao.scheme.period import DayError
from jikao.scheme.problem import Kind, Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text, WordsError
from jikao.scheme.yaml_nodes import Places, Steps, is_under

M = TypeVar("M", bound=BaseModel)

MISSING_KEY = kind(
    "key.missing", Level.ERROR,
    what=Text("缺少必填项 “{key}”。", "The required key '{key}' is missing."),
    why=Text("没有它,这一部分就没有意义。", "Without it this part means nothing."),
    mend=Text("在这里加上 “{key}: …”。", "Add '{key}: …' here."),
)  # fmt: skip
UNKNOWN_KEY = kind(
    "key.unknown", Level.ERROR,
    what=Text("此处没有名为 “{key}” 的项。", "There is no key '{key}' here."),
    why=Text("不认识的项不会起作用,多半是写错了。", "An unknown key has no effect; most likely it is misspelt."),
    mend=Text("改正或删去。{hint}", "Correct or delete it. {hint}"),
)  # fmt: skip
WRONG_TYPE = kind(
    "value.type", Level.ERROR,
    what=Text("“{key}” 应当是{wanted},这里写的是{given}。", "'{key}' takes {wanted}; {given} is written here."),
    why=Text("写法不同,含义无法确定。", "Written another way its meaning is not certain."),
    mend=Text("改写成{wanted}。", "Write {wanted}."),
)  # fmt: skip
NOT_A_NUMBER = kind(
    "number.not-a-number", Level.ERROR,
    what=Text("“{value}” 不是数。", "'{value}' is not a number."),
    why=Text("分数由数算出,不能猜。", "Scores are computed from numbers, never guessed."),
    mend=Text("写成 90、0.9、90% 或 15min、4h、2d;小数点用“.”。", "Write 90, 0.9, 90% or 15min, 4h, 2d; the decimal sign is '.'."),
)  # fmt: skip
EXPONENT = kind(
    "number.exponent", Level.ERROR,
    what=Text("“{value}” 用了指数写法。", "'{value}' is written with an exponent."),
    why=Text("指数写法不便阅读,也容易写错一位。", "Exponents are hard to read and easy to get wrong by a digit."),
    mend=Text("把数写全,例如 1000。", "Write the number out, such as 1000."),
)  # fmt: skip
TOO_FINE = kind(
    "number.too-fine", Level.ERROR,
    what=Text("“{value}” 的小数多于六位。", "'{value}' has more than six decimals."),
    why=Text("界限以百万分之一为格,更细的数无法精确比较。", "Thresholds stand on a grid of one millionth; finer ones cannot be compared exactly."),
    mend=Text("最多写六位小数(百分数最多四位)。", "Write at most six decimals (four in a percentage)."),
)  # fmt: skip
TOO_LARGE_NUMBER = kind(
    "number.too-large", Level.ERROR,
    what=Text("“{value}” 太大,超过十亿。", "'{value}' is beyond a billion."),
    why=Text("考核里没有这么大的数,多半是多写了零。", "No appraisal has numbers this large; most likely there are zeros too many."),
    mend=Text("检查位数与单位。", "Check the digits and the unit."),
)  # fmt: skip
HOLE = kind(
    "number.unset", Level.ERROR,
    what=Text("“{key}” 还没有填写(“{value}”)。", "'{key}' is not filled in ('{value}')."),
    why=Text("任何计算都要用到这个数。", "Every computation needs this number."),
    mend=Text("填上实际的数。", "Fill in the number."),
)  # fmt: skip
OUT_OF_RANGE = kind(
    "number.out-of-range", Level.ERROR,
    what=Text("“{value}” 超出 “{key}” 的范围:{bound}。", "'{value}' is out of range for '{key}': {bound}."),
    why=Text("这个范围之外的数没有意义。", "Beyond it the number has no meaning."),
    mend=Text("改成范围之内的数。", "Write a number within the range."),
)  # fmt: skip
NOT_A_DAY = kind(
    "value.date", Level.ERROR,
    what=Text("“{value}” 不是日期。", "'{value}' is not a date."),
    why=Text("生效日期决定哪一版方案适用。", "Dates decide which version of a scheme applies."),
    mend=Text("写成 2011-11-01。", "Write it as 2011-11-01."),
)  # fmt: skip
NO_SUCH_DAY = kind(
    "value.no-such-date", Level.ERROR,
    what=Text("日历上没有 “{value}” 这一天。", "There is no day '{value}' in the calendar."),
    why=Text("生效日期决定哪一版方案适用。", "Dates decide which version of a scheme applies."),
    mend=Text("检查年、月、日。", "Check year, month and day."),
)  # fmt: skip
NOT_WORDS = kind(
    "value.words", Level.ERROR,
    what=Text("“{key}” 应当是一段文字,或分写 zh 与 en。", "'{key}' takes words, or zh and en apart."),
    why=Text("标题和说明要能用中文和英文显示。", "Titles and notes are shown in Chinese and in English."),
    mend=Text("写成“{key}: 文字”,或写成 zh: 中文 与 en: English 两行。", "Write '{key}: words', or the two lines zh: … and en: …."),
)  # fmt: skip
NOT_A_CHOICE = kind(
    "value.choice", Level.ERROR,
    what=Text("“{key}” 不能是 “{value}”。", "'{key}' cannot be '{value}'."),
    why=Text("只有列出的几种写法有含义。", "Only the listed words have a meaning."),
    mend=Text("改用列出的写法。{hint}", "Use one of the listed words. {hint}"),
)  # fmt: skip
NOT_A_NAME = kind(
    "value.name", Level.ERROR,
    what=Text("“{value}” 不能作 “{key}”。", "'{value}' cannot serve as '{key}'."),
    why=Text("名称在别处被引用,要短而且没有空格和标点。", "Names are referred to elsewhere: short, without spaces and punctuation."),
    mend=Text("只用字母、汉字、数字、- 与 _,最多 64 个(版本号最多 32 个,不用汉字)。", "Use letters, digits, - and _ only, at most 64 (32 and no Chinese in a version)."),
)  # fmt: skip
NOT_UNDERSTOOD = kind(
    "value.not-understood", Level.ERROR,
    what=Text("“{key}” 的值 “{value}” 看不懂。", "The value '{value}' of '{key}' is not understood."),
    why=Text("看不懂的内容不能参与计算。", "What is not understood cannot take part."),
    mend=Text("对照参考手册改写。", "Write it as the reference says."),
)  # fmt: skip

_LIST = Text("列表", "a list")
_MAPPING = Text("若干“键: 值”", "keys with values")
_WORD = Text("一个词", "a word")
_NUMBER = Text("整数", "a whole number")
_YES_NO = Text("true 或 false", "true or false")
_WANTED = {
    "string_type": _WORD,
    "string_sub_type": _WORD,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_short": Text("更多的项", "more items"),
    "too_long": Text("更少的项", "fewer items"),
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
}
_NUMBER_KINDS: dict[str, Kind] = {"words": NOT_A_NUMBER, "exponent": EXPONENT, "too_fine": TOO_FINE, "too_large": TOO_LARGE_NUMBER}
_PLAIN: dict[str, tuple[Kind, dict[str, object]]] = {
    **dict.fromkeys(("missing", "missing_argument"), (MISSING_KEY, {})),
    **dict.fromkeys(("date_type", "date_from_datetime_parsing", "date_parsing"), (NOT_A_DAY, {})),
    "string_pattern_mismatch": (NOT_A_NAME, {}),
}
_CHOICES = re.compile(r"'([^']*)'|\b([0-9]+)\b")
_ROUNDS = 12


LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Built(Generic[M]):
    """The model, with stand-ins where the text does not fit, and ``places`` that know which parts are broken."""

    model: M | None
    places: Places
    problems: tuple[Problem, ...]


def build(model: type[M], tree: Any, places: Places, stand_ins: Mapping[str, Any]) -> Built[M]:
    """The tree as a model. ``stand_ins``: for required keys, what may stand in until the text is mended."""
    work = _Repair(model, copy.deepcopy(tree), places, stand_ins)
    for _ in range(_ROUNDS):
        try:
            built = model.model_validate(work.tree, by_alias=True, by_name=False)
        except ValidationError as wrong:
            work.mend(wrong.errors(include_url=False))
        else:
            return Built(built, replace(places, broken=frozenset(work.broken)), tuple(work.problems))
    return Built(None, replace(places, broken=frozenset(work.broken)), tuple(work.problems))


class _Repair:
    """A tree on its way to fit: problems noted, misfits replaced. Lists keep their length, so places stay true."""

    def __init__(self, model: type[BaseModel], tree: Any, places: Places, stand_ins: Mapping[str, Any]) -> None:
        self.model = model
        self.tree = tree
        self.places = places
        self.stand_ins = stand_ins
        self.problems: list[Problem] = []
        self.broken = set(places.broken)
        self._replaced: set[Steps] = set()

    def mend(self, errors: list[ErrorDetails]) -> None:
        targets = [(self._target(error), error) for error in errors]
        for target, error in targets:
            if not is_under(target, self.broken):
                self.problems.append(_problem(error, target, self.places, self.model))
            self.broken.add(target)
        for target, error in targets:
            self._repair(target, absent=_is_absent(error))

    def _target(self, error: ErrorDetails) -> Steps:
        """Where in the text the error is; steps of the model the text does not have are skipped."""
        path = _path(self.tree, error["loc"])
        return (*path, error["loc"][-1]) if _is_absent(error) else path

    def _repair(self, target: Steps, *, absent: bool) -> None:
        if not target or (absent and target[-1] not in self.stand_ins):
            self._take_out(target[:-1])
        elif absent:
            self._put(target, copy.deepcopy(self.stand_ins[str(target[-1])]))
        else:
            self._take_out(target)

    def _take_out(self, path: Steps) -> None:
        """Drop a key; in a list try an empty part, then a word, then give up the list."""
        holder = _at(self.tree, path[:-1])
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
        elif isinstance(holder, list) and (*path, "?") in self._replaced:
            self._take_out(path[:-1])
        elif isinstance(holder, list):
            self._put(path, "?" if path in self._replaced else {})
            self._replaced |= {(*path, "?")} if path in self._replaced else {path}

    def _put(self, path: Steps, value: Any) -> None:
        holder = _at(self.tree, path[:-1])
        if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(path[-1], int)):
            holder[path[-1]] = value  # type: ignore[index]


def _is_absent(error: ErrorDetails) -> bool:
    """Whether a key is not there; of a list that is too short the list itself is wrong."""
    return error["type"] in {"missing", "missing_argument"} and isinstance(error["loc"][-1], str)


_EXTRA = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def _at(tree: Any, path: Steps) -> Any:
    """The value at a path, ``None`` where there is none any more."""
    for step in path:
        if isinstance(tree, dict):
            tree = tree.get(step)
        else:
            tree = tree[step] if isinstance(tree, list) and isinstance(step, int) and step < len(tree) else None
    return tree


def _path(tree: Any, loc: tuple[int | str, ...]) -> Steps:
    path: Steps = ()
    for step in loc:
        here = (isinstance(tree, dict) and step in tree) or (isinstance(tree, list) and isinstance(step, int) and step < len(tree))
        if here:
            path, tree = (*path, step), tree[step]
    return path


def _problem(error: ErrorDetails, target: Steps, places: Places, model: type[BaseModel]) -> Problem:
    key = _key(target)
    if error["type"] in _EXTRA:
        return UNKNOWN_KEY(places.key(*target), key=_short(key), hint=among(key, _keys_at(model, error["loc"])))
    wrong, values = _kind_of(error)
    return wrong(places.of(*target), **{"key": _short(key), "value": _short(error["input"]), **values})


def _key(target: Steps) -> str:
    """The name a value goes by: its key, with its number in a list."""
    key = next((step for step in reversed(target) if isinstance(step, str)), "")
    return f"{key} #{target[-1] + 1}" if target and isinstance(target[-1], int) else key


def _kind_of(error: ErrorDetails) -> tuple[Kind, dict[str, object]]:
    """Our kind for one of pydantic's errors, with the further values its sentence needs."""
    name, ctx = error["type"], error.get("ctx", {})
    if name == "missing" and not _is_absent(error):
        name = "too_short"
    if name in _WANTED:
        return WRONG_TYPE, {"wanted": _WANTED[name], "given": _given(error["input"])}
    if name in {"literal_error", "enum"}:
        return NOT_A_CHOICE, {"hint": among(str(error["input"]), _choices(ctx))}
    if name == "greater_than_equal":
        return OUT_OF_RANGE, {"bound": f"≥ {ctx.get('ge')}"}
    return _PLAIN.get(name) or _own_kind(ctx.get("error"), error["input"])


def _choices(ctx: Mapping[str, Any]) -> list[str]:
    return [word or number for word, number in _CHOICES.findall(str(ctx.get("expected", "")))]


def _own_kind(cause: object, given: Any) -> tuple[Kind, dict[str, object]]:
    """The kind for an error one of our own readers raised."""
    if isinstance(cause, NumberError):
        if is_hole(given):
            return HOLE, {}
        if isinstance(given, dict | list):
            return WRONG_TYPE, {"wanted": Text("一个数", "a number"), "given": _given(given)}
        return _NUMBER_KINDS[cause.reason], {}
    if isinstance(cause, DayError):
        return NO_SUCH_DAY if cause.shaped else NOT_A_DAY, {}
    return (NOT_WORDS, {}) if isinstance(cause, WordsError) else (NOT_UNDERSTOOD, {})


def _given(value: Any) -> Text:
    if value is None:
        return Text("空白", "nothing")
    if isinstance(value, dict):
        return _MAPPING
    if isinstance(value, list):
        return _LIST
    return Text(f"“{_short(value)}”", f"'{_short(value)}'")


def _short(value: Any) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "…"


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys the text may have where the error is."""
    for step in loc:
        found = next((f for name, f in model.model_fields.items() if (f.alias or name) == step), None)
        model = next(_models_in(found.annotation), model) if found else model
    return [f.alias or name for name, f in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
