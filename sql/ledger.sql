CREATE TABLE nl2sql.history (
    id bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    role oid NOT NULL,
    role_name name NOT NULL,
    session_role name NOT NULL,
    application_name text NOT NULL,
    function text NOT NULL,
    question text,
    thread text,
    sql text,
    source text,
    model text,
    outcome text NOT NULL,
    sqlstate text,
    attempts integer NOT NULL,
    rows bigint,
    bytes bigint,
    total_ms double precision NOT NULL,
    catalog_ms double precision NOT NULL,
    linking_ms double precision NOT NULL,
    model_ms double precision NOT NULL,
    guard_ms double precision NOT NULL,
    run_ms double precision NOT NULL,
    calls integer NOT NULL,
    tokens_in bigint,
    tokens_cached bigint,
    tokens_out bigint,
    cost double precision
);
COMMENT ON TABLE nl2sql.history IS
    'who asked what, and what came of it: one row a question, where nl2sql.history is on; written by the extension alone';
COMMENT ON COLUMN nl2sql.history.id IS 'a random number, which the log names where a question fails';
COMMENT ON COLUMN nl2sql.history.asked_at IS 'when the question began';
COMMENT ON COLUMN nl2sql.history.role IS 'the oid of who asked; every role sees its own rows';
COMMENT ON COLUMN nl2sql.history.role_name IS 'the name it had then';
COMMENT ON COLUMN nl2sql.history.session_role IS 'who was logged in, by name';
COMMENT ON COLUMN nl2sql.history.application_name IS 'what the client called itself';
COMMENT ON COLUMN nl2sql.history.function IS 'the function that was called';
COMMENT ON COLUMN nl2sql.history.question IS 'the question as it was asked, its first 20,000 bytes; NULL where nl2sql.history is usage';
COMMENT ON COLUMN nl2sql.history.thread IS 'the thread that it was asked in; NULL where nl2sql.history is usage';
COMMENT ON COLUMN nl2sql.history.sql IS
    'the statement that answered it, or the last one that was judged, its first 20,000 bytes; NULL where nl2sql.history is usage';
COMMENT ON COLUMN nl2sql.history.source IS 'who wrote the statement: builtin, verified, cache, model or caller';
COMMENT ON COLUMN nl2sql.history.model IS 'the foreign server that was asked last';
COMMENT ON COLUMN nl2sql.history.outcome IS
    'answered, clarified (the model asked back), declined (no model had an answer), refused (by the guard), over quota or failed';
COMMENT ON COLUMN nl2sql.history.sqlstate IS 'that of the error, where it was not answered';
COMMENT ON COLUMN nl2sql.history.attempts IS 'how many drafts were judged';
COMMENT ON COLUMN nl2sql.history.rows IS 'rows of the answer, where it was run';
COMMENT ON COLUMN nl2sql.history.bytes IS 'bytes of the answer, where they are counted';
COMMENT ON COLUMN nl2sql.history.total_ms IS 'milliseconds from the call of the function to its answer';
COMMENT ON COLUMN nl2sql.history.catalog_ms IS 'of them, reading the catalogs, what was taught and stored values';
COMMENT ON COLUMN nl2sql.history.linking_ms IS 'of them, choosing the relations that the question is about';
COMMENT ON COLUMN nl2sql.history.model_ms IS 'of them, writing prompts and waiting for models, the builtin one included';
COMMENT ON COLUMN nl2sql.history.guard_ms IS 'of them, judging drafts';
COMMENT ON COLUMN nl2sql.history.run_ms IS 'of them, running what was judged';
COMMENT ON COLUMN nl2sql.history.calls IS 'requests to models outside the server';
COMMENT ON COLUMN nl2sql.history.tokens_in IS 'tokens of the prompts, as the providers counted them, cached ones included';
COMMENT ON COLUMN nl2sql.history.tokens_cached IS 'those of them that the providers read from their caches';
COMMENT ON COLUMN nl2sql.history.tokens_out IS 'tokens of the replies';
COMMENT ON COLUMN nl2sql.history.cost IS 'by price_in and price_out of the servers; NULL where they or the tokens are not known';
CREATE INDEX history_role ON nl2sql.history (role, asked_at);
COMMENT ON INDEX nl2sql.history_role IS 'finds the questions of a role in a period';
CREATE INDEX history_age ON nl2sql.history (asked_at);
COMMENT ON INDEX nl2sql.history_age IS 'finds the questions that are older than nl2sql.history_retention';

