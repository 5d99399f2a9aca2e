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
