-- Where words may be looked up as stored values, as one json document: the shape of targets::Target, a list.
-- $1: the relations, as an oid[] literal. Sizes are those that VACUUM and ANALYZE noted; where they noted none, $2: 'true' asks
-- for the size of the file, for which the server locks each table and remembers it. What the caller may read is decided
-- elsewhere; statistics come from a view that shows the caller's own. Everything is qualified, operators too, as the caller's
-- search_path is in force.
WITH RECURSIVE roots AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
      AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,p}'::pg_catalog."char"[]) AND NOT c.relispartition
), tree AS (
    SELECT r.oid AS root, r.oid FROM roots r
    UNION
    SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) t.oid
), sizes AS MATERIALIZED (
    SELECT t.root, pg_catalog.sum(CASE WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[])
         THEN CASE WHEN $2 OPERATOR(pg_catalog.=) 'true' AND c.relpages OPERATOR(pg_catalog.=) 0
                   THEN pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass)
                   ELSE c.relpages::pg_catalog.int8 OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::pg_catalog.int4
              END END)::pg_catalog.int8 AS bytes,
           pg_catalog.bool_or(c.relkind OPERATOR(pg_catalog.=) 'f') AS remote, pg_catalog.count(*) AS parts
    FROM tree t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.oid
    GROUP BY t.root
), costly AS MATERIALIZED (
    -- To plan a look-up, the server computes what is constant in the conditions of indexes and policies, which may be anybody's,
    -- and looks for no cancel between them. Lengths are read without the texts.
    SELECT t.root
    FROM tree t JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) t.oid
    GROUP BY t.root
    HAVING pg_catalog.sum(COALESCE(pg_catalog.octet_length(i.indpred::pg_catalog.text), 0) OPERATOR(pg_catalog.+)
        COALESCE(pg_catalog.octet_length(i.indexprs::pg_catalog.text), 0)) OPERATOR(pg_catalog.>) 50000
    UNION
    SELECT t.root
    FROM tree t JOIN pg_catalog.pg_policy p ON p.polrelid OPERATOR(pg_catalog.=) t.oid
    GROUP BY t.root
    HAVING pg_catalog.sum(pg_catalog.octet_length(p.polqual::pg_catalog.text)) OPERATOR(pg_catalog.>) 50000
), statistics AS MATERIALIZED (
    -- An inheritance parent has two rows a column; the one that counts its children comes first.
    SELECT DISTINCT ON (r.oid, s.attname) r.oid, s.attname, s.avg_width, s.n_distinct,
           COALESCE((s.most_common_vals::pg_catalog.text::pg_catalog.text[])[1:100], '{}') OPERATOR(pg_catalog.||)
           COALESCE((s.histogram_bounds::pg_catalog.text::pg_catalog.text[])[1:101], '{}') AS known
    FROM roots r
    -- OFFSET has the planner look up each relation, instead of making the view of all statistics first.
    CROSS JOIN LATERAL (
        SELECT v.attname, v.avg_width, v.n_distinct, v.inherited, v.most_common_vals, v.histogram_bounds
        FROM pg_catalog.pg_stats v
        WHERE v.schemaname OPERATOR(pg_catalog.=) r.nspname AND v.tablename OPERATOR(pg_catalog.=) r.relname
        OFFSET 0) AS s
    WHERE
      -- Printing values of other types would look up the code behind them, which may be anybody's.
      EXISTS (
          SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
          WHERE a.attrelid OPERATOR(pg_catalog.=) r.oid AND a.attname OPERATOR(pg_catalog.=) s.attname
            AND (t.oid OPERATOR(pg_catalog.<) 16384::pg_catalog.oid
                 OR t.typcategory OPERATOR(pg_catalog.=) ANY ('{S,E}'::pg_catalog."char"[])))
    ORDER BY r.oid, s.attname, s.inherited DESC
), columns AS MATERIALIZED (
    SELECT a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname,
        'known', COALESCE(CASE WHEN b.oid OPERATOR(pg_catalog.=) 1042::pg_catalog.oid  -- char(n): what pads it is no part of it
            THEN (SELECT pg_catalog.array_agg(pg_catalog.rtrim(k.value)) FROM pg_catalog.unnest(s.known) AS k(value))
            ELSE s.known END, '{}'),
        -- A negative number of distinct values is a share of the rows.
        'complete', COALESCE((SELECT pg_catalog.count(DISTINCT k.value) FROM pg_catalog.unnest(s.known) AS k(value))
            OPERATOR(pg_catalog.>=) pg_catalog.round(CASE WHEN s.n_distinct OPERATOR(pg_catalog.<) 0
                THEN pg_catalog.abs(s.n_distinct) OPERATOR(pg_catalog.*) r.reltuples ELSE s.n_distinct END), false)
            AND s.n_distinct OPERATOR(pg_catalog.<>) 0 AND r.reltuples OPERATOR(pg_catalog.>) 0,
        'indexed', b.oid OPERATOR(pg_catalog.=) ANY ('{25,1043}'::pg_catalog.oid[]) AND EXISTS (
            SELECT FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class x ON x.oid OPERATOR(pg_catalog.=) i.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid OPERATOR(pg_catalog.=) x.relam
            WHERE i.indrelid OPERATOR(pg_catalog.=) a.attrelid AND i.indkey[0] OPERATOR(pg_catalog.=) a.attnum
              AND i.indisvalid AND i.indpred IS NULL AND m.amname OPERATOR(pg_catalog.=) 'btree'
              AND i.indcollation[0] OPERATOR(pg_catalog.=) a.attcollation)
    ) ORDER BY a.attnum) AS document
    FROM roots r
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid
    JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
    JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=)
        CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN statistics s ON s.oid OPERATOR(pg_catalog.=) r.oid AND s.attname OPERATOR(pg_catalog.=) a.attname
    WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
      AND b.typtype OPERATOR(pg_catalog.=) 'b' AND b.typcategory OPERATOR(pg_catalog.=) 'S'
      AND COALESCE(s.avg_width, 0) OPERATOR(pg_catalog.<=) 100
    GROUP BY a.attrelid
)
SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', r.nspname,
    'relation', r.relname,
    'alone', r.relkind OPERATOR(pg_catalog.=) 'r' AND s.parts OPERATOR(pg_catalog.=) 1,
    'oid', r.oid::pg_catalog.int8,
    'pages', COALESCE(s.bytes, 0) OPERATOR(pg_catalog./) pg_catalog.current_setting('block_size')::pg_catalog.int4,
    'columns', c.document)), '[]')
FROM roots r
JOIN sizes s ON s.root OPERATOR(pg_catalog.=) r.oid AND NOT s.remote
JOIN columns c ON c.attrelid OPERATOR(pg_catalog.=) r.oid
WHERE NOT EXISTS (SELECT FROM costly WHERE costly.root OPERATOR(pg_catalog.=) r.oid)
