-- Relations ($1: an oid[] literal), and those whose rows are in values of these types ($2: an oid[] literal): in arrays, as domains,
-- in columns and in ranges too.
WITH RECURSIVE types AS (
    SELECT u.oid FROM pg_catalog.unnest($2::pg_catalog.oid[]) AS u(oid)
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
        UNION ALL
        SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid OPERATOR(pg_catalog.=) t.oid
    ) AS part(oid)
), asked AS MATERIALIZED (
    -- As an array, so that the planner takes them for a few.
    SELECT pg_catalog.unnest(pg_catalog.array_agg(DISTINCT found.oid)) AS relation
    FROM (SELECT u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
          UNION ALL
          SELECT t.typrelid
          FROM types
          JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) types.oid
          WHERE t.typrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid) AS found
)
