-- Which of these functions ($1: an oid[] literal) may read a labelled relation (labels.sql of grounding) on their own:
-- those that name one, or a view, function or operator that does in turn, and those whose text does not tell what they read.
-- Dependencies are known of SQL bodies and aggregates; of other bodies the text is searched for the names.
, code AS MATERIALIZED (
    SELECT p.oid, p.proname, l.lanname, pg_catalog.lower(p.prosrc) AS body,
           EXISTS (SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                     AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'e') AS of_extension
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
    WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
      -- Triggers are not called.
      AND p.prorettype OPERATOR(pg_catalog.<>) ALL ('{2279,3838}'::pg_catalog.oid[])
), reached AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, c.oid, c.relname AS name
    FROM labels l JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
    UNION
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, code.oid, code.proname
    FROM code
    WHERE CASE code.lanname
          WHEN 'internal' THEN false
          WHEN 'c' THEN NOT code.of_extension
          WHEN 'sql' THEN code.body OPERATOR(pg_catalog.~) 'u&"|_to_xml|crosstab|connectby|xpath_table|ts_stat|ts_rewrite|dblink'
          WHEN 'plpgsql' THEN code.body OPERATOR(pg_catalog.~)
              '\mexecute\M|u&"|_to_xml|crosstab|connectby|xpath_table|ts_stat|ts_rewrite|dblink'
          ELSE true END
    UNION
    SELECT step.class, step.oid, step.name
    FROM reached r
    CROSS JOIN LATERAL (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, c.oid, c.relname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_rewrite w ON w.oid OPERATOR(pg_catalog.=) d.objid
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) w.ev_class
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          AND d.refclassid OPERATOR(pg_catalog.=) r.class AND d.refobjid OPERATOR(pg_catalog.=) r.oid
        UNION ALL
        -- Relations that keep rows of this one.
        SELECT r.class, c.oid, c.relname
        FROM pg_catalog.pg_type t
        JOIN pg_catalog.pg_attribute a ON a.atttypid OPERATOR(pg_catalog.=) t.oid
            OR a.atttypid OPERATOR(pg_catalog.=) t.typarray AND t.typarray OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
        WHERE t.typrelid OPERATOR(pg_catalog.=) r.oid
          AND r.class OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
        UNION ALL
        SELECT d.classid, p.oid, p.proname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
          AND d.refclassid OPERATOR(pg_catalog.=) r.class AND d.refobjid OPERATOR(pg_catalog.=) r.oid
        UNION ALL
        SELECT d.classid, o.oid, o.oprname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_operator o ON o.oid OPERATOR(pg_catalog.=) d.objid
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_operator'::pg_catalog.regclass
          AND d.refclassid OPERATOR(pg_catalog.=) r.class AND d.refobjid OPERATOR(pg_catalog.=) r.oid
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, code.oid, code.proname
        FROM code
        WHERE pg_catalog.strpos(code.body, pg_catalog.lower(pg_catalog.replace(r.name::pg_catalog.text, '"', '""')))
              OPERATOR(pg_catalog.>) 0
          AND CASE WHEN r.name OPERATOR(pg_catalog.~) '^\w+$'
              THEN code.body OPERATOR(pg_catalog.~) pg_catalog.concat('\m', pg_catalog.lower(r.name::pg_catalog.text), '\M')
              ELSE true END
    ) AS step(class, oid, name)
)
SELECT r.oid FROM reached r
WHERE r.class OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
  AND r.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
