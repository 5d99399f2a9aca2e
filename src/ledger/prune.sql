-- Forgets what is older than so many seconds ($1), some thousand rows at a time. Locked rows are skipped, so that nobody ever
-- waits for another's transaction.
WITH old_calls AS (
    DELETE FROM nl2sql.calls c
    USING (SELECT o.ctid AS place FROM nl2sql.calls o
           WHERE o.asked_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
                 pg_catalog.make_interval(secs => $1::pg_catalog.float8))
           ORDER BY o.asked_at LIMIT 2000
           FOR UPDATE SKIP LOCKED) AS old
    WHERE c.ctid OPERATOR(pg_catalog.=) old.place
), old_questions AS (
    DELETE FROM nl2sql.history h
    USING (SELECT o.ctid AS place FROM nl2sql.history o
           WHERE o.asked_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
                 pg_catalog.make_interval(secs => $1::pg_catalog.float8))
           ORDER BY o.asked_at LIMIT 2000
           FOR UPDATE SKIP LOCKED) AS old
    WHERE h.ctid OPERATOR(pg_catalog.=) old.place
    RETURNING 1
)
SELECT pg_catalog.count(*) FROM old_questions
