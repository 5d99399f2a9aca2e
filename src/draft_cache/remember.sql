-- Keeps a draft ($3) for a prompt ($1), and forgets some that are older than so many seconds ($2). There is no unique key
-- and locked rows are skipped, so that nobody ever waits for another's transaction.
WITH old AS MATERIALIZED (
    SELECT c.ctid AS place
    FROM nl2sql.cache c
    WHERE c.role OPERATOR(pg_catalog.=) CURRENT_USER
      AND c.made_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
          pg_catalog.make_interval(secs => $2::pg_catalog.float8))
    LIMIT 100
    FOR UPDATE SKIP LOCKED
), forgotten AS (
    DELETE FROM nl2sql.cache c USING old WHERE c.ctid OPERATOR(pg_catalog.=) old.place
)
INSERT INTO nl2sql.cache (key, sql)
VALUES (pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), $3)
