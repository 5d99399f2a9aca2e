-- What a kept snapshot depends on besides the catalogs whose changes the server announces: role, search_path, the day,
-- and the comments and security labels, for which it announces nothing. Comments on the objects of extensions and users have oids from
-- 16384 on; 2200 is the schema public.
SELECT pg_catalog.concat_ws(E'\n', CURRENT_USER, pg_catalog.current_schemas(true),
       pg_catalog.current_setting('row_security'), pg_catalog.current_setting('TimeZone'),
       pg_catalog.to_char(CURRENT_TIMESTAMP, 'YYYY-MM-DD'),
       (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
               pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', d.xmin, d.ctid), 0)))
        FROM pg_catalog.pg_description d
        WHERE d.objoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
           OR d.objoid OPERATOR(pg_catalog.=) 2200::pg_catalog.oid),
       (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
               pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', l.xmin, l.ctid), 0)))
        FROM pg_catalog.pg_seclabel l WHERE l.provider OPERATOR(pg_catalog.=) 'nl2sql'))
