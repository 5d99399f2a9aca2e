-- The labels (labels.sql of grounding) as relation, position of the column counted from 0 over those not dropped (NULL for
-- all of them), and label. No system columns.
SELECT DISTINCT l.relation,
       CASE WHEN l.number OPERATOR(pg_catalog.<>) 0::pg_catalog.int2 THEN (
           SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
           WHERE a.attrelid OPERATOR(pg_catalog.=) l.relation AND a.attnum OPERATOR(pg_catalog.>) 0
             AND a.attnum OPERATOR(pg_catalog.<) l.number AND NOT a.attisdropped) END AS position, l.label
FROM labels l
WHERE l.number OPERATOR(pg_catalog.>=) 0::pg_catalog.int2
ORDER BY 1, 2, 3
