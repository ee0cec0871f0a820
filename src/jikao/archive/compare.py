"""Comparing two sealed runs: who moved, by how much, and why.

The engine finds the rows that differ; only the people with the largest moves become values here. Why somebody moved is
read from what differs between the runs: the marks, the scheme, the calendar, and the rows of evidence that name the
person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from jikao.archive.canonical import connection, first_line, no_room
from jikao.archive.changes import What, changes_sql, row_change
from jikao.archive.comparison import Comparison, EvidenceChange, Mark, MarkChange, Move, ShapeChange, Standing
from jikao.archive.inspect import Inspection, named, opened
from jikao.archive.manifest import RESULTS, RUN, Manifest
from jikao.archive.reasons import Why, explained, people_in
from jikao.archive.verify import CONTENT_DAMAGED, sealed_scheme
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.duck import Con, Error, name
from jikao.evidence.shapes import SHAPES, Shape
from jikao.scheme.catalogue import CATALOGUE, Unit
from jikao.scheme.diff import Change, diff
from jikao.scheme.problem import Level, errors, kind
from jikao.scheme.read import read
from jikao.scheme.text import Text
from jikao.scheme.words import same

NO_COMMON_PERIOD = kind(
    "run.no-common-period",
    Level.ERROR,
    what=Text("两次结果没有共同的周期：{before} 与 {after}", "The runs share no period: {before} and {after}"),
    why=Text("只有同一周期的结果才能逐人比较", "people are compared within one period"),
    mend=Text("选择同一周期的两次结果", "choose two runs of the same period"),
)

MOVES = 100
"""Moves shown if nobody asks for more."""

ROWS = 20
"""Changed rows of one shape shown for one person."""

PERSON, MARK = RESULTS["results"], RESULTS["marks"]
T = TypeVar("T")
_STANDING = ("total", "grade", "rank", "state")
_MARK = ("state", "points", "num", "den")


def compare(before: Path, after: Path, *, first: int = MOVES) -> Comparison:
    """Who moved from one sealed run to the other (folders or zip files), the ``first`` largest moves with their reasons.

    Damaged runs are not compared; see ``problems``.
    """
    with opened(before, RUN) as old, opened(after, RUN) as new:
        problems = [*named(before, old), *named(after, new)]
        if old.manifest is None or new.manifest is None or errors(problems):
            return Comparison(old.manifest, new.manifest, tuple(problems))
        if not set(old.manifest.periods) & set(new.manifest.periods):
            problems.append(NO_COMMON_PERIOD(before=", ".join(old.manifest.periods), after=", ".join(new.manifest.periods)))
            return Comparison(old.manifest, new.manifest, tuple(problems))
        try:
            with connection() as con:
                return replace(_Pair(con, old, old.manifest, new, new.manifest).comparison(first), problems=tuple(problems))
        except (Error, LookupError) as cause:
            damaged = no_room(cause) or CONTENT_DAMAGED(name=f"{before.name}, {after.name}", reason=first_line(cause))
            return Comparison(old.manifest, new.manifest, (*problems, damaged))


class _Pair:
    """Two whole runs on one connection."""

    def __init__(
        self, con: Con, old: Inspection[Manifest], old_manifest: Manifest, new: Inspection[Manifest], new_manifest: Manifest
    ) -> None:
        self._con = con
        self._folders = (old.folder, new.folder)
        self._manifests = (old_manifest, new_manifest)
        self._shapes = _differing_shapes(old_manifest, new_manifest)
        self._schemes = tuple(read(sealed_scheme(folder)[0] or "").scheme for folder in self._folders)

    def comparison(self, first: int) -> Comparison:
        old, new = self._manifests
        people, moved = self._find_moves(first)
        evidence = tuple(found for shape in self._shapes if (found := self._find_rows(shape)).any)
        why = Why(self._scheme_changes(), frozenset(self._lines()), old.calendar != new.calendar, evidence, (old.jikao, new.jikao))
        moves = explained(self._moves(), why)
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

    def _moves(self) -> Iterator[Move]:
        names, marks, rows, counts = self._names(), self._marks(), self._rows(), self._row_counts()
        for what, period, person, *pairs in self._con.execute(f"SELECT * FROM chosen ORDER BY {_LARGEST}").fetchall():
            before, after = _sides(what, pairs, _standing)
            yield Move(
                period,
                person,
                names.get(person, ""),
                before,
                after,
                tuple(marks.get((period, person), ())),
                tuple(rows.get(person, ())),
                counts.get(person, 0),
            )

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
        lines = self._lines()
        found: dict[tuple[str, str], list[MarkChange]] = {}
        for what, period, person, seat, indicator, *pairs in self._con.execute(query + f" ORDER BY {_LARGEST_MARK}").fetchall():
            title, unit = lines.get(indicator, (same(indicator), Unit.RATIO))
            change = MarkChange(seat, indicator, title, unit, *_sides(what, pairs, _mark))
            found.setdefault((period, person), []).append(change)
        return found

    def _lines(self) -> dict[str, tuple[Text, Unit]]:
        """Title and unit of the indicators of both schemes, as the newer one has them."""
        indicators = (i for scheme in self._schemes if scheme is not None for i in scheme.indicators())
        return {i.id: (i.title, CATALOGUE[i.measure.use].unit) for i in indicators}

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
        columns = people_in(shape)
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


def _differing_shapes(old: Manifest, new: Manifest) -> list[Shape]:
    """Shapes whose sealed rows are not the same, in the order of the catalogue."""
    return [shape for shape in SHAPES.values() if old.evidence.get(shape.name) != new.evidence.get(shape.name)]


def _sides(what: What, pairs: Sequence[Any], made: Callable[[Sequence[Any]], T]) -> tuple[T | None, T | None]:
    """The values of a changed row before and after; ``None`` where the row is not there."""
    return None if what == "added" else made(pairs[0::2]), None if what == "removed" else made(pairs[1::2])


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
