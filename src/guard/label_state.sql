-- What tells the labels of this extension from those at another time: versions of rows, and where they are. Then how strings are
-- read, and the schemas in which names are looked up, one a line.
SELECT (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
               pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', s.xmin, s.ctid), 0)))
        FROM pg_catalog.pg_seclabel s
        WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'),
       pg_catalog.current_setting('standard_conforming_strings'),
       pg_catalog.array_to_string(pg_catalog.current_schemas(true), E'\n')
