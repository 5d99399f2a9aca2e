"""What a column list asks for arrives as INSERT would store it into columns of those types, or fails with the same SQLSTATE."""

import os
import random

import psycopg
import pytest

import values
from test_shapes import SEED, nl_query, raw

CASTS = int(os.environ.get("CASTS", 150))
GROUPS = [
    ["smallint", "integer", "bigint", "numeric", "numeric(12,3)", "numeric(5,1)", "real", "double precision", "money", "oid", "percentage"],
    ["text", "character varying(40)", "character varying(3)", "character(12)", "character(3)", "name", '"char"'],
    ["date", "timestamp without time zone", "timestamp(0) without time zone", "timestamp with time zone", "time without time zone", "time(2) without time zone", "time with time zone", "interval", "interval day to second"],
    ["bit(5)", "bit varying(9)", "bit(3)"],
    ["json", "jsonb"],
    ["inet", "cidr", "text"],
    ["integer[]", "bigint[]", "numeric[]", "text[]", "smallint[]"],
    ["text[]", "character varying(3)[]", "nonempty"],
    ["int4range", "int4multirange", "nummultirange"],
    ["polygon", "circle", "box", "point", "path", "lseg"],
]


class Case:
    def __init__(self, number):
        rng = random.Random(SEED * 200000 + number)
        pairs = []
        for _ in range(rng.choice([1, 1, 2, 4])):
            group = rng.choice(GROUPS)
            known = [kind for kind in group if kind in values.TYPES]
            wild = rng.random() < 0.15
            pairs.append((rng.choice(known), "text" if wild and rng.random() < 0.5 else rng.choice(rng.choice(GROUPS) if wild else group)))
        self.targets = [target for _, target in pairs]
        rows = ", ".join(
            f"({row}, {', '.join(values.sql(rng, source) for source, _ in pairs)})" for row in range(rng.choice([1, 2, 5]))
        )
        columns = ", ".join(f"c{at}" for at in range(len(pairs)))
        # VALUES lose the modifiers that rows do not share.
        shown = ", ".join(f"c{at}::{source} AS c{at}" for at, (source, _) in enumerate(pairs))
        self.sql = f"SELECT {shown} FROM (VALUES {rows}) AS v(i, {columns}) ORDER BY i"
        self.question = f"cast number {number} of {SEED}"


def stored(conn, case, binary):
    try:
        with conn.transaction(force_rollback=True):
            columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(case.targets))
            conn.execute(f"CREATE TEMP TABLE stored ({columns})")
            conn.execute(f"INSERT INTO stored {case.sql}")
            return raw(conn, "SELECT * FROM stored", binary)
    except psycopg.Error as error:
        return error.sqlstate


def asked(conn, case, binary):
    try:
        return raw(conn, nl_query(case, [(f"c{at}", kind) for at, kind in enumerate(case.targets)]), binary)
    except psycopg.Error as error:
        return error.sqlstate


@pytest.mark.parametrize("number", range(CASTS))
def test_cast(conn, double, number):
    case = Case(number)
    double.answer(case.question, case.sql)
    conn.execute("SET nl2sql.max_attempts = 1")
    for binary in [False, True]:
        assert asked(conn, case, binary) == stored(conn, case, binary), case.sql[:2000]


def test_most_casts_are_tried_and_some_fail(conn):
    outcomes = [stored(conn, Case(number), False) for number in range(CASTS)]
    failed = {outcome for outcome in outcomes if isinstance(outcome, str)}
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) > CASTS / 4
    assert {"42804", "22003", "22001"} <= failed
