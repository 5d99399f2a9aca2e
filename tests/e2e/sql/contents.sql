-- Makes the query that reads what tables, sequences and catalogs hold. Rows are told with ctid, xmin and xmax, so that
-- row locks and rewrites show too; of the catalogs, a sum for each. pg_statistic is left out, as its rows cannot be hashed.
SELECT string_agg(read, ' UNION ALL ') FROM (
    SELECT format('SELECT concat_ws('' '', %L, ctid, xmin, xmax, t::text) FROM ONLY %s AS t', 'row of ' || oid::regclass, oid::regclass)
    FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'm') AND relispopulated AND relpersistence <> 't'
      AND relnamespace <> 'pg_toast'::regnamespace
    UNION ALL
    SELECT format('SELECT concat_ws('' '', %L, last_value, log_cnt, is_called) FROM %s', 'sequence ' || oid::regclass, oid::regclass)
    FROM pg_class WHERE oid >= 16384 AND relkind = 'S' AND relpersistence <> 't'
    UNION ALL
    SELECT format('SELECT concat_ws('' '', %L, count(*), sum(hashtextextended(ctid::text || '' '' || xmin || '' '' || xmax, 0))) FROM %s',
                  'catalog ' || oid::regclass, oid::regclass)
    FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND relname <> 'pg_statistic'
) AS reads(read)
