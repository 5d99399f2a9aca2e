-- The relations in $1 (an oid[] literal).
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT u.oid AS relation FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
)
