"""The MCP server of docs/example, over its standard input and output, with statements that an agent was talked into."""

import asyncio
import json
import os
import sys
from pathlib import Path

import psycopg
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

SERVER = Path(__file__).parents[3] / "docs" / "example" / "mcp_server.py"


def calls(*wanted, **settings):
    """The results of tool calls, in one session with the server."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    environment["PGOPTIONS"] = " ".join(f"-c {name}={value}" for name, value in {"nl2sql.model": "builtin", **settings}.items())
    parameters = StdioServerParameters(command=sys.executable, args=["-B", str(SERVER)], env=environment)

    async def talk():
        async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            names = sorted(tool.name for tool in (await session.list_tools()).tools)
            return names, [await session.call_tool(name, arguments) for name, arguments in wanted]

    return asyncio.run(asyncio.wait_for(talk(), 120))


def said(result):
    return "\n".join(part.text for part in result.content)


def test_tools():
    names, (asked, schema, checked, ran, explained) = calls(
        ("ask", {"question": "how many customers are there"}),
        ("schema", {"question": "revenue of customers"}),
        ("check", {"sql": "SELECT count(*) FROM orders"}),
        ("run", {"sql": "SELECT count(*) AS n FROM customers"}),
        ("explain", {"sql": "SELECT count(*) FROM customers"}),
    )
    assert names == ["ask", "check", "explain", "run", "schema"]
    document = json.loads(said(asked))
    assert (document["kind"], document["message"]) == ("answer", "There are 5,000 customers.")
    assert "table orders" in said(schema) and "->" in said(schema)
    assert "Reply with" not in said(schema) and "You write SQL" not in said(schema) and "Question:" not in said(schema)
    assert json.loads(said(checked))["allowed"] is True
    assert json.loads(said(ran)) == [{"n": 5000}]
    assert said(explained) == "Reads customers.\nShows the number of rows."


def test_a_thread_and_a_question_back():
    _, (first, second, odd) = calls(
        ("ask", {"question": "number of orders in 2025", "thread": "agent"}),
        ("ask", {"question": "and in 2024?", "thread": "agent"}),
        ("ask", {"question": "orders that sparkle"}),
    )
    assert "in 2025" in json.loads(said(first))["message"] and "in 2024" in json.loads(said(second))["message"]
    assert json.loads(said(odd))["kind"] == "clarify"


ATTACKS = [
    "DELETE FROM customers",
    "COMMIT; DROP TABLE customers",
    "SELECT 1; COMMIT; DELETE FROM customers",
    "COMMIT",
    "BEGIN READ WRITE",
    "SET TRANSACTION READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
    "SELECT * FROM customers FOR UPDATE",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY customers TO '/tmp/customers'",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_sleep(100)",
    "SELECT nextval('orders_id_seq')",
    "SELECT dblink_exec('dbname=shop', 'DELETE FROM customers')",
    "DO $$ BEGIN DELETE FROM customers; END $$",
    "CREATE TABLE spoils AS SELECT * FROM customers",
    "SELECT * INTO spoils FROM customers",
    "EXPLAIN ANALYZE DELETE FROM customers",
    "SELECT query_to_xml('DELETE FROM customers', true, false, '')",
    "SELECT * FROM pg_catalog.pg_authid",
    "SELECT nl_ask('how many customers are there')",
    "'); COMMIT; DELETE FROM customers; --",
    "SELECT $$a$$; DELETE FROM customers",
    "VACUUM",
    "LISTEN x",
    "PREPARE p AS DELETE FROM customers",
]


def fingerprint():
    with psycopg.connect(user="postgres") as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM customers), (SELECT last_value FROM orders_id_seq),"
            " (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        ).fetchone()


def test_what_an_agent_was_talked_into_changes_nothing():
    before = fingerprint()
    _, results = calls(*[("run", {"sql": sql}) for sql in ATTACKS], ("run", {"sql": "SELECT 1 AS n"}))
    *attacks, last = results
    assert [sql for sql, result in zip(ATTACKS, attacks) if not result.is_error] == []
    assert json.loads(said(last)) == [{"n": 1}], "the server goes on"
    assert fingerprint() == before


@pytest.mark.parametrize("sql", ["DELETE FROM customers", "SELECT pg_read_file('/etc/passwd')"])
def test_check_tells_why(sql):
    _, (result,) = calls(("check", {"sql": sql}))
    verdict = json.loads(said(result))
    assert verdict["allowed"] is False and verdict["reason"]


def test_limits_hold():
    _, (result,) = calls(("run", {"sql": "SELECT id FROM customers"}), **{"nl2sql.row_limit": 3})
    assert len(json.loads(said(result))) == 3
