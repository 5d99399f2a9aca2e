"""What can be asked wrongly, each with its error; and answers of odd shapes."""

import pytest
from psycopg import errors, sql

ORDERS = "how many orders are there"


def columns(count):
    return ", ".join(f"c{at} int" for at in range(count))


def test_fetch_after_commit(conn):
    with conn.transaction():
        conn.execute("SELECT nl_open(%s, 'c')", [ORDERS])
    with pytest.raises(errors.InvalidCursorName):
        conn.execute("FETCH 1 FROM c")


def test_nl_open_outside_a_transaction_is_gone_at_once(conn):
    name = conn.execute("SELECT nl_open(%s)", [ORDERS]).fetchone()[0]
    with pytest.raises(errors.InvalidCursorName):
        conn.execute(f'FETCH 1 FROM "{name}"')


def test_a_cursor_name_in_use(conn):
    with pytest.raises(errors.DuplicateCursor), conn.transaction():
        conn.execute("SELECT nl_open(%s, 'c')", [ORDERS])
        conn.execute("SELECT nl_open(%s, 'c')", [ORDERS])


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        'a"b',
        "select",
        "x" * 200,
        "Ä" * 40,
    ],
    ids=["space", "quote", "keyword", "long", "long and wide"],
)
def test_odd_cursor_names(conn, name):
    with conn.transaction():
        given = conn.execute("SELECT nl_open(%s, %s)", [ORDERS, name]).fetchone()[0]
        assert given == name.encode()[:63].decode(errors="ignore"), "cut as every name of PostgreSQL is"
        fetch = sql.SQL("FETCH 1 FROM {}").format(sql.Identifier(given))
        assert conn.execute(fetch).fetchone() == (20000,)


@pytest.mark.parametrize(
    "column_list, error",
    [
        ("orders nowhere", errors.UndefinedObject),
        ("orders int, orders int", errors.DuplicateColumn),
        ("orders record", errors.DatatypeMismatch),
        ("orders anyelement", errors.InvalidTableDefinition),
        ("orders int, b int", errors.DatatypeMismatch),
        ("orders bytea", errors.DatatypeMismatch),
        ("orders smallint[]", errors.DatatypeMismatch),
        (columns(300), errors.DatatypeMismatch),
        (columns(1600), errors.DatatypeMismatch),
        (columns(1601), errors.TooManyColumns),
        (columns(1700), errors.TooManyColumns),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_column_lists_that_do_not_fit(conn, column_list, error):
    with pytest.raises(error) as raised:
        conn.execute(f"SELECT * FROM nl_query('{ORDERS}') AS t({column_list})")
    if error is errors.DatatypeMismatch:
        assert "orders bigint" in str(raised.value) and column_list.split(",")[0] in str(raised.value)


@pytest.mark.parametrize("count", [1, 300, 1600])
def test_as_many_columns_as_there_can_be(conn, double, count):
    double.answer(f"a row of {count}", "SELECT " + ", ".join(f"{at} AS c{at}" for at in range(count)))
    expected = [tuple(range(count))]
    for list_ in columns(count), columns(count).replace("c", "d"):
        assert conn.execute(f"SELECT * FROM nl_query('a row of {count}') AS t({list_})").fetchall() == expected
    assert conn.execute(f"SELECT nl_ask('a row of {count}')").fetchone()[0] == {f"c{at}": at for at in range(count)}
    with conn.transaction():
        conn.execute(f"SELECT nl_open('a row of {count}', 'c')")
        assert conn.execute("FETCH ALL FROM c").fetchall() == expected


def test_a_statement_with_more_columns_than_there_can_be(conn, double):
    double.answer("a row too wide", "SELECT " + ", ".join(f"{at} AS c{at}" for at in range(1665)))
    for query in ("SELECT nl_ask('a row too wide')", "SELECT nl_open('a row too wide')", "SELECT nl_sql('a row too wide')"):
        with pytest.raises(errors.TooManyColumns):
            conn.execute(query)
    # A query's result may be a little wider than a table.
    double.answer("a row nearly too wide", "SELECT " + ", ".join(f"{at} AS c{at}" for at in range(1664)))
    with conn.transaction():
        conn.execute("SELECT nl_open('a row nearly too wide', 'c')")
        assert conn.execute("FETCH ALL FROM c").fetchall() == [tuple(range(1664))]
    assert len(conn.execute("SELECT nl_ask('a row nearly too wide')").fetchone()[0]) == 1664


def test_the_same_name_twice(conn):
    direct = conn.execute(conn.execute("SELECT nl_sql('same name twice')").fetchone()[0]).fetchall()
    query = "SELECT * FROM nl_query('same name twice') AS t(customer int, \"order\" int, name text)"
    assert conn.execute(query).fetchall() == direct
    with conn.transaction():
        conn.execute("SELECT nl_open('same name twice', 'c')")
        assert conn.execute("FETCH ALL FROM c").fetchall() == direct
    text = [row[0] for row in conn.execute("SELECT nl_ask('same name twice')::text")]
    assert text == ['{"id":%d,"id":%d,"name":"%s"}' % row for row in direct]


def test_no_columns(conn):
    assert [row[0] for row in conn.execute("SELECT nl_ask('no columns')")] == [{}, {}, {}]
    assert conn.execute("SELECT * FROM nl_columns('no columns')").fetchall() == []
    with conn.transaction():
        conn.execute("SELECT nl_open('no columns', 'c')")
        assert conn.execute("FETCH ALL FROM c").rowcount == 3
    with pytest.raises(errors.DatatypeMismatch):
        conn.execute("SELECT * FROM nl_query('no columns') AS t(a int)")


@pytest.mark.parametrize("question", [None, "", "   ", "\n\t"], ids=repr)
def test_no_question(conn, question):
    for call in "nl_ask(%s)", "nl_open(%s)", "nl_sql(%s)", "nl_columns(%s)", "nl_query(%s) AS t(a int)":
        with pytest.raises(errors.InvalidParameterValue):
            conn.execute(f"SELECT * FROM {call}", [question])


@pytest.mark.parametrize("call", ["nl_ask(%s)", "nl_query(%s) AS t(orders bigint)", "nl_columns(%s)", "nl_sql(%s)"])
def test_a_read_only_transaction(conn, double, call):
    question = f"a question for a read-only {call[:6]}"
    double.answer(question, "SELECT count(*) AS orders FROM orders")
    with conn.transaction():
        conn.execute("SET TRANSACTION READ ONLY")
        for _ in range(2):
            assert conn.execute(f"SELECT * FROM {call}", [question]).fetchone() is not None


def test_a_row_as_a_value(conn, double):
    double.answer("rows as values", "SELECT c AS customer, ROW(1, 'a') AS pair, NULL AS nothing FROM customers c ORDER BY id LIMIT 2")
    direct = conn.execute("SELECT c, ROW(1, 'a'), NULL FROM customers c ORDER BY id LIMIT 2").fetchall()
    with conn.transaction():
        conn.execute("SELECT nl_open('rows as values', 'c')")
        assert conn.execute("FETCH ALL FROM c").fetchall() == direct
    query = "SELECT * FROM nl_query('rows as values') AS t(customer customers, pair record, nothing text)"
    assert conn.execute(query).fetchall() == direct
