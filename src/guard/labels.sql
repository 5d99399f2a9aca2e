-- The security labels of relations ($1: an oid[] literal) and their columns: relation, column number (0 for all), label.
-- A label on a schema or table holds for all that is in it, and one on a parent or child for the whole line.
WITH RECURSIVE ancestors AS (
    SELECT u.oid AS asked, u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT a.asked, i.inhparent FROM ancestors a JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) a.oid
), descendants AS (
    SELECT u.oid AS asked, u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT d.asked, i.inhrelid FROM descendants d JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) d.oid
), line AS (
    SELECT asked, oid FROM ancestors UNION SELECT asked, oid FROM descendants
)
SELECT line.asked, COALESCE(mine.attnum, 0::pg_catalog.int2), s.label
FROM line
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) line.oid
JOIN pg_catalog.pg_seclabel s ON s.provider OPERATOR(pg_catalog.=) 'nl2sql'
    AND (s.objoid OPERATOR(pg_catalog.=) c.oid
             AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
         OR s.objoid OPERATOR(pg_catalog.=) c.relnamespace
             AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)
LEFT JOIN pg_catalog.pg_attribute theirs ON s.objsubid OPERATOR(pg_catalog.<>) 0
    AND theirs.attrelid OPERATOR(pg_catalog.=) c.oid AND theirs.attnum OPERATOR(pg_catalog.=) s.objsubid
LEFT JOIN pg_catalog.pg_attribute mine ON mine.attrelid OPERATOR(pg_catalog.=) line.asked
    AND mine.attname OPERATOR(pg_catalog.=) theirs.attname
WHERE s.objsubid OPERATOR(pg_catalog.=) 0 OR mine.attnum IS NOT NULL
