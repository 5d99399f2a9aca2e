-- What the caller may see of chosen relations, one json document a row: the shape of detail::Document.
-- $1: schemas to keep, as a text[] literal; empty keeps all the caller can use. $2: 'true' adds common values.
-- $3: foreign servers whose tables may be read, as a text[] literal. $4: the relations, as an oid[] literal.
-- What is labelled hidden is left out whole. $5: 'true' adds check constraints: to print one, the server locks its table.
-- Of every text that owners wrote, the first 1,000 characters; of long lists, the first entries, fewer where there are many lists: a
-- relation has at most 10,000 labels and 10,000 common values.
-- Every step is MATERIALIZED: the planner knows nothing of their sizes, and would compute some of them once a relation. Of labels, of which
-- a relation may have a thousand, lists are made a relation, or it would go through all of them for each relation and column.
-- It follows on asked.sql, whose keys it uses, and labels.sql, whose labels it uses. Everything is qualified, operators too, as the caller's search_path is
-- in force.
, hidden AS MATERIALIZED (
    SELECT l.relation
    FROM labels l
    WHERE l.number OPERATOR(pg_catalog.=) 0::pg_catalog.int2 AND l.label OPERATOR(pg_catalog.=) 'hidden'
    GROUP BY l.relation
), referred AS MATERIALIZED (
    SELECT k.confrelid, pg_catalog.array_agg(DISTINCT u.number) AS numbers
    FROM keys k
    CROSS JOIN LATERAL pg_catalog.unnest(k.confkey) AS u(number)
    GROUP BY k.confrelid
), relations AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relkind, c.relnamespace, n.nspname, c.reltuples,
           c.oid OPERATOR(pg_catalog.=) ANY ($4::pg_catalog.oid[]) AS is_chosen,
           pg_catalog.has_table_privilege(c.oid, 'SELECT') AS whole
    FROM asked
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) asked.relation
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
      AND (NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
           OR n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
      AND (pg_catalog.cardinality($1::pg_catalog.text[]) OPERATOR(pg_catalog.=) 0
           OR n.nspname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[]))
      AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[])
      AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM hidden h WHERE h.relation OPERATOR(pg_catalog.=) c.oid)
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
            AND e.extname OPERATOR(pg_catalog.=) ANY (
                '{nl2sql,address_standardizer_data_us,citus,citus_columnar,postgis,postgis_raster,'
                'postgis_topology,timescaledb}'::pg_catalog.name[]))
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
          WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.objid OPERATOR(pg_catalog.=) c.relnamespace
            AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND d.deptype OPERATOR(pg_catalog.=) 'e'
            AND e.extname OPERATOR(pg_catalog.=) 'timescaledb'::pg_catalog.name)
), labelled AS MATERIALIZED (
    -- Numbers of columns in order, which width_bucket looks in by halves.
    SELECT l.relation,
           pg_catalog.array_agg(l.number ORDER BY l.number) FILTER (WHERE l.label OPERATOR(pg_catalog.=) 'masked') AS masked,
           pg_catalog.array_agg(l.number ORDER BY l.number) FILTER (WHERE l.label OPERATOR(pg_catalog.=) 'hidden') AS hidden
    FROM labels l
    GROUP BY l.relation
), columns AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.attidentity, a.attgenerated, a.atttypid, a.atttypmod,
           r.is_chosen,
           CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN t.typbasetype ELSE t.oid END AS base, t.typtype,
           t.typcategory, t.typelem,
           pg_catalog.count(*) OVER (PARTITION BY a.attrelid) AS neighbours,
           pg_catalog.count(*) FILTER (WHERE t.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid)
               OVER (PARTITION BY a.attrelid) AS neighbours_of_own_types,
           COALESCE((l.masked)[pg_catalog.width_bucket(0::pg_catalog.int2, l.masked)] OPERATOR(pg_catalog.=) 0::pg_catalog.int2, false)
               OR COALESCE((l.masked)[pg_catalog.width_bucket(a.attnum, l.masked)] OPERATOR(pg_catalog.=) a.attnum, false) AS masked
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid
    JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
    LEFT JOIN labelled l ON l.relation OPERATOR(pg_catalog.=) r.oid
    -- Of what is only referred to, the columns that are.
    LEFT JOIN referred f ON f.confrelid OPERATOR(pg_catalog.=) r.oid AND NOT r.is_chosen
    WHERE (r.is_chosen OR a.attnum OPERATOR(pg_catalog.=) ANY (f.numbers)) AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
      AND (r.whole OR pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT'))
      AND COALESCE((l.hidden)[pg_catalog.width_bucket(a.attnum, l.hidden)] OPERATOR(pg_catalog.<>) a.attnum, true)
), statistics AS MATERIALIZED (
    -- An inheritance parent has two rows a column; the one that counts its children comes first.
    SELECT DISTINCT ON (r.oid, s.attname) r.oid, s.attname,
           (s.most_common_vals::pg_catalog.text::pg_catalog.text[])[1:100] AS common
    FROM relations r
    -- OFFSET has the planner look up each relation, instead of making the view of all statistics first.
    CROSS JOIN LATERAL (
        SELECT v.attname, v.most_common_vals, v.inherited
        FROM pg_catalog.pg_stats v
        WHERE v.schemaname OPERATOR(pg_catalog.=) r.nspname AND v.tablename OPERATOR(pg_catalog.=) r.relname
        OFFSET 0) AS s
    WHERE $2 OPERATOR(pg_catalog.=) 'true' AND r.is_chosen AND s.most_common_vals IS NOT NULL
      -- Printing values of other types would look up the code behind them, which may be anybody's.
      AND EXISTS (
          SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
          WHERE a.attrelid OPERATOR(pg_catalog.=) r.oid AND a.attname OPERATOR(pg_catalog.=) s.attname
            AND (t.oid OPERATOR(pg_catalog.<) 16384::pg_catalog.oid
                 OR t.typcategory OPERATOR(pg_catalog.=) ANY ('{S,E}'::pg_catalog."char"[])))
    ORDER BY r.oid, s.attname, s.inherited DESC
), column_documents AS MATERIALIZED (
    SELECT k.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', k.attname,
        'data_type', pg_catalog.format_type(k.atttypid, k.atttypmod),
        'category', COALESCE(b.typcategory, k.typcategory),
        'not_null', k.attnotnull,
        'masked', k.masked,
        'default', CASE WHEN k.attidentity OPERATOR(pg_catalog.<>) '' THEN 'identity'
                        WHEN k.attgenerated OPERATOR(pg_catalog.<>) '' THEN 'generated' END,
        'labels', COALESCE((
            SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
            FROM (SELECT n.enumlabel, n.enumsortorder FROM pg_catalog.pg_enum n
                  WHERE n.enumtypid OPERATOR(pg_catalog.=) k.base AND b.typtype OPERATOR(pg_catalog.=) 'e'
                  ORDER BY n.enumsortorder
                  LIMIT LEAST(200, 10000 OPERATOR(pg_catalog./) GREATEST(k.neighbours_of_own_types, 1))) AS e), '[]'),
        'checks', COALESCE((
            SELECT pg_catalog.json_agg(pg_catalog.left(pg_catalog.pg_get_constraintdef(d.oid), 1000) ORDER BY d.conname)
            FROM (SELECT n.oid, n.conname FROM pg_catalog.pg_constraint n
                  WHERE n.contypid OPERATOR(pg_catalog.=) k.atttypid AND k.typtype OPERATOR(pg_catalog.=) 'd'
                    AND n.contype OPERATOR(pg_catalog.=) 'c'
                    AND pg_catalog.octet_length(n.conbin::pg_catalog.text) OPERATOR(pg_catalog.<=) 20000
                  ORDER BY n.conname LIMIT 20) AS d), '[]'),
        'common_values', COALESCE((
            SELECT pg_catalog.json_agg(pg_catalog.left(u.value, 1000) ORDER BY u.place)
            FROM pg_catalog.unnest(s.common[1:10000 OPERATOR(pg_catalog./) k.neighbours]) WITH ORDINALITY
                AS u(value, place)), '[]')
    ) ORDER BY k.attnum) AS document,
        pg_catalog.json_agg(k.attnum ORDER BY k.attnum) AS numbers,
        pg_catalog.json_agg(k.atttypid::pg_catalog.int8) FILTER (WHERE k.atttypid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid)
            AS types,
        pg_catalog.json_agg(k.base::pg_catalog.int8) FILTER (WHERE k.base OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid) AS bases,
        pg_catalog.json_agg(k.typelem::pg_catalog.int8) FILTER (WHERE k.typelem OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid)
            AS elements
    FROM columns k
    LEFT JOIN statistics s ON NOT k.masked AND s.oid OPERATOR(pg_catalog.=) k.attrelid
        AND s.attname OPERATOR(pg_catalog.=) k.attname
    LEFT JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) k.base
    WHERE k.is_chosen
    GROUP BY k.attrelid
), readable AS MATERIALIZED (
    SELECT k.attrelid, pg_catalog.array_agg(k.attnum) AS numbers FROM columns k GROUP BY k.attrelid
), constraints AS MATERIALIZED (
    SELECT c.conrelid, c.contype, c.conname, c.oid, c.conkey, c.confrelid, c.confkey,
           pg_catalog.octet_length(c.conbin::pg_catalog.text) OPERATOR(pg_catalog.<=) 20000 AS is_short,
           -- OFFSET has the planner look up each column, instead of going through a thousand for each key.
           (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
            FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS u(number, place)
            CROSS JOIN LATERAL (
                SELECT n.attname FROM pg_catalog.pg_attribute n
                WHERE n.attrelid OPERATOR(pg_catalog.=) c.conrelid AND n.attnum OPERATOR(pg_catalog.=) u.number
                OFFSET 0) AS a) AS columns
    FROM keys c
    JOIN readable o ON o.attrelid OPERATOR(pg_catalog.=) c.conrelid
    -- A key or check that touches a column the caller can't read is left out whole.
    WHERE c.conkey OPERATOR(pg_catalog.<@) o.numbers
), constraint_documents AS MATERIALIZED (
    SELECT c.conrelid,
        pg_catalog.json_agg(c.columns ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'p') AS primary_keys,
        pg_catalog.json_agg(c.columns ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'u') AS unique_keys,
        pg_catalog.json_agg(pg_catalog.left(pg_catalog.pg_get_constraintdef(c.oid), 1000) ORDER BY c.conname)
            FILTER (WHERE c.contype OPERATOR(pg_catalog.=) 'c' AND c.is_short AND $5 OPERATOR(pg_catalog.=) 'true') AS checks,
        pg_catalog.json_agg(pg_catalog.json_build_object(
            'columns', c.columns,
            'schema', f.nspname,
            'relation', f.relname,
            'referenced', (
                SELECT pg_catalog.json_agg(a.attname ORDER BY u.place)
                FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS u(number, place)
                CROSS JOIN LATERAL (
                    SELECT n.attname FROM pg_catalog.pg_attribute n
                    WHERE n.attrelid OPERATOR(pg_catalog.=) c.confrelid AND n.attnum OPERATOR(pg_catalog.=) u.number
                    OFFSET 0) AS a)
        ) ORDER BY c.conname) FILTER (WHERE f.oid IS NOT NULL) AS foreign_keys
    FROM constraints c
    LEFT JOIN readable o ON o.attrelid OPERATOR(pg_catalog.=) c.confrelid
        AND c.confkey OPERATOR(pg_catalog.<@) o.numbers
    LEFT JOIN relations f ON f.oid OPERATOR(pg_catalog.=) o.attrelid
    GROUP BY c.conrelid
), referenced AS MATERIALIZED (
    SELECT k.conrelid, pg_catalog.json_agg(DISTINCT k.confrelid::pg_catalog.int8) AS oids
    FROM keys k
    WHERE k.contype OPERATOR(pg_catalog.=) 'f'
    GROUP BY k.conrelid
)
SELECT pg_catalog.json_build_object(
    'relation', pg_catalog.json_build_object(
        'oid', r.oid::pg_catalog.int8,
        'schema', r.nspname,
        'name', r.relname,
        'kind', (pg_catalog.json_build_object('r', 'table', 'v', 'view', 'm', 'materialized view',
            'p', 'partitioned table', 'f', 'foreign table')) OPERATOR(pg_catalog.->>) r.relkind::pg_catalog.text,
        'visible', false,
        'rows', CASE WHEN r.reltuples OPERATOR(pg_catalog.>) 0 THEN r.reltuples::pg_catalog.float8 END,
        'columns', k.document,
        'primary_key', COALESCE(c.primary_keys OPERATOR(pg_catalog.->) 0, '[]'),
        'unique_keys', COALESCE(c.unique_keys, '[]'),
        'foreign_keys', COALESCE(c.foreign_keys, '[]'),
        'checks', COALESCE(c.checks, '[]')),
    'numbers', k.numbers, 'types', COALESCE(k.types, '[]'), 'bases', COALESCE(k.bases, '[]'),
    'elements', COALESCE(k.elements, '[]'), 'referenced', COALESCE(f.oids, '[]'))
FROM relations r
JOIN column_documents k ON k.attrelid OPERATOR(pg_catalog.=) r.oid
LEFT JOIN constraint_documents c ON c.conrelid OPERATOR(pg_catalog.=) r.oid
LEFT JOIN referenced f ON f.conrelid OPERATOR(pg_catalog.=) r.oid
WHERE r.is_chosen
