-- The schemas that may hold users' relations.
SELECT n.oid, n.nspname
FROM pg_catalog.pg_namespace n
WHERE n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
  AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
       OR n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
