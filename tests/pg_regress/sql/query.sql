-- Typed rows: nl_query gives the answer the columns the caller lists, nl_columns tells what there is to list.
\pset null (null)
SELECT * FROM nl_columns('top 3 customers by revenue');
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name text, revenue numeric);
-- By name, whatever the order and with fewer columns; else by position.
SELECT * FROM nl_query('top 3 customers by revenue') AS t(revenue numeric, name text);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(revenue numeric);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(who text, how_much numeric);
-- Values are cast as INSERT would cast them: rounded to a scale, never cut short.
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name varchar(40), revenue numeric(12,1));
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name char(20), revenue float8);
SELECT month, pg_typeof(month), count FROM nl_query('orders per month in 2025') AS t(month timestamptz, count smallint) LIMIT 2;
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name varchar(5), revenue numeric);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name text, revenue smallint);
SELECT * FROM nl_query('how many orders are there') AS t(count text);
-- What does not fit is refused with both shapes.
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name integer, revenue numeric);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(a text, b numeric, c integer);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name bytea, revenue numeric);
SELECT * FROM nl_query('top 3 customers by revenue');
SELECT nl_query('top 3 customers by revenue');
SELECT * FROM nl_query('') AS t(a integer);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name nowhere);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name text, name text);
-- It is a table like any other.
SELECT count(*), sum(revenue) > 0 AS positive FROM nl_query('top 10 customers by revenue') AS t(name text, revenue numeric);
SELECT c.city FROM nl_query('top 3 customers by revenue') AS t(name text, revenue numeric) JOIN customers c USING (name) ORDER BY revenue DESC;
SET nl2sql.row_limit = 2;
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name text, revenue numeric);
SELECT * FROM nl_query('top 3 customers by revenue') AS t(name text, revenue float8);
RESET nl2sql.row_limit;

-- nl_open streams the query's own types, in the caller's transaction.
BEGIN;
SELECT nl_open('top 3 customers by revenue', 'best');
FETCH 2 FROM best;
FETCH ALL FROM best;
SELECT nl_open('orders per month in 2025') AS cursor \gset
SELECT is_scrollable, is_holdable FROM pg_cursors WHERE name = :'cursor';
FETCH 2 FROM :"cursor";
MOVE FORWARD 1 IN :"cursor";
FETCH 1 FROM :"cursor";
SELECT count(*) FROM pg_cursors;
SELECT current_setting('transaction_read_only');
CLOSE best;
COMMIT;
FETCH 1 FROM best;
BEGIN;
SELECT nl_open('top 3 customers by revenue', 'best');
SELECT nl_open('top 3 customers by revenue', 'best');
ROLLBACK;
SELECT nl_open('top 3 customers by revenue', '');
-- A table that changes under an open cursor waits, as with any cursor; the plan holds its locks.
BEGIN;
SELECT nl_open('top 3 customers by revenue', 'best');
SELECT mode, count(*) FROM pg_locks WHERE relation IN ('customers'::regclass, 'orders'::regclass) AND pid = pg_backend_pid() GROUP BY mode;
ROLLBACK;
-- Outside of a transaction block it is of no use, and says so.
SELECT nl_open('top 3 customers by revenue', 'gone');
FETCH 1 FROM gone;
-- In PL/pgSQL.
DO $$
DECLARE c refcursor; r record;
BEGIN
    c := nl_open('top 3 customers by revenue');
    LOOP
        FETCH c INTO r;
        EXIT WHEN NOT FOUND;
        RAISE NOTICE '% %', r.name, pg_typeof(r.revenue);
    END LOOP;
END $$;
-- What a FETCH runs is watched and read-only, here a function that an allowed view brings in.
CREATE FUNCTION noisy(n bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN PERFORM pg_notify('noise', n::text); RETURN n; END $$;
CREATE FUNCTION writes(n bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN CREATE TEMP TABLE IF NOT EXISTS mark (n bigint); INSERT INTO mark VALUES (n); RETURN n; END $$;
CREATE FUNCTION calls_writes(n bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN writes(n); END $$;
CREATE VIEW noises AS SELECT noisy(i) AS noise FROM generate_series(1, 3) AS i;
CREATE VIEW stains AS SELECT calls_writes(i) AS stain FROM generate_series(1, 3) AS i;
BEGIN;
SELECT nl_open('list noises', 'c');
FETCH 1 FROM c;
ROLLBACK;
BEGIN;
SELECT nl_open('list stains', 'c');
FETCH 1 FROM c;
ROLLBACK;
CREATE TEMP TABLE mark (n bigint);
SELECT nl_ask('list stains');
DROP VIEW noises, stains;
DROP FUNCTION noisy(bigint), writes(bigint), calls_writes(bigint);
-- Masked columns come back masked, and not through a cursor at all.
LOAD 'nl2sql';
SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS 'masked';
SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS 'masked';
SELECT * FROM nl_query('names and signed up of customers in Vienna') AS t(name text, signed_up date) LIMIT 2;
SELECT nl_open('names of customers in Vienna');
SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS NULL;
SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS NULL;
