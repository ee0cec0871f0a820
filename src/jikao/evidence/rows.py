"""Checks over staged rows as a whole: keys given twice, and people nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jikao.evidence import duck
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con
from jikao.evidence.stage import SHOWN, Staged, Texts
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

DUPLICATE = kind(
    "evidence.duplicate-key", Level.ERROR,
    what=Text("{keys} 为“{value}”的行有 {count} 行,内容不同(第 {rows} 行)", "{count} rows with {keys} “{value}” differ (rows {rows})"),
    why=Text("同一编号只能有一行;无法判断哪一行是对的。", "A key names one row; nobody can tell which of them is right."),
    mend=Text("删去或改正多余的行;一张工单有多行时请用带 per 的映射。", "Remove or correct the extra rows; for logs with many rows per ticket use a mapping with per."),
)  # fmt: skip
UNKNOWN_PERSON = kind(
    "evidence.unknown-person", Level.ERROR,
    what=Text("“{column}”中的“{value}”不在人员表里({count} 行)", "“{value}” in {column} is nobody we know ({count} rows)"),
    why=Text("没有登记的人得不到考核结果,写错的工号会把成绩记给别人。", "Someone not registered gets no result, and a mistyped number credits somebody else."),
    mend=Text("改正工号,或先导入人员表(people);映射也可以用 people 表登记新人。", "Correct the number, or import people first; a mapping may register them with a people table."),
)  # fmt: skip
MORE_PEOPLE = kind(
    "evidence.more-unknown-people", Level.ERROR,
    what=Text("“{column}”中另有 {count} 个不在人员表里的人", "{column} names {count} more people nobody knows"),
    why=Text("多半是人员表还没有导入。", "Most likely the people have not been imported yet."),
    mend=Text("先导入人员表(people)。", "Import people first."),
)  # fmt: skip


def keep_last(con: Con, staged: Staged) -> None:
    """Of the rows with one key only the last is kept."""
    keys = ", ".join(map(duck.name, staged.shape.key))
    _drop(con, staged, f"{staged.table} QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY rowid DESC) > 1")


def key_problems(con: Con, staged: Staged, texts: Texts) -> Iterator[Problem]:
    """Rows of one file that share a key and differ. Exact repeats are dropped on the way."""
    names = [duck.name(k) for k in staged.shape.key]
    keys = ", ".join(names)
    filled = " AND ".join(f"{k} IS NOT NULL" for k in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT {keys} FROM {staged.table} WHERE {filled} GROUP BY {keys} HAVING count(*) > 1"
    )
    if not con.execute("SELECT 1 FROM doubled LIMIT 1").fetchone():
        return
    doubles = f"{staged.table} s SEMI JOIN doubled d ON {' AND '.join(f's.{k} = d.{k}' for k in names)}"
    _drop(
        con, staged, f"(SELECT s.rowid, s.* FROM {doubles}) QUALIFY row_number() OVER (PARTITION BY {staged.columns()} ORDER BY rowid) > 1"
    )
    differ = con.execute(
        f"SELECT list({staged.row_no} ORDER BY rowid)[:10], count(*), {keys} FROM (SELECT s.rowid, s.* FROM {doubles}) "
        f"WHERE rowid NOT IN (SELECT sid FROM {staged.dropped}) GROUP BY {keys} HAVING count(*) > 1 ORDER BY min(rowid) LIMIT {SHOWN}"
    ).fetchall()
    title = Text(*("、".join(getattr(staged.shape.column(k).title, lang) for k in staged.shape.key) for lang in ("zh", "en")))
    for numbers, count, *values in differ:
        place = texts.place(numbers[1], staged.shape.key[0])
        yield DUPLICATE(place, keys=title, value=" ".join(map(str, values)), count=count, rows=", ".join(map(str, numbers)))


def _drop(con: Con, staged: Staged, rows: str) -> None:
    con.execute(f"INSERT INTO {staged.dropped} SELECT rowid FROM {rows}")


def person_problems(con: Con, staged: Staged, texts: Texts, known: str) -> Iterator[Problem]:
    """People the rows name and the people table does not hold. ``known`` is a query of one column, ``person``."""
    for column in staged.given:
        if not column.person:
            continue
        who = duck.name(column.name)
        strangers = con.execute(
            f"SELECT {who}, min({staged.row_no}), count(*) FROM {staged.table} s "
            f"WHERE {who} IS NOT NULL AND {who} NOT IN ({known}) GROUP BY {who} ORDER BY 2"
        ).fetchall()
        title = Text(*(texts.headers.get(column.name) or part for part in (column.title.zh, column.title.en)))
        for value, row, count in strangers[:SHOWN]:
            yield UNKNOWN_PERSON(texts.place(row, column.name), column=title, value=value, count=count)
        if len(strangers) > SHOWN:
            yield MORE_PEOPLE(texts.place(strangers[SHOWN][1], column.name), column=title, count=len(strangers) - SHOWN)


def known_people(stored: Sequence[Path], staged: Sequence[Staged]) -> str:
    """A query of everybody known: stored, or staged in the same import."""
    sources = [f"SELECT person FROM {parquet(stored)}"] if stored else []
    sources += [f"SELECT person FROM {s.table} WHERE person IS NOT NULL" for s in staged if s.shape.name == "people"]
    return " UNION ALL ".join(sources) or "SELECT NULL::VARCHAR AS person WHERE false"
