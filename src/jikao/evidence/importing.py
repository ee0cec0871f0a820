"""Importing: a file or rows → text → staged tables → checks → parts of the store. All of it, or nothing.

Every import goes one way: whatever came becomes text, the text is typed in SQL (``stage``), the rows are checked as a
whole (``rows``), and only when no error was found are new parts written and ``store.json`` replaced (``merge``,
``store``). Importing the same again changes nothing; a row whose key is known and whose content differs replaces the
stored one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from pathlib import Path

from jikao.evidence import duck
from jikao.evidence.cells import as_cell
from jikao.evidence.clock import WorkDays, work_days
from jikao.evidence.duck import Con
from jikao.evidence.fetching import BROKEN, Fetched, Unfit, fetch
from jikao.evidence.mapping import FormatText, Mapping, MappingText, TimesText
from jikao.evidence.merge import Parts, merge
from jikao.evidence.reading import Format, Raw, Wanted, line_problems, open_table
from jikao.evidence.report import ImportReport, write_report
from jikao.evidence.rows import keep_last, key_problems, known_people, person_problems
from jikao.evidence.shapes import SHAPES, Shape
from jikao.evidence.shaping import Shaped, by_headers, by_mapping, header_problems, missing_columns, wanted_by_mapping, wanted_by_shape
from jikao.evidence.stage import Staged, Texts, cell_problems, stage
from jikao.evidence.store import Entry, Store
from jikao.evidence.typed import Times, present
from jikao.scheme.problem import Level, Place, Problem, errors, kind
from jikao.scheme.text import Text

NO_SHAPE = kind(
    "evidence.shape", Level.ERROR,
    what=Text("没有“{shape}”这种数据", "There is no shape {shape}"),
    why=Text("数据必须属于已知的种类:{known}。", "Evidence comes in known shapes: {known}."),
    mend=Text("改用列出的名称。", "Use one of the names listed."),
)  # fmt: skip
NO_COLUMN = kind(
    "evidence.column", Level.ERROR,
    what=Text("{shape} 没有“{column}”这一列", "{shape} has no column {column}"),
    why=Text("写错的列名会让数据悄悄丢失。", "A misspelt column would lose its data silently."),
    mend=Text("改用这些列名:{known}。", "Use these: {known}."),
)  # fmt: skip


_MANY_ROWS = 10_000
"""More rows than these get a database of their own, which may spill to disk."""


@dataclass(frozen=True)
class Coming:
    """What is being imported, apart from its rows."""

    import_id: str
    origin: str
    by: str = ""
    mapping: str = ""
    keep: Callable[[Path], str] = lambda _: ""
    """Puts the raw material into a folder and gives its name there."""


def import_rows(store: Store, shape: str, rows: Sequence[Dict[str, object]], *, origin: str, by: str = "") -> ImportReport:
    """Rows given by a program: a case, a form on the web. Typed, checked and kept like a file of the same columns.

    Raises ``Refused`` only when the store is busy or its calendar moved.
    """
    raw = "".join(json.dumps(row, ensure_ascii=False, default=as_cell) + "\n" for row in rows).encode("utf-8", "replace")
    import_id = import_id_of(hashlib.sha256(raw).hexdigest(), f"rows {shape} {origin}")
    coming = Coming(import_id, origin, by, keep=lambda folder: _keep_bytes(folder, f"{import_id}.jsonl", raw))
    problems = _name_problems(shape, rows)
    if problems:
        return refuse(store, coming, problems)
    with store.writing() as scratch, duck.connect(scratch if len(rows) > _MANY_ROWS else None) as con:
        return known_already(store, import_id) or run(
            con, store, coming, [Shaped(SHAPES[shape], _row_texts(con, store, SHAPES[shape], rows, origin))]
        )


def _name_problems(shape: str, rows: Sequence[Dict[str, object]]) -> list[Problem]:
    if shape not in SHAPES:
        return [NO_SHAPE(shape=shape, known=", ".join(SHAPES))]
    known = [c.name for c in SHAPES[shape].columns]
    unknown = sorted({name for row in rows for name in row} - set(known))
    return [NO_COLUMN(shape=shape, column=name, known=", ".join(known)) for name in unknown]


def _row_texts(con: Con, store: Store, shape: Shape, rows: Sequence[Dict[str, object]], origin: str) -> Texts:
    names = [c.name for c in shape.columns if any(c.name in row for row in rows)]
    duck.text_table(con, "raw", names or ["nothing"], [[as_cell(row.get(n)) for n in names or ["nothing"]] for row in rows])
    columns = {n: present(duck.name(n)) for n in names}
    times = Times(store.calendar.zone, store.calendar.zone)
    index = {c.name: i for i, c in enumerate(shape.columns, 1)}
    return Texts("raw", None, 1, columns, {}, lambda row, column: Place(origin, row, index[column]), times)


def import_file(
    store: Store, path: Path, *, mapping: Mapping | None = None, shape: str | None = None, sheet: str | None = None, by: str = ""
) -> ImportReport:
    """A file, through a mapping, or with the headers of one shape (by default the one the file is named after).

    Whatever is wrong with the file is in the report. Raises ``Refused`` only when the store is busy or its calendar moved.
    """
    how = f"mapping {mapping.text}" if mapping else f"shape {shape or path.stem}"
    wrong = _how_problems(mapping, shape or path.stem)
    with store.writing() as scratch:
        try:
            fetched = fetch(path, scratch)
        except Unfit as unfit:
            return refuse(store, Coming(import_id_of(str(path), how), path.name), [unfit.problem, *wrong])
        import_id = import_id_of(fetched.sha256, f"{how} sheet {sheet}")
        coming = Coming(
            import_id, path.name, by, mapping.name if mapping else "", lambda folder: _keep(folder, import_id, fetched, mapping)
        )
        if wrong:
            return refuse(store, coming, wrong)
        return known_already(store, import_id) or _import_fetched(
            store, scratch, coming, _How(fetched, mapping.spec if mapping else None, shape or path.stem, sheet)
        )


def _how_problems(mapping: Mapping | None, shape: str) -> list[Problem]:
    if mapping is not None:
        return errors(mapping.problems)
    return [] if shape in SHAPES else [NO_SHAPE(shape=shape, known=", ".join(SHAPES))]


@dataclass(frozen=True)
class _How:
    """A fetched file and how it is to be read."""

    fetched: Fetched
    spec: MappingText | None
    shape: str
    sheet: str | None

    @property
    def form(self) -> Format:
        given = self.spec.format if self.spec else FormatText()
        return Format(given.encoding, given.delimiter, given.header_row, given.footer_rows, self.sheet or given.sheet)

    @property
    def wanted(self) -> Wanted:
        return wanted_by_mapping(self.spec) if self.spec else wanted_by_shape(SHAPES[self.shape])

    def times(self, company: str) -> Times:
        given = self.spec.times if self.spec else TimesText()
        return Times(given.zone or company, company, given.forms)


def _import_fetched(store: Store, scratch: Path, coming: Coming, how: _How) -> ImportReport:
    with duck.connect(scratch) as con:
        try:
            raw, batches, problems = _prepared(con, store, scratch, how)
        except Unfit as unfit:
            return refuse(store, coming, [unfit.problem])
        except duck.Error as cause:
            return refuse(store, coming, [_broken(coming, cause)])
        return run(con, store, coming, batches, problems, raw)


def _prepared(con: Con, store: Store, scratch: Path, how: _How) -> tuple[Raw, list[Shaped], list[Problem]]:
    """The file's table, what it becomes, and the problems so far. Raises ``Unfit``."""
    times = how.times(store.calendar.zone)
    raw = open_table(con, how.fetched, how.form, how.wanted, scratch, how.spec.format.kind if how.spec else "auto")
    problems = [*raw.problems, *(missing_columns(how.spec, raw) if how.spec else header_problems(raw, SHAPES[how.shape]))]
    if errors(problems):
        return raw, [], problems
    if how.spec is None:
        return raw, [by_headers(raw, SHAPES[how.shape], times)], problems
    batches, repeats = by_mapping(con, raw, how.spec, times)
    return raw, batches, [*problems, *repeats]


