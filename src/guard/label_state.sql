-- What tells the labels of this extension from those at another time: versions of rows, and where they are.
SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
       pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', s.xmin, s.ctid), 0)))
FROM pg_catalog.pg_seclabel s
WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
