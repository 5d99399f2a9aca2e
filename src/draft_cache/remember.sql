-- Keeps a draft ($3) of a model ($5) for a role ($4, an oid) and a prompt ($1), and forgets some: the role's that are older than so many
-- seconds ($2) or beyond its newest 500, anybody's that are older than a month, and those of roles that are gone. There
-- is no unique key and locked rows are skipped, so that nobody ever waits for another's transaction.
WITH expired AS MATERIALIZED (
    SELECT c.ctid AS place FROM nl2sql.cache c
    WHERE c.role OPERATOR(pg_catalog.=) $4::pg_catalog.oid
      AND c.made_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
          pg_catalog.make_interval(secs => $2::pg_catalog.float8))
    LIMIT 100
    FOR UPDATE SKIP LOCKED
), beyond AS MATERIALIZED (
    SELECT c.ctid AS place FROM nl2sql.cache c
    WHERE c.role OPERATOR(pg_catalog.=) $4::pg_catalog.oid
    ORDER BY c.made_at DESC
    OFFSET 499 LIMIT 100
    FOR UPDATE SKIP LOCKED
), oldest AS MATERIALIZED (
    -- Only what will go is locked.
    SELECT c.ctid AS place
    FROM (SELECT o.ctid AS place, o.role, o.made_at FROM nl2sql.cache o ORDER BY o.made_at LIMIT 100) AS o
    JOIN nl2sql.cache c ON c.ctid OPERATOR(pg_catalog.=) o.place
    WHERE o.made_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
              pg_catalog.make_interval(days => 30))
       OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) o.role)
    FOR UPDATE OF c SKIP LOCKED
), forgotten AS (
    DELETE FROM nl2sql.cache c
    USING (SELECT e.place FROM expired e
           UNION SELECT b.place FROM beyond b
           UNION SELECT o.place FROM oldest o) AS old
    WHERE c.ctid OPERATOR(pg_catalog.=) old.place
)
INSERT INTO nl2sql.cache (role, key, sql, model)
VALUES ($4::pg_catalog.oid, pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), $3, $5)
