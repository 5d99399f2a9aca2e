-- What changes from question to question, or with no message of the server: the version, the day, the time zone, whether policies
-- are off; which of the relations $1 a bare name finds; the comments on the relations $2, as lists of oid, column and text; those on
-- the schemas $3. All are oid[] literals. Of every comment, the first 1,000 characters.
SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
       pg_catalog.to_char(CURRENT_TIMESTAMP, 'YYYY-MM-DD'),
       pg_catalog.current_setting('TimeZone'),
       pg_catalog.current_setting('row_security'),
       (SELECT pg_catalog.array_agg(u.oid) FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
        WHERE pg_catalog.pg_table_is_visible(u.oid)),
       (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
            d.objoid::pg_catalog.int8, d.objsubid, pg_catalog.left(d.description, 1000)))
        FROM pg_catalog.pg_description d
        WHERE d.objoid OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.oid[])
          AND d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass),
       (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
            d.objoid::pg_catalog.int8, d.objsubid, pg_catalog.left(d.description, 1000)))
        FROM pg_catalog.pg_description d
        WHERE d.objoid OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.oid[])
          AND d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)
