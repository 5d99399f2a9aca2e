-- From 0.1.0 to 0.2.0.

-- Drafts kept so far have keys that nothing will look for: the table is made anew.
DROP TABLE nl2sql.cache;
CREATE TABLE nl2sql.cache (
    role oid NOT NULL,
    key bytea NOT NULL CHECK (pg_catalog.octet_length(key) OPERATOR(pg_catalog.=) 32),
    sql text NOT NULL CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 100000),
    model text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE nl2sql.cache IS
    'drafts of models, kept for nl2sql.cache_ttl so that the same question over the same schema makes no second call; written by the extension alone';
COMMENT ON COLUMN nl2sql.cache.role IS 'the oid of who asked; every role sees and uses its own drafts only';
COMMENT ON COLUMN nl2sql.cache.key IS 'SHA-256 of the models'' names, their servers'' options and the prompt';
COMMENT ON COLUMN nl2sql.cache.sql IS 'the draft; it is judged again whenever it is used';
COMMENT ON COLUMN nl2sql.cache.model IS 'who drafted it: the name of a server';
COMMENT ON COLUMN nl2sql.cache.made_at IS 'when it was drafted';
CREATE INDEX cache_key ON nl2sql.cache (role, key);
COMMENT ON INDEX nl2sql.cache_key IS 'finds the drafts of a prompt';
CREATE INDEX cache_age ON nl2sql.cache (role, made_at);
COMMENT ON INDEX nl2sql.cache_age IS 'finds the drafts of a role that have expired, or are too many';
CREATE INDEX cache_oldest ON nl2sql.cache (made_at);
COMMENT ON INDEX nl2sql.cache_oldest IS 'finds the drafts of roles that ask no more';
ALTER TABLE nl2sql.cache REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.cache ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_drafts ON nl2sql.cache
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_drafts ON nl2sql.cache IS 'every role its own drafts';
GRANT SELECT ON nl2sql.cache TO PUBLIC;

CREATE FUNCTION nl_run(sql text) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_run_wrapper';
CREATE FUNCTION nl_run_query(sql text) RETURNS SETOF record
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_run_query_wrapper';
COMMENT ON FUNCTION nl_run(text) IS
    'the rows of a statement that somebody else wrote, one json object each; it is judged and bounded as a model''s would be';
COMMENT ON FUNCTION nl_run_query(text) IS
    'the rows of a statement that somebody else wrote, in the caller''s column definition list; judged and bounded likewise';

