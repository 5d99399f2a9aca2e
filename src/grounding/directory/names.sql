-- The names of relations, which follow on every.sql or some.sql: oid, oid of the schema, name, kind, estimate of rows; who owns
-- it and what is granted on it, its foreign server, and whether nl2sql owns it; whether anything is granted on single columns;
-- the columns in the order of their numbers, NULL for dropped ones.
SELECT p.oid, p.relnamespace, p.relname, p.relkind, p.reltuples, p.relowner, p.relacl,
       CASE WHEN p.relkind OPERATOR(pg_catalog.=) 'f' THEN (
           SELECT s.srvname FROM pg_catalog.pg_foreign_table t
           JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) t.ftserver
           WHERE t.ftrelid OPERATOR(pg_catalog.=) p.oid) END AS server,
       p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
           JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
           WHERE e.extname OPERATOR(pg_catalog.=) 'nl2sql'
             AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
             AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
             AND d.deptype OPERATOR(pg_catalog.=) 'e')) AS own,
       columns.granted, columns.names
FROM picked p
CROSS JOIN LATERAL (
    SELECT pg_catalog.bool_or(a.attacl IS NOT NULL) AS granted,
           pg_catalog.array_agg(CASE WHEN NOT a.attisdropped THEN a.attname END) AS names
    FROM (SELECT a.attacl, a.attisdropped, a.attname FROM pg_catalog.pg_attribute a
          WHERE a.attrelid OPERATOR(pg_catalog.=) p.oid AND a.attnum OPERATOR(pg_catalog.>) 0
          ORDER BY a.attnum) AS a
) AS columns
