"""Comparing two sealed runs: who moved, by how much, and why.

The engine finds the rows that differ; only the people with the largest moves become values here. Why somebody moved is
read from what differs between the runs: the marks, the scheme, the calendar, and the rows of evidence that name the
person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from jikao.archive.canonical import connection
from jikao.archive.changes import RowChange, What, changes_sql, row_change
from jikao.archive.inspect import Inspection, opened
from jikao.archive.manifest import RESULTS, Manifest
from jikao.archive.say import evidence_text
from jikao.archive.seal import first_line
from jikao.archive.verify import CONTENT_DAMAGED, sealed_scheme
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.duck import Con, Error, name
from jikao.evidence.shapes import SHAPES, Shape
from jikao.scheme.diff import Change, ChangeKind, diff
from jikao.scheme.problem import Level, Problem, errors, kind
from jikao.scheme.read import read
from jikao.scheme.text import Text
from jikao.scoring.words import NOT_AVAILABLE, each, fill, score

NO_COMMON_PERIOD = kind(
    "run.no-common-period",
    Level.ERROR,
    what=Text("两次结果没有共同的周期:{before} 与 {after}", "The runs share no period: {before} and {after}"),
    why=Text("只有同一周期的结果才能逐人比较", "people are compared within one period"),
    mend=Text("选择同一周期的两次结果", "choose two runs of the same period"),
)

MOVES = 100
"""Moves shown if nobody asks for more."""

ROWS = 20
"""Changed rows of one shape shown for one person."""

PERSON, MARK = RESULTS["results"], RESULTS["marks"]
_STANDING = ("total", "grade", "rank", "state")
_MARK = ("state", "points", "num", "den")


@dataclass(frozen=True)
class Standing:
    """Where a person stood in one run; ``total`` in points, ``None`` for N/A."""

    total: Decimal | None
    grade: str | None
    rank: int | None
    state: str


@dataclass(frozen=True)
class Mark:
    """One indicator of one person in one run: points of the total, and the measured value as ``num/den``."""

    state: str
    points: Decimal | None
    num: int | None
    den: int | None

    def __str__(self) -> str:
        measured = "" if self.num is None else f" ({self.num})" if self.den == 1 else f" ({self.num}/{self.den})"
        return score(self.points) + measured


@dataclass(frozen=True)
class MarkChange:
    """An indicator that was worth something else; ``None``: it was not there."""

    seat: int
    indicator: str
    title: Text
    before: Mark | None
    after: Mark | None

    @property
    def text(self) -> Text:
        """``Plan on time: 80.00 (8/10) → 90.00 (9/10)``."""
        return fill(_MARK_TEXT, title=self.title, before=self.before or NOT_AVAILABLE, after=self.after or NOT_AVAILABLE)


@dataclass(frozen=True)
class EvidenceChange:
    """One row of evidence that differs and names the person."""

    shape: str
    row: RowChange

    @property
    def text(self) -> Text:
        return fill(_ROW_TEXT, shape=SHAPES[self.shape].title, row=evidence_text(self.shape, self.row))


@dataclass(frozen=True)
class Move:
    """One person whose total, grade or rank is another. ``row_count``: all changed rows that name the person, shown or not."""

    period: str
    person: str
    name: str
    before: Standing | None
    after: Standing | None
    marks: tuple[MarkChange, ...]
    rows: tuple[EvidenceChange, ...]
    row_count: int
    reasons: tuple[Text, ...]

    @property
    def change(self) -> Decimal | None:
        """After minus before; ``None`` where one of the totals is N/A."""
        if self.before is None or self.after is None or self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total


@dataclass(frozen=True)
class ShapeChange:
    """How many rows of one shape differ."""

    shape: str
    added: int
    removed: int
    changed: int

    @property
    def any(self) -> bool:
        """Whether anything people brought in differs; the import a row came with does not count."""
        return bool(self.added or self.removed or self.changed)

    @property
    def text(self) -> Text:
        return fill(_SHAPE_TEXT, shape=SHAPES[self.shape].title, added=self.added, removed=self.removed, changed=self.changed)


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs. ``people`` were judged in either, ``moved`` of them moved; ``moves`` are the largest."""

    before: Manifest | None
    after: Manifest | None
    problems: tuple[Problem, ...]
    scheme: tuple[Change, ...] = ()
    calendar: bool = False
    evidence: tuple[ShapeChange, ...] = ()
    people: int = 0
    moved: int = 0
    moves: tuple[Move, ...] = ()


