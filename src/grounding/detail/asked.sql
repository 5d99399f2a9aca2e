-- The relations in $4 (an oid[] literal), and what their foreign keys refer to: that is judged too, as a key is told only where both
-- of its sides may be.
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT u.oid AS relation FROM pg_catalog.unnest($4::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT k.confrelid
    FROM pg_catalog.unnest($4::pg_catalog.oid[]) AS u(oid)
    JOIN pg_catalog.pg_constraint k ON k.conrelid OPERATOR(pg_catalog.=) u.oid
    WHERE k.contype OPERATOR(pg_catalog.=) 'f'
)
