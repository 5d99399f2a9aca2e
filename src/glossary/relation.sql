-- The relation that a name ($1) means for the caller: its oid, schema and name, and whether it is temporary.
SELECT c.oid, n.nspname, c.relname, c.relpersistence OPERATOR(pg_catalog.=) 't'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