_MARK_TEXT = Text("{title}:{before} → {after}", "{title}: {before} → {after}")
_ROW_TEXT = Text("{shape} {row}", "{shape} {row}")
_SHAPE_TEXT = Text(
    "{shape}:新增 {added} 行,删除 {removed} 行,变更 {changed} 行", "{shape}: {added} added, {removed} removed, {changed} changed"
)
_BY_EVIDENCE = Text("涉及本人的证据有 {count} 行变化", "{count} rows of evidence about this person changed")
_BY_SCHEME = Text("方案改动:{change}", "The scheme changed: {change}")
_BY_CALENDAR = Text("工作日历不同", "The working-day calendar is another")
_BY_OTHERS = Text("本人得分未变,名次因同组其他人变动而变", "Their own score is the same; the rank moved because others in the group did")
_BY_SHARED = Text("不涉及具体个人的证据有变化:{shapes}", "Evidence that names nobody changed: {shapes}")
_BY_VERSION = Text("计算程序版本不同:{before} → {after}", "Another version of the program: {before} → {after}")
_HARMLESS = {ChangeKind.WORDS, ChangeKind.ORDER, ChangeKind.PROCESS, ChangeKind.PAYOUT}
"""Changes of a scheme that move no score."""

_BY_NOTHING = Text(
    "两次结果的方案、证据和日历没有差别;请核对(verify)两次结果", "Scheme, evidence and calendar do not differ; verify both runs"
)


def compare(before: Path, after: Path, *, first: int = MOVES) -> Comparison:
    """Who moved from one sealed run to the other (folders or zip files), the ``first`` largest moves with their reasons.

    Damaged runs are not compared; see ``problems``.
    """
    with opened(before) as old, opened(after) as new:
        problems = [*_named(before, old), *_named(after, new)]
        if old.manifest is None or new.manifest is None or errors(problems):
            return Comparison(old.manifest, new.manifest, tuple(problems))
        if not set(old.manifest.periods) & set(new.manifest.periods):
            said = {"before": ", ".join(old.manifest.periods), "after": ", ".join(new.manifest.periods)}
            return Comparison(old.manifest, new.manifest, (*problems, NO_COMMON_PERIOD(**said)))
        try:
            with connection() as con:
                return replace(_Pair(con, old, old.manifest, new, new.manifest).comparison(first), problems=tuple(problems))
        except (Error, LookupError) as cause:
            damaged = CONTENT_DAMAGED(name=f"{before.name}, {after.name}", reason=first_line(cause))
            return Comparison(old.manifest, new.manifest, (*problems, damaged))


def _named(run: Path, found: Inspection) -> Iterator[Problem]:
    """The problems of a run, with its name before the file's."""
    for problem in found.problems:
        yield replace(problem, place=replace(problem.place, file="/".join(filter(None, (run.name, problem.place.file)))))


