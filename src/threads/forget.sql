-- Deletes the turns of a thread ($3; NULL: of all) of a role ($1) as a caller ($2) has it, and says how many there were.
WITH forgotten AS (
    DELETE FROM nl2sql.turns t
    WHERE t.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
      AND t.caller OPERATOR(pg_catalog.=) $2::pg_catalog.oid
      AND ($3 IS NULL OR t.thread OPERATOR(pg_catalog.=) $3)
    RETURNING 1
)
SELECT pg_catalog.count(*) FROM forgotten
