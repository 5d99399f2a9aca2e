-- What the labels (labels.sql of grounding) hide: relation, and position of the column counted from 0 over those not dropped, NULL
-- for all of them. No system columns. Positions are counted once a relation, as one may have a thousand labelled columns, and looked
-- for by halves in a list of numbers in order: the planner, which knows nothing of their number, might compare each with each.
, hidden AS MATERIALIZED (
    SELECT DISTINCT l.relation, l.number
    FROM labels l
    WHERE l.label OPERATOR(pg_catalog.=) 'hidden' AND l.number OPERATOR(pg_catalog.>=) 0::pg_catalog.int2
), columns AS MATERIALIZED (
    SELECT r.relation, c.numbers
    FROM (SELECT DISTINCT h.relation FROM hidden h WHERE h.number OPERATOR(pg_catalog.<>) 0::pg_catalog.int2) AS r
    CROSS JOIN LATERAL (
        SELECT pg_catalog.array_agg(a.attnum ORDER BY a.attnum) AS numbers
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid OPERATOR(pg_catalog.=) r.relation
          AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped
        OFFSET 0) AS c
)
SELECT h.relation, NULL::pg_catalog.int4
FROM hidden h
WHERE h.number OPERATOR(pg_catalog.=) 0::pg_catalog.int2
UNION ALL
SELECT c.relation, pg_catalog.width_bucket(h.number, c.numbers) OPERATOR(pg_catalog.-) 1
FROM columns c
JOIN hidden h ON h.relation OPERATOR(pg_catalog.=) c.relation
WHERE (c.numbers)[pg_catalog.width_bucket(h.number, c.numbers)] OPERATOR(pg_catalog.=) h.number