def _broken(coming: Coming, cause: Exception) -> Problem:
    return BROKEN(Place(coming.origin), cause=str(cause).splitlines()[0][:200])


def run(
    con: Con, store: Store, coming: Coming, batches: Sequence[Shaped], problems: Sequence[Problem] = (), raw: Raw | None = None
) -> ImportReport:
    """Stage, check and merge. With any error nothing is written but the problem report."""
    if errors(problems):
        return refuse(store, coming, problems)
    days = work_days(store.calendar)
    try:
        if any(c.worked for batch in batches for c in batch.shape.columns):
            days.load(con)
        staged = [stage(con, batch.shape, batch.texts, days, f"staged_{i}") for i, batch in enumerate(batches)]
        found = [*problems, *(line_problems(con, raw) if raw else ()), *_checked(con, store, batches, staged, days)]
    except duck.Error as cause:
        return refuse(store, coming, [*problems, _broken(coming, cause)])
    if errors(found):
        return refuse(store, coming, found)
    return _merged(con, store, coming, batches, staged, found)


def _checked(con: Con, store: Store, batches: Sequence[Shaped], staged: Sequence[Staged], days: WorkDays) -> list[Problem]:
    found: list[Problem] = []
    known = known_people(store.paths("people"), staged)
    for batch, table in zip(batches, staged, strict=True):
        found += cell_problems(con, table, batch.texts, days)
        if batch.register:
            keep_last(con, table)
        else:
            found += key_problems(con, table, batch.texts)
        found += person_problems(con, table, batch.texts, known)
    return found