class _Pair:
    """Two whole runs on one connection."""

    def __init__(self, con: Con, old: Inspection, old_manifest: Manifest, new: Inspection, new_manifest: Manifest) -> None:
        self._con = con
        self._folders = (old.folder, new.folder)
        self._manifests = (old_manifest, new_manifest)
        self._shapes = _differing_shapes(old_manifest, new_manifest)
        self._schemes = tuple(read(sealed_scheme(folder)[0] or "").scheme for folder in self._folders)

    def comparison(self, first: int) -> Comparison:
        old, new = self._manifests
        people, moved = self._find_moves(first)
        evidence = tuple(found for shape in self._shapes if (found := self._find_rows(shape)).any)
        marks, rows, counts = self._marks(), self._rows(), self._row_counts()
        why = _Why(self._scheme_changes(), old.calendar != new.calendar, frozenset(self._titles()), evidence, (old.jikao, new.jikao))
        moves = tuple(why.explained(move, counts.get(move.person, 0)) for move in self._moves(marks, rows))
        return Comparison(old, new, (), why.scheme, why.calendar, evidence, people, moved, moves)

    # --- results -------------------------------------------------------------------------------------------------

    def _results(self, side: int, table: str) -> str:
        """One run's rows of a result table, in the periods both have."""
        old, new = self._manifests
        common = ", ".join(quoted(p) for p in old.periods if p in new.periods)
        return f"(SELECT * FROM {parquet([self._folders[side] / 'results' / f'{table}.parquet'])} WHERE period IN ({common}))"

    def _find_moves(self, first: int) -> tuple[int, int]:
        """Leave the largest moves as table ``chosen``: how many people there are, and how many moved."""
        old, new = (self._results(side, "results") for side in (0, 1))
        self._con.execute(f"CREATE TEMP TABLE moved AS {changes_sql(old, new, PERSON, _STANDING)}")
        self._con.execute(f"CREATE TEMP TABLE chosen AS SELECT * FROM moved ORDER BY {_LARGEST} LIMIT {int(first)}")
        people = f"SELECT count(*) FROM (SELECT period, person FROM {old} UNION SELECT period, person FROM {new})"
        return self._count(people), self._count("SELECT count(*) FROM moved")

    def _count(self, query: str) -> int:
        return int(self._con.execute(query).fetchall()[0][0])

    def _moves(self, marks: Mapping[tuple[str, str], list[MarkChange]], rows: Mapping[str, list[EvidenceChange]]) -> Iterator[Move]:
        names = self._names()
        for row in self._con.execute(f"SELECT * FROM chosen ORDER BY {_LARGEST}").fetchall():
            what, period, person, *pairs = row
            before, after = (None if what == gone else _standing(pairs[side::2]) for side, gone in ((0, "added"), (1, "removed")))
            changed = tuple(marks.get((period, person), ()))
            yield Move(period, person, names.get(person, ""), before, after, changed, tuple(rows.get(person, ())), 0, ())

    def _names(self) -> dict[str, str]:
        """Names of the chosen people, the newer run's first."""
        found: dict[str, str] = {}
        for folder, manifest in zip(self._folders, self._manifests, strict=True):
            if "people" in manifest.evidence:
                people = parquet([folder / "evidence" / "people.parquet"])
                found |= dict(
                    self._con.execute(
                        f"SELECT person, name FROM {people} SEMI JOIN chosen USING (person) WHERE name IS NOT NULL"
                    ).fetchall()
                )
        return found

    def _marks(self) -> dict[tuple[str, str], list[MarkChange]]:
        """Changed marks of the chosen people, the largest change first."""
        old, new = (self._chosen_marks(side) for side in (0, 1))
        query = f"SELECT * FROM ({changes_sql(old, new, MARK, _MARK)}) WHERE {_differs('state')} OR {_differs('points')}"
        titles = self._titles()
        found: dict[tuple[str, str], list[MarkChange]] = {}
        for what, period, person, seat, indicator, *pairs in self._con.execute(query + f" ORDER BY {_LARGEST_MARK}").fetchall():
            before, after = (None if what == gone else _mark(pairs[side::2]) for side, gone in ((0, "added"), (1, "removed")))
            change = MarkChange(seat, indicator, titles.get(indicator, Text(indicator, indicator)), before, after)
            found.setdefault((period, person), []).append(change)
        return found

    def _titles(self) -> dict[str, Text]:
        """Titles of the indicators of both schemes, the newer one's where both have them."""
        return {i.id: i.title for scheme in self._schemes if scheme is not None for i in scheme.indicators()}

    def _chosen_marks(self, side: int) -> str:
        marks, measures = self._results(side, "marks"), self._results(side, "measures")
        return (
            f"(SELECT {', '.join(f'k.{c}' for c in MARK)}, k.state, k.points, m.num, m.den"
            f" FROM {marks} k LEFT JOIN {measures} m USING ({', '.join(MARK)}) SEMI JOIN chosen USING (period, person))"
        )

    # --- evidence ------------------------------------------------------------------------------------------------

    def _find_rows(self, shape: Shape) -> ShapeChange:
        """Leave the differing rows of a shape as a table of its name."""
        old, new = (self._evidence(side, shape) for side in (0, 1))
        self._con.execute(f"CREATE TEMP TABLE {name(shape.name)} AS {changes_sql(old, new, shape.key, self._columns(shape))}")
        counts: dict[What, int] = dict(self._con.execute(f"SELECT what, count(*) FROM {name(shape.name)} GROUP BY what").fetchall())
        return ShapeChange(shape.name, counts.get("added", 0), counts.get("removed", 0), counts.get("changed", 0))

    def _evidence(self, side: int, shape: Shape) -> str:
        there = shape.name in self._manifests[side].evidence
        source = parquet([self._folders[side if there else 1 - side] / "evidence" / f"{shape.name}.parquet"])
        return f"(SELECT * FROM {source} WHERE {'true' if there else 'false'})"

    def _columns(self, shape: Shape) -> list[str]:
        """What people brought in: not the columns derived from it, nor which import brought it."""
        sealed = [m.evidence[shape.name].columns for m in self._manifests if shape.name in m.evidence]
        return [c.name for c in shape.columns if c.name not in shape.key and all(c.name in columns for columns in sealed)]

    def _about(self, shape: Shape) -> str:
        """The differing rows of a shape, once for every chosen person they name."""
        return (
            f"(SELECT * FROM (SELECT unnest(list_distinct([{', '.join(self._who(shape))}])) AS who, * FROM {name(shape.name)})"
            " SEMI JOIN chosen ON who = chosen.person)"
        )

    def _who(self, shape: Shape) -> list[str]:
        """The columns of a shape's differing rows that name people."""
        columns = [c.name for c in shape.columns if c.person or c.name == "person"]
        sides = [name(c) if c in shape.key else f"{name(f'old.{c}')}, {name(f'new.{c}')}" for c in columns]
        return [s for s, c in zip(sides, columns, strict=True) if c in shape.key or c in self._columns(shape)]

    def _naming(self) -> Iterator[Shape]:
        return (shape for shape in self._shapes if self._who(shape))

    def _rows(self) -> dict[str, list[EvidenceChange]]:
        """The first changed rows of every shape that name a chosen person, by person."""
        found: dict[str, list[EvidenceChange]] = {}
        for shape in self._naming():
            order = ", ".join(map(name, shape.key))
            query = f"SELECT * FROM {self._about(shape)} QUALIFY row_number() OVER (PARTITION BY who ORDER BY {order}) <= {ROWS} ORDER BY who, {order}"
            for who, *row in self._con.execute(query).fetchall():
                found.setdefault(who, []).append(EvidenceChange(shape.name, row_change(row, shape.key, self._columns(shape))))
        return found

    def _row_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for shape in self._naming():
            for who, count in self._con.execute(f"SELECT who, count(*) FROM {self._about(shape)} GROUP BY who").fetchall():
                counts[who] = counts.get(who, 0) + count
        return counts

    # --- scheme --------------------------------------------------------------------------------------------------

    def _scheme_changes(self) -> tuple[Change, ...]:
        old, new = self._schemes
        return () if old is None or new is None else tuple(diff(old, new))


