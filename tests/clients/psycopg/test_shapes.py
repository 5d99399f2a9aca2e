"""Whatever the shape of a result, what arrives through nl_query, nl_open and nl_ask is what the statement itself gives.

Random shapes from a fixed seed: random types, values and names. What is compared is the bytes of the protocol, text and
binary, and the types that come with them; no adapter of the driver has a say.
"""

import os
import random

import psycopg
import pytest
from psycopg import sql

import values

SHAPES = int(os.environ.get("SHAPES", 300))
SEED = int(os.environ.get("SEED", 20260101))
NAMES = ["a", "b", "total", "Ä Ö", "select", 'with "quotes"', "%", "UPPER", "日本", "x" * 63, "back\\slash", "a.b", "?column?"]
FORMATS = [False, True]


class Shape:
    """A statement and its columns, all made from one number."""

    def __init__(self, number):
        self.rng = rng = random.Random(SEED * 100000 + number)
        self.types = [rng.choice(list(values.TYPES)) for _ in range(rng.choice([1, 1, 2, 3, 5, 8, 13]))]
        self.names = [rng.choice(NAMES) for _ in self.types]
        if rng.random() < 0.7:
            self.names = [f"{name[:50]}{at}" if at else name for at, name in enumerate(self.names)]
        count = rng.choice([0, 1, 2, 7])
        empty = [rng.random() < 0.1 for _ in self.types]
        rows = []
        for row in range(max(count, 1)):
            cells = [f"NULL::{kind}" if none else values.sql(rng, kind) for kind, none in zip(self.types, empty)]
            rows.append(f"({row}, {', '.join(cells)})")
        columns = ", ".join(f"c{at}" for at in range(len(self.types)))
        shown = ", ".join(f"c{at}::{kind} AS {quote(name)}" for at, (kind, name) in enumerate(zip(self.types, self.names)))
        self.sql = f"SELECT {shown} FROM (VALUES {', '.join(rows)}) AS v(i, {columns})"
        self.sql += " ORDER BY i" if count else " WHERE i < 0 ORDER BY i"
        self.question = f"shape number {number} of {SEED}"

    def is_named_once(self):
        return len(set(self.names)) == len(self.names)


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def raw(conn, query, binary):
    """Types, modifiers and names of the columns, and the bytes of every value."""
    result = conn.execute(query, binary=binary).pgresult
    columns = [(result.ftype(at), result.fmod(at), result.fname(at)) for at in range(result.nfields)]
    cells = [[result.get_value(row, at) for at in range(result.nfields)] for row in range(result.ntuples)]
    return columns, cells


def nl_query(shape, columns):
    listed = ", ".join(f"{quote(name)} {kind}" for name, kind in columns)
    return f"SELECT * FROM nl_query({values.literal(shape.question)}) AS t({listed})"


def picked(result, places):
    columns, cells = result
    return [columns[at] for at in places], [[row[at] for at in places] for row in cells]


def renamed(result, names):
    columns, cells = result
    return [(kind, modifier, name.encode()) for (kind, modifier, _), name in zip(columns, names)], cells


@pytest.fixture(scope="module")
def asker(double):
    with psycopg.connect(autocommit=True) as conn:
        # A statement that fails fails at once.
        conn.execute("SET nl2sql.max_attempts = 1")
        yield conn


@pytest.mark.parametrize("number", range(SHAPES))
def test_shape(asker, double, number):
    shape = Shape(number)
    double.answer(shape.question, shape.sql)
    direct = {binary: raw(asker, shape.sql, binary) for binary in FORMATS}
    check_columns(asker, shape)
    for binary in FORMATS:
        check_nl_query(asker, shape, direct[binary], binary)
        check_nl_open(asker, shape, direct[binary], binary)
    check_nl_ask(asker, shape)


def check_columns(conn, shape):
    told = conn.execute("SELECT name, data_type FROM nl_columns(%s) ORDER BY position", [shape.question]).fetchall()
    assert told == list(zip(shape.names, shape.types))


def check_nl_query(conn, shape, direct, binary):
    others = [f"n{at}" for at in range(len(shape.names))]
    by_position = raw(conn, nl_query(shape, zip(others, shape.types)), binary)
    assert by_position == renamed(direct, others)
    if shape.is_named_once():
        places = shape.rng.sample(range(len(shape.names)), shape.rng.randint(1, len(shape.names)))
        by_name = raw(conn, nl_query(shape, [(shape.names[at], shape.types[at]) for at in places]), binary)
        assert by_name == picked(direct, places)


def check_nl_open(conn, shape, direct, binary):
    with conn.transaction():
        conn.execute("SELECT nl_open(%s, 'c')", [shape.question])
        portions = [raw(conn, "FETCH 2 FROM c", binary), raw(conn, "FETCH ALL FROM c", binary)]
    assert portions[0][0] == portions[1][0] == direct[0]
    assert portions[0][1] + portions[1][1] == direct[1]


def check_nl_ask(conn, shape):
    asked = conn.execute("SELECT nl_ask(%s)::text", [shape.question]).fetchall()
    rows = sql.SQL("SELECT row_to_json(r)::text FROM ({}) AS r").format(sql.SQL(shape.sql))
    assert asked == conn.execute(rows).fetchall()
