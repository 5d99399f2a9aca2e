-- Takes questions ($1: bigint[]) that wait for their turn, and those that a process before had taken; one that somebody is just
-- cancelling is left out. One whose reply was to be judged when that process ended may have ended it. Tells who listens.
WITH mine AS MATERIALIZED (
    SELECT j.id, j.state
    FROM nl2sql.job j
    WHERE j.id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[])
      AND j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE nl2sql.job j
    SET ends = CASE WHEN m.state OPERATOR(pg_catalog.<>) 'waiting' AND j.reply IS NOT NULL THEN GREATEST(j.ends, 1) ELSE j.ends END,
        state = CASE WHEN m.state OPERATOR(pg_catalog.=) 'waiting' THEN 'asking' ELSE m.state END
    FROM mine m
    WHERE j.id OPERATOR(pg_catalog.=) m.id
    RETURNING j.id, m.state AS before, j.role, j.question, j.thread, j.asker, j.progress, j.reply, j.places, j.ends,
        EXTRACT(epoch FROM (j.expires_at OPERATOR(pg_catalog.-) pg_catalog.clock_timestamp())) AS seconds
)
SELECT t.id, t.role, t.question, t.thread, t.asker, t.progress, t.reply, t.seconds, t.places, t.ends,
       (SELECT pg_catalog.pg_notify('nl2sql', pg_catalog.concat(t.id, ' asking'))
        WHERE t.before OPERATOR(pg_catalog.=) 'waiting'
          AND pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9)
FROM taken t
