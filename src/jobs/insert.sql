-- Keeps a question that was submitted ($1: json) in a database ($5: oid), of a role and caller ($2, $3: oids), until so many seconds
-- from now ($4). Tells who listens where it is ready. Of one that waits its process tells more soon, and a transaction that notifies
-- keeps all others that do so from committing until it has (async.c).
WITH given AS MATERIALIZED (
    SELECT g.id, g.question, g.thread, g.state, g.model, g.attempts, g.places, g.sql, g.source, g.reading, g.meaning, g.notes,
           g.asker, g.progress, g.draft_key, pg_catalog.clock_timestamp() AS now
    FROM pg_catalog.jsonb_to_record($1::pg_catalog.jsonb) AS g (id pg_catalog.int8, question pg_catalog.text,
        thread pg_catalog.text, state pg_catalog.text, model pg_catalog.text, attempts pg_catalog.int4,
        places pg_catalog.int4, sql pg_catalog.text, source pg_catalog.text, reading pg_catalog.text,
        meaning pg_catalog.text, notes pg_catalog.text, asker pg_catalog.text, progress pg_catalog.text, draft_key pg_catalog.text)
), inserted AS (
    INSERT INTO nl2sql.job (id, database, role, caller, question, thread, state, submitted_at, expires_at, ended_at, model, attempts,
        places, sql, source, reading, meaning, notes, asker, progress, draft_key)
    SELECT g.id, $5::pg_catalog.oid, $2::pg_catalog.oid, $3::pg_catalog.oid, g.question, g.thread, g.state, g.now,
           g.now OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => $4::pg_catalog.float8),
           CASE WHEN g.state OPERATOR(pg_catalog.=) 'ready' THEN g.now END, g.model, g.attempts, g.places, g.sql, g.source, g.reading,
           g.meaning, g.notes, g.asker, g.progress, g.draft_key
    FROM given g
    RETURNING id, state
)
SELECT pg_catalog.pg_notify('nl2sql', pg_catalog.concat(i.id, ' ready'))
FROM inserted i
WHERE i.state OPERATOR(pg_catalog.=) 'ready' AND pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9
