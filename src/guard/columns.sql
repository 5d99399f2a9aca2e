-- The qualified names of columns ($1, $2: oid[] and int2[] literals of the same length); number 0 is the whole row.
SELECT u.oid, u.number, pg_catalog.concat_ws('.', n.nspname, c.relname, COALESCE(a.attname, '*'))
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int2[])) AS u(oid, number)
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) u.oid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
    AND a.attnum OPERATOR(pg_catalog.=) u.number
