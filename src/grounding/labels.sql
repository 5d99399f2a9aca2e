-- The security labels of nl2sql: relation, column number (0 for all columns), label. What follows on it selects from labels.
-- A label on a schema or table holds for all that is in it, and one on a parent or child for the whole line, columns by
-- their names.
WITH RECURSIVE own_labels AS MATERIALIZED (
    SELECT s.objoid AS relation, s.objsubid::pg_catalog.int2 AS number, s.label
    FROM pg_catalog.pg_seclabel s
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION
    SELECT c.oid, 0::pg_catalog.int2, s.label
    FROM pg_catalog.pg_seclabel s
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) s.objoid
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[])
), ancestors AS (
    SELECT DISTINCT o.relation AS labelled, o.relation FROM own_labels o
    UNION
    SELECT a.labelled, i.inhparent
    FROM ancestors a JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) a.relation
), descendants AS (
    SELECT DISTINCT o.relation AS labelled, o.relation FROM own_labels o
    UNION
    SELECT d.labelled, i.inhrelid
    FROM descendants d JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) d.relation
), labels AS MATERIALIZED (
    SELECT DISTINCT line.relation, COALESCE(mine.attnum, 0::pg_catalog.int2) AS number, o.label
    FROM own_labels o
    JOIN (SELECT a.labelled, a.relation FROM ancestors a
          UNION
          SELECT d.labelled, d.relation FROM descendants d) AS line ON line.labelled OPERATOR(pg_catalog.=) o.relation
    LEFT JOIN pg_catalog.pg_attribute theirs ON o.number OPERATOR(pg_catalog.<>) 0::pg_catalog.int2
        AND theirs.attrelid OPERATOR(pg_catalog.=) o.relation AND theirs.attnum OPERATOR(pg_catalog.=) o.number
    LEFT JOIN pg_catalog.pg_attribute mine ON mine.attrelid OPERATOR(pg_catalog.=) line.relation
        AND mine.attname OPERATOR(pg_catalog.=) theirs.attname
    WHERE o.number OPERATOR(pg_catalog.=) 0::pg_catalog.int2 OR mine.attnum IS NOT NULL
)