CREATE TABLE nl2sql.calls (
    question bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    role oid NOT NULL,
    role_name name NOT NULL,
    model text NOT NULL,
    ms double precision NOT NULL,
    tokens_in bigint,
    tokens_cached bigint,
    tokens_out bigint,
    cost double precision,
    sqlstate text
);
COMMENT ON TABLE nl2sql.calls IS
    'the requests that questions made to models outside the server, where nl2sql.history is on; written by the extension alone';
COMMENT ON COLUMN nl2sql.calls.question IS 'the question that asked, nl2sql.history.id';
COMMENT ON COLUMN nl2sql.calls.asked_at IS 'when the question began';
COMMENT ON COLUMN nl2sql.calls.role IS 'the oid of who asked; every role sees its own rows';
COMMENT ON COLUMN nl2sql.calls.role_name IS 'the name it had then';
COMMENT ON COLUMN nl2sql.calls.model IS 'the foreign server';
COMMENT ON COLUMN nl2sql.calls.ms IS 'milliseconds until its reply, retries included';
COMMENT ON COLUMN nl2sql.calls.tokens_in IS 'tokens of the prompt, as the provider counted them, cached ones included';
COMMENT ON COLUMN nl2sql.calls.tokens_cached IS 'those of them that the provider read from its cache';
COMMENT ON COLUMN nl2sql.calls.tokens_out IS 'tokens of the reply';
COMMENT ON COLUMN nl2sql.calls.cost IS 'by price_in and price_out of the server; NULL where they or the tokens are not known';
COMMENT ON COLUMN nl2sql.calls.sqlstate IS 'that of the error, where there was no usable reply';
CREATE INDEX calls_age ON nl2sql.calls (asked_at);
COMMENT ON INDEX nl2sql.calls_age IS 'finds the calls that are older than nl2sql.history_retention';