@dataclass(frozen=True)
class _Why:
    """What differs between two runs as a whole, to be told to each who moved."""

    scheme: tuple[Change, ...]
    calendar: bool
    lines: frozenset[str]
    """Ids of all indicators, before and after."""
    evidence: tuple[ShapeChange, ...]
    versions: tuple[str, str]

    def explained(self, move: Move, row_count: int) -> Move:
        """The move with its reasons, never none."""
        own = bool(move.marks) or move.change != 0
        reasons = [fill(_BY_EVIDENCE, count=row_count)] if row_count else []
        if own:
            reasons += [*self._by_scheme(move), *([_BY_CALENDAR] if self.calendar else [])]
        else:
            reasons.append(_BY_OTHERS)
        return replace(move, row_count=row_count, reasons=tuple(reasons or self._otherwise()))

    def _by_scheme(self, move: Move) -> list[Text]:
        """Changes of the indicators whose marks moved, and those that stand for no single indicator."""
        own = {m.indicator for m in move.marks}
        touching = [
            c for c in self.scheme if c.kind not in _HARMLESS and (not self.lines & {*c.path.split("/")} or own & {*c.path.split("/")})
        ]
        return [fill(_BY_SCHEME, change=c.says) for c in touching]

    def _otherwise(self) -> list[Text]:
        shared = [s for s in self.evidence if not any(c.person or c.name == "person" for c in SHAPES[s.shape].columns)]
        if shared:
            return [fill(_BY_SHARED, shapes=each(lambda lang: ", ".join(SHAPES[s.shape].title.say(lang) for s in shared)))]
        if self.versions[0] != self.versions[1]:
            return [fill(_BY_VERSION, before=self.versions[0], after=self.versions[1])]
        return [_BY_NOTHING]


def _differing_shapes(old: Manifest, new: Manifest) -> list[Shape]:
    """Shapes whose sealed rows are not the same, in the order of the catalogue."""
    return [shape for shape in SHAPES.values() if old.evidence.get(shape.name) != new.evidence.get(shape.name)]


def _standing(values: Sequence[Any]) -> Standing:
    total, grade, rank, state = values
    return Standing(None if total is None else Decimal(total).scaleb(-2), grade, rank, state)


def _mark(values: Sequence[Any]) -> Mark:
    state, points, num, den = values
    return Mark(state, None if points is None else Decimal(points).scaleb(-9), num, den)


def _differs(column: str) -> str:
    return f"{name(f'old.{column}')} IS DISTINCT FROM {name(f'new.{column}')}"


def _by_change(column: str) -> str:
    """Order by how far a column moved; where one side is N/A, first."""
    old, new = name(f"old.{column}"), name(f"new.{column}")
    return f"({old} IS NULL) <> ({new} IS NULL) DESC, abs({new} - {old}) DESC NULLS LAST"


_LARGEST = f"{_by_change('total')}, {_by_change('rank')}, period, person"
_LARGEST_MARK = f"{_by_change('points')}, seat, indicator"
