-- The pair of a role ($1, an oid) for a question, up to its values ($2): its number, question and SQL.
SELECT v.id, v.question, v.sql
FROM nl2sql.verified v
WHERE v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
  AND v.key OPERATOR(pg_catalog.=) pg_catalog.sha256(pg_catalog.convert_to($2, 'UTF8'))
