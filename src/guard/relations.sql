-- The schemas and names of relations, and whether they are temporary ones of this session. $1: an oid[] literal.
SELECT c.oid, n.nspname, c.relname, n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() AS is_temporary
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
ORDER BY n.nspname, c.relname
