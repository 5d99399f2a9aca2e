-- As every.sql, but only those in $1, an oid[] literal.
WITH picked AS MATERIALIZED (
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.reltuples, c.relowner, c.relacl
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
      AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[]) AND NOT c.relispartition
      AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
      AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
           OR n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
)
