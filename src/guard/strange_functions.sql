-- Which of these functions ($1: an oid[] literal) may result in anything each time they are called, whatever they are marked: those in
-- languages that have their text in the database, and aggregates, of owners who are neither superusers nor in $2 (a text[] literal).
-- The languages 12 and 13 are internal and c, which superusers alone write in.
SELECT p.oid
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) p.proowner
WHERE p.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
  AND (p.prolang OPERATOR(pg_catalog.<>) ALL ('{12,13}'::pg_catalog.oid[]) OR p.prokind OPERATOR(pg_catalog.=) 'a')
  AND NOT r.rolsuper
  AND r.rolname OPERATOR(pg_catalog.<>) ALL ($2::pg_catalog.text[]::pg_catalog.name[])
