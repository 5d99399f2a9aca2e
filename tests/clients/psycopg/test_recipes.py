"""The recipes of docs/clients.md: text and binary, server-side cursors, nl_open, pipelines."""

import datetime
import decimal

import psycopg
import pytest
from psycopg import sql

REVENUE = "SELECT * FROM nl_query(%s) AS t(month date, revenue numeric)"
QUESTION = "revenue per month in 2025"


def direct(conn, question):
    return conn.execute(conn.execute("SELECT nl_sql(%s)", [question]).fetchone()[0]).fetchall()


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_nl_query_gives_python_types(conn, binary):
    rows = conn.execute(REVENUE, [QUESTION], binary=binary).fetchall()
    assert len(rows) == 12
    assert type(rows[0][0]) is datetime.date and type(rows[0][1]) is decimal.Decimal
    assert rows == direct(conn, QUESTION)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_nl_query_prepared(conn, binary):
    expected = direct(conn, QUESTION)
    for _ in range(7):
        assert conn.execute(REVENUE, [QUESTION], prepare=True, binary=binary).fetchall() == expected


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_a_server_side_cursor_over_nl_query(conn, binary):
    query = "SELECT * FROM nl_query(%s) AS t(viewed_at timestamptz, product_id int, customer_id int, seconds int)"
    with conn.transaction(), conn.cursor("views", binary=binary) as cursor:
        conn.execute("SET LOCAL nl2sql.row_limit = 5000")
        cursor.itersize = 700
        rows = list(cursor.execute(query, ["every page view"]))
    assert rows == direct(conn, "every page view")[:5000]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_nl_open_fetched_in_portions(conn, binary):
    rows = []
    with conn.transaction():
        name = conn.execute("SELECT nl_open(%s)", ["every page view"]).fetchone()[0]
        fetch = sql.SQL("FETCH 3000 FROM {}").format(sql.Identifier(name))
        while some := conn.execute(fetch, binary=binary).fetchall():
            rows += some
    assert len(rows) == 20000, "no row limit: the client sets the pace"
    assert rows == direct(conn, "every page view")


def test_nl_open_taken_over_by_a_server_cursor(conn):
    with conn.transaction():
        conn.execute("SELECT nl_open('every page view', 'views')")
        with conn.cursor("views", scrollable=False) as cursor:
            first = cursor.fetchmany(5)
            rest = cursor.fetchall()
    assert first + rest == direct(conn, "every page view")


def test_a_cursor_of_nl_open_goes_forward_only(conn):
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), conn.transaction():
        conn.execute("SELECT nl_open('every page view', 'views')")
        with conn.cursor("views", scrollable=True) as cursor:
            cursor.fetchmany(5)
            cursor.scroll(3, mode="absolute")


def test_a_cursor_with_hold_over_nl_query(conn):
    query = "SELECT * FROM nl_query(%s) AS t(name text, revenue numeric)"
    with conn.cursor("best", withhold=True) as cursor:
        cursor.execute(query, ["top 5 customers by revenue"])
        assert cursor.fetchall() == direct(conn, "top 5 customers by revenue")


def test_pipeline_mode(conn):
    with conn.pipeline():
        months = conn.execute(REVENUE, [QUESTION], binary=True)
        count = conn.execute("SELECT * FROM nl_query('how many orders are there') AS t(orders bigint)")
        asked = conn.execute("SELECT nl_ask('how many orders are there')")
        assert len(months.fetchall()) == 12
        assert count.fetchone() == (20000,)
        assert asked.fetchone() == ({"orders": 20000},)


def test_an_error_in_a_pipeline_skips_to_its_end(conn):
    with pytest.raises(psycopg.errors.DatatypeMismatch) as error, conn.pipeline():
        first = conn.execute("SELECT nl_ask('how many orders are there')")
        conn.execute("SELECT * FROM nl_query('how many orders are there') AS t(orders date)")
        conn.execute("SELECT nl_ask('how many orders are there')")
    assert first.fetchone() == ({"orders": 20000},)
    assert "orders date" in str(error.value) and "orders bigint" in str(error.value)
    assert conn.execute("SELECT 1").fetchone() == (1,)


def test_nl_columns_writes_the_column_list(conn):
    columns = conn.execute("SELECT name, data_type FROM nl_columns(%s)", [QUESTION]).fetchall()
    shape = sql.SQL(", ").join(sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in columns)
    query = sql.SQL("SELECT * FROM nl_query({}) AS t({})").format(sql.Literal(QUESTION), shape)
    assert conn.execute(query).fetchall() == direct(conn, QUESTION)


def test_copy_to(conn):
    expected = direct(conn, "top 5 customers by revenue")
    query = "COPY (SELECT * FROM nl_query('top 5 customers by revenue') AS t(name text, revenue numeric)) TO STDOUT"
    with conn.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(["text", "numeric"])
        assert list(copy.rows()) == expected
