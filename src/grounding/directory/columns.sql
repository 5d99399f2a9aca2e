-- The columns of relations ($1: an oid[] literal) that the caller may read, as positions counted from 0 over those not dropped.
SELECT numbered.attrelid, pg_catalog.array_agg(numbered.position)
FROM (SELECT a.attrelid, a.attnum, pg_catalog.row_number() OVER (
          PARTITION BY a.attrelid ORDER BY a.attnum) OPERATOR(pg_catalog.-) 1::pg_catalog.int8 AS position
      FROM pg_catalog.pg_attribute a
      WHERE a.attrelid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
        AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped) AS numbered
WHERE pg_catalog.has_column_privilege(numbered.attrelid, numbered.attnum, 'SELECT')
GROUP BY numbered.attrelid
