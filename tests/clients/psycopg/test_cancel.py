"""Cancelled while the model thinks, while the query runs, and in the middle of a fetch."""

import asyncio
import time

import psycopg
import pytest

HANGS = "something the model ponders"
FOREVER = "counting for ever"
# Seconds on a machine that is busy. What hears of no cancel goes on for 30 and more.
AT_ONCE = 10
QUERIES = {
    "nl_sql waits for the model": ("SELECT nl_sql(%s)", HANGS),
    "nl_ask waits for the model": ("SELECT nl_ask(%s)", HANGS),
    "nl_query waits for the model": ("SELECT * FROM nl_query(%s) AS t(a int)", HANGS),
    "nl_open waits for the model": ("SELECT nl_open(%s)", HANGS),
    "nl_columns waits for the model": ("SELECT * FROM nl_columns(%s)", HANGS),
    "nl_ask runs": ("SELECT nl_ask(%s)", FOREVER),
    "nl_query runs": ("SELECT * FROM nl_query(%s) AS t(i int)", FOREVER),
}


async def cancelled(conn, query, arguments=None):
    """Cancels a query that has run for a while, and tells how long that took."""
    running = asyncio.create_task(conn.execute(query, arguments))
    async with await psycopg.AsyncConnection.connect(autocommit=True) as other:
        state = "SELECT state FROM pg_stat_activity WHERE pid = %s"
        while await (await other.execute(state, [conn.info.backend_pid])).fetchone() != ("active",):
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    assert not running.done(), running
    began = time.monotonic()
    await conn.cancel_safe()
    with pytest.raises(psycopg.errors.QueryCanceled):
        await running
    return time.monotonic() - began


@pytest.mark.parametrize("name", QUERIES)
def test_cancel(name):
    async def run():
        async with await psycopg.AsyncConnection.connect(autocommit=True) as conn:
            assert await cancelled(conn, *QUERIES[name][:1], [QUERIES[name][1]]) < AT_ONCE
            again = await conn.execute("SELECT nl_ask('how many orders are there')")
            assert await again.fetchone() == ({"orders": 20000},)

    asyncio.run(run())


def test_cancel_in_the_middle_of_a_fetch():
    async def run():
        async with await psycopg.AsyncConnection.connect(autocommit=True) as conn:
            await conn.execute("BEGIN")
            await conn.execute("SELECT nl_open(%s, 'c')", ["counting to ten"])
            rows = await (await conn.execute("FETCH 10 FROM c")).fetchall()
            assert rows == [(i,) for i in range(1, 11)]
            assert await cancelled(conn, "FETCH 1 FROM c") < AT_ONCE
            with pytest.raises(psycopg.errors.InFailedSqlTransaction):
                await conn.execute("FETCH 1 FROM c")
            await conn.execute("ROLLBACK")
            await conn.execute("BEGIN")
            await conn.execute("SELECT nl_open('how many orders are there', 'c')")
            assert await (await conn.execute("FETCH 1 FROM c")).fetchone() == (20000,)

    asyncio.run(run())


def test_a_cancelled_fetch_behind_a_savepoint():
    async def run():
        async with await psycopg.AsyncConnection.connect(autocommit=True) as conn:
            await conn.execute("BEGIN")
            await conn.execute("SELECT nl_open('every page view', 'views')")
            await conn.execute("FETCH 10 FROM views")
            await conn.execute("SAVEPOINT s")
            await conn.execute("SELECT nl_open(%s, 'c')", [FOREVER])
            await cancelled(conn, "FETCH 1 FROM c")
            await conn.execute("ROLLBACK TO s")
            rows = await (await conn.execute("FETCH ALL FROM views")).fetchall()
            assert len(rows) == 19990, "the cursor from before the savepoint goes on"
            with pytest.raises(psycopg.errors.InvalidCursorName):
                await conn.execute("FETCH 1 FROM c")

    asyncio.run(run())


def test_a_task_that_is_cancelled_cancels_the_query():
    async def run():
        async with await psycopg.AsyncConnection.connect(autocommit=True) as conn:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.7):
                    await conn.execute("SELECT nl_ask(%s)", [HANGS])
            assert await (await conn.execute("SELECT 1")).fetchone() == (1,)

    asyncio.run(run())


@pytest.mark.parametrize("query", ["SELECT nl_ask(%s)", "SELECT * FROM nl_query(%s) AS t(i int)"])
def test_a_statement_timeout(conn, query):
    conn.execute("SET statement_timeout = '500ms'")
    for question in HANGS, FOREVER:
        with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
            conn.execute(query, [question])


def test_the_query_timeout_holds_for_a_fetch(conn):
    conn.execute("SET nl2sql.query_timeout = '500ms'")
    with pytest.raises(psycopg.errors.QueryCanceled, match="nl2sql.query_timeout"), conn.transaction():
        conn.execute("SELECT nl_open(%s, 'c')", [FOREVER])
        conn.execute("FETCH 1 FROM c")
