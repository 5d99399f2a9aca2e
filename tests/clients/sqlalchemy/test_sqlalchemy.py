"""The recipes of docs/clients.md for SQLAlchemy and pandas."""

import datetime
import decimal
import os

import pandas
import pytest
from sqlalchemy import Date, Integer, Numeric, String, DateTime, column, create_engine, exc, func, select, text

MONTHS = "revenue per month in 2025"


@pytest.fixture(scope="module")
def engine():
    address = "{PGUSER}@{PGHOST}:{PGPORT}/{PGDATABASE}".format(**os.environ)
    engine = create_engine(f"postgresql+psycopg://{address}")
    yield engine
    engine.dispose()


def asked(question, *columns):
    """The answer as a table: columns are SQLAlchemy's, with their types."""
    return func.nl_query(question).table_valued(*columns).render_derived(name="t", with_types=True)


def direct(connection, question):
    sql = connection.scalar(select(func.nl_sql(question)))
    return [tuple(row) for row in connection.execute(text(sql))]


def test_nl_query_as_a_table(engine):
    revenue = asked(MONTHS, column("month", Date), column("revenue", Numeric))
    with engine.connect() as connection:
        rows = connection.execute(select(revenue)).all()
        assert rows == direct(connection, MONTHS)
        assert type(rows[0].month) is datetime.date and type(rows[0].revenue) is decimal.Decimal


def test_it_joins_filters_and_aggregates_like_any_table(engine):
    revenue = asked(MONTHS, column("month", Date), column("revenue", Numeric))
    with engine.connect() as connection:
        best = select(func.max(revenue.c.revenue)).where(revenue.c.month < datetime.date(2025, 7, 1))
        expected = max(amount for month, amount in direct(connection, MONTHS) if month.month < 7)
        assert connection.scalar(best) == expected


def test_nl_ask_arrives_parsed(engine):
    with engine.connect() as connection:
        assert connection.scalar(select(func.nl_ask("how many orders are there"))) == {"orders": 20000}


def test_the_same_compiled_statement_again_and_again(engine):
    revenue = asked(MONTHS, column("month", Date), column("revenue", Numeric))
    with engine.connect() as connection:
        expected = direct(connection, MONTHS)
        for _ in range(10):
            assert connection.execute(select(revenue)).all() == expected


def test_stream_results(engine):
    columns = column("viewed_at", DateTime(True)), column("product_id", Integer), column("customer_id", Integer), column("seconds", Integer)
    views = asked("every page view", *columns)
    with engine.connect().execution_options(stream_results=True, yield_per=700) as connection:
        parts = [len(part) for part in connection.execute(select(views)).partitions()]
    assert sum(parts) == 10000 and len(parts) == 15


def test_pandas_read_sql(engine):
    query = text("SELECT * FROM nl_query(:question) AS t(month date, revenue float8)")
    with engine.connect() as connection:
        frame = pandas.read_sql(query, connection, params={"question": MONTHS}, parse_dates=["month"])
        expected = direct(connection, MONTHS)
    assert frame.shape == (12, 2)
    assert frame["month"].dtype.kind == "M" and frame["revenue"].dtype == "float64"
    assert frame["revenue"].sum() == pytest.approx(float(sum(amount for _, amount in expected)))


def test_pandas_read_sql_in_chunks(engine):
    query = text("SELECT * FROM nl_query('every page view') AS t(viewed_at timestamptz, product_id int, customer_id int, seconds int)")
    with engine.connect().execution_options(stream_results=True) as connection:
        sizes = [len(chunk) for chunk in pandas.read_sql(query, connection, chunksize=4000)]
    assert sizes == [4000, 4000, 2000]


def test_an_error_is_the_driver_s(engine):
    with engine.connect() as connection, pytest.raises(exc.ProgrammingError) as error:
        connection.execute(select(asked(MONTHS, column("name", String))))
    assert error.value.orig.sqlstate == "42804"
    assert "month date, revenue numeric" in error.value.orig.diag.message_detail
