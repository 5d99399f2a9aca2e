-- What an object is called, as messages name it. $1: its catalog, $2: its oid.
SELECT pg_catalog.concat_ws(' ', i.type, i.identity)
FROM pg_catalog.pg_identify_object($1::pg_catalog.regclass, $2::pg_catalog.oid, 0) AS i
