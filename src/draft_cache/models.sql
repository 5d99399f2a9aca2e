-- What decides which model answers under these names ($1: a text[] literal): the options of their servers. Whoever
-- changes them, drafts made before are no longer used.
SELECT s.srvname, s.srvoptions
FROM pg_catalog.pg_foreign_server s
WHERE s.srvname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])
ORDER BY s.srvname