def _merged(
    con: Con, store: Store, coming: Coming, batches: Sequence[Shaped], staged: Sequence[Staged], problems: Sequence[Problem]
) -> ImportReport:
    names = Parts(store, coming.import_id, work_days(store.calendar), store.state.written)
    parts = {shape: store.paths(shape) for shape in store.state.parts}
    counts: dict[str, tuple[int, int, int]] = {}
    for batch, table in zip(batches, staged, strict=True):
        shape = batch.shape.name
        merged = merge(con, table, parts.get(shape, ()), names, only_new=batch.register)
        parts[shape] = merged.parts
        counts[shape] = _plus(counts.get(shape, (0, 0, 0)), (merged.added, merged.changed, merged.same))
    if names.written > store.state.written or parts.keys() != store.state.parts.keys():
        _commit(store, coming, parts, counts, names.written)
    added, changed, same = ({s: c[i] for s, c in counts.items()} for i in range(3))
    return ImportReport(coming.import_id, added, changed, same, tuple(problems))


def _plus(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _commit(store: Store, coming: Coming, parts: Dict[str, Sequence[Path]], counts: Dict[str, tuple[int, int, int]], written: int) -> None:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    raw = coming.keep(store.root / "raw")
    entry = Entry(coming.import_id, now, coming.origin, coming.by, raw, coming.mapping, counts)
    named = {shape: tuple(p.relative_to(store.root).as_posix() for p in paths) for shape, paths in parts.items()}
    store.commit(replace(store.state, parts=named, imports=(*store.state.imports, entry), written=written))


def known_already(store: Store, import_id: str) -> ImportReport | None:
    """The report of an import that came before and that no later one has touched since: nothing to do."""
    entries = store.state.imports
    last = max((i for i, e in enumerate(entries) if e.import_id == import_id), default=None)
    if last is None or any(set(e.counts) & set(entries[last].counts) for e in entries[last + 1 :]):
        return None
    counts = {shape: sum(c) for shape, c in entries[last].counts.items()}
    zero = dict.fromkeys(counts, 0)
    return ImportReport(import_id, zero, zero, counts)


def refuse(store: Store, coming: Coming, problems: Sequence[Problem]) -> ImportReport:
    """Nothing is imported; the problems go into a report a person can open."""
    path = write_report(store.root / "reports" / f"{coming.import_id}.csv", problems)
    return ImportReport(coming.import_id, problems=tuple(problems), report=path)


def import_id_of(content: str, rest: str) -> str:
    """The name of an import: what came (its SHA-256) and how it was read."""
    return hashlib.sha256(f"{content} {rest}".encode()).hexdigest()[:16]


def _keep(folder: Path, import_id: str, fetched: Fetched, mapping: Mapping | None) -> str:
    """Move the fetched copy, and write the mapping, into the store's ``raw``."""
    if mapping is not None:
        _keep_bytes(folder, f"{import_id}.mapping.yaml", mapping.text.encode())
    name = f"{import_id}{fetched.suffix}"
    fetched.raw.replace(folder / name)
    return name


def _keep_bytes(folder: Path, name: str, raw: bytes) -> str:
    with (folder / name).open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    return name
