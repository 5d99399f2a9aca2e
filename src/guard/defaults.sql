-- The default arguments of functions ($1: an oid[] literal), which no tree shows before planning.
SELECT p.oid, NULL::pg_catalog.oid AS function, p.proargdefaults AS expression
FROM pg_catalog.pg_proc p
WHERE p.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND p.proargdefaults IS NOT NULL
