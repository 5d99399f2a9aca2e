CREATE TABLE nl2sql.job (
    id bigint NOT NULL PRIMARY KEY,
    database oid NOT NULL,
    role oid NOT NULL,
    caller oid NOT NULL,
    question text NOT NULL,
    thread text,
    state text NOT NULL CHECK (state OPERATOR(pg_catalog.=) ANY (
        ARRAY['waiting', 'asking', 'repairing', 'ready', 'failed', 'cancelled', 'expired'])),
    submitted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    fetched_at timestamptz,
    model text,
    attempts integer NOT NULL,
    places integer NOT NULL,
    ends integer NOT NULL DEFAULT 0,
    sql text,
    source text,
    reading text,
    meaning text,
    notes text,
    sqlstate text,
    message text,
    detail text,
    hint text,
    asker text,
    progress text,
    reply text,
    draft_key text
);
COMMENT ON TABLE nl2sql.job IS
    'questions in the background, as nl_submit leaves them; written by the extension alone; the view nl2sql.jobs tells what askers want to know';
COMMENT ON COLUMN nl2sql.job.id IS 'a random number, which nl_submit gave';
COMMENT ON COLUMN nl2sql.job.database IS 'the oid of the database that it was submitted in: a copy of that asks nothing again';
COMMENT ON COLUMN nl2sql.job.role IS 'the oid of who asked; every role sees its own rows';
COMMENT ON COLUMN nl2sql.job.caller IS 'the oid of who called: in a SECURITY DEFINER function its caller, else the same';
COMMENT ON COLUMN nl2sql.job.question IS 'the question as it was asked';
COMMENT ON COLUMN nl2sql.job.thread IS 'the thread that it was asked in';
COMMENT ON COLUMN nl2sql.job.state IS
    'waiting (for its turn), asking (a model), repairing (a model was told what was wrong with its draft), ready, failed, cancelled or expired';
COMMENT ON COLUMN nl2sql.job.submitted_at IS 'when it was submitted';
COMMENT ON COLUMN nl2sql.job.expires_at IS 'when it is given up, by nl2sql.job_timeout';
COMMENT ON COLUMN nl2sql.job.ended_at IS 'when it was ready, or was given up';
COMMENT ON COLUMN nl2sql.job.fetched_at IS 'when nl_result was first called for it';
COMMENT ON COLUMN nl2sql.job.model IS 'the foreign server that is to be asked, or was asked last';
COMMENT ON COLUMN nl2sql.job.attempts IS 'how many drafts were judged';
COMMENT ON COLUMN nl2sql.job.places IS 'how many places it takes among those in flight or that wait: one for each 128 kB that it carries';
COMMENT ON COLUMN nl2sql.job.ends IS 'how often a process ended that was to judge its draft; at most a few times';
COMMENT ON COLUMN nl2sql.job.sql IS 'the statement that answers it, once it is ready; judged anew whenever it is run';
COMMENT ON COLUMN nl2sql.job.source IS 'who wrote the statement: builtin, verified, cache or model';
COMMENT ON COLUMN nl2sql.job.reading IS 'how the question was read, where the model says it';
COMMENT ON COLUMN nl2sql.job.meaning IS 'what the question means without the thread before it, where that is known';
COMMENT ON COLUMN nl2sql.job.notes IS 'what else the asker should know, one line each';
COMMENT ON COLUMN nl2sql.job.sqlstate IS 'that of the error, where it failed';
COMMENT ON COLUMN nl2sql.job.message IS 'the error';
COMMENT ON COLUMN nl2sql.job.detail IS 'its DETAIL';
COMMENT ON COLUMN nl2sql.job.hint IS 'its HINT';
COMMENT ON COLUMN nl2sql.job.asker IS 'the roles and settings of the session that asked; forgotten once the question has ended';
COMMENT ON COLUMN nl2sql.job.progress IS 'the prompt and what was tried; forgotten once the question has ended';
COMMENT ON COLUMN nl2sql.job.reply IS 'a model''s reply that has not been judged yet';
COMMENT ON COLUMN nl2sql.job.draft_key IS 'what its draft will be kept under in nl2sql.cache; forgotten once the question has ended';
COMMENT ON INDEX nl2sql.job_pkey IS 'finds a question by its number';
CREATE INDEX job_open ON nl2sql.job (role, submitted_at)
    WHERE state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing']);
COMMENT ON INDEX nl2sql.job_open IS 'finds the questions that have not ended';
CREATE INDEX job_ended ON nl2sql.job (role, ended_at) WHERE ended_at IS NOT NULL;
COMMENT ON INDEX nl2sql.job_ended IS 'finds those that have ended, to forget them';
ALTER TABLE nl2sql.job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_jobs ON nl2sql.job
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_jobs ON nl2sql.job IS 'every role its own questions';

-- With the rights of its owner: nobody else reads the table, roles that no policy holds for included. CURRENT_USER is whoever reads.
CREATE VIEW nl2sql.jobs WITH (security_barrier) AS
    SELECT j.id,
           CASE WHEN j.ended_at IS NULL AND (j.expires_at OPERATOR(pg_catalog.<) pg_catalog.clock_timestamp()
                     OR j.database OPERATOR(pg_catalog.<>) (SELECT d.oid FROM pg_catalog.pg_database d
                         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
                THEN 'expired' ELSE j.state END AS state,
           CASE WHEN j.state OPERATOR(pg_catalog.=) 'waiting'
                THEN pg_catalog.row_number() OVER (PARTITION BY j.state ORDER BY j.submitted_at, j.id) END AS "position",
           j.question, j.thread, j.model, j.attempts,
           (EXTRACT(epoch FROM (COALESCE(j.ended_at, pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.-) j.submitted_at))
            OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS milliseconds,
           j.sqlstate, j.message AS error, j.submitted_at, j.sql
    FROM nl2sql.job j
    WHERE j.role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                         WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER)
    ORDER BY j.submitted_at, j.id;
COMMENT ON VIEW nl2sql.jobs IS
    'the caller''s own questions in the background, oldest first: state, place among those that wait, model, drafts, milliseconds, error';
GRANT SELECT ON nl2sql.jobs TO PUBLIC;
