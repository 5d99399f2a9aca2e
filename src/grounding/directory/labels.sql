-- What the labels (labels.sql of grounding) hide: relation, and position of the column counted from 0 over those not dropped, NULL
-- for all of them. No system columns. Positions are counted once a relation, as one may have a thousand labelled columns.
, hidden AS MATERIALIZED (
    SELECT DISTINCT l.relation, l.number
    FROM labels l
    WHERE l.label OPERATOR(pg_catalog.=) 'hidden' AND l.number OPERATOR(pg_catalog.>=) 0::pg_catalog.int2
), positions AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, pg_catalog.row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
    FROM (SELECT DISTINCT h.relation FROM hidden h WHERE h.number OPERATOR(pg_catalog.<>) 0::pg_catalog.int2) AS r
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.relation
        AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped
)
SELECT h.relation, p.place OPERATOR(pg_catalog.-) 1::pg_catalog.int8
FROM hidden h
LEFT JOIN positions p ON p.attrelid OPERATOR(pg_catalog.=) h.relation AND p.attnum OPERATOR(pg_catalog.=) h.number
WHERE h.number OPERATOR(pg_catalog.=) 0::pg_catalog.int2 OR p.attnum IS NOT NULL
