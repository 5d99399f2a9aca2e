-- The primary keys of relations, as numbers of columns, and the relations that their foreign keys refer to; follows on every.sql
-- or some.sql.
SELECT k.conrelid, pg_catalog.min(k.conkey::pg_catalog.text) FILTER (WHERE k.contype OPERATOR(pg_catalog.=) 'p'),
       pg_catalog.array_agg(k.confrelid) FILTER (WHERE k.contype OPERATOR(pg_catalog.=) 'f')
FROM picked p
JOIN pg_catalog.pg_constraint k ON k.conrelid OPERATOR(pg_catalog.=) p.oid
WHERE k.contype OPERATOR(pg_catalog.=) ANY ('{p,f}'::pg_catalog."char"[])
GROUP BY k.conrelid
