-- The last six turns of a thread ($3) of a role ($1) as a caller ($2) has it, the newest first, that are not older than so many
-- seconds ($4).
SELECT t.question, t.meaning, t.sql, t.reading
FROM nl2sql.turns t
WHERE t.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
  AND t.caller OPERATOR(pg_catalog.=) $2::pg_catalog.oid
  AND t.thread OPERATOR(pg_catalog.=) $3
  AND t.asked_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
      pg_catalog.make_interval(secs => $4::pg_catalog.float8))
ORDER BY t.asked_at DESC
LIMIT 6
