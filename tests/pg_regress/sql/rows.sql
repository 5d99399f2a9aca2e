-- Rows are printed as row_to_json prints them, whatever their types.
SET timezone = 'UTC';
CREATE TYPE traffic AS ENUM ('red', 'green');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 10);
CREATE VIEW zoo AS
SELECT 1::smallint AS i2, (-2147483648)::integer AS i4, 9223372036854775807 AS i8, 0.1::real AS f4, 1e300::float8 AS f8,
       'NaN'::float8 AS nan, '-Infinity'::float8 AS minus_infinity, 'NaN'::numeric AS numeric_nan,
       (repeat('9', 1000) || '.' || repeat('1', 500))::numeric AS long_numeric, -0.50 AS small,
       true AS yes, false AS no, NULL::integer AS nothing, NULL::text AS no_text,
       'plain'::text AS txt, E'q"b\\s/\b\f\n\r\t\u0001 é 😀 \x7f'::text AS odd, 'v'::varchar AS vc, 'c  '::char(5) AS bp,
       repeat('long ', 100000) AS toasted, ''::text AS empty,
       'x'::"char" AS onechar, 'n'::name AS nm, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS id,
       date '2024-02-29' AS d, date 'infinity' AS d_inf, date '0044-03-15 BC' AS d_bc, time '12:34:56.789' AS t,
       timestamp '2024-02-29 12:00' AS ts, timestamptz '2024-02-29 12:00+02' AS tz, interval '1 year -2 days 03:04:05' AS iv,
       '{"a": 1,  "b": [1, 2]}'::json AS js, '{"b": 1, "a": 1.0}'::jsonb AS jb,
       ARRAY[1, NULL, 3] AS ints, ARRAY[['a"', 'b'], ['c', NULL]] AS texts, ARRAY['red'::traffic] AS lights,
       'green'::traffic AS light, ROW(1, 'x')::pair AS p, 'hi'::short AS sh,
       '\xdeadbeef'::bytea AS bin, int4range(1, 5) AS r, '192.168.0.1/24'::inet AS ip, b'101'::bit(3) AS bits,
       point(1, 2) AS pt, '12.34'::money AS cash, 'a & b'::tsquery AS q, to_tsvector('simple', 'a b') AS v, 1 AS "odd ""name\";
SELECT count(*), bool_and(a::text = row_to_json(z)::text) AS same FROM nl_ask('list zoo') AS a, zoo AS z;
SELECT key, a ->> key AS ours, row_to_json(z) ->> key AS servers
FROM nl_ask('list zoo') AS a, zoo AS z, json_object_keys(row_to_json(z)) AS key
WHERE (a -> key)::text IS DISTINCT FROM (row_to_json(z) -> key)::text;

-- Columns keep their order, and their names even where two are the same.
CREATE VIEW twins AS SELECT 2 AS b, 1 AS a;
SELECT nl_ask('list twins');
DROP VIEW zoo, twins;
DROP TYPE pair, traffic;
DROP DOMAIN short;
