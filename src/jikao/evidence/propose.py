"""Propose a mapping from a file's header and a look at its first rows; what needs a person is left as comments.

Columns are known by what systems call them (``aliases``), forms of time by which of them reads every value, words by
what people write for the shape's own. Where a day could be a month, nothing is guessed.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.evidence import duck
from jikao.evidence.aliases import EVERYWHERE, STATES, called
from jikao.evidence.duck import Con
from jikao.evidence.fetching import BROKEN, Unfit, fetch
from jikao.evidence.reading import NO_HEADER, Format, Raw, open_table, plain
from jikao.evidence.shapes import SHAPES, Column, Shape, Type
from jikao.evidence.typed import Times, halfway, present, value
from jikao.evidence.words import spellings
from jikao.scheme.problem import Place, Refused

LOOKED_AT = 5000
"""Rows that are looked at."""

NOTHING = frozenset({"?", "-", "--", "—", "/", "N/A", "n/a", "NULL", "null", "None", "无", "(空)", "\\N"})
"""Words that often stand for nothing."""

DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %I:%M %p", "%d-%m-%Y %H:%M", "%d-%m-%Y")
OTHERS = (
    "%m/%d/%y, %I:%M %p",
    "%d/%m/%y, %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M %p",
    "epoch",
    "epoch_ms",
)
"""Forms of time beyond the usual that are tried; for the first six also with the month first."""

_MOST_WORDS = 40


@dataclass(frozen=True)
class _Sample:
    """A file's header and, by column, the distinct texts of its first rows."""

    con: Con
    raw: Raw
    rows: int
    texts: tuple[tuple[str, ...], ...]

    def read(self, column: Column, i: int, forms: tuple[str, ...] = ()) -> list[str]:
        """The texts of a column that cannot be read as the shape's."""
        times = Times("UTC", "UTC", forms)
        texts = [t for t in self.texts[i] if t not in NOTHING]
        duck.text_table(self.con, "looked_at", ["t"], [[t] for t in texts])
        halves = "".join(f", {sql} AS {duck.name(name)}" for name, sql in halfway(column, "t", times).items())
        rows = self.con.execute(f"SELECT t FROM (SELECT *{halves} FROM looked_at) WHERE {value(column, 't', times)} IS NULL").fetchall()
        return [t for (t,) in rows]


def propose(path: Path, *, sheet: str | None = None) -> str:
    """The text of a mapping for a file. Raises ``Refused`` when the file cannot be read."""
    with tempfile.TemporaryDirectory() as folder, duck.connect() as con:
        try:
            sample = _look(con, path, sheet, Path(folder))
            return "\n".join(_Proposal(path, sheet, sample).lines()) + "\n"
        except Unfit as unfit:
            raise Refused([unfit.problem]) from unfit
        except duck.Error as cause:
            raise Refused([BROKEN(Place(path.name), cause=str(cause).splitlines()[0][:200])]) from cause


def _look(con: Con, path: Path, sheet: str | None, folder: Path) -> _Sample:
    fetched = fetch(path, folder)
    try:
        raw = open_table(con, fetched, Format(sheet=sheet), {name: (name,) for name in EVERYWHERE}, folder)
    except Unfit as unfit:
        if unfit.problem.kind is not NO_HEADER:
            raise
        raw = open_table(con, fetched, Format(sheet=sheet), {}, folder)
    con.execute(f"CREATE OR REPLACE TEMP TABLE first_rows AS SELECT * FROM {raw.relation} LIMIT {LOOKED_AT}")
    texts = []
    for i in range(len(raw.headers)):
        cell = present(f"c{i}")
        texts.append(
            tuple(t for (t,) in con.execute(f"SELECT DISTINCT {cell} AS t FROM first_rows WHERE {cell} IS NOT NULL ORDER BY t").fetchall())
        )
    rows = con.execute("SELECT count(*) FROM first_rows").fetchall()[0][0]
    return _Sample(con, raw, rows, tuple(texts))


