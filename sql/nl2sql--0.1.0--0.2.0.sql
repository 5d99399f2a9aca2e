-- From 0.1.0 to 0.2.0.

-- Drafts kept so far have keys that nothing will look for: the table is made anew.
DROP TABLE nl2sql.cache;
CREATE TABLE nl2sql.cache (
    role oid NOT NULL,
    key bytea NOT NULL CHECK (pg_catalog.octet_length(key) OPERATOR(pg_catalog.=) 32),
    sql text NOT NULL CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 100000),
    made_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE nl2sql.cache IS
    'drafts of models, kept for nl2sql.cache_ttl so that the same question over the same schema makes no second call; written by the extension alone';
COMMENT ON COLUMN nl2sql.cache.role IS 'the oid of who asked; every role sees and uses its own drafts only';
COMMENT ON COLUMN nl2sql.cache.key IS 'SHA-256 of the models'' names, their servers'' options and the prompt';
COMMENT ON COLUMN nl2sql.cache.sql IS 'the draft; it is judged again whenever it is used';
COMMENT ON COLUMN nl2sql.cache.made_at IS 'when it was drafted';
CREATE INDEX cache_key ON nl2sql.cache (role, key);
COMMENT ON INDEX nl2sql.cache_key IS 'finds the drafts of a prompt';
CREATE INDEX cache_age ON nl2sql.cache (role, made_at);
COMMENT ON INDEX nl2sql.cache_age IS 'finds the drafts of a role that have expired, or are too many';
CREATE INDEX cache_oldest ON nl2sql.cache (made_at);
COMMENT ON INDEX nl2sql.cache_oldest IS 'finds the drafts of roles that ask no more';
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
ALTER TABLE nl2sql.turns ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_turns ON nl2sql.turns
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_turns ON nl2sql.turns IS 'every role its own turns';
-- No more: whoever may change rows may lock the table.
GRANT SELECT ON nl2sql.turns TO PUBLIC;

