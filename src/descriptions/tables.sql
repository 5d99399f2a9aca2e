-- The foreign tables of a server ($1: its name) that the caller owns, as one json document each: the shape of
-- descriptions::ForeignTable. Texts are cut where nothing would read further.
SELECT pg_catalog.json_build_object(
    'oid', c.oid::pg_catalog.int8,
    'schema', n.nspname,
    'name', c.relname,
    'remote_schema', COALESCE((
        SELECT o.option_value FROM pg_catalog.pg_options_to_table(t.ftoptions) o
        WHERE o.option_name OPERATOR(pg_catalog.=) 'schema_name'), n.nspname::pg_catalog.text),
    'remote_name', COALESCE((
        SELECT o.option_value FROM pg_catalog.pg_options_to_table(t.ftoptions) o
        WHERE o.option_name OPERATOR(pg_catalog.=) 'table_name'), c.relname::pg_catalog.text),
    'comment', pg_catalog.left(pg_catalog.obj_description(c.oid, 'pg_class'), 1000),
    'columns', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', a.attname,
            'remote_name', COALESCE((
                SELECT o.option_value FROM pg_catalog.pg_options_to_table(a.attfdwoptions) o
                WHERE o.option_name OPERATOR(pg_catalog.=) 'column_name'), a.attname::pg_catalog.text),
            'is_text', p.typcategory OPERATOR(pg_catalog.=) 'S',
            'comment', pg_catalog.left(pg_catalog.col_description(c.oid, a.attnum), 1000)) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type p ON p.oid OPERATOR(pg_catalog.=) a.atttypid
        WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped))
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_table t ON t.ftserver OPERATOR(pg_catalog.=) s.oid
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.ftrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE s.srvname::pg_catalog.text OPERATOR(pg_catalog.=) $1 AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
ORDER BY n.nspname, c.relname
