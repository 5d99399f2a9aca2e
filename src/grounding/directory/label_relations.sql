-- All relations that are labelled, or whose schema, parents or children are.
WITH RECURSIVE own AS MATERIALIZED (
    SELECT s.objoid AS relation
    FROM pg_catalog.pg_seclabel s
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION
    SELECT c.oid
    FROM pg_catalog.pg_seclabel s
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) s.objoid
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[])
), upwards AS (
    SELECT own.relation FROM own
    UNION
    SELECT i.inhparent
    FROM upwards u JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) u.relation
), downwards AS (
    SELECT own.relation FROM own
    UNION
    SELECT i.inhrelid
    FROM downwards d JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) d.relation
), asked AS MATERIALIZED (
    SELECT u.relation FROM upwards u
    UNION
    SELECT d.relation FROM downwards d
)
