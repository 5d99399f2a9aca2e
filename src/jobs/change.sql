-- Writes down what came of questions ($1: an array of json) that have not ended otherwise, and tells who listens where their state
-- changes: here and elsewhere not while the queue of notifications, which anybody can fill, is nearly full, as the transaction would
-- fail. A reply is kept until it was judged. One that somebody has locked is left for another time. Gives the numbers of those that
-- were written.
WITH given AS MATERIALIZED (
    SELECT g.id, g.state, g.model, g.attempts, g.progress, g.reply, g.sql, g.source, g.reading, g.meaning, g.notes, g.sqlstate,
           g.message, g.detail, g.hint, g.ends, g.state OPERATOR(pg_catalog.=) ANY (ARRAY['ready', 'failed']) AS ended
    FROM pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) AS g (id pg_catalog.int8, state pg_catalog.text,
        model pg_catalog.text, attempts pg_catalog.int4, progress pg_catalog.text, reply pg_catalog.text, sql pg_catalog.text,
        source pg_catalog.text, reading pg_catalog.text, meaning pg_catalog.text, notes pg_catalog.text, sqlstate pg_catalog.text,
        message pg_catalog.text, detail pg_catalog.text, hint pg_catalog.text, ends pg_catalog.int4)
), mine AS MATERIALIZED (
    SELECT j.id, j.state
    FROM nl2sql.job j
    JOIN given g ON g.id OPERATOR(pg_catalog.=) j.id
    WHERE j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
    FOR UPDATE OF j SKIP LOCKED
), changed AS (
    UPDATE nl2sql.job j
    SET state = COALESCE(g.state, j.state), model = COALESCE(g.model, j.model), attempts = COALESCE(g.attempts, j.attempts),
        progress = CASE WHEN g.ended THEN NULL ELSE COALESCE(g.progress, j.progress) END,
        reply = COALESCE(g.reply, CASE WHEN g.ends IS NOT NULL OR g.state OPERATOR(pg_catalog.=) 'waiting' THEN j.reply END),
        ends = COALESCE(g.ends, CASE WHEN g.state OPERATOR(pg_catalog.=) 'waiting' THEN j.ends ELSE 0 END),
        asker = CASE WHEN g.ended THEN NULL ELSE j.asker END, draft_key = CASE WHEN g.ended THEN NULL ELSE j.draft_key END,
        ended_at = CASE WHEN g.ended THEN pg_catalog.clock_timestamp() END, sql = g.sql, source = g.source, reading = g.reading,
        meaning = g.meaning, notes = g.notes, sqlstate = g.sqlstate, message = g.message, detail = g.detail, hint = g.hint
    FROM given g
    JOIN mine m ON m.id OPERATOR(pg_catalog.=) g.id
    WHERE j.id OPERATOR(pg_catalog.=) g.id
    RETURNING j.id, m.state AS before, j.state
)
SELECT c.id, (SELECT pg_catalog.pg_notify('nl2sql', pg_catalog.concat(c.id, ' ', c.state))
              WHERE c.state OPERATOR(pg_catalog.<>) c.before AND pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9)
FROM changed c
