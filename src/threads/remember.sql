-- Keeps a turn: question ($5), meaning ($6), statement ($7) and reading ($8) in a thread ($3) of a role ($1) and caller ($2). And
-- forgets some: the same question asked just before, the role's that are older than so many seconds ($4) or beyond its newest
-- 500, anybody's that are older than a year, and those of roles that are gone. There is no unique key and locked rows are
-- skipped, so that nobody ever waits for another's transaction.
WITH last AS MATERIALIZED (
    SELECT t.ctid AS place, t.question FROM nl2sql.turns t
    WHERE t.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
      AND t.caller OPERATOR(pg_catalog.=) $2::pg_catalog.oid
      AND t.thread OPERATOR(pg_catalog.=) $3
    ORDER BY t.asked_at DESC
    LIMIT 1
    FOR UPDATE SKIP LOCKED
), expired AS MATERIALIZED (
    SELECT t.ctid AS place FROM nl2sql.turns t
    WHERE t.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
      AND t.asked_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
          pg_catalog.make_interval(secs => $4::pg_catalog.float8))
    LIMIT 100
    FOR UPDATE SKIP LOCKED
), beyond AS MATERIALIZED (
    SELECT t.ctid AS place FROM nl2sql.turns t
    WHERE t.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
    ORDER BY t.asked_at DESC
    OFFSET 499 LIMIT 100
    FOR UPDATE SKIP LOCKED
), oldest AS MATERIALIZED (
    -- Only what will go is locked.
    SELECT t.ctid AS place
    FROM (SELECT o.ctid AS place, o.role, o.asked_at FROM nl2sql.turns o ORDER BY o.asked_at LIMIT 100) AS o
    JOIN nl2sql.turns t ON t.ctid OPERATOR(pg_catalog.=) o.place
    WHERE o.asked_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
              pg_catalog.make_interval(years => 1))
       OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) o.role)
    FOR UPDATE OF t SKIP LOCKED
), forgotten AS (
    DELETE FROM nl2sql.turns t
    USING (SELECT l.place FROM last l WHERE l.question OPERATOR(pg_catalog.=) $5
           UNION SELECT e.place FROM expired e
           UNION SELECT b.place FROM beyond b
           UNION SELECT o.place FROM oldest o) AS old
    WHERE t.ctid OPERATOR(pg_catalog.=) old.place
)
INSERT INTO nl2sql.turns (role, caller, thread, question, meaning, sql, reading)
VALUES ($1::pg_catalog.oid, $2::pg_catalog.oid, $3, $5, $6, $7, $8)
