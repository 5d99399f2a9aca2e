CREATE SCHEMA nl2sql;
COMMENT ON SCHEMA nl2sql IS 'what the extension nl2sql keeps';
GRANT USAGE ON SCHEMA nl2sql TO PUBLIC;

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
-- Its rows have no key, and where a publication is for all tables, changes of such are refused otherwise.
ALTER TABLE nl2sql.cache REPLICA IDENTITY FULL;
ALTER TABLE nl2sql.cache ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_drafts ON nl2sql.cache
    USING (role OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r
                                        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER));
COMMENT ON POLICY own_drafts ON nl2sql.cache IS 'every role its own drafts';
GRANT SELECT ON nl2sql.cache TO PUBLIC;
