-- All relations that something is hidden of by a label of nl2sql on them, on a column, their schema, parents or children: relation, owner,
-- number of such labels on it.
WITH RECURSIVE counted AS MATERIALIZED (
    SELECT s.objoid AS relation, pg_catalog.count(*) AS labels
    FROM pg_catalog.pg_seclabel s
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
      AND s.label OPERATOR(pg_catalog.=) 'hidden'
    GROUP BY s.objoid
), own AS MATERIALIZED (
    SELECT l.relation FROM counted l
    UNION
    SELECT c.oid
    FROM pg_catalog.pg_seclabel s
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) s.objoid
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND s.label OPERATOR(pg_catalog.=) 'hidden'
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
), related AS MATERIALIZED (
    SELECT u.relation FROM upwards u
    UNION
    SELECT d.relation FROM downwards d
)
SELECT r.relation, c.relowner, COALESCE(l.labels, 0)
FROM related r
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.relation
LEFT JOIN counted l ON l.relation OPERATOR(pg_catalog.=) r.relation
