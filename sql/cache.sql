CREATE SCHEMA nl2sql;
COMMENT ON SCHEMA nl2sql IS 'what the extension nl2sql keeps';
GRANT USAGE ON SCHEMA nl2sql TO PUBLIC;

CREATE TABLE nl2sql.cache (
    role name NOT NULL DEFAULT CURRENT_USER,
    key bytea NOT NULL,
    sql text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE nl2sql.cache IS
    'drafts of models, kept for nl2sql.cache_ttl so that the same question over the same schema makes no second call';
COMMENT ON COLUMN nl2sql.cache.role IS 'who asked; every role sees and uses its own drafts only';
COMMENT ON COLUMN nl2sql.cache.key IS 'SHA-256 of the models'' names and the prompt';
COMMENT ON COLUMN nl2sql.cache.sql IS 'the draft; it is judged again whenever it is used';
COMMENT ON COLUMN nl2sql.cache.made_at IS 'when it was drafted';
CREATE INDEX cache_key ON nl2sql.cache (key);
COMMENT ON INDEX nl2sql.cache_key IS 'finds the drafts of a prompt';
ALTER TABLE nl2sql.cache ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_drafts ON nl2sql.cache
    USING (role OPERATOR(pg_catalog.=) CURRENT_USER) WITH CHECK (role OPERATOR(pg_catalog.=) CURRENT_USER);
COMMENT ON POLICY own_drafts ON nl2sql.cache IS 'every role its own drafts';
GRANT SELECT, INSERT, UPDATE, DELETE ON nl2sql.cache TO PUBLIC;
