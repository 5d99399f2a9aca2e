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
-- Its rows have no key, and where a publication is for all tables, changes of such are refused otherwise.
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
