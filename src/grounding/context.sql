-- What the caller may see, as one json document: the shape of schema::Snapshot.
-- $1: schemas to keep, as a text[] literal; empty keeps all the caller can use. $2: 'true' adds common values.
-- $3: foreign servers whose tables may be read, as a text[] literal. $4: relations to leave out, as an oid[] literal.
-- What is labelled hidden is left out whole. $5: 'true' adds check constraints: to print one, the server locks its table.
-- Of every text that owners wrote, the first 1,000 characters; of long lists, the first entries.
-- It follows on labels.sql, whose labels it uses. Everything is qualified, operators too, as the caller's search_path is
-- in force.
, path AS (
    SELECT p.name, p.place
    FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p(name, place)
), namespaces AS (
    SELECT n.oid, n.nspname::pg_catalog.text AS name, path.place
    FROM pg_catalog.pg_namespace n
    LEFT JOIN path ON path.name OPERATOR(pg_catalog.=) n.nspname
    WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
      AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
           OR n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
      AND (pg_catalog.cardinality($1::pg_catalog.text[]) OPERATOR(pg_catalog.=) 0
           OR n.nspname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[]))
), relations AS (
    SELECT c.oid, c.relname, c.relkind, c.relnamespace, n.name AS schema, n.place,
           pg_catalog.pg_table_is_visible(c.oid) AS visible, c.reltuples,
           pg_catalog.has_table_privilege(c.oid, 'SELECT') AS whole
    FROM pg_catalog.pg_class c
    JOIN namespaces n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[])
      AND NOT c.relispartition
      AND c.oid OPERATOR(pg_catalog.<>) ALL ($4::pg_catalog.oid[])
      AND NOT EXISTS (
          SELECT FROM labels l
          WHERE l.relation OPERATOR(pg_catalog.=) c.oid AND l.number OPERATOR(pg_catalog.=) 0::pg_catalog.int2
            AND l.label OPERATOR(pg_catalog.=) 'hidden')
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_foreign_table t
          JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) t.ftserver
          WHERE t.ftrelid OPERATOR(pg_catalog.=) c.oid
            AND s.srvname::pg_catalog.text OPERATOR(pg_catalog.<>) ALL ($3::pg_catalog.text[]))
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
          WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.objid OPERATOR(pg_catalog.=) c.oid
            AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND d.deptype OPERATOR(pg_catalog.=) 'e'
            AND e.extname OPERATOR(pg_catalog.=) 'nl2sql')
), columns AS (
    SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.attidentity, a.attgenerated, a.atttypid, a.atttypmod,
           CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN t.typbasetype ELSE t.oid END AS base, t.typtype, t.typcategory,
           EXISTS (SELECT FROM labels l
                   WHERE l.label OPERATOR(pg_catalog.=) 'masked' AND l.relation OPERATOR(pg_catalog.=) r.oid
                     AND l.number OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.int2, a.attnum])
           ) AS masked
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid
    JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
    WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
      AND (r.whole OR pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT'))
      AND NOT EXISTS (
          SELECT FROM labels l
          WHERE l.relation OPERATOR(pg_catalog.=) r.oid AND l.number OPERATOR(pg_catalog.=) a.attnum
            AND l.label OPERATOR(pg_catalog.=) 'hidden')
), statistics AS MATERIALIZED (
    -- An inheritance parent has two rows a column; the one that counts its children comes first.
    SELECT DISTINCT ON (s.schemaname, s.tablename, s.attname) s.schemaname, s.tablename, s.attname,
           (s.most_common_vals::pg_catalog.text::pg_catalog.text[])[1:100] AS common
    FROM pg_catalog.pg_stats s
    JOIN namespaces n ON n.name::pg_catalog.name OPERATOR(pg_catalog.=) s.schemaname
    WHERE $2 OPERATOR(pg_catalog.=) 'true' AND s.most_common_vals IS NOT NULL
      -- Printing values of other types would look up the code behind them, which may be anybody's.
      AND EXISTS (
          SELECT FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid OPERATOR(pg_catalog.=) t.typelem
          WHERE t.oid OPERATOR(pg_catalog.=) pg_catalog.pg_typeof(s.most_common_vals)::pg_catalog.oid
            AND (t.oid OPERATOR(pg_catalog.<) 16384::pg_catalog.oid
                 OR e.typcategory OPERATOR(pg_catalog.=) ANY ('{S,E}'::pg_catalog."char"[])))
    ORDER BY s.schemaname, s.tablename, s.attname, s.inherited DESC
), column_documents AS (
    SELECT k.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', k.attname,
        'data_type', pg_catalog.format_type(k.atttypid, k.atttypmod),
        'category', COALESCE(b.typcategory, k.typcategory),
        'not_null', k.attnotnull,
        'masked', k.masked,
        'default', CASE WHEN k.attidentity OPERATOR(pg_catalog.<>) '' THEN 'identity'
                        WHEN k.attgenerated OPERATOR(pg_catalog.<>) '' THEN 'generated' END,
        'comment', (SELECT pg_catalog.left(m.description, 1000) FROM pg_catalog.pg_description m
            WHERE m.objoid OPERATOR(pg_catalog.=) k.attrelid AND m.objsubid OPERATOR(pg_catalog.=) k.attnum::pg_catalog.int4
              AND m.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass),
        'labels', COALESCE((
            SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
            FROM (SELECT n.enumlabel, n.enumsortorder FROM pg_catalog.pg_enum n
                  WHERE n.enumtypid OPERATOR(pg_catalog.=) k.base AND b.typtype OPERATOR(pg_catalog.=) 'e'
                  ORDER BY n.enumsortorder LIMIT 200) AS e), '[]'),
        'checks', COALESCE((
            SELECT pg_catalog.json_agg(pg_catalog.left(pg_catalog.pg_get_constraintdef(d.oid), 1000) ORDER BY d.conname)
            FROM (SELECT n.oid, n.conname FROM pg_catalog.pg_constraint n
                  WHERE n.contypid OPERATOR(pg_catalog.=) k.atttypid AND k.typtype OPERATOR(pg_catalog.=) 'd'
                    AND n.contype OPERATOR(pg_catalog.=) 'c'
                    AND pg_catalog.octet_length(n.conbin::pg_catalog.text) OPERATOR(pg_catalog.<=) 20000
                  ORDER BY n.conname LIMIT 20) AS d), '[]'),
        'common_values', COALESCE((
            SELECT pg_catalog.json_agg(pg_catalog.left(u.value, 1000) ORDER BY u.place)
            FROM pg_catalog.unnest(s.common) WITH ORDINALITY AS u(value, place)), '[]')
    ) ORDER BY k.attnum) AS document
    FROM columns k
    JOIN relations r ON r.oid OPERATOR(pg_catalog.=) k.attrelid
    LEFT JOIN statistics s ON NOT k.masked AND s.schemaname OPERATOR(pg_catalog.=) r.schema::pg_catalog.name
        AND s.tablename OPERATOR(pg_catalog.=) r.relname AND s.attname OPERATOR(pg_catalog.=) k.attname
    LEFT JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) k.base
    GROUP BY k.attrelid
), readable AS (
    SELECT k.attrelid, pg_catalog.array_agg(k.attnum) AS numbers FROM columns k GROUP BY k.attrelid
), constraints AS (
    SELECT c.conrelid, c.contype, c.conname, c.oid, c.conkey, c.confrelid, c.confkey,
           pg_catalog.octet_length(c.conbin::pg_catalog.text) OPERATOR(pg_catalog.<=) 20000 AS is_short,
           (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
            FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS u(number, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid
                AND a.attnum OPERATOR(pg_catalog.=) u.number) AS columns
    FROM pg_catalog.pg_constraint c
    JOIN readable o ON o.attrelid OPERATOR(pg_catalog.=) c.conrelid
    -- A key or check that touches a column the caller can't read is left out whole.
    WHERE c.contype OPERATOR(pg_catalog.=) ANY ('{p,u,f,c}'::pg_catalog."char"[])
      AND c.conkey OPERATOR(pg_catalog.<@) o.numbers
), constraint_documents AS (
    SELECT c.conrelid,
        pg_catalog.json_agg(c.columns ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'p') AS primary_keys,
        pg_catalog.json_agg(c.columns ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'u') AS unique_keys,
        pg_catalog.json_agg(pg_catalog.left(pg_catalog.pg_get_constraintdef(c.oid), 1000) ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'c' AND c.is_short AND $5 OPERATOR(pg_catalog.=) 'true') AS checks,
        pg_catalog.json_agg(pg_catalog.json_build_object(
            'columns', c.columns,
            'schema', f.schema,
            'relation', f.relname,
            'referenced', (
                SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
                FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS u(number, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.confrelid
                    AND a.attnum OPERATOR(pg_catalog.=) u.number)
        ) ORDER BY c.conname) FILTER (WHERE f.oid IS NOT NULL) AS foreign_keys
    FROM constraints c
    LEFT JOIN readable o ON o.attrelid OPERATOR(pg_catalog.=) c.confrelid
        AND c.confkey OPERATOR(pg_catalog.<@) o.numbers
    LEFT JOIN relations f ON f.oid OPERATOR(pg_catalog.=) o.attrelid
    GROUP BY c.conrelid
), relation_documents AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'oid', r.oid::pg_catalog.int8,
        'schema', r.schema,
        'name', r.relname,
        'kind', (pg_catalog.json_build_object('r', 'table', 'v', 'view', 'm', 'materialized view',
            'p', 'partitioned table', 'f', 'foreign table')) OPERATOR(pg_catalog.->>) r.relkind::pg_catalog.text,
        'visible', r.visible,
        'comment', (SELECT pg_catalog.left(m.description, 1000) FROM pg_catalog.pg_description m
            WHERE m.objoid OPERATOR(pg_catalog.=) r.oid AND m.objsubid OPERATOR(pg_catalog.=) 0
              AND m.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass),
        'rows', CASE WHEN r.reltuples OPERATOR(pg_catalog.>) 0 THEN r.reltuples::pg_catalog.float8 END,
        'columns', k.document,
        'primary_key', COALESCE(c.primary_keys OPERATOR(pg_catalog.->) 0, '[]'),
        'unique_keys', COALESCE(c.unique_keys, '[]'),
        'foreign_keys', COALESCE(c.foreign_keys, '[]'),
        'checks', COALESCE(c.checks, '[]')
    ) ORDER BY r.place NULLS LAST, r.schema COLLATE pg_catalog."C", r.relname) AS document
    FROM relations r
    JOIN column_documents k ON k.attrelid OPERATOR(pg_catalog.=) r.oid
    LEFT JOIN constraint_documents c ON c.conrelid OPERATOR(pg_catalog.=) r.oid
)
SELECT pg_catalog.json_build_object(
    'server_version', pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
    'search_path', COALESCE((SELECT pg_catalog.json_agg(n.name ORDER BY n.place) FROM namespaces n
                             WHERE n.place IS NOT NULL), '[]'),
    'today', pg_catalog.to_char(CURRENT_TIMESTAMP, 'YYYY-MM-DD'),
    'time_zone', pg_catalog.current_setting('TimeZone'),
    'schemas', COALESCE((
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', n.name, 'comment', (SELECT pg_catalog.left(m.description, 1000) FROM pg_catalog.pg_description m
            WHERE m.objoid OPERATOR(pg_catalog.=) n.oid AND m.objsubid OPERATOR(pg_catalog.=) 0
              AND m.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass))
            ORDER BY n.place NULLS LAST, n.name COLLATE pg_catalog."C")
        FROM namespaces n
        WHERE EXISTS (SELECT FROM relations r JOIN readable k ON k.attrelid OPERATOR(pg_catalog.=) r.oid
                      WHERE r.relnamespace OPERATOR(pg_catalog.=) n.oid)), '[]'),
    'relations', COALESCE((SELECT d.document FROM relation_documents d), '[]')
)