-- Their rows have no key, and where a publication is for all tables, changes of such are refused otherwise.
ALTER TABLE nl2sql.history REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.calls REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.history ENABLE ROW LEVEL SECURITY;
ALTER TABLE nl2sql.calls ENABLE ROW LEVEL SECURITY;
-- By number and name: where a dump is restored, a number may be another role's, and a name may have been given anew.
CREATE POLICY own_questions ON nl2sql.history
    USING (role_name OPERATOR(pg_catalog.=) CURRENT_USER
           AND role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                            WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_questions ON nl2sql.history IS 'every role its own questions; nl2sql.audit has those of all, for whom it is granted';
CREATE POLICY own_calls ON nl2sql.calls
    USING (role_name OPERATOR(pg_catalog.=) CURRENT_USER
           AND role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                            WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_calls ON nl2sql.calls IS 'every role the calls of its own questions';
GRANT SELECT ON nl2sql.history, nl2sql.calls TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('nl2sql.history', '');
SELECT pg_catalog.pg_extension_config_dump('nl2sql.calls', '');

-- Membership in pg_read_all_data is no grant of it.
CREATE VIEW nl2sql.audit WITH (security_barrier) AS
    SELECT h.* FROM nl2sql.history h
    WHERE (SELECT pg_catalog.bool_or(a.grantee OPERATOR(pg_catalog.=) 0
                                     OR pg_catalog.pg_has_role(CURRENT_USER, a.grantee, 'USAGE'))
           FROM pg_catalog.pg_class c
           JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
           CROSS JOIN LATERAL pg_catalog.aclexplode(
               COALESCE(c.relacl, pg_catalog.acldefault('r', c.relowner))) AS a
           WHERE n.nspname OPERATOR(pg_catalog.=) 'nl2sql' AND c.relname OPERATOR(pg_catalog.=) 'audit'
             AND a.privilege_type OPERATOR(pg_catalog.=) 'SELECT');
COMMENT ON VIEW nl2sql.audit IS
    'the history of everybody, texts included; empty but for whom its owner grants it: GRANT SELECT ON nl2sql.audit TO auditor';

CREATE VIEW nl2sql.figures WITH (security_barrier) AS
    SELECT h.id, h.asked_at, h.role_name, h.session_role, h.application_name, h.function, h.source, h.model, h.outcome,
           h.sqlstate, h.attempts, h.rows, h.bytes, h.total_ms, h.catalog_ms, h.linking_ms, h.model_ms, h.guard_ms, h.run_ms,
           h.calls, h.tokens_in, h.tokens_cached, h.tokens_out, h.cost
    FROM nl2sql.history h
    WHERE pg_catalog.pg_has_role(CURRENT_USER, 'pg_read_all_stats', 'USAGE')
       OR h.role_name OPERATOR(pg_catalog.=) CURRENT_USER
          AND h.role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                             WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER);
COMMENT ON VIEW nl2sql.figures IS
    'the history without texts: the caller''s own, for members of pg_read_all_stats everybody''s';

CREATE VIEW nl2sql.usage WITH (security_barrier) AS
    SELECT pg_catalog.date_trunc('day', f.asked_at) AS day, f.role_name, COALESCE(f.model, f.source) AS model,
           pg_catalog.count(*) AS questions,
           pg_catalog.count(*) FILTER (WHERE f.outcome OPERATOR(pg_catalog.=) 'answered') AS answered,
           pg_catalog.sum(f.calls) AS calls, pg_catalog.sum(f.tokens_in) AS tokens_in,
           pg_catalog.sum(f.tokens_cached) AS tokens_cached, pg_catalog.sum(f.tokens_out) AS tokens_out,
           pg_catalog.sum(f.cost) AS cost, pg_catalog.sum(f.total_ms) AS total_ms
    FROM nl2sql.figures f
    GROUP BY 1, 2, 3;
COMMENT ON VIEW nl2sql.usage IS 'questions, tokens and cost by day, role and model; of whom nl2sql.figures tells';

CREATE VIEW nl2sql.performance WITH (security_barrier) AS
    SELECT pg_catalog.date_trunc('day', f.asked_at) AS day, s.stage, pg_catalog.count(*) AS questions,
           pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY s.ms) AS p50_ms,
           pg_catalog.percentile_cont(0.95) WITHIN GROUP (ORDER BY s.ms) AS p95_ms,
           pg_catalog.percentile_cont(0.99) WITHIN GROUP (ORDER BY s.ms) AS p99_ms,
           pg_catalog.max(s.ms) AS max_ms
    FROM nl2sql.figures f
    CROSS JOIN LATERAL (VALUES ('total', f.total_ms), ('catalog', f.catalog_ms), ('linking', f.linking_ms),
                               ('model', f.model_ms), ('guard', f.guard_ms), ('run', f.run_ms)) AS s (stage, ms)
    GROUP BY 1, 2;
COMMENT ON VIEW nl2sql.performance IS 'how long questions took, by day and stage; of whom nl2sql.figures tells';
GRANT SELECT ON nl2sql.figures, nl2sql.usage, nl2sql.performance TO PUBLIC;

CREATE TABLE nl2sql.quota (
    role regrole NOT NULL,
    together boolean NOT NULL DEFAULT false,
    period text NOT NULL DEFAULT 'day'
        CHECK (period OPERATOR(pg_catalog.=) ANY (ARRAY['minute', 'hour', 'day', 'week', 'month'])),
    questions bigint CHECK (questions OPERATOR(pg_catalog.>=) 0),
    tokens bigint CHECK (tokens OPERATOR(pg_catalog.>=) 0),
    cost double precision CHECK (cost OPERATOR(pg_catalog.>=) 0),
    concurrent integer CHECK (concurrent OPERATOR(pg_catalog.>=) 0),
    PRIMARY KEY (role, together, period)
);
COMMENT ON TABLE nl2sql.quota IS
    'how much roles may ask models outside the server; written by superusers';