DROP FUNCTION nl_prompt(text);
CREATE FUNCTION nl_prompt(question text, thread text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_prompt_wrapper';
CREATE FUNCTION nl_forget(thread text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_forget_wrapper';
COMMENT ON FUNCTION nl_prompt(text, text) IS
    'exactly what a model would be told about a question; nothing is sent';
COMMENT ON FUNCTION nl_forget(text) IS
    'forgets a thread of the caller, all where none is named, and tells how many questions were forgotten';
-- What users teach.

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
    catalog oid NOT NULL
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
COMMENT ON COLUMN nl2sql.verified.rare_words IS 'those of the words that the fewest pairs have, long ones also with a letter left out';
COMMENT ON COLUMN nl2sql.verified.reads IS 'the relations and columns that the SQL reads: their numbers, and the names they had';
COMMENT ON COLUMN nl2sql.verified.catalog IS 'the oid of this table when the pair was taught: elsewhere the numbers in reads mean nothing';
CREATE UNIQUE INDEX verified_key ON nl2sql.verified (teacher, key);
COMMENT ON INDEX nl2sql.verified_key IS 'keeps a role from teaching one question twice';
CREATE INDEX verified_rare_words ON nl2sql.verified USING gin (rare_words) WITH (fastupdate = off);
COMMENT ON INDEX nl2sql.verified_rare_words IS 'finds the pairs near to a question';
ALTER TABLE nl2sql.verified ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_pairs ON nl2sql.verified
    USING (teacher::pg_catalog.oid OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                                           WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_pairs ON nl2sql.verified IS 'every role the pairs that it taught; nl2sql.export() tells of shared ones too';
GRANT SELECT ON nl2sql.verified TO PUBLIC;
-- A role that is gone is a mere number, which may be another role's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.verified',
    'WHERE teacher::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r)
       AND (audience IS NULL OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR audience::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))');

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
COMMENT ON COLUMN nl2sql.feedback.sql IS 'the SQL that it is about, or that would be right';
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
    'WHERE role::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r)');

CREATE FUNCTION nl2sql.teach(question text, sql text, note text DEFAULT NULL,
        audience text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'teach_wrapper';
CREATE FUNCTION nl2sql.unteach(id bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'unteach_wrapper';
CREATE FUNCTION nl_feedback(question text, correct boolean, sql text DEFAULT NULL,
        note text DEFAULT NULL) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nl_feedback_wrapper';
CREATE FUNCTION nl2sql.review()
    RETURNS TABLE (kind text, id bigint, question text, sql text, problem text, said_by text, said_at timestamptz)
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
CREATE FUNCTION nl2sql.export() RETURNS jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'export_wrapper';
CREATE FUNCTION nl2sql.import(document jsonb) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', 'import_wrapper';
COMMENT ON FUNCTION nl2sql.teach(text, text, text, text) IS
    'keeps a question with the SQL that answers it, which the caller may run, for the caller alone or an audience; gives its number';
COMMENT ON FUNCTION nl2sql.unteach(bigint) IS
    'forgets a verified pair of the caller''s, or a shared one where the caller may teach others';
COMMENT ON FUNCTION nl_feedback(text, boolean, text, text) IS
    'says of an answer whether it was right, for teachers to see; nothing is learnt from it by itself';
COMMENT ON FUNCTION nl2sql.review() IS
    'pairs that no longer hold, and for teachers what askers say of answers';
COMMENT ON FUNCTION nl2sql.accept(bigint, text, text, text) IS
    'makes a verified pair of what an asker said; for teachers';
COMMENT ON FUNCTION nl2sql.dismiss(bigint) IS
    'forgets what an asker said of an answer; for teachers';

CREATE TABLE nl2sql.glossary (
    definer regrole NOT NULL,
    audience regrole,
    term text NOT NULL CHECK (pg_catalog.octet_length(term) OPERATOR(pg_catalog.<=) 200),
    meaning text NOT NULL CHECK (pg_catalog.octet_length(meaning) OPERATOR(pg_catalog.<=) 2000),
    on_relation regclass,
    expression text CHECK (pg_catalog.octet_length(expression) OPERATOR(pg_catalog.<=) 20000),
    kind text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['synonym', 'filter', 'measure', 'note'])),
    defined_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    key text NOT NULL,
    sql text CHECK (pg_catalog.octet_length(sql) OPERATOR(pg_catalog.<=) 100000)
);
COMMENT ON TABLE nl2sql.glossary IS
    'the company''s words: terms that questions may use like names of the schema; written by nl2sql.define alone';
COMMENT ON COLUMN nl2sql.glossary.definer IS 'who defined it';
COMMENT ON COLUMN nl2sql.glossary.audience IS 'in whose questions it counts besides the definer''s: members of this role, everybody (-), or nobody (null)';
COMMENT ON COLUMN nl2sql.glossary.term IS 'the term, as people say it';
COMMENT ON COLUMN nl2sql.glossary.meaning IS 'what it means, in words';
COMMENT ON COLUMN nl2sql.glossary.on_relation IS 'the relation whose rows it speaks of; whoever may not read that does not see the term';
COMMENT ON COLUMN nl2sql.glossary.expression IS 'what it means as SQL over a row of the relation, as it was given';
COMMENT ON COLUMN nl2sql.glossary.kind IS 'synonym: other words; filter: a condition on rows; measure: an aggregate of rows; note: for models alone';
COMMENT ON COLUMN nl2sql.glossary.defined_at IS 'when it was defined';
COMMENT ON COLUMN nl2sql.glossary.key IS 'the stems of its words, by which it is found';
COMMENT ON COLUMN nl2sql.glossary.sql IS
    'the expression as the server reads it, with all names in full and nl2sql_row for the row; it is judged again whenever it is used';
CREATE UNIQUE INDEX glossary_definer ON nl2sql.glossary (definer, key);
COMMENT ON INDEX nl2sql.glossary_definer IS 'keeps a role from defining one term twice';
CREATE INDEX glossary_key ON nl2sql.glossary (key);
COMMENT ON INDEX nl2sql.glossary_key IS 'finds the terms that a question says';
ALTER TABLE nl2sql.glossary ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_terms ON nl2sql.glossary
    USING (definer::pg_catalog.oid OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                                           WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_terms ON nl2sql.glossary IS 'every role the terms that it defined';
GRANT SELECT ON nl2sql.glossary TO PUBLIC;
-- A role or relation that is gone is a mere number, which may be another's where the dump is restored.
SELECT pg_catalog.pg_extension_config_dump('nl2sql.glossary',
    'WHERE definer::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r)
       AND (audience IS NULL OR audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR audience::pg_catalog.oid IN (SELECT r.oid FROM pg_catalog.pg_roles r))
       AND (on_relation IS NULL OR on_relation::pg_catalog.oid IN (SELECT c.oid FROM pg_catalog.pg_class c))');

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
COMMENT ON FUNCTION nl2sql.export() IS
    'the verified pairs that the caller may run, as a document for nl2sql.import';
COMMENT ON FUNCTION nl2sql.import(jsonb) IS
    'teaches the pairs of a document as the caller''s: all of them, or none; gives their number';
