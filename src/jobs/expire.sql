-- Gives up what was not answered in time, and what was submitted in another database than this ($1: oid), of which it is a copy. Tells
-- who listens.
WITH late AS MATERIALIZED (
    SELECT j.id
    FROM nl2sql.job j
    WHERE j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
      AND (j.expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() OR j.database OPERATOR(pg_catalog.<>) $1::pg_catalog.oid)
    FOR UPDATE SKIP LOCKED
), expired AS (
    UPDATE nl2sql.job j
    SET state = 'expired', ended_at = pg_catalog.clock_timestamp(), progress = NULL, reply = NULL, asker = NULL, draft_key = NULL
    FROM late l
    WHERE j.id OPERATOR(pg_catalog.=) l.id
    RETURNING j.id
)
SELECT pg_catalog.pg_notify('nl2sql', pg_catalog.concat(e.id, ' expired'))
FROM expired e
WHERE pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9
