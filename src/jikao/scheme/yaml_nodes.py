"""YAML text from strangers as plain values, every one with its place, every problem at once, and nothing executed.

Values are ``dict``, ``list``, ``str`` and ``None``: scalars stay the text they were written as, so no number ever
becomes a binary float and no word becomes a boolean. Tags, anchors and aliases are refused, so a small text cannot
grow into a large value. Nesting, size and the number of values are bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Never

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

DEEPEST = 40
LARGEST_TEXT = 4_000_000
MOST_VALUES = 50_000

Steps = tuple[str | int, ...]
Spot = tuple[int, int]
"""Line and column, from 1."""

ENCODING = kind(
    "text.encoding", Level.ERROR,
    what=Text("文件既不是 UTF-8 也不是 GB18030 编码,第 {line} 行起无法读出。", "The file is neither UTF-8 nor GB18030; it cannot be read from line {line} on."),
    why=Text("编码不明时,文字和数字都可能读错。", "With an unknown encoding words and numbers may be misread."),
    mend=Text("用文本编辑器另存为 UTF-8 编码。", "Save the file as UTF-8 in a text editor."),
)  # fmt: skip
TOO_LARGE = kind(
    "text.too-large", Level.ERROR,
    what=Text("文本有 {size} 字节,超过上限 {limit}。", "The text has {size} bytes, more than the limit of {limit}."),
    why=Text("方案是给人读的文本;这么大的文件多半选错了。", "A scheme is a text for people; a file this large is most likely the wrong one."),
    mend=Text("检查是否选对了文件。", "Check that this is the right file."),
)  # fmt: skip
CONTROL = kind(
    "text.control-character", Level.ERROR,
    what=Text("文本含有 {count} 个控制字符,第一个是 {code}。", "The text holds {count} control characters, the first is {code}."),
    why=Text("看不见的字符会使两份看起来一样的文本得出不同的结果。", "Invisible characters make texts that look alike mean different things."),
    mend=Text("删除这些字符;如果是二进制文件,请选文本文件。", "Delete them; if this is a binary file, choose the text file instead."),
)  # fmt: skip
SYNTAX = kind(
    "yaml.syntax", Level.ERROR,
    what=Text("此处不合 YAML 写法:{reason}。", "This is not valid YAML: {reason}."),
    why=Text("其后的内容无法读出。", "Nothing after it can be read."),
    mend=Text("改法:{advice}。", "To mend it: {advice}."),
)  # fmt: skip
TAB = kind(
    "yaml.tab", Level.ERROR,
    what=Text("此处用制表符(Tab)缩进。", "A tab is used for indentation here."),
    why=Text("YAML 只认空格缩进;制表符的宽度各处不同。", "YAML counts spaces only; a tab has no fixed width."),
    mend=Text("把制表符换成空格。", "Replace the tab with spaces."),
)  # fmt: skip
TAG = kind(
    "yaml.tag", Level.ERROR,
    what=Text("此处有 YAML 标签 “{tag}”。", "There is a YAML tag here: '{tag}'."),
    why=Text("标签会让文本变成别的东西,本语言不用标签。", "Tags turn text into other things; this language has none."),
    mend=Text("删去标签;若感叹号是文字的一部分,请加引号。", "Delete the tag; if the exclamation mark is part of the words, put them in quotes."),
)  # fmt: skip
ANCHOR = kind(
    "yaml.anchor", Level.ERROR,
    what=Text("此处有 YAML 锚点或引用 “{name}”。", "There is a YAML anchor or alias here: '{name}'."),
    why=Text("引用会让短短几行展开成无穷多的内容,也让读者看不见实际的规则。", "Aliases let a few lines grow without end, and hide the rule from its reader."),
    mend=Text("把内容直接写出;重复的数字写进 settings 再用 $名称 引用。", "Write the content out; put repeated numbers into settings and refer to them as $name."),
)  # fmt: skip
DEEP = kind(
    "yaml.too-deep", Level.ERROR,
    what=Text("此处嵌套超过 {limit} 层。", "Nesting is deeper than {limit} levels here."),
    why=Text("没有哪个方案需要这么多层;多半是括号写错。", "No scheme needs that many; most likely brackets went wrong."),
    mend=Text("检查括号与缩进。", "Check brackets and indentation."),
)  # fmt: skip
TOO_MANY = kind(
    "yaml.too-many", Level.ERROR,
    what=Text("文本中的值超过 {limit} 个。", "The text holds more than {limit} values."),
    why=Text("方案是给人读的文本;这么多值多半是选错了文件。", "A scheme is a text for people; that many values are most likely the wrong file."),
    mend=Text("检查是否选对了文件;数据请作为证据导入。", "Check the file; import data as evidence instead."),
)  # fmt: skip
DUPLICATE_KEY = kind(
    "yaml.duplicate-key", Level.ERROR,
    what=Text("键 “{key}” 在同一处写了两次,第一次在第 {line} 行。", "Key '{key}' is written twice in one place, first on line {line}."),
    why=Text("两个值只能有一个算数,读者无从知道是哪一个。", "Only one of the two values can count, and no reader can know which."),
    mend=Text("删去其中一个。", "Delete one of them."),
)  # fmt: skip
KEY = kind(
    "yaml.key", Level.ERROR,
    what=Text("此处的键不是一个词。", "The key here is not a word."),
    why=Text("键是名称,不能是列表、映射或空白。", "Keys are names; lists, mappings and blanks are not."),
    mend=Text("写成“名称: 值”。", "Write it as 'name: value'."),
)  # fmt: skip
SEVERAL = kind(
    "yaml.several-documents", Level.ERROR,
    what=Text("文本里有不止一份文档(第二个 ---)。", "The text holds more than one document (a second ---)."),
    why=Text("一个文件只写一份,后面的不会被读到。", "One file holds one document; the rest would not be read."),
    mend=Text("把后面的内容移到另一个文件。", "Move the rest to another file."),
)  # fmt: skip

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|(?<!^)\ufeff")


@dataclass(frozen=True)
class _Slip:
    """A common slip of the pen: how the parser words it, what it is, how to mend it, and whether it began earlier."""

    words: str
    reason: Text
    advice: Text
    began_earlier: bool = False


_SLIPS = (
    _Slip("escape", Text("反斜杠后的写法不认识", "what follows the backslash is unknown"),
          Text("改用单引号,或写两个反斜杠", "use single quotes, or two backslashes")),
    _Slip("mapping values are not allowed", Text("冒号的位置不对", "a colon stands where none may"),
          Text("检查缩进;文字里有冒号时给整段加引号", "check the indentation; put words that hold a colon in quotes")),
    _Slip("quoted scalar", Text("引号没有配对", "a quote is not closed"), Text("补上另一个引号", "close the quote"), began_earlier=True),
    _Slip("or ']'", Text("方括号没有配对", "a square bracket is not closed"), Text("补上 ] 或逗号", "add the ] or the comma"), began_earlier=True),
    _Slip("or '}'", Text("花括号没有配对", "a brace is not closed"), Text("补上 } 或逗号", "add the } or the comma"), began_earlier=True),
    _Slip("flow node", Text("括号没有配对", "a bracket is not closed"), Text("补上括号", "close the bracket"), began_earlier=True),
    _Slip("block end", Text("缩进不一致", "the indentation does not match"), Text("同一层的行要左对齐", "align lines of the same level")),
    _Slip("could not find expected ':'", Text("键后面没有冒号", "a key has no colon"), Text("写成“名称: 值”", "write 'name: value'")),
    _Slip("cannot start any token", Text("文字不能以这个符号开头", "words cannot begin with this sign"), Text("给整段加引号", "put them in quotes")),
)  # fmt: skip
_SOME_SLIP = _Slip("", Text("写法有误", "something is misplaced"),
                   Text("检查这一行的缩进、冒号、引号与括号", "check indentation, colons, quotes and brackets of this line"))  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Where everything stands in a text, and what reading found out about it.

    ``values`` and ``keys``: line and column by path. ``refs``: where ``$name`` stood. ``broken``: paths already found
    wrong, about which nothing more is worth saying.
    """

    file: str = ""
    values: Mapping[Steps, Spot] = field(default_factory=dict)
    keys: Mapping[Steps, Spot] = field(default_factory=dict)
    refs: Mapping[Steps, str] = field(default_factory=dict)
    broken: frozenset[Steps] = frozenset()

    def path(self, *steps: str | int) -> Steps:
        """The steps that the text really has: others (a shorthand spelled out, a key not written) are skipped."""
        found: Steps = ()
        for step in steps:
            found = (*found, step) if (*found, step) in self.values else found
        return found

    def of(self, *steps: str | int) -> Place:
        """Where the value stands, or its nearest known ancestor."""
        return self._place(self.values, self.path(*steps))

    def key(self, *steps: str | int) -> Place:
        """Where the key stands, or its nearest known ancestor."""
        path = self.path(*steps)
        return self._place(self.keys if path in self.keys else self.values, path)

    def is_sound(self, *steps: str | int) -> bool:
        """Whether reading found nothing wrong at this path, below it, or above it."""
        return steps not in self._broken_below and not is_under(steps, self.broken)

    @cached_property
    def _broken_below(self) -> frozenset[Steps]:
        return frozenset(bad[:length] for bad in self.broken for length in range(len(bad) + 1))

    def _place(self, spots: Mapping[Steps, Spot], path: Steps) -> Place:
        return Place(self.file, *spots.get(path, (None, None)))


