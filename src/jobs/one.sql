-- A question ($1) of a role and caller ($2, $3: oids), as far as its asker is told, in a database ($4: oid).
SELECT CASE WHEN j.ended_at IS NULL AND (j.expires_at OPERATOR(pg_catalog.<) pg_catalog.clock_timestamp()
                                        OR j.database OPERATOR(pg_catalog.<>) $4::pg_catalog.oid)
            THEN 'expired' ELSE j.state END,
       j.question, j.thread, j.model, j.attempts, j.sql, j.source, j.reading, j.meaning, j.notes, j.sqlstate, j.message, j.detail,
       j.hint, j.fetched_at IS NULL
FROM nl2sql.job j
WHERE j.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8 AND j.role OPERATOR(pg_catalog.=) $2::pg_catalog.oid
  AND j.caller OPERATOR(pg_catalog.=) $3::pg_catalog.oid