CREATE FUNCTION nl_answer(question text, thread text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_answer_wrapper';
CREATE FUNCTION nl_chat(message text, thread text DEFAULT 'default', wait boolean DEFAULT true) RETURNS jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_chat_wrapper';
COMMENT ON FUNCTION nl_chat(text, text, boolean) IS
    'the reply to a message as one document: what it is, a text, the SQL, columns and rows, a chart, questions to go on with';
COMMENT ON FUNCTION nl_answer(text, text) IS
    'the answer to a question in one to four sentences, in which every number is of its rows or follows from them';

COMMENT ON FUNCTION nl_query(text, text) IS
    'the rows that answer a question, in the caller''s column definition list, which nl_columns tells; the SQL runs as the caller, read-only and bounded';
CREATE FUNCTION nl_schema(question text)
    RETURNS TABLE ("position" integer, relation text, score real, level text, tokens integer, why text[])
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_schema_wrapper';
COMMENT ON FUNCTION nl_schema(text) IS
    'what of the schema a model would be told for a question, nearest first: how much of each relation, and why';

CREATE FUNCTION nl_examples(n integer DEFAULT 10) RETURNS SETOF text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_examples_wrapper';
CREATE FUNCTION nl_help(topic text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_help_wrapper';
COMMENT ON FUNCTION nl_examples(integer) IS
    'questions that the caller can ask of this schema, each of which is answered; at most 100';
COMMENT ON FUNCTION nl_help(text) IS
    'what can be asked, with examples of this schema; a topic is one of those it names, or the name of a table';

CREATE FUNCTION nl_labels() RETURNS TABLE (object_type text, object text, label text)
    STRICT VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_labels_wrapper';
CREATE FUNCTION nl_drop_labels() RETURNS TABLE (object_type text, object text, label text)
    STRICT VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_drop_labels_wrapper';
CREATE FUNCTION nl2sql_warn_of_labels() RETURNS event_trigger
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl2sql_warn_of_labels_wrapper';
COMMENT ON FUNCTION nl_labels() IS
    'the security labels of nl2sql in this database';
COMMENT ON FUNCTION nl_drop_labels() IS
    'takes all security labels of nl2sql away and tells which they were; to be called before DROP EXTENSION';
COMMENT ON FUNCTION nl2sql_warn_of_labels() IS
    'warns whoever drops the extension of security labels that stay behind; called by the event trigger nl2sql_drop';

CREATE EVENT TRIGGER nl2sql_drop ON ddl_command_start WHEN TAG IN ('DROP EXTENSION')
    EXECUTE FUNCTION nl2sql_warn_of_labels();
COMMENT ON EVENT TRIGGER nl2sql_drop IS
    'warns before DROP EXTENSION nl2sql of security labels that stay behind';

CREATE TABLE nl2sql.turns (
    role oid NOT NULL,
    caller oid NOT NULL,
    thread text NOT NULL CHECK (pg_catalog.octet_length(thread) OPERATOR(pg_catalog.<=) 200),
    question text NOT NULL CHECK (pg_catalog.octet_length(question) OPERATOR(pg_catalog.<=) 20000),
    meaning text CHECK (pg_catalog.octet_length(meaning) OPERATOR(pg_catalog.<=) 20000),
    sql text NOT NULL CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 100000),
    reading text CHECK (pg_catalog.octet_length(reading) OPERATOR(pg_catalog.<=) 20000),
    asked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE nl2sql.turns IS
    'questions that were asked in threads, kept for nl2sql.thread_ttl so that later ones may refer to them; written by the extension alone';
COMMENT ON COLUMN nl2sql.turns.role IS 'the oid of who asked; every role sees and uses its own turns only';
COMMENT ON COLUMN nl2sql.turns.caller IS
    'the oid of the role that called; another than role where a SECURITY DEFINER function asked, whose callers have threads of their own';
COMMENT ON COLUMN nl2sql.turns.thread IS 'the name of the thread';
COMMENT ON COLUMN nl2sql.turns.question IS 'the question as it was asked';
COMMENT ON COLUMN nl2sql.turns.meaning IS
    'the question with what it takes from the turns before it, as one question; NULL where nobody knows, as a model outside the server read it';
COMMENT ON COLUMN nl2sql.turns.sql IS 'the statement that answered it; it is judged again before a model is told of it';
COMMENT ON COLUMN nl2sql.turns.reading IS 'how the question was read, in plain words, where the model says so';
COMMENT ON COLUMN nl2sql.turns.asked_at IS 'when it was answered';
CREATE INDEX turns_thread ON nl2sql.turns (role, caller, thread, asked_at);
COMMENT ON INDEX nl2sql.turns_thread IS 'finds the last turns of a thread';
CREATE INDEX turns_age ON nl2sql.turns (role, asked_at);
COMMENT ON INDEX nl2sql.turns_age IS 'finds the turns of a role that have expired, or are too many';
CREATE INDEX turns_oldest ON nl2sql.turns (asked_at);
COMMENT ON INDEX nl2sql.turns_oldest IS 'finds the turns of roles that ask no more';
ALTER TABLE nl2sql.turns REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.turns ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_turns ON nl2sql.turns
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_turns ON nl2sql.turns IS 'every role its own turns';
-- No more: whoever may change rows may lock the table.
GRANT SELECT ON nl2sql.turns TO PUBLIC;

DROP FUNCTION nl_health();
CREATE FUNCTION nl_health() RETURNS TABLE (name text, provider text, endpoint text, reachable boolean,
        latency_ms double precision, error text, breaker text)
    STRICT VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_health_wrapper';
COMMENT ON FUNCTION nl_health() IS
    'each model of nl2sql.model: whether it can be reached, how fast it answers, its error, and whether it is left alone after failures';

DROP FUNCTION nl_prompt(text);
CREATE FUNCTION nl_prompt(question text, thread text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'prompt_wrapper';
CREATE FUNCTION nl_forget(thread text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_forget_wrapper';
COMMENT ON FUNCTION nl_prompt(text, text) IS
    'exactly what a model would be told about a question; nothing is sent';
COMMENT ON FUNCTION nl_forget(text) IS
    'forgets a thread of the caller, all where none is named, and tells how many questions were forgotten';
-- What users teach.

-- Pairs and terms keep numbers of relations, which mean something in this database alone. A dump leaves this view out, so that the
-- extension it makes anew has another; pg_upgrade and a database that is a template keep it, as they keep the numbers.
DO $$
BEGIN
    EXECUTE pg_catalog.format('CREATE VIEW nl2sql.catalog AS SELECT %L::pg_catalog.uuid AS id', pg_catalog.gen_random_uuid());
END
$$;
COMMENT ON VIEW nl2sql.catalog IS
    'tells the catalogs of this database from those of others, where the same numbers stand for other relations';
COMMENT ON COLUMN nl2sql.catalog.id IS 'given when the extension was created';
GRANT SELECT ON nl2sql.catalog TO PUBLIC;

CREATE TABLE nl2sql.verified (
    id bigint PRIMARY KEY,
    teacher regrole NOT NULL,
    audience regrole,
    question text NOT NULL CHECK (pg_catalog.octet_length(question) OPERATOR(pg_catalog.<=) 2000),
    sql text NOT NULL CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 20000),
    note text CHECK (pg_catalog.octet_length(note) OPERATOR(pg_catalog.<=) 2000),
    taught_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    columns text[] NOT NULL,
    key bytea NOT NULL CHECK (pg_catalog.octet_length(key) OPERATOR(pg_catalog.=) 32),
    pattern jsonb NOT NULL,
    words text[] NOT NULL,
    rare_words text[] NOT NULL,
    reads jsonb NOT NULL,
    catalog uuid NOT NULL
);
COMMENT ON TABLE nl2sql.verified IS
    'verified pairs: questions with the SQL that somebody checked for them; written by nl2sql.teach alone';
COMMENT ON COLUMN nl2sql.verified.id IS 'a number without order, so that it tells nothing of others'' pairs';
COMMENT ON COLUMN nl2sql.verified.teacher IS 'who taught it';
COMMENT ON COLUMN nl2sql.verified.audience IS 'whose questions it answers besides the teacher''s: members of this role, everybody (-), or nobody (null)';
COMMENT ON COLUMN nl2sql.verified.question IS 'as it was taught';
COMMENT ON COLUMN nl2sql.verified.sql IS 'the SQL that answers it; it is judged again whenever it is used';
COMMENT ON COLUMN nl2sql.verified.note IS 'what the teacher says of it';
COMMENT ON COLUMN nl2sql.verified.taught_at IS 'when it was taught';
COMMENT ON COLUMN nl2sql.verified.columns IS 'the columns of its result when it was taught, each with its type';
COMMENT ON COLUMN nl2sql.verified.key IS 'SHA-256 of the question up to its values';
COMMENT ON COLUMN nl2sql.verified.pattern IS 'the words of the question, and where its values stand in the SQL';
COMMENT ON COLUMN nl2sql.verified.words IS 'the words of the question without its values';
COMMENT ON COLUMN nl2sql.verified.rare_words IS 'the two of the words that the fewest pairs have, each by itself and both as one, long ones also with a letter left out';
COMMENT ON COLUMN nl2sql.verified.reads IS 'the relations and columns that the SQL reads: their numbers, and the names they had';
COMMENT ON COLUMN nl2sql.verified.catalog IS 'the id of nl2sql.catalog where the pair was taught: elsewhere the numbers in reads mean nothing, and the names count';
CREATE UNIQUE INDEX verified_key ON nl2sql.verified (teacher, key);
COMMENT ON INDEX nl2sql.verified_key IS 'keeps a role from teaching one question twice';
CREATE INDEX verified_rare_words ON nl2sql.verified USING gin (rare_words) WITH (fastupdate = off);
COMMENT ON INDEX nl2sql.verified_rare_words IS 'finds the pairs near to a question';
CREATE INDEX verified_question ON nl2sql.verified USING gin (pg_catalog.to_tsvector('pg_catalog.english', question)) WITH (fastupdate = off);
COMMENT ON INDEX nl2sql.verified_question IS 'finds the pairs whose question says a word, in any form';
ALTER TABLE nl2sql.verified ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_pairs ON nl2sql.verified
    USING (teacher::pg_catalog.oid OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                                           WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_pairs ON nl2sql.verified IS 'every role the pairs that it taught; nl2sql.export() tells of shared ones too';
GRANT SELECT ON nl2sql.verified TO PUBLIC;
-- A role that is gone is a mere number, which may be another role's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.verified',
    'WHERE teacher::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r)
       AND (audience IS NULL OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r))');

CREATE TABLE nl2sql.feedback (
    id bigint PRIMARY KEY,
    role regrole NOT NULL,
    question text NOT NULL CHECK (pg_catalog.octet_length(question) OPERATOR(pg_catalog.<=) 2000),
    correct boolean NOT NULL,
    sql text CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 20000),
    note text CHECK (pg_catalog.octet_length(note) OPERATOR(pg_catalog.<=) 2000),
    said_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE nl2sql.feedback IS
    'what askers say of answers; written by nl_feedback alone, read by teachers through nl2sql.review(); nothing is learnt from it';
COMMENT ON COLUMN nl2sql.feedback.id IS 'a number without order';
COMMENT ON COLUMN nl2sql.feedback.role IS 'who said it';
COMMENT ON COLUMN nl2sql.feedback.question IS 'the question that was asked';
COMMENT ON COLUMN nl2sql.feedback.correct IS 'whether the answer was right';
COMMENT ON COLUMN nl2sql.feedback.sql IS 'SQL that answers the question rightly, as the asker says';
COMMENT ON COLUMN nl2sql.feedback.note IS 'what else the asker says';
COMMENT ON COLUMN nl2sql.feedback.said_at IS 'when it was said';
CREATE INDEX feedback_said_at ON nl2sql.feedback (role, said_at);
COMMENT ON INDEX nl2sql.feedback_said_at IS 'finds what a role said first, to be forgotten where it said too much';
ALTER TABLE nl2sql.feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_feedback ON nl2sql.feedback
    USING (role::pg_catalog.oid OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_feedback ON nl2sql.feedback IS 'every role what it said; teachers read all of it through nl2sql.review()';
GRANT SELECT ON nl2sql.feedback TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('nl2sql.feedback',
    'WHERE role::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r)');

CREATE FUNCTION nl2sql.teach(question text, sql text, note text DEFAULT NULL,
        audience text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'teach_wrapper';
CREATE FUNCTION nl2sql.unteach(id bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'unteach_wrapper';
CREATE FUNCTION nl_feedback(question text, correct boolean, sql text DEFAULT NULL,
        note text DEFAULT NULL) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_feedback_wrapper';
CREATE FUNCTION nl2sql.review()
    RETURNS TABLE (kind text, id bigint, question text, sql text, note text, problem text, said_by text,
        said_at timestamptz)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'review_wrapper';
CREATE FUNCTION nl2sql.accept(feedback bigint, sql text DEFAULT NULL, note text DEFAULT NULL,
        audience text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'accept_wrapper';
CREATE FUNCTION nl2sql.dismiss(feedback bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'dismiss_wrapper';
CREATE FUNCTION nl2sql.evaluate(model text DEFAULT NULL, about text DEFAULT NULL)
    RETURNS TABLE (id bigint, question text, outcome text, sql text, problem text, tokens_in bigint,
        tokens_out bigint, milliseconds double precision)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'evaluate_wrapper';
CREATE FUNCTION nl2sql.export(about text DEFAULT NULL) RETURNS jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'export_wrapper';
CREATE FUNCTION nl2sql.import(document jsonb) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'import_wrapper';
COMMENT ON FUNCTION nl2sql.teach(text, text, text, text) IS
    'keeps a question with the SQL that answers it, which the caller may run, for the caller alone or an audience; gives its number';
COMMENT ON FUNCTION nl2sql.unteach(bigint) IS
    'forgets a verified pair of the caller''s, or one that is shared with them where they may teach others; superusers forget any';
COMMENT ON FUNCTION nl_feedback(text, boolean, text, text) IS
    'says of an answer whether it was right, for teachers to see; nothing is learnt from it by itself';
COMMENT ON FUNCTION nl2sql.review() IS
    'pairs and terms that no longer hold, and for teachers what askers say of answers: with the question, SQL and note that nl2sql.accept would keep';
COMMENT ON FUNCTION nl2sql.accept(bigint, text, text, text) IS
    'makes a verified pair of what an asker said, as the caller''s, who has to be allowed to run its SQL; for teachers';
COMMENT ON FUNCTION nl2sql.dismiss(bigint) IS
    'forgets what an asker said of an answer; for teachers';

CREATE TABLE nl2sql.glossary (
    definer regrole NOT NULL,
    audience regrole,
    term text NOT NULL CHECK (pg_catalog.octet_length(term) OPERATOR(pg_catalog.<=) 200),
    meaning text NOT NULL CHECK (pg_catalog.octet_length(meaning) OPERATOR(pg_catalog.<=) 2000),
    on_relation text[],
    expression text CHECK (pg_catalog.octet_length(expression) OPERATOR(pg_catalog.<=) 20000),
    kind text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['synonym', 'filter', 'measure', 'note'])),
    defined_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    key text NOT NULL,
    sql text CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 100000),
    relation oid,
    catalog uuid NOT NULL
);
COMMENT ON TABLE nl2sql.glossary IS
    'the company''s words: terms that questions may use like names of the schema; written by nl2sql.define alone';
COMMENT ON COLUMN nl2sql.glossary.definer IS 'who defined it';
COMMENT ON COLUMN nl2sql.glossary.audience IS 'in whose questions it counts besides the definer''s: members of this role, everybody (-), or nobody (null)';
COMMENT ON COLUMN nl2sql.glossary.term IS 'the term, as people say it';
COMMENT ON COLUMN nl2sql.glossary.meaning IS 'what it means, in words';
COMMENT ON COLUMN nl2sql.glossary.on_relation IS 'the relation whose rows it speaks of, schema and name, as it was called then; whoever may not read that does not see the term';
COMMENT ON COLUMN nl2sql.glossary.expression IS 'what it means as SQL over a row of the relation, as it was given';
COMMENT ON COLUMN nl2sql.glossary.kind IS 'synonym: other words; filter: a condition on rows; measure: an aggregate of rows; note: for models alone';
COMMENT ON COLUMN nl2sql.glossary.defined_at IS 'when it was defined';
COMMENT ON COLUMN nl2sql.glossary.key IS 'the stems of its words, by which it is found';
COMMENT ON COLUMN nl2sql.glossary.sql IS
    'the expression as the server reads it, with all names in full and nl2sql_row for the row; it is judged again whenever it is used';
COMMENT ON COLUMN nl2sql.glossary.relation IS 'the number of that relation, which it keeps where it is renamed';
COMMENT ON COLUMN nl2sql.glossary.catalog IS 'the id of nl2sql.catalog where the term was defined: elsewhere the number means nothing, and the name counts';
CREATE UNIQUE INDEX glossary_definer ON nl2sql.glossary (definer, key);
COMMENT ON INDEX nl2sql.glossary_definer IS 'keeps a role from defining one term twice';
CREATE INDEX glossary_key ON nl2sql.glossary (key);
COMMENT ON INDEX nl2sql.glossary_key IS 'finds the terms that a question says';
ALTER TABLE nl2sql.glossary REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.glossary ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_terms ON nl2sql.glossary
    USING (definer::pg_catalog.oid OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                                           WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_terms ON nl2sql.glossary IS 'every role the terms that it defined';
GRANT SELECT ON nl2sql.glossary TO PUBLIC;
-- A role that is gone is a mere number, which may be another role's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.glossary',
    'WHERE definer::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r)
       AND (audience IS NULL OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM pg_catalog.pg_roles r))');

CREATE FUNCTION nl2sql.define(term text, meaning text, on_relation text DEFAULT NULL,
        expression text DEFAULT NULL, audience text DEFAULT NULL) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'define_wrapper';
CREATE FUNCTION nl2sql.undefine(term text) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'undefine_wrapper';
COMMENT ON FUNCTION nl2sql.define(text, text, text, text, text) IS
    'defines a term that questions may use: other words, a filter or a measure on a relation, or a note for models';
COMMENT ON FUNCTION nl2sql.undefine(text) IS
    'forgets a term of the caller, or a shared one where the caller may share';
COMMENT ON FUNCTION nl2sql.evaluate(text, text) IS
    'asks the questions of all verified pairs that the caller may run again, of these models, and compares the results; one row a pair';
COMMENT ON FUNCTION nl2sql.export(text) IS
    'the verified pairs that the caller may run, as a document for nl2sql.import';
COMMENT ON FUNCTION nl2sql.import(jsonb) IS
    'teaches the pairs of a document and defines its terms as the caller''s, but what they have no right to; gives the number of those that count for them now';

-- Who asked what.

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

CREATE FUNCTION nl2sql.erase(role text, before timestamptz DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'erase_wrapper';
CREATE FUNCTION nl2sql.export_history(role text DEFAULT NULL) RETURNS SETOF jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'export_history_wrapper';
COMMENT ON FUNCTION nl2sql.erase(text, timestamptz) IS
    'erases the history of a role, of all where it is NULL, from before a time, whenever where that is NULL; for superusers; gives the number of questions';
COMMENT ON FUNCTION nl2sql.export_history(text) IS
    'what the history has of a role, of the caller where none is named: one document a question, oldest first';

CREATE FUNCTION nl2sql.stat()
    RETURNS TABLE (role text, since timestamptz, questions bigint, answered bigint, clarified bigint, declined bigint,
        refused bigint, over_quota bigint, failed bigint, calls bigint, tokens_in bigint, tokens_cached bigint,
        tokens_out bigint, cost double precision, total_ms double precision, model_ms double precision)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'stat_wrapper';
CREATE FUNCTION nl2sql.stat_reset() RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'stat_reset_wrapper';
CREATE FUNCTION nl2sql.stat_history()
    RETURNS TABLE (process integer, pending_bytes bigint, written bigint, lost bigint, not_started bigint)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'stat_history_wrapper';
COMMENT ON FUNCTION nl2sql.stat() IS
    'questions, outcomes, tokens, cost and time of this database, counted for all sessions: the caller''s, of all for members of pg_read_all_stats; needs preloading';
COMMENT ON FUNCTION nl2sql.stat_reset() IS
    'begins to count anew in this database; for superusers';
COMMENT ON FUNCTION nl2sql.stat_history() IS
    'the background process that writes the history of this database, what waits for it, and how many rows it wrote and lost; needs preloading';
CREATE FUNCTION nl2sql.settings() RETURNS TABLE (setting text, value text, whence text)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'settings_wrapper';
COMMENT ON FUNCTION nl2sql.settings() IS
    'the settings of the extension as they are in force for the caller''s questions, and whence: a profile, the session, its role, the database or the configuration';

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

CREATE FUNCTION nl_submit(question text, thread text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_submit_wrapper';
CREATE FUNCTION nl_result(id bigint) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_result_wrapper';
CREATE FUNCTION nl_wait(id bigint, timeout interval DEFAULT '1 minute') RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_wait_wrapper';
CREATE FUNCTION nl_cancel(id bigint) RETURNS boolean
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_cancel_wrapper';
COMMENT ON FUNCTION nl_submit(text, text) IS
    'leaves a question to the background process of the database, which asks its models; gives its number; needs preloading';
COMMENT ON FUNCTION nl_result(bigint) IS
    'the rows that answer a question that was submitted, one json object each: its statement is judged anew and run in the caller''s session';
COMMENT ON FUNCTION nl_wait(bigint, interval) IS
    'waits until a question that was submitted has ended, or so long, tells what happens to it, and gives its state';
COMMENT ON FUNCTION nl_cancel(bigint) IS
    'cancels a question that was submitted; false where it has ended already';

CREATE FUNCTION nl2sql.import_descriptions(server text, replace boolean DEFAULT false)
    RETURNS TABLE (foreign_table text, comments integer, keys integer, lists integer, problem text)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'import_descriptions_wrapper';
COMMENT ON FUNCTION nl2sql.import_descriptions(text, boolean) IS
    'copies comments, keys and labels of enums from the server that foreign tables of the caller''s stand on to their comments; with true in place of comments that are there';

-- Functions that are made begin with EXECUTE for everybody, which whoever took that from nl_ask may not want.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_proc p
                   CROSS JOIN pg_catalog.aclexplode(COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a
                   WHERE p.oid OPERATOR(pg_catalog.=) 'nl_ask(pg_catalog.text, pg_catalog.text)'::pg_catalog.regprocedure
                     AND a.grantee OPERATOR(pg_catalog.=) 0) THEN
        RAISE WARNING 'everybody may call the functions that this version of nl2sql has made'
            USING DETAIL = 'EXECUTE on nl_ask is not granted to PUBLIC; on nl_prompt, nl_health and new functions it is.',
                  HINT = 'REVOKE it from them too: "Who may ask" in docs/administration.md lists those that ask.';
    END IF;
END
$$;