def is_under(path: Steps, roots: Collection[Steps]) -> bool:
    """Whether the path or one of its ancestors is among the roots."""
    return any(path[:length] in roots for length in range(len(path) + 1))


@dataclass(frozen=True)
class Parsed:
    """What a text holds. ``value`` is ``None`` if it could not be read to its end."""

    value: Any
    places: Places
    problems: tuple[Problem, ...]


def decode(data: bytes, file: str = "") -> tuple[str | None, list[Problem]]:
    """Bytes as text: UTF-8 with or without BOM, else GB18030; ``None`` and the problem if neither fits."""
    if len(data) > LARGEST_TEXT:
        return None, [TOO_LARGE(Place(file), size=len(data), limit=LARGEST_TEXT)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as wrong:
        bad_byte = wrong.start
    if not _damaged_utf8(data):
        try:
            return data.decode("gb18030"), []
        except UnicodeDecodeError as wrong:
            bad_byte = wrong.start
    line = data.count(b"\n", 0, bad_byte) + 1
    return None, [ENCODING(Place(file, line), line=line)]


def _damaged_utf8(data: bytes) -> bool:
    """UTF-8 with a few bad bytes would often pass as GB18030, every character of it wrong; UTF-16 never fits."""
    foreign = sum(byte > 0x7F for byte in data)
    return data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data.decode("utf-8", "replace").count("\ufffd") * 10 < foreign


def parse(text: str, file: str = "") -> Parsed:
    """The values of a YAML text with their places. Never raises: what is wrong is among the problems."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_TEXT:
        return Parsed(None, Places(file), (TOO_LARGE(Place(file), size=size, limit=LARGEST_TEXT),))
    text = text.removeprefix("\ufeff")
    composer = _Composer(_CONTROL.sub("\ufffd", text), file)
    composer.problems += _control_characters(text, file)
    try:
        value = composer.document()
    except _StoppedError:
        value = None
    return Parsed(value, composer.places(), tuple(composer.problems))


def _control_characters(text: str, file: str) -> Iterator[Problem]:
    found = list(_CONTROL.finditer(text))
    if found:
        start = found[0].start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        yield CONTROL(Place(file, line, column), count=len(found), code=f"U+{ord(found[0][0]):04X}")


class _StoppedError(Exception):
    """Reading cannot go on; the problem has been noted."""


class _Composer:
    """Builds values from parser events, so that limits hold before anything is built and nothing recurses deeply."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._values: dict[Steps, Spot] = {}
        self._keys: dict[Steps, Spot] = {}
        self._broken: set[Steps] = set()
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._count = self._depth = 0

    def places(self) -> Places:
        return Places(self.file, self._values, self._keys, {}, frozenset(self._broken))

    def document(self) -> Any:
        value, documents = None, 0
        while not isinstance(event := self._next(), StreamEndEvent):
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                self._stop(SEVERAL(self._place(event)))
            if isinstance(event, NodeEvent):
                value = self._node(event, ())
        return value

    def _next(self) -> Event:
        try:
            event: Event = next(self._events)
        except MarkedYAMLError as wrong:
            self._stop(_syntax(wrong, self.file))
        except (YAMLError, ValueError, OverflowError):  # bare errors of the parser, e.g. for an impossible escape
            self._stop(SYNTAX(Place(self.file), reason=_SOME_SLIP.reason, advice=_SOME_SLIP.advice))
        self._count += 1
        self._depth += _rise(event)
        if self._count > MOST_VALUES:
            self._stop(TOO_MANY(self._place(event), limit=MOST_VALUES))
        if self._depth > DEEPEST:
            self._stop(DEEP(self._place(event), limit=DEEPEST))
        return event

    def _stop(self, problem: Problem) -> Never:
        self.problems.append(problem)
        raise _StoppedError

    def _node(self, event: Event, path: Steps) -> Any:
        self._values.setdefault(path, _spot(event))
        self._refuse_extras(event)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, ScalarEvent):
            return None if _is_null(event) else event.value
        self._broken.add(path)  # an alias
        return None

    def _list(self, path: Steps) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            found.append(self._node(event, (*path, len(found))))
        return found

    def _mapping(self, path: Steps) -> dict[str, Any]:
        """A key without a value counts as not written."""
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key, value_event = self._key(event), self._next()
            if key is None:
                self._skip(value_event)
                continue
            entry = (*path, key)
            if entry in self._keys:
                self.problems.append(DUPLICATE_KEY(self._place(event), key=key, line=self._keys[entry][0]))
                self._skip(value_event)
                continue
            self._keys[entry] = _spot(event)
            if not isinstance(value_event, ScalarEvent) or not value_event.value:
                self._values[entry] = _spot(event)
            value = self._node(value_event, entry)
            if value is not None:
                found[key] = value
        return found

    def _key(self, event: Event) -> str | None:
        self._refuse_extras(event)
        if isinstance(event, ScalarEvent) and event.value:
            return str(event.value)
        self.problems.append(KEY(self._place(event)))
        self._skip(event)
        return None

    def _skip(self, event: Event) -> None:
        depth = _rise(event)
        while depth > 0:
            depth += _rise(self._next())

    def _refuse_extras(self, event: Event) -> None:
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        escaped = _CONTROL.findall(event.value) if isinstance(event, ScalarEvent) else []
        if escaped:  # "\\0" in quotes is as invisible as the character itself
            self.problems.append(CONTROL(self._place(event), count=len(escaped), code=f"U+{ord(escaped[0]):04X}"))
        if tag is not None:
            self.problems.append(TAG(self._place(event), tag=tag))
        if anchor is not None:
            sign = "*" if isinstance(event, AliasEvent) else "&"
            self.problems.append(ANCHOR(self._place(event), name=f"{sign}{anchor}"))

    def _place(self, event: Event) -> Place:
        return Place(self.file, *_spot(event))


def _spot(event: Event) -> Spot:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _rise(event: Event) -> int:
    if isinstance(event, SequenceStartEvent | MappingStartEvent):
        return 1
    return -1 if isinstance(event, SequenceEndEvent | MappingEndEvent) else 0


def _is_null(event: ScalarEvent) -> bool:
    return event.style is None and event.value in {"", "~", "null"}


def _syntax(wrong: MarkedYAMLError, file: str) -> Problem:
    words = f"{wrong.context} {wrong.problem}"
    slip = next((slip for slip in _SLIPS if slip.words in words), _SOME_SLIP)
    mark = (wrong.context_mark if slip.began_earlier else None) or wrong.problem_mark or wrong.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    return TAB(place) if "'\\t'" in words else SYNTAX(place, reason=slip.reason, advice=slip.advice)
