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
