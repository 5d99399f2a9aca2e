-- The newest draft of a role ($3, an oid) for a prompt ($1) that is not older than so many seconds ($2).
SELECT c.sql, c.model
FROM nl2sql.cache c
WHERE c.role OPERATOR(pg_catalog.=) $3::pg_catalog.oid
  AND c.key OPERATOR(pg_catalog.=) pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8'))
  AND c.made_at OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
      pg_catalog.make_interval(secs => $2::pg_catalog.float8))
ORDER BY c.made_at DESC
LIMIT 1
