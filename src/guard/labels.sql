-- The labels (labels.sql of grounding), with the relation's owner and whether that is a superuser, of relations ($1: an oid[] literal), and of those whose rows are in values of
-- these types ($2: an oid[] literal): in arrays, as domains, and in columns too.
, types AS (
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
    ) AS part(oid)
)
SELECT l.relation, l.number, l.label, r.rolname, r.rolsuper
FROM labels l
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
WHERE l.relation OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
   OR l.relation OPERATOR(pg_catalog.=) ANY (
       SELECT t.typrelid FROM types JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) types.oid)
