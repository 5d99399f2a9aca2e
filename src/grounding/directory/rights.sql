-- What the caller may do with relations ($1: an oid[] literal): use their schema, read them whole.
SELECT c.oid, pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'), pg_catalog.has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) u.oid
