-- Cancels a question ($1) of a role and caller ($2, $3: oids) that has not ended, and tells who listens.
WITH cancelled AS (
    UPDATE nl2sql.job j
    SET state = 'cancelled', ended_at = pg_catalog.clock_timestamp(), progress = NULL, reply = NULL, asker = NULL, draft_key = NULL
    WHERE j.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8 AND j.role OPERATOR(pg_catalog.=) $2::pg_catalog.oid
      AND j.caller OPERATOR(pg_catalog.=) $3::pg_catalog.oid
      AND j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
    RETURNING j.id
)
SELECT c.id, (SELECT pg_catalog.pg_notify('nl2sql', pg_catalog.concat(c.id, ' cancelled'))
              WHERE pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9)
FROM cancelled c
