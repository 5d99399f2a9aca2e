-- nl_check gives the guard's verdict on a statement: nothing is run.
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.verdict(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN allowed THEN 'allowed' ELSE sqlstate || ' ' || reason END FROM nl_check(statement) $$;
\pset tuples_only off
SELECT allowed, relations, functions, estimated_rows > 0 AS rows, estimated_cost > 0 AS cost
FROM nl_check('SELECT city, count(*) FROM customers GROUP BY city');
-- Every check is told, passed or not, and who is to blame.
SELECT columns FROM nl_check('SELECT c.city, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY 1');
SELECT line->>'check' AS check, line->>'outcome' AS outcome, line->>'detail' ~ '.' AS detail
FROM nl_check('SELECT city FROM customers'), json_array_elements(checks) AS line;
SELECT line->>'check' AS check, line->>'outcome' AS outcome, line->>'detail' AS detail
FROM nl_check('SELECT city, pg_sleep(1) FROM customers'), json_array_elements(checks) AS line;
SELECT culprit, behind, position FROM nl_check('SELECT city, pg_sleep(1) FROM customers');
SELECT culprit, behind, position, sqlstate FROM nl_check('SELECT nmae FROM customers');
\pset tuples_only on

-- Valid analytics pass, whatever sqlparser thinks of them.
SELECT pg_temp.verdict($$SELECT status, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders GROUP BY status$$);
SELECT pg_temp.verdict($$SELECT id, sum(total) OVER (ORDER BY ordered_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM orders$$);
SELECT pg_temp.verdict($$SELECT count(*) FILTER (WHERE newsletter), city FROM customers GROUP BY GROUPING SETS ((city), ())$$);
SELECT pg_temp.verdict($$WITH RECURSIVE t AS (SELECT id, parent_id FROM categories UNION ALL SELECT c.id, c.parent_id FROM categories c JOIN t ON c.parent_id = t.id) SELECT * FROM t$$);
SELECT pg_temp.verdict($$SELECT * FROM customers c, LATERAL (SELECT * FROM orders o WHERE o.customer_id = c.id ORDER BY total DESC LIMIT 1) AS best$$);
SELECT pg_temp.verdict($$SELECT DISTINCT ON (city) city, name FROM customers TABLESAMPLE bernoulli (10) ORDER BY city, name$$);
SELECT pg_temp.verdict($$VALUES (1, 'one'), (2, 'two')$$);
SELECT pg_temp.verdict($$SELECT * FROM generate_series(1, 3) WITH ORDINALITY$$);
SELECT pg_temp.verdict($$SELECT to_char(ordered_at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM'), random() FROM orders$$);
SELECT pg_temp.verdict($$SELECT product, average_rating FROM product_ratings$$);
SELECT pg_temp.verdict($$SELECT name::text::int[], array_to_string(ARRAY[id], ',')::int4range FROM customers$$);
SELECT pg_temp.verdict($$SELECT name ~* '^a.*r$', to_tsvector('english', name) @@ 'ada'::tsquery FROM customers$$);

-- Whatever is no query is refused.
SELECT pg_temp.verdict('DELETE FROM orders');
SELECT pg_temp.verdict('/* harmless */ ; UPDATE orders SET total = 0');
SELECT pg_temp.verdict('WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone');
SELECT pg_temp.verdict('SELECT * INTO copy FROM orders');
SELECT pg_temp.verdict('SELECT 1 INTO copy UNION SELECT 2');
SELECT pg_temp.verdict('SELECT 1; DROP TABLE orders');
SELECT pg_temp.verdict('EXPLAIN ANALYZE DELETE FROM orders');
SELECT pg_temp.verdict('COPY (SELECT 1) TO PROGRAM ''touch /tmp/x''');
SELECT pg_temp.verdict('DO $do$ BEGIN DELETE FROM orders; END $do$');
SELECT pg_temp.verdict('SELECT * FROM orders FOR UPDATE');
SELECT pg_temp.verdict('SET nl2sql.row_limit = 0');

-- Functions are judged by what the catalog says of them, also behind operators, aggregates and views.
SELECT pg_temp.verdict('SELECT 1, pg_sleep(10)');
SELECT pg_temp.verdict('SELECT set_config(''work_mem'', ''1GB'', false)');
SELECT pg_temp.verdict('SELECT nextval(''orders_id_seq'')');
SELECT pg_temp.verdict('SELECT current_setting(''data_directory'')');
SELECT pg_temp.verdict('SELECT query_to_xml(''DELETE FROM orders'', true, true, '''')');
SELECT pg_temp.verdict('SELECT pg_read_file(''/etc/passwd'')');
CREATE FUNCTION sly(integer, integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR <~> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = sly);
SELECT pg_temp.verdict('SELECT id <~> 1 FROM orders');
CREATE FUNCTION sly_final(integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE AGGREGATE every_sly(integer) (SFUNC = int4pl, STYPE = integer, FINALFUNC = sly_final);
SELECT pg_temp.verdict('SELECT every_sly(line) FROM order_items');
CREATE VIEW sly_view AS SELECT clock_timestamp(), sly(1, 2);
SELECT pg_temp.verdict('SELECT * FROM sly_view');
SET nl2sql.allow_functions = 'public.sly';
SELECT pg_temp.verdict('SELECT * FROM sly_view');
RESET nl2sql.allow_functions;

-- The same goes for what the server calls by itself: domain checks, and casts to json when rows are made.
CREATE ROLE regress_nl2sql_mal;
CREATE SCHEMA mal AUTHORIZATION regress_nl2sql_mal;
SET ROLE regress_nl2sql_mal;
CREATE FUNCTION mal.look(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RAISE WARNING ''ran as %'', current_user; RETURN true; END';
CREATE DOMAIN mal.looked AS integer CHECK (mal.look(VALUE));
CREATE DOMAIN mal.sleepy AS integer CHECK (pg_sleep(VALUE) IS NOT NULL);
CREATE TYPE mal.looked_row AS (n mal.looked);
CREATE TABLE mal.watched (pair mal.looked_row);
CREATE TYPE mal.mood AS ENUM ('fine');
CREATE FUNCTION mal.leak(mal.mood) RETURNS json LANGUAGE plpgsql STABLE AS 'BEGIN RAISE WARNING ''ran as %'', current_user; RETURN ''1''; END';
CREATE CAST (mal.mood AS json) WITH FUNCTION mal.leak(mal.mood);
CREATE TABLE mal.moods (mood mal.mood, moods mal.mood[]);
INSERT INTO mal.moods VALUES ('fine', '{fine}');
CREATE TABLE mal.nested (inner_row mal.moods);
CREATE FUNCTION mal.random(integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION mal.pg_sleep(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
RESET ROLE;
SELECT pg_temp.verdict('SELECT 1::mal.looked');
SELECT pg_temp.verdict('SELECT 1::mal.sleepy');
SELECT pg_temp.verdict('SELECT domain_in(''1'', ''mal.looked''::regtype, -1)');
SELECT pg_temp.verdict('SELECT * FROM json_to_record(''{"a":1}'') AS t(a mal.looked)');
SELECT pg_temp.verdict('SELECT ''{1}''::mal.looked[]');
SELECT pg_temp.verdict('SELECT 1 FROM mal.watched WHERE pair = ''(1)''');
SELECT pg_temp.verdict('SELECT mood FROM mal.moods');
SELECT pg_temp.verdict('SELECT moods FROM mal.moods');
SELECT pg_temp.verdict('SELECT to_json(n) FROM mal.nested n');
SELECT pg_temp.verdict('SELECT mal.random(1)');
SET nl2sql.allow_functions = 'pg_sleep, random';
SELECT pg_temp.verdict('SELECT mal.pg_sleep(1)');
SELECT pg_temp.verdict('SELECT mal.random(1)');
RESET nl2sql.allow_functions;
CREATE FUNCTION with_default(n integer DEFAULT pg_backend_pid(), s text DEFAULT set_config('work_mem', '1MB', false)) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
SELECT pg_temp.verdict('SELECT with_default(1)');
DROP FUNCTION with_default;
-- A type whose code nobody need fear passes.
SELECT pg_temp.verdict('SELECT email, status FROM customers JOIN orders ON customer_id = customers.id');
DROP SCHEMA mal CASCADE;
DROP ROLE regress_nl2sql_mal;
SELECT pg_temp.verdict('SELECT 1' || repeat('+1', 3000)) ~ '^54001 stack depth limit exceeded';

-- What stands in no tree is judged when it is about to run, here while the planner folds constants.
CREATE FUNCTION quiet() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_advisory_lock(7); RETURN 1; END';
CREATE FUNCTION deeper() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT quiet() + 1';
CREATE FUNCTION turns_off() RETURNS integer LANGUAGE plpgsql IMMUTABLE SET nl2sql.guarded = off AS 'BEGIN RETURN quiet(); END';
CREATE FUNCTION alters() RETURNS integer LANGUAGE plpgsql AS 'BEGIN EXECUTE ''SET work_mem = 64''; RETURN 1; END';
CREATE FUNCTION calls_alters() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN alters(); END';
SELECT pg_temp.verdict('SELECT quiet()');
SELECT pg_temp.verdict('SELECT deeper()');
SELECT pg_temp.verdict('SELECT turns_off()');
SELECT pg_temp.verdict('SELECT calls_alters()');
SET nl2sql.allow_functions = 'pg_advisory_lock';
SELECT pg_temp.verdict('SELECT quiet()');
RESET nl2sql.allow_functions;
SELECT pg_advisory_unlock_all();
CREATE TABLE indexed AS SELECT 1 AS n;
CREATE INDEX ON indexed (n) WHERE quiet() > 0;
SELECT pg_advisory_unlock_all();
SELECT pg_temp.verdict('SELECT n FROM indexed WHERE n = 1');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
DROP TABLE indexed;
DROP FUNCTION quiet(), deeper(), turns_off(), alters(), calls_alters();

-- A statement no question needs.
SELECT pg_temp.verdict('SELECT ''' || repeat('x', 1100000) || '''');

-- System catalogs are not what questions are about, unless a superuser says so.
SELECT pg_temp.verdict('SELECT rolpassword FROM pg_authid');
SELECT pg_temp.verdict('SELECT * FROM information_schema.tables');
SET nl2sql.schemas = 'public, pg_catalog';
SELECT pg_temp.verdict('SELECT relname FROM pg_class');
RESET nl2sql.schemas;

-- The planner's cost has a limit.
SET nl2sql.max_cost = 100;
SELECT pg_temp.verdict('SELECT * FROM orders');
RESET nl2sql.max_cost;

-- The server's own errors come through with their SQLSTATE.
SELECT pg_temp.verdict('SELECT nmae FROM customers');
SELECT pg_temp.verdict('SELECT FROM WHERE');
SELECT pg_temp.verdict('SELECT * FROM nowhere');
DROP VIEW sly_view;
DROP OPERATOR <~> (integer, integer);
DROP AGGREGATE every_sly(integer);
DROP FUNCTION sly(integer, integer), sly_final(integer);
