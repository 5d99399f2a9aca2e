-- Comments on relations (column 0) and columns, and the labels of their enum types (kind l); follows on every.sql or some.sql.
, enums AS MATERIALIZED (
    SELECT e.enumtypid, e.enumlabel, e.enumsortorder, pg_catalog.row_number() OVER (
        PARTITION BY e.enumtypid ORDER BY e.enumsortorder) AS place
    FROM pg_catalog.pg_enum e
)
SELECT d.objoid, d.objsubid, 'c' AS kind, pg_catalog.left(d.description, 1000) AS text, 0::pg_catalog.int8 AS place
FROM picked p
JOIN pg_catalog.pg_description d ON d.objoid OPERATOR(pg_catalog.=) p.oid
WHERE d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
UNION ALL
SELECT a.attrelid, a.attnum, 'l', e.enumlabel::pg_catalog.text, e.place
FROM picked p
JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) p.oid
JOIN enums e ON e.enumtypid OPERATOR(pg_catalog.=) a.atttypid
WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND e.place OPERATOR(pg_catalog.<=) 200::pg_catalog.int8
ORDER BY 1, 2, 5
