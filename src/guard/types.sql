-- What code stands behind user-defined types ($1: an oid[] literal): the functions that make json of their values, and
-- the expressions of domain checks. Types inside arrays, rows, domains and ranges count too.
WITH RECURSIVE types AS (
    SELECT u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT part.oid
    FROM types
    JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) types.oid
    CROSS JOIN LATERAL (
        SELECT t.typelem WHERE t.typelem OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
        UNION ALL
        SELECT t.typbasetype WHERE t.typbasetype OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
        UNION ALL
        SELECT a.atttypid FROM pg_catalog.pg_attribute a
        WHERE a.attrelid OPERATOR(pg_catalog.=) t.typrelid AND t.typrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
          AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
        UNION ALL
        SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid OPERATOR(pg_catalog.=) t.oid
    ) AS part(oid)
)
SELECT types.oid, c.castfunc, NULL::pg_catalog.pg_node_tree AS expression
FROM types
JOIN pg_catalog.pg_cast c ON c.castsource OPERATOR(pg_catalog.=) types.oid
WHERE c.casttarget OPERATOR(pg_catalog.=) ANY ('{114,3802}'::pg_catalog.oid[])
  AND c.castfunc OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
UNION ALL
SELECT types.oid, NULL::pg_catalog.oid, k.conbin
FROM types
JOIN pg_catalog.pg_constraint k ON k.contypid OPERATOR(pg_catalog.=) types.oid
WHERE k.conbin IS NOT NULL
