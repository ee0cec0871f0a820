from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.archive.canonical import Kind, NotCanonicalError, columns_of, connection, lines, table_sum

ROWS = """
    (VALUES ('乙', 2, DATE '2016-02-29', TIMESTAMP '2016-02-29 01:58:00', true),
            ('a' || chr(9) || 'b\\c' || chr(10) || chr(13), -7, DATE '0044-01-01', TIMESTAMP '1969-12-31 23:59:59.5', false),
            (NULL, NULL, NULL, NULL, NULL), ('', 0, NULL, NULL, NULL), ('\\N', 10, NULL, NULL, NULL)) t(w, n, d, i, f)
"""
TEXT = [
    "w word\tn whole\td day\ti instant\tf flag\n",
    "\t0\t\\N\t\\N\t\\N\n",
    "\\N\t\\N\t\\N\t\\N\t\\N\n",
    "\\\\N\t10\t\\N\t\\N\t\\N\n",
    "a\\tb\\\\c\\n\\r\t-7\t0044-01-01\t1969-12-31T23:59:59.500000\tfalse\n",
    "乙\t2\t2016-02-29\t2016-02-29T01:58:00.000000\ttrue\n",
]


def in_plain_python(text: list[str]) -> str:
    """The sum as the module's first paragraph defines it."""
    sums = sorted(hashlib.sha256(line.removesuffix("\n").encode()).hexdigest() for line in text[1:])
    return hashlib.sha256((text[0] + "".join(f"{s}\n" for s in sums)).encode()).hexdigest()


def sum_of(query: str) -> str:
    with connection() as con:
        return table_sum(con, f"({query})", columns_of(con, f"({query})")).sha256


def test_every_kind_of_value_has_one_text():
    with connection() as con:
        assert list(lines(con, ROWS, columns_of(con, ROWS))) == TEXT


def test_the_sum_is_the_one_plain_python_gives():
    with connection() as con:
        found = table_sum(con, ROWS, columns_of(con, ROWS))
    assert (found.rows, found.sha256) == (5, in_plain_python(TEXT))


def test_the_sum_of_a_table_never_changes_between_versions():
    assert sum_of(f"FROM {ROWS}") == "e9dec4ec5277d23559015119298332e3b366bd3d479ca50072e97ba46cbd0ee3"


def test_order_number_widths_zones_and_threads_do_not_show():
    same = f"SELECT w, n::SMALLINT AS n, d, i AT TIME ZONE 'UTC' AS i, f FROM {ROWS} ORDER BY w DESC"
    assert sum_of(same) == sum_of(f"FROM {ROWS}")
    with connection() as con:
        con.execute("SET threads = 1; SET TimeZone = 'Asia/Shanghai'")
        assert table_sum(con, f"({same})", columns_of(con, f"({same})")).sha256 == sum_of(f"FROM {ROWS}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT '' AS a", "SELECT NULL::VARCHAR AS a"),
        ("SELECT '\\N' AS a", "SELECT NULL::VARCHAR AS a"),
        ("SELECT '1' AS a", "SELECT 1 AS a"),
        ("SELECT 'x' AS a", "SELECT 'x' AS b"),
        ("SELECT 'x' AS a, 'y' AS b", "SELECT 'y' AS b, 'x' AS a"),
        ("SELECT 'x' || chr(9) || 'y' AS a, 'z' AS b", "SELECT 'x' AS a, 'y' || chr(9) || 'z' AS b"),
        ("SELECT 1 AS a", "SELECT unnest([1, 1]) AS a"),
        ("SELECT 'a' || chr(10) || 'b' AS a", "SELECT unnest(['a', 'b']) AS a"),
        ("SELECT DATE '2016-01-01' AS a", "SELECT '2016-01-01' AS a"),
        ("SELECT TIMESTAMP 'infinity' AS a", "SELECT NULL::TIMESTAMP AS a"),
    ],
)
def test_what_is_different_sums_differently(one, other):
    assert sum_of(one) != sum_of(other)


@pytest.mark.parametrize("value", ["1.5::DOUBLE", "1.5", "[1]", "{'a': 1}", "'x'::BLOB", "TIMESTAMP_NS '2016-01-01 00:00:00'"])
def test_a_value_without_one_exact_text_is_refused(value):
    with pytest.raises(NotCanonicalError, match="odd"):
        sum_of(f"SELECT {value} AS odd")


def test_only_the_columns_asked_for_count():
    with connection() as con:
        one = table_sum(con, "(SELECT 1 AS a, 2 AS b)", {"a": Kind.WHOLE})
        assert one == table_sum(con, "(SELECT 1 AS a, 3 AS b)", {"a": Kind.WHOLE})


def test_more_rows_than_one_batch_are_all_summed():
    text = ["a whole\n", *(f"{n}\n" for n in range(50_001))]
    assert sum_of("SELECT range AS a FROM range(50001)") == in_plain_python(text)


@pytest.fixture(scope="module")
def con():
    with connection() as opened:
        yield opened


@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(exclude_categories=["Cs"])),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.dates(dt.date(1, 1, 1)),
        )
    )
)
def test_any_words_numbers_and_days_sum_as_plain_python_says(con, rows):
    def text(value):
        if value is None:
            return "\\N"
        if isinstance(value, str):
            return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    con.execute("CREATE OR REPLACE TABLE t (w VARCHAR, n BIGINT, d DATE)")
    if rows:
        con.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    written = [f"{text(w)}\t{text(n)}\t{text(d)}\n" for w, n, d in rows]
    assert table_sum(con, "t", columns_of(con, "t")).sha256 == in_plain_python(["w word\tn whole\td day\n", *written])


def test_two_writers_of_the_same_table_give_the_same_sum(tmp_path):
    rows = "SELECT range AS n, 'E' || range % 7 AS w FROM range(3000)"
    with connection() as con:
        con.execute(f"COPY ({rows}) TO '{tmp_path}/a.parquet' (FORMAT parquet, COMPRESSION zstd)")
        con.execute(f"COPY ({rows} ORDER BY w) TO '{tmp_path}/b.parquet' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 2048)")
    assert (tmp_path / "a.parquet").read_bytes() != (tmp_path / "b.parquet").read_bytes()
    assert sum_of(f"FROM '{tmp_path}/a.parquet'") == sum_of(f"FROM '{tmp_path}/b.parquet'")
