-- nl_check gives the guard's verdict on a statement: nothing is run.
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.verdict(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN allowed THEN 'allowed' ELSE sqlstate || ' ' || reason END FROM nl_check(statement) $$;
\pset tuples_only off
SELECT allowed, relations, functions, estimated_rows > 0 AS rows, estimated_cost > 0 AS cost
FROM nl_check('SELECT city, count(*) FROM customers GROUP BY city');
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
CREATE AGGREGATE every_sly(integer) (SFUNC = int4pl, STYPE = integer, FINALFUNC = sly_final);
CREATE FUNCTION sly_final(integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE AGGREGATE every_sly(integer) (SFUNC = int4pl, STYPE = integer, FINALFUNC = sly_final);
SELECT pg_temp.verdict('SELECT every_sly(line) FROM order_items');
CREATE VIEW sly_view AS SELECT clock_timestamp(), sly(1, 2);
SELECT pg_temp.verdict('SELECT * FROM sly_view');
SET nl2sql.allow_functions = 'public.sly';
SELECT pg_temp.verdict('SELECT * FROM sly_view');
RESET nl2sql.allow_functions;

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
