-- What changes where a comment or a label of an enum does: the server announces neither to those who keep them.
SELECT pg_catalog.concat_ws(' ',
    (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
            pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', d.xmin, d.ctid), 0)))
     FROM pg_catalog.pg_description d
     WHERE d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.objoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid),
    (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
            pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', e.xmin, e.ctid), 0)))
     FROM pg_catalog.pg_enum e))
