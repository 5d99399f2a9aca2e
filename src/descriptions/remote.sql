-- What another server's catalogs say of tables, one json document each: the shape of descriptions::Described. It runs there, as
-- the remote user, on whatever version. {tables}: a json list of [schema, name], as a literal.
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'comment', pg_catalog.left(pg_catalog.obj_description(c.oid, 'pg_class'), 1000),
    'columns', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', a.attname,
            'comment', pg_catalog.left(pg_catalog.col_description(c.oid, a.attnum), 1000),
            'labels', COALESCE((
                SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
                FROM (SELECT l.enumlabel, l.enumsortorder FROM pg_catalog.pg_enum l
                      WHERE l.enumtypid OPERATOR(pg_catalog.=)
                          CASE WHEN p.typtype OPERATOR(pg_catalog.=) 'd' THEN p.typbasetype ELSE p.oid END
                      ORDER BY l.enumsortorder LIMIT 200) AS e), '[]')))
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type p ON p.oid OPERATOR(pg_catalog.=) a.atttypid
        WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped),
    'keys', COALESCE((
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'kind', k.contype,
            'columns', (
                SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
                FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u(number, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid
                    AND a.attnum OPERATOR(pg_catalog.=) u.number),
            'schema', (
                SELECT m.nspname FROM pg_catalog.pg_class r
                JOIN pg_catalog.pg_namespace m ON m.oid OPERATOR(pg_catalog.=) r.relnamespace
                WHERE r.oid OPERATOR(pg_catalog.=) k.confrelid),
            'name', (SELECT r.relname FROM pg_catalog.pg_class r WHERE r.oid OPERATOR(pg_catalog.=) k.confrelid),
            'referenced', COALESCE((
                SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
                FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u(number, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.confrelid
                    AND a.attnum OPERATOR(pg_catalog.=) u.number), '[]')) ORDER BY k.conname)
        FROM (SELECT * FROM pg_catalog.pg_constraint o
              WHERE o.conrelid OPERATOR(pg_catalog.=) c.oid
                AND o.contype OPERATOR(pg_catalog.=) ANY ('{p,u,f}'::pg_catalog."char"[])
              ORDER BY o.conname LIMIT 100) AS k), '[]'))::pg_catalog.text
FROM pg_catalog.json_array_elements({tables}::pg_catalog.json) AS w(pair)
JOIN pg_catalog.pg_namespace n ON n.nspname::pg_catalog.text OPERATOR(pg_catalog.=)
    (w.pair OPERATOR(pg_catalog.->>) 0)
JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) (w.pair OPERATOR(pg_catalog.->>) 1)