class _Proposal:
    """The mapping in the making. ``doubts`` gathers what a person must decide."""

    def __init__(self, path: Path, sheet: str | None, sample: _Sample) -> None:
        self.path, self.sheet, self.sample = path, sheet, sample
        self.headers = sample.raw.headers
        self.shape, self.columns = _best_shape(self.headers)
        self.doubts: list[str] = []
        self.forms = self._forms()

    def lines(self) -> Iterator[str]:
        tables = [*self._people(), *self._main(), *self._surveys()]
        name = re.sub(r"[^\w\-]+", "-", self.path.name.partition(".")[0]).strip("-")[:64] or "my-mapping"
        yield f"# 由 jikao map 根据 {self.path.name} 的表头提出,请逐行核对。"
        yield f"# Proposed by jikao map from the header of {self.path.name}: look over every line."
        yield f"mapping: {name}"
        yield f"title: {_quoted(self.path.name)}"
        yield from self._format()
        yield "tables:"
        yield from tables
        unused = [h for i, h in enumerate(self.headers) if h and i not in self.columns.values()]
        if unused:
            yield f"# 没有用到的列 · columns not used: {_comment(', '.join(unused))}"
        yield from (f"# 请决定 · to be decided: {_comment(doubt)}" for doubt in self.doubts)

    def _format(self) -> Iterator[str]:
        missing = sorted({t for texts in self.sample.texts for t in texts if t in NOTHING})
        said = [f"missing: [{', '.join(map(_quoted, missing))}]"] if missing else []
        said += [f"sheet: {_quoted(self.sheet)}"] if self.sheet else []
        if said:
            yield f"format: {{{', '.join(said)}}}"
        if self.forms:
            yield f"times: {{forms: [{', '.join(map(_quoted, self.forms))}]}}"

    # --- tables --------------------------------------------------------------------------------------------------

    def _people(self) -> Iterator[str]:
        """Everybody the rows name, so that nobody is unknown. Positions are for a person to say."""
        named = dict.fromkeys(self.columns[c.name] for c in self.shape.columns if c.person and c.name in self.columns)
        for i in named:
            header = _quoted(self.headers[i])
            yield "  - shape: people"
            yield "    distinct: person"
            yield f"    columns: {{person: {header}, name: {header}, position: {{const: 技术支持工程师}}, department: {{const: 技术支持部}}}}"
        if named:
            self.doubts.append(
                "position 与 department 请改成实际的;已登记的人不受影响 · correct position and department; people known already stay as they are"
            )

    def _main(self) -> Iterator[str]:
        yield f"  - shape: {self.shape.name}"
        key = self.columns.get(self.shape.key[0])
        if len(self.shape.key) == 1 and key is not None and self.sample.rows > len(self.sample.texts[key]):
            yield f"    per: {_quoted(self.headers[key])}"
            self.doubts.append(
                f"“{self.headers[key]}”不止一行,按每个的最后一行取值 · has more than one row each; values are those of the last one"
            )
        yield "    columns:" if self.columns else "    columns: {}"
        for column in self.shape.columns:
            if column.name in self.columns:
                yield f"      {column.name}: {self._source(column, self.columns[column.name])}"
            elif self.shape.name == "tickets" and column.name == "solver" and {"assignee", "solved_at"} <= set(self.columns):
                yield f"      solver: {_quoted(self.headers[self.columns['assignee']])}"
                self.doubts.append("没有“解决人”一列,暂以受理人代替 · there is no column for the solver; the assignee stands in")
            elif column.required and column.default is None:
                yield f"      # {column.name}: ?    # 必需 · required: {column.title.zh} · {column.title.en}"

    def _surveys(self) -> Iterator[str]:
        """A ticket export often carries the customer's rating in a column of its own."""
        answer = SHAPES["surveys"].column("answer")
        found = next((i for i, h in enumerate(self.headers) if plain(h) in map(plain, called(SHAPES["surveys"])["answer"])), None)
        person, day = (
            self.columns.get("solver", self.columns.get("assignee")),
            self.columns.get("solved_at", self.columns.get("created_at")),
        )
        if self.shape.name != "tickets" or found is None or person is None or day is None:
            return
        if self.sample.read(answer, found):
            self.doubts.append(
                f"“{self.headers[found]}”不是 1–5 分,请用 words 换算后导入 surveys · not 1–5: convert it with words and add a surveys table"
            )
            return
        header = {
            name: _quoted(self.headers[i])
            for name, i in (("ticket", self.columns["ticket"]), ("person", person), ("day", day), ("answer", found))
        }
        yield "  - shape: surveys"
        yield f"    where: {{{header['answer']}: {{present: true}}}}"
        yield (
            f"    columns: {{survey: {header['ticket']}, question: {{const: result}}, person: {header['person']}, asked_on: {header['day']}, "
            f"answer: {header['answer']}, ticket: {header['ticket']}}}"
        )
        self.columns["(rating)"] = found

    # --- columns -------------------------------------------------------------------------------------------------

    def _source(self, column: Column, i: int) -> str:
        header = _quoted(self.headers[i])
        date = next((h for h in self.headers if plain(h) in {"date", "日期"}), None)
        if column.type is Type.INSTANT and self._is_length(i) and date is not None:
            return f"{{join: [{_quoted(date)}, {header}]}}"
        if column.type is Type.INSTANT and self._is_length(i) and "created_at" in self.columns and column.name != "created_at":
            unit = ", unit: min" if re.search(r"minute|分钟|\bmin\b", self.headers[i].lower()) else ""
            if not unit:
                self.doubts.append(f"“{self.headers[i]}”是时长,单位按秒 · a length of time, taken as seconds")
            return f"{{from: {_quoted(self.headers[self.columns['created_at']])}, plus: {header}{unit}}}"
        return self._words(column, i, header) if column.words else header

    def _is_length(self, i: int) -> bool:
        texts = self.sample.texts[i]
        return bool(texts) and not self.sample.read(Column("x", Type.SECONDS, SHAPES["contacts"].column("wait").title), i)

    def _words(self, column: Column, i: int, header: str) -> str:
        known = spellings(column.words) | {way: state for state, ways in STATES.items() if state in column.words for way in ways}
        texts = [t for t in self.sample.texts[i] if t not in NOTHING]
        if len(texts) > _MOST_WORDS:
            return header
        words = {t: known[t.lower()] for t in texts if t.lower() in known}
        strange = [t for t in texts if t not in words]
        if strange:
            self.doubts.append(f"{column.name} 的这些词是什么意思 · what these mean ({', '.join(column.words)}): {', '.join(strange)}")
        if all(t.lower() in spellings(column.words) for t in words) and not strange:
            return header
        listed = ", ".join(f"{_quoted(t)}: {word}" for t, word in words.items())
        rest = f", otherwise: {column.default}" if strange and column.default else ""
        return f"{{from: {header}, words: {{{listed}}}{rest}}}"

    def _forms(self) -> list[str]:
        """The forms of time beyond the usual that read every value of the time columns: one for all of them, if any does."""
        times = [
            (c, i)
            for c, i in ((c, self.columns.get(c.name)) for c in self.shape.columns)
            if i is not None and c.type in (Type.DAY, Type.INSTANT)
        ]
        odd = [(c, i) for c, i in times if not self._is_length(i) and self.sample.read(c, i)]
        if not odd:
            return []
        fit = [form for form in _tried() if not any(self.sample.read(c, i, (form,)) for c, i in odd)]
        if fit:
            return self._decided(fit, odd)
        return [form for c, i in odd for form in self._decided([f for f in _tried() if not self.sample.read(c, i, (f,))], [(c, i)])]

    def _decided(self, fit: Sequence[str], odd: Sequence[tuple[Column, int]]) -> list[str]:
        column, i = odd[0]
        example = f"“{self.headers[i]}”的 {self.sample.read(column, i)[0]}"
        if not fit:
            self.doubts.append(
                f"{example} 是什么形式的时间?在 times 的 forms 中写明 · what form of time is this? State it in forms under times"
            )
        elif len(fit) > 1 and fit[0] in DAY_FIRST:
            self.doubts.append(
                f"{example} 是日/月还是月/日?在 times 的 forms 中写明 {fit[0]} 或 {fit[1]} · day or month first? State one of them in forms under times"
            )
            return []
        return list(fit[:1])


