"""Rows of a file as the texts of shapes: by the file's own headers, or by a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace

from jikao.evidence import duck
from jikao.evidence.backend import quoted
from jikao.evidence.duck import Con
from jikao.evidence.mapping import Conditions, MappingText, Source, Table
from jikao.evidence.reading import IGNORED, NO_COLUMNS, Raw, Wanted
from jikao.evidence.shapes import SHAPES, Shape
from jikao.evidence.stage import Texts
from jikao.evidence.typed import Times, chosen, later, present
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import listed, several

REPEATS = kind(
    "evidence.repeats", Level.HINT,
    what=Text("略去 {count} 行完全重复的记录", "{count} exact repeats were left out"), why=Text("映射写明重复的行只算一次。", "The mapping says repeated rows count once."),
    mend=Text("无需处理。", "Nothing needs doing."),
)  # fmt: skip
LACKING = kind(
    "file.columns-lacking", Level.WARNING,
    what=Text("文件里没有映射所写的列:{missing}", "The file lacks columns the mapping names: {missing}"), why=Text("靠它们的内容会是空的,相应的指标为 N/A。", "What comes from them stays empty, and figures that need it are N/A."),
    mend=Text("导出时选上这些列,或从映射中删去。", "Export them too, or take them out of the mapping."),
)  # fmt: skip


@dataclass(frozen=True)
class Shaped:
    """Texts on their way to a shape. ``register``: only rows whose key is unknown count, and the last of each key."""

    shape: Shape
    texts: Texts
    register: bool = False


# --- by the file's own headers -----------------------------------------------------------------------------------


def wanted_by_shape(shape: Shape) -> Wanted:
    """A column of a shape goes by its name and by its titles."""
    return {c.name: (c.name, c.title.zh, c.title.en) for c in shape.columns}


def by_headers(raw: Raw, shape: Shape, times: Times) -> Shaped:
    """A table whose headers are the shape's own."""
    texts = {name: present(f"c{i}") for name, i in raw.index.items()}
    filled = frozenset(raw.index)
    made = Texts(raw.relation, raw.row_no, raw.first, texts, _headers(raw, raw.index), _placing(raw, raw.index), times, filled)
    return Shaped(shape, made)


def header_problems(raw: Raw, shape: Shape) -> Iterator[Problem]:
    """Required columns the file lacks, and columns it has that do not belong to the shape."""
    lacking = [
        Text(f"{c.title.zh}({c.name})", f"{c.title.en} ({c.name})")
        for c in shape.columns
        if c.required and c.default is None and c.name not in raw.index
    ]
    spare = [h for i, h in enumerate(raw.headers) if h and i not in raw.index.values()]
    place = Place(raw.place(1, 0).file)
    if lacking:
        yield NO_COLUMNS(place, missing=listed(lacking), seen=_shown(raw.headers))
    if spare:
        yield IGNORED(place, columns=_shown(spare))


def _headers(raw: Raw, index: Dict[str, int]) -> dict[str, str]:
    return {name: raw.headers[i] for name, i in index.items() if raw.headers[i]}


def _shown(headers: Iterable[str]) -> Text:
    """Headers as far as anybody reads them: a hostile file may have a million, or one of a million characters."""
    said = several(h for h in headers if h)
    return Text(said.zh[:500], said.en[:500])


def _placing(raw: Raw, index: Dict[str, int]) -> Callable[[int, str], Place]:
    return lambda row, column: raw.place(row, index.get(column, 0))


# --- by a mapping ------------------------------------------------------------------------------------------------


def wanted_by_mapping(spec: MappingText) -> Wanted:
    """The foreign columns a mapping names, by themselves."""
    return {name: (name,) for name in spec.used}


def missing_columns(spec: MappingText, raw: Raw) -> Iterator[Problem]:
    """Columns the mapping names and the file lacks: an error where nothing can be made without them."""
    lacking = [name for name in spec.used if name not in raw.index]
    place = Place(raw.place(1, 0).file)
    if vital := [name for name in lacking if name in spec.vital]:
        yield NO_COLUMNS(place, missing=several(vital), seen=_shown(raw.headers))
    if spare := [name for name in lacking if name not in spec.vital]:
        yield LACKING(place, missing=several(spare))


