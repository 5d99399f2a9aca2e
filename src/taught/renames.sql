-- What the pair $1 reads and is called otherwise now: the old name and the new one. Nothing where the numbers of what it reads were
-- given in another database.
SELECT DISTINCT changed.old, changed.new
FROM nl2sql.verified v
CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(v.reads) AS r(oid pg_catalog.int8, schema pg_catalog.text,
                                                              name pg_catalog.text, columns pg_catalog.jsonb)
JOIN pg_catalog.pg_class c ON c.oid::pg_catalog.int8 OPERATOR(pg_catalog.=) r.oid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
CROSS JOIN LATERAL (
    SELECT r.name, c.relname::pg_catalog.text
    UNION ALL
    SELECT r.schema, n.nspname::pg_catalog.text
    UNION ALL
    SELECT k.value, a.attname::pg_catalog.text
    FROM pg_catalog.jsonb_each_text(r.columns) AS k(key, value)
    JOIN pg_catalog.pg_attribute a
        ON a.attrelid OPERATOR(pg_catalog.=) c.oid
       AND a.attnum OPERATOR(pg_catalog.=) k.key::pg_catalog.int2 AND NOT a.attisdropped
) AS changed(old, new)
WHERE v.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8
  AND v.catalog OPERATOR(pg_catalog.=) (SELECT k.id FROM nl2sql.catalog k)
  AND changed.old OPERATOR(pg_catalog.<>) changed.new
