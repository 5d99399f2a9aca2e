"""Random types, and random values of them, as SQL. The odd ones come often: it is they that break."""

import json
import string

# Characters that something on the way might stumble over.
ODD = ["'", '"', "\\", "\n", "\r\n", "\t", "\x01", "\x7f", "{", "}", ",", "(", ")", " ", "%s", "$1", "é", "ß", "日本", "😀", "\u2028", "e\u0301"]


def text(rng):
    if rng.random() < 0.1:
        return ""
    return "".join(rng.choice(ODD + list(string.ascii_letters)) for _ in range(rng.randint(1, 30)))


def quoted(value):
    """Inside an array, a composite or a range."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def whole(bits):
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return lambda rng: str(rng.choice([low, high, 0, -1, rng.randint(low, high), rng.randint(-99, 99)]))


def numeric(rng):
    odd = ["NaN", "Infinity", "-Infinity", "0", "0.000", "-0.0", "1e-16383", "1e131071"]
    digits = rng.choice([1, 3, 17, 1000])
    number = "".join(rng.choice(string.digits) for _ in range(digits))
    point = rng.randint(0, digits)
    return rng.choice(odd + [f"{rng.choice(['', '-'])}{number[:point] or '0'}.{number[point:]}"] * 8)


def scaled(precision, scale):
    return lambda rng: rng.choice(["NaN", f"{rng.uniform(-1, 1) * 10 ** (precision - scale):.{scale}f}"[: precision + 1]])


def real(rng):
    odd = ["NaN", "Infinity", "-Infinity", "-0", "0", "1e-37", "3.4e38", "0.1"]
    return rng.choice(odd + [repr(rng.uniform(-1, 1) * 10 ** rng.randint(-20, 20))] * 4)


def time(rng):
    return rng.choice(["00:00", "24:00", "23:59:59.999999", f"{rng.randint(0, 23)}:{rng.randint(0, 59)}:{rng.uniform(0, 59.9):.6f}"])


def zone(rng):
    return rng.choice(["Z", "+14", "-15:59:59", "+05:45", "-00:30"])


def date(rng):
    odd = ["infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", "0001-12-31 BC", "0001-01-01", "2000-02-29", "epoch"]
    day = f"{rng.randint(1, 9999):04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return rng.choice(odd + [day, day + " BC" if day < "4713" else day] * 4)


def timestamp(rng):
    odd = ["infinity", "-infinity", "4714-11-24 00:00 BC", "294276-12-31 23:59:59.999999", "epoch"]
    day = f"{rng.randint(1, 4000):04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {time(rng)}"
    return rng.choice(odd + [day, day + " BC"] * 3)


def timestamptz(rng):
    value = timestamp(rng)
    return value if rng.random() < 0.4 or value[0] in "-ie" or value[:4] in ("4714", "2942") else value.replace(" BC", "") + zone(rng)


def interval(rng):
    odd = ["0", "178000000 years", "-178000000 years", "1 mon -1 day +00:00:00.000001", "-00:00:00.5", "999 days"]
    some = f"{rng.randint(-99, 99)} mons {rng.randint(-999, 999)} days {rng.randint(-10**9, 10**9)} seconds"
    return rng.choice(odd + [some] * 4)


def json_value(rng, depth=0):
    if depth < 3 and rng.random() < 0.5:
        inner = [json_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
        return inner if rng.random() < 0.5 else {text(rng).replace("\x00", ""): value for value in inner}
    return rng.choice([None, True, False, 0, -1.5, 1e300, 10**40, text(rng)])


def as_json(rng):
    # json keeps its spaces, its doubled keys and the way its numbers are written; jsonb does not.
    own = [' { "a" :1 , "a": 1.00, "b" : [ ] } ', "1e5", '"\\u00e9"', "\n[1,\n 2]"]
    return rng.choice(own + [json.dumps(json_value(rng), ensure_ascii=rng.random() < 0.5)] * 4)


def array(element):
    def value(rng):
        def item():
            return "NULL" if rng.random() < 0.2 else quoted(element(rng))

        size = rng.randint(0, 4)
        if size == 0:
            return "{}"
        flat = "{" + ",".join(item() for _ in range(size)) + "}"
        kind = rng.randint(0, 3)
        if kind == 0:
            return "{" + ",".join("{" + ",".join(item() for _ in range(size)) + "}" for _ in range(2)) + "}"
        low = rng.randint(-3, 3)
        return f"[{low}:{low + size - 1}]={flat}" if kind == 1 else flat

    return value


def span(bound):
    def value(rng):
        low, high = sorted([bound(rng), bound(rng)])
        ends = rng.choice(["[]", "()", "[)", "(]"])
        return rng.choice(["empty", "(,)", f"[{low},)", f"(,{high}]", f"{ends[0]}{low},{high}{ends[1]}", f"[{low},{low}]"])

    return value


def several(one):
    return lambda rng: "{" + ", ".join(one(rng) for _ in range(rng.randint(0, 3))) + "}"


def fixed(*values):
    return lambda rng: rng.choice(values)


def place(rng):
    parts = ["" if rng.random() < 0.3 else quoted(value) for value in (text(rng), whole(32)(rng), "(1.5,-2)")]
    return "(" + ",".join(parts) + ")"


small = lambda rng: f"{rng.randint(-999, 999):04}"  # noqa: E731 -- sorts as text where both are positive
year = lambda rng: f"{rng.randint(1, 9999):04}-01-01"  # noqa: E731
positive = lambda rng: f"{rng.randint(0, 999):03}"  # noqa: E731

#: The name of each type, as a column list spells it, and what makes a value of it.
TYPES = {
    "boolean": fixed("t", "f"),
    "smallint": whole(16),
    "integer": whole(32),
    "bigint": whole(64),
    "oid": lambda rng: str(rng.randint(0, 2**32 - 1)),
    "numeric": numeric,
    "numeric(12,3)": scaled(12, 3),
    "real": lambda rng: repr(rng.choice([0.1, -0.0, 3.4e38, 1e-37, rng.uniform(-1e6, 1e6)])),
    "double precision": real,
    "money": lambda rng: f"{rng.randint(-10**9, 10**9)}.{rng.randint(0, 99):02}",
    "text": text,
    "character varying(40)": lambda rng: text(rng)[:40],
    "character(12)": lambda rng: text(rng)[:6],
    "name": lambda rng: text(rng)[:10],
    '"char"': fixed("", "a", "\\377", " "),
    "bytea": lambda rng: "\\x" + rng.randbytes(rng.choice([0, 1, 20, 3000])).hex(),
    "date": date,
    "time without time zone": time,
    "time(2) without time zone": time,
    "time with time zone": lambda rng: time(rng) + zone(rng),
    "timestamp without time zone": timestamp,
    "timestamp(0) without time zone": lambda rng: timestamp(rng).replace("294276", "9999"),
    "timestamp with time zone": timestamptz,
    "interval": interval,
    "interval day to second": interval,
    "uuid": lambda rng: rng.randbytes(16).hex(),
    "json": as_json,
    "jsonb": lambda rng: as_json(rng),
    "jsonpath": fixed("$.a[*] ? (@ > 1)", "strict $", '$."é"'),
    "xml": fixed("<a>&amp;</a>", "plain", "<a/><b>é</b>"),
    "inet": fixed("10.0.0.1", "10.0.0.1/8", "::1", "fe80::1/64"),
    "cidr": fixed("10.0.0.0/8", "2001:db8::/32"),
    "macaddr": fixed("08:00:2b:01:02:03"),
    "macaddr8": fixed("08:00:2b:01:02:03:04:05"),
    "bit(5)": fixed("10101", "00000"),
    "bit varying(9)": fixed("", "1", "101010101"),
    "point": fixed("(1.5,-2)", "(Infinity,NaN)", "(0,1e-300)"),
    "line": fixed("{1,-1,0}"),
    "lseg": fixed("[(0,0),(1,1)]"),
    "box": fixed("(3,4),(1,2)"),
    "path": fixed("[(0,0),(1,1),(2,0)]", "((0,0),(1,1))"),
    "polygon": fixed("((0,0),(1,1),(2,0))"),
    "circle": fixed("<(1,2),3>"),
    "tsvector": fixed("'a':1A 'b''c':2,3", ""),
    "tsquery": fixed("a & !b | c:*", ""),
    "pg_lsn": fixed("16/B374D848", "0/0"),
    "int4range": span(positive),
    "numrange": span(positive),
    "daterange": span(year),
    "tstzrange": span(year),
    "int8multirange": several(span(positive)),
    "datemultirange": several(span(year)),
    "mood": fixed("sad", "so so", "happy"),
    "place": place,
    "percentage": fixed("0", "100", "33.33"),
    "nonempty": array(lambda rng: text(rng)[:5]),
    "integer[]": array(whole(32)),
    "text[]": array(text),
    "numeric(12,3)[]": array(scaled(12, 3)),
    "timestamp with time zone[]": array(timestamptz),
    "mood[]": array(fixed("sad", "so so")),
    "place[]": array(place),
    "jsonb[]": array(as_json),
    "bytea[]": array(lambda rng: "\\x" + rng.randbytes(5).hex()),
    "int4range[]": array(span(positive)),
    "percentage[]": array(fixed("0", "12.5")),
}
# A domain over an array wants an element.
TYPES["nonempty"] = lambda rng, make=TYPES["nonempty"]: make(rng).replace("{}", '{"one"}')


def literal(value):
    return "'" + value.replace("'", "''") + "'"


def sql(rng, type_name):
    """An expression of that type: now and then NULL, now and then very wide."""
    if rng.random() < 0.15:
        return f"NULL::{type_name}"
    if type_name == "text" and rng.random() < 0.05:
        return f"repeat({literal(text(rng))}, {rng.choice([1000, 200000])})"
    if type_name == "bytea" and rng.random() < 0.05:
        return "decode(repeat('00ff', 300000), 'hex')"
    return f"{literal(TYPES[type_name](rng))}::{type_name}"
