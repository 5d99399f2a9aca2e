-- The relations whose names are read: every one that a statement could read, whoever asks, but for the temporary ones of other
-- sessions. What follows on it selects from picked. Everything is qualified, operators too, as the caller's search_path is in
-- force.
WITH picked AS MATERIALIZED (
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.reltuples, c.relowner, c.relacl
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[]) AND NOT c.relispartition
      AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
      AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
           OR n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
)
