-- A question leaves the transaction as it found it.
\set SHOW_CONTEXT never
CREATE TABLE notes (id integer PRIMARY KEY, body text);

-- It sees the caller's own uncommitted rows, and the caller goes on writing.
BEGIN;
INSERT INTO notes VALUES (1, 'one'), (2, 'two');
SELECT nl_ask('how many notes are there');
SHOW transaction_read_only;
INSERT INTO notes VALUES (3, 'three');
COMMIT;
SELECT nl_ask('how many notes are there');

-- An error inside a PL/pgSQL handler takes back what the block did and nothing else.
DO $$
BEGIN
    INSERT INTO notes VALUES (4, 'stays');
    BEGIN
        INSERT INTO notes VALUES (5, 'goes');
        PERFORM nl_ask('how many unicorns are there');
    EXCEPTION WHEN feature_not_supported THEN
        RAISE NOTICE 'caught: %', SQLERRM;
    END;
    BEGIN
        INSERT INTO notes VALUES (6, 'goes');
        PERFORM 1 / (SELECT count(*) FROM nl_check('SELECT 1/0 FROM nowhere') WHERE allowed)::int;
    EXCEPTION WHEN division_by_zero THEN
        RAISE NOTICE 'caught: %', SQLERRM;
    END;
    INSERT INTO notes VALUES (7, 'stays');
END $$;
SELECT id, body FROM notes ORDER BY id;

-- A draft that fails while it runs.
CREATE VIEW broken AS SELECT id / (id - id) AS ratio FROM notes;
BEGIN;
INSERT INTO notes VALUES (8, 'rolled back by the savepoint or not at all');
SAVEPOINT a;
SELECT nl_ask('list broken');
ROLLBACK TO a;
SELECT nl_ask('how many notes are there');
COMMIT;
SELECT count(*) FROM notes;

-- In a parallel worker no question can be asked: an error, and the session lives on.
CREATE FUNCTION mislabelled(sql text) RETURNS boolean LANGUAGE sql PARALLEL SAFE AS 'SELECT allowed FROM nl_check(sql)';
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
SELECT count(mislabelled('SELECT ' || id)) FROM notes;
ROLLBACK;
DROP FUNCTION mislabelled;

-- A read-only transaction stays one; settings and locks are as before.
BEGIN READ ONLY;
SELECT nl_ask('how many notes are there');
SHOW transaction_read_only;
ROLLBACK;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
DROP TABLE notes CASCADE;

-- A relation that the asking statement makes is not part of the question's world; one made before is.
CREATE TABLE made AS SELECT * FROM nl_query('revenue per month in 2025') AS t(month date, revenue numeric);
SELECT count(*) FROM made;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM nl_query('how many customers are there') AS t(customers bigint);
REFRESH MATERIALIZED VIEW kept;
SELECT count(*) FROM kept;
DROP MATERIALIZED VIEW kept;
DROP TABLE made;
-- After one that failed, too.
BEGIN;
SAVEPOINT before;
CREATE TABLE broken AS SELECT 1 / 0 FROM nl_query('how many customers are there') AS t(customers bigint);
ROLLBACK TO before;
CREATE TABLE broken (parts integer);
SELECT nl_sql('how many broken are there');
ROLLBACK;