def _tried() -> Iterator[str]:
    for form in DAY_FIRST:
        yield form
        yield form.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    yield from OTHERS


def _best_shape(headers: Sequence[str]) -> tuple[Shape, dict[str, int]]:
    """The shape most of whose columns, the required ones first, are among the headers."""
    names = [plain(h) for h in headers]
    matches = {shape.name: _matched(shape, names) for shape in SHAPES.values()}

    def worth(name: str) -> tuple[int, int]:
        required = [c for c in SHAPES[name].columns if c.required]
        lacking = sum(c.name not in matches[name] for c in required)
        return -lacking if len(required) - lacking else -99, len(matches[name])

    best = max(matches, key=lambda name: (worth(name)[1] + 2 * worth(name)[0], worth(name)))
    return SHAPES[best], matches[best]


def _matched(shape: Shape, names: Sequence[str]) -> dict[str, int]:
    """Column → header, the likeliest way of calling it first; a header serves one column."""
    found: dict[str, int] = {}
    for column, ways in called(shape).items():
        found |= next(
            ({column: names.index(plain(way))} for way in ways if plain(way) in names and names.index(plain(way)) not in found.values()), {}
        )
    return found


_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff .()/\-]*")


def _quoted(text: str) -> str:
    """A YAML scalar, in quotes where needed."""
    safe = _PLAIN.fullmatch(text) and text.strip() == text and text.lower() not in {"true", "false", "yes", "no", "null", "on", "off"}
    return text if safe else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