def by_mapping(con: Con, raw: Raw, spec: MappingText, times: Times) -> tuple[list[Shaped], list[Problem]]:
    """Every table of a mapping, people first so that they are known; and how many repeats were left out."""
    problems: list[Problem] = []
    raw = _cleaned(raw, spec)
    if len(spec.tables) > 1 or any(_needs_numbers(t) for t in spec.tables) or spec.drop_duplicates:
        raw = raw.numbered(con)
    if spec.drop_duplicates:
        raw, repeats = _without_repeats(con, raw, spec.drop_duplicates)
        problems += [REPEATS(Place(raw.place(1, 0).file), count=repeats)] if repeats else []
    tables = sorted(spec.tables, key=lambda t: t.shape != "people")
    return [_shaped(table, _Cells(raw, times)) for table in tables], problems


def _cleaned(raw: Raw, spec: MappingText) -> Raw:
    """Only the columns that are used, outer space removed, words for "nothing" turned into NULL."""
    used = range(len(raw.headers)) if "*" in spec.drop_duplicates else sorted({raw.index[c] for c in spec.used if c in raw.index})
    cells = ", ".join(f"{_or_nothing(present(f'c{i}'), spec.format.missing)} AS c{i}" for i in used)
    row_no = f"{raw.row_no} AS row_no, " if raw.row_no else ""
    return replace(raw, relation=f"(SELECT {row_no}{cells} FROM {raw.relation})", row_no="row_no" if raw.row_no else None)


def _or_nothing(text: str, missing: Sequence[str]) -> str:
    return f"CASE WHEN {text} NOT IN ({', '.join(map(quoted, missing))}) THEN {text} END" if missing else text


def _needs_numbers(table: Table) -> bool:
    return bool(table.per or table.distinct or table.where or any(s.row for s in table.columns.values()))


def _without_repeats(con: Con, raw: Raw, columns: tuple[str, ...]) -> tuple[Raw, int]:
    chosen = range(len(raw.headers)) if "*" in columns else [raw.index[c] for c in columns]
    same = ", ".join(f"c{i}" for i in chosen)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE unrepeated AS SELECT * FROM {raw.relation} QUALIFY row_number() OVER (PARTITION BY {same} ORDER BY row_no) = 1"
    )
    ((all_, left),) = con.execute(f"SELECT (SELECT count(*) FROM {raw.relation}), (SELECT count(*) FROM unrepeated)").fetchall()
    return replace(raw, relation="unrepeated"), all_ - left


@dataclass(frozen=True)
class _Cells:
    """SQL of the cells of a cleaned table."""

    raw: Raw
    times: Times

    def text(self, name: str, missing: tuple[str, ...] = ()) -> str:
        if name not in self.raw.index:
            return "NULL::VARCHAR"
        return _or_nothing(f"c{self.raw.index[name]}", missing)

    def holds(self, conditions: Conditions) -> str:
        """SQL that is true where all the conditions hold."""
        parts = []
        for name, condition in conditions.items():
            cell = self.text(name)
            if condition.is_:
                parts.append(f"coalesce({cell} IN ({', '.join(map(quoted, condition.is_))}), false)")
            if condition.not_:
                parts.append(f"coalesce({cell} NOT IN ({', '.join(map(quoted, condition.not_))}), true)")
            if condition.present is not None:
                parts.append(f"{cell} IS {'NOT ' if condition.present else ''}NULL")
        return " AND ".join(parts) or "true"


def _shaped(table: Table, cells: _Cells) -> Shaped:
    """The texts of one table of a mapping, many rows folded into one where it says so."""
    raw = cells.raw
    index = {name: raw.index[source.picked[0]] for name, source in table.columns.items() if source.picked and source.picked[0] in raw.index}
    filled = frozenset(name for name, source in table.columns.items() if source.picked and not source.otherwise)
    if table.per is not None:
        relation, texts = _folded(table, cells)
    elif table.distinct is not None:
        relation, texts = _gathered(table, cells)
    else:
        relation, texts = _one_to_one(table, cells)
    made = Texts(relation, raw.row_no, raw.first, texts, _headers(raw, index), _placing(raw, index), cells.times, filled)
    return Shaped(SHAPES[table.shape], made, table.distinct is not None)


