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
-- Its rows have no key, and where a publication is for all tables, changes of such are refused otherwise.
ALTER TABLE nl2sql.turns REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.turns ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_turns ON nl2sql.turns
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_turns ON nl2sql.turns IS 'every role its own turns';
-- No more: whoever may change rows may lock the table.
GRANT SELECT ON nl2sql.turns TO PUBLIC;
