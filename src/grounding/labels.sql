-- The security labels of nl2sql that hold for the relations in asked, which the text before this defines: relation, column number (0
-- for all columns), label, whether it is stated for children alone. What follows on it selects from labels. A label on a schema or table holds for all that is in it, and one
-- on a parent or child for the whole line, columns by their names. A generated column has the labels of what it is made of; tableoid
-- (column -6), which tells the partition or child that a row is in, those of the partition key and of the children's checks, and so has
-- ctid, which begins anew in each. It costs what is asked for, however many labels there are: OFFSET has the planner look up each
-- relation, and nothing is made unique, as it would take memory for what the planner fears. The catalogs 1259, 2604 and 2615 are pg_class, pg_attrdef and pg_namespace.
, line AS MATERIALIZED (
    SELECT a.relation AS asked, related.relation, related.is_below
    FROM asked a
    CROSS JOIN LATERAL (
        WITH RECURSIVE ancestors AS (
            SELECT a.relation
            UNION
            SELECT i.inhparent
            FROM ancestors n JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) n.relation
        ), descendants AS (
            SELECT a.relation
            UNION
            SELECT i.inhrelid
            FROM descendants d JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) d.relation
        )
        SELECT n.relation, false AS is_below FROM ancestors n
        UNION ALL
        SELECT d.relation, true FROM descendants d WHERE d.relation OPERATOR(pg_catalog.<>) a.relation) AS related
), stated AS MATERIALIZED (
    -- By the name of the column; NULL for all of them.
    SELECT line.asked, a.attname AS name, s.label, line.is_below
    FROM line
    CROSS JOIN LATERAL (
        SELECT l.objsubid, l.label FROM pg_catalog.pg_seclabel l
        WHERE l.objoid OPERATOR(pg_catalog.=) line.relation
          AND l.classoid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid AND l.provider OPERATOR(pg_catalog.=) 'nl2sql'
        OFFSET 0) AS s
    LEFT JOIN LATERAL (
        SELECT t.attname FROM pg_catalog.pg_attribute t
        WHERE t.attrelid OPERATOR(pg_catalog.=) line.relation AND t.attnum OPERATOR(pg_catalog.=) s.objsubid
          AND s.objsubid OPERATOR(pg_catalog.<>) 0
        OFFSET 0) AS a ON true
    UNION ALL
    SELECT line.asked, NULL::pg_catalog.name, s.label, line.is_below
    FROM line
    CROSS JOIN LATERAL (
        SELECT r.relnamespace FROM pg_catalog.pg_class r
        WHERE r.oid OPERATOR(pg_catalog.=) line.relation
          AND r.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,m,p,f}'::pg_catalog."char"[])
        OFFSET 0) AS c
    CROSS JOIN LATERAL (
        SELECT l.label FROM pg_catalog.pg_seclabel l
        WHERE l.objoid OPERATOR(pg_catalog.=) c.relnamespace
          AND l.classoid OPERATOR(pg_catalog.=) 2615::pg_catalog.oid AND l.provider OPERATOR(pg_catalog.=) 'nl2sql'
        OFFSET 0) AS s
), sources AS MATERIALIZED (
    SELECT line.asked, line.relation, a.attnum, stated.label, stated.is_below
    FROM stated
    JOIN line ON line.asked OPERATOR(pg_catalog.=) stated.asked
    CROSS JOIN LATERAL (
        SELECT t.attnum FROM pg_catalog.pg_attribute t
        WHERE t.attrelid OPERATOR(pg_catalog.=) line.relation AND t.attname OPERATOR(pg_catalog.=) stated.name
        OFFSET 0) AS a
), made AS (
    -- Until version 14 the column depends on what it is made of, since then the default that keeps its expression does.
    SELECT s.asked, g.attname AS name, s.label, s.is_below
    FROM sources s
    CROSS JOIN LATERAL (
        SELECT COALESCE(e.adnum, d.objsubid) AS number
        FROM pg_catalog.pg_depend d
        LEFT JOIN pg_catalog.pg_attrdef e ON d.classid OPERATOR(pg_catalog.=) 2604::pg_catalog.oid
            AND e.oid OPERATOR(pg_catalog.=) d.objid
        WHERE d.refclassid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid
          AND d.refobjid OPERATOR(pg_catalog.=) s.relation AND d.refobjsubid OPERATOR(pg_catalog.=) s.attnum
          AND (d.classid OPERATOR(pg_catalog.=) 2604::pg_catalog.oid
               OR d.classid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid AND d.objid OPERATOR(pg_catalog.=) s.relation)
        OFFSET 0) AS made
    CROSS JOIN LATERAL (
        SELECT t.attname FROM pg_catalog.pg_attribute t
        WHERE t.attrelid OPERATOR(pg_catalog.=) s.relation AND t.attnum OPERATOR(pg_catalog.=) made.number
          AND t.attgenerated OPERATOR(pg_catalog.<>) ''
        OFFSET 0) AS g
), placed AS (
    SELECT s.asked, tells.name, s.label, s.is_below
    FROM sources s
    CROSS JOIN (VALUES ('tableoid'::pg_catalog.name), ('ctid'::pg_catalog.name)) AS tells (name)
    CROSS JOIN LATERAL (
        SELECT FROM pg_catalog.pg_partitioned_table p
        WHERE p.partrelid OPERATOR(pg_catalog.=) s.relation
          AND (s.attnum OPERATOR(pg_catalog.=) ANY (p.partattrs::pg_catalog.int2[])
               -- The key may hold it in an expression.
               OR EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid
                     AND d.objid OPERATOR(pg_catalog.=) p.partrelid AND d.objsubid OPERATOR(pg_catalog.=) s.attnum
                     AND d.refclassid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid
                     AND d.refobjid OPERATOR(pg_catalog.=) p.partrelid
                     AND d.refobjsubid OPERATOR(pg_catalog.=) 0))
        UNION ALL
        -- So does a check that a child has and not its parent.
        SELECT FROM pg_catalog.pg_constraint k
        WHERE k.conrelid OPERATOR(pg_catalog.=) s.relation AND k.contype OPERATOR(pg_catalog.=) 'c'
          AND k.conislocal AND s.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)
          AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid OPERATOR(pg_catalog.=) s.relation)
        OFFSET 0) AS keyed
), labels AS MATERIALIZED (
    SELECT l.asked AS relation, COALESCE(mine.attnum, 0::pg_catalog.int2) AS number, l.label, l.is_below
    FROM (SELECT s.asked, s.name, s.label, s.is_below FROM stated s
          UNION ALL SELECT m.asked, m.name, m.label, m.is_below FROM made m
          UNION ALL SELECT p.asked, p.name, p.label, p.is_below FROM placed p) AS l
    LEFT JOIN LATERAL (
        SELECT t.attnum FROM pg_catalog.pg_attribute t
        WHERE t.attrelid OPERATOR(pg_catalog.=) l.asked AND t.attname OPERATOR(pg_catalog.=) l.name
        OFFSET 0) AS mine ON true
    WHERE l.name IS NULL OR mine.attnum IS NOT NULL
)