COMMENT ON COLUMN nl2sql.quota.role IS 'whom it is for: this role and its members; - is everybody';
COMMENT ON COLUMN nl2sql.quota.together IS 'whether it is for all of them together, or for each alone';
COMMENT ON COLUMN nl2sql.quota.period IS 'minute, hour, day, week or month, as they begin in UTC';
COMMENT ON COLUMN nl2sql.quota.questions IS 'questions in a period that ask a model outside the server; NULL: no limit';
COMMENT ON COLUMN nl2sql.quota.tokens IS 'tokens in a period, of prompts and replies; NULL: no limit';
COMMENT ON COLUMN nl2sql.quota.cost IS 'cost in a period, by the prices of the servers; NULL: no limit';
COMMENT ON COLUMN nl2sql.quota.concurrent IS
    'questions at the same time, whatever the period; NULL: no limit; counted only where the library is preloaded';
COMMENT ON INDEX nl2sql.quota_pkey IS 'keeps quotas of one kind apart';
ALTER TABLE nl2sql.quota ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_quotas ON nl2sql.quota
    USING (CASE WHEN role::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN true
           ELSE pg_catalog.pg_has_role(CURRENT_USER, role::pg_catalog.oid, 'MEMBER') END);
COMMENT ON POLICY own_quotas ON nl2sql.quota IS 'every role those that are for it';
GRANT SELECT ON nl2sql.quota TO PUBLIC;
-- A role that is gone is a mere number, which may be another role's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.quota',
    'WHERE role::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
        OR role::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r)');

CREATE TABLE nl2sql.profile (
    role regrole NOT NULL,
    setting text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (role, setting),
    -- What could not be read would not limit.
    CHECK (CASE WHEN setting OPERATOR(pg_catalog.=) ANY (ARRAY['nl2sql.row_limit', 'nl2sql.byte_limit', 'nl2sql.query_timeout',
                    'nl2sql.memory_limit', 'nl2sql.temp_file_limit', 'nl2sql.max_cost', 'nl2sql.model_timeout',
                    'nl2sql.max_attempts', 'nl2sql.candidates', 'nl2sql.prompt_budget'])
           THEN value OPERATOR(pg_catalog.~) '^[0-9]+([.][0-9]+)?(e[0-9]+)? ?(us|ms|s|min|h|d|B|kB|MB|GB|TB)?$'
           WHEN setting OPERATOR(pg_catalog.=) 'nl2sql.share' THEN value OPERATOR(pg_catalog.=) ANY (ARRAY['schema', 'samples', 'results'])
           ELSE setting OPERATOR(pg_catalog.=) ANY (ARRAY['nl2sql.model', 'nl2sql.schemas', 'nl2sql.instructions']) END)
);
COMMENT ON TABLE nl2sql.profile IS
    'settings by team: what holds for the members of roles; written by superusers; nl2sql.settings() tells what is in force';
COMMENT ON COLUMN nl2sql.profile.role IS 'whom it is for: this role and its members; - is everybody';
COMMENT ON COLUMN nl2sql.profile.setting IS
    'a limit, of which the tightest wins, nl2sql.share, nl2sql.schemas, nl2sql.instructions or nl2sql.model';
COMMENT ON COLUMN nl2sql.profile.value IS 'as SET takes it';
COMMENT ON INDEX nl2sql.profile_pkey IS 'keeps a role from having a setting twice';
ALTER TABLE nl2sql.profile ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_profile ON nl2sql.profile
    USING (CASE WHEN role::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN true
           ELSE pg_catalog.pg_has_role(CURRENT_USER, role::pg_catalog.oid, 'MEMBER') END);
COMMENT ON POLICY own_profile ON nl2sql.profile IS 'every role what is for it';
GRANT SELECT ON nl2sql.profile TO PUBLIC;
-- A role that is gone is a mere number, which may be another role's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.profile',
    'WHERE role::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
        OR role::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r)');