def _one_to_one(table: Table, cells: _Cells) -> tuple[str, dict[str, str]]:
    texts = {}
    for name, source in table.columns.items():
        picked = _picked(source, cells)
        if source.where:
            picked = f"CASE WHEN {cells.holds(source.where)} THEN {picked} END"
        texts[name] = _worked(picked, source, cells, cells.text(source.plus, source.missing) if source.plus else None)
    relation = f"(SELECT * FROM {cells.raw.relation} WHERE {cells.holds(table.where)})" if table.where else cells.raw.relation
    return relation, texts


def _folded(table: Table, cells: _Cells) -> tuple[str, dict[str, str]]:
    """Rows of one ``per`` become one: values of the last row, or of the first or last for which something holds."""
    picks, texts = {}, {}
    for name, source in table.columns.items():
        picks[f"p_{name}"] = _over_rows(source, cells)
        if source.plus:
            picks[f"q_{name}"] = f"arg_max_null({cells.text(source.plus, source.missing)}, row_no)"
        texts[name] = _worked(duck.name(f"p_{name}"), source, cells, duck.name(f"q_{name}") if source.plus else None)
    listed = ", ".join(f"{sql} AS {duck.name(name)}" for name, sql in picks.items())
    key = cells.text(table.per or "")
    some = f"coalesce({', '.join(cells.text(c) for c in table.used)}) IS NOT NULL"
    return (
        f"(SELECT max(row_no) AS row_no, {listed} FROM {cells.raw.relation} WHERE {some} AND {cells.holds(table.where)} GROUP BY {key})",
        texts,
    )


def _over_rows(source: Source, cells: _Cells) -> str:
    if source.count:
        return f"greatest(count(*) FILTER (WHERE {cells.holds(source.where)}) - {source.minus}, 0)::VARCHAR"
    take = "arg_min_null" if source.first is not None else "arg_max_null"
    kept = f" FILTER (WHERE {cells.holds(source.where)})" if source.where else ""
    return f"{take}({_picked(source, cells)}, row_no){kept}"


def _gathered(table: Table, cells: _Cells) -> tuple[str, dict[str, str]]:
    """One row for every value of a column, taken from the last row that has it."""
    relation, texts = _one_to_one(table, cells)
    by = texts[table.distinct or ""]
    listed = ", ".join(f"arg_max_null({sql}, row_no) AS {duck.name(f'g_{name}')}" for name, sql in texts.items())
    gathered = f"(SELECT max(row_no) AS row_no, {listed} FROM {relation} WHERE {by} IS NOT NULL GROUP BY {by})"
    return gathered, {name: duck.name(f"g_{name}") for name in texts}


def _picked(source: Source, cells: _Cells) -> str:
    """The text a source starts from."""
    if source.const is not None:
        return quoted(source.const)
    if source.row:
        return "row_no::VARCHAR"
    texts = [cells.text(name, source.missing) for name in source.picked]
    return f" || {quoted(source.with_)} || ".join(texts)


def _worked(text: str, source: Source, cells: _Cells, plus: str | None) -> str:
    """What is done to a picked text: match, words, unit, plus."""
    if source.match is not None:
        text = f"nullif(regexp_extract({text}, {quoted(source.match)}, 1), '')"
    if source.words or source.otherwise is not None:
        text = _chosen(text, source)
    if plus is not None:
        return later(text, f"{plus} || {quoted(source.unit)}", cells.times)
    return f"{text} || {quoted(source.unit)}" if source.unit else text


def _chosen(text: str, source: Source) -> str:
    ways = {way.strip(): word for way, word in source.words.items()}
    rest = quoted(source.otherwise) if source.otherwise is not None else text
    return f"CASE WHEN {text} IS NOT NULL THEN nullif({chosen(text, ways, rest) if ways else rest}, '') END"
