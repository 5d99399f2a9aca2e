-- What relations ($1) and operators ($2), both oid[] literals, lead to: what views read, whose rows relations keep in columns, and
-- what operators call. The server's views on the statistics lead to pg_statistic and pg_statistic_ext_data, 2619 and 3429. As class and oid of the one and of the other. The catalogs 1255, 1259, 2617 and 2618 are pg_proc, pg_class,
-- pg_operator and pg_rewrite.
SELECT 1259::pg_catalog.oid, w.ev_class, d.refclassid, d.refobjid
FROM pg_catalog.pg_rewrite w
JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 2618::pg_catalog.oid
    AND d.objid OPERATOR(pg_catalog.=) w.oid
WHERE w.ev_class OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
  AND d.refclassid OPERATOR(pg_catalog.=) ANY ('{1255,1259,2617}'::pg_catalog.oid[])
UNION ALL
SELECT 1259::pg_catalog.oid, w.ev_class, 1259::pg_catalog.oid, s.oid
FROM pg_catalog.pg_rewrite w
JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 2618::pg_catalog.oid
    AND d.objid OPERATOR(pg_catalog.=) w.oid AND d.refclassid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid
JOIN pg_catalog.pg_class v ON v.oid OPERATOR(pg_catalog.=) d.refobjid
    AND v.relnamespace OPERATOR(pg_catalog.=) 11::pg_catalog.oid
    AND v.relname OPERATOR(pg_catalog.=) ANY ('{pg_stats,pg_stats_ext,pg_stats_ext_exprs}'::pg_catalog.name[])
CROSS JOIN (VALUES (2619::pg_catalog.oid), (3429::pg_catalog.oid)) AS s(oid)
WHERE w.ev_class OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
UNION ALL
SELECT 1259::pg_catalog.oid, a.attrelid, 1259::pg_catalog.oid, part.typrelid
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
LEFT JOIN pg_catalog.pg_type base ON base.oid OPERATOR(pg_catalog.=) t.typbasetype
JOIN pg_catalog.pg_type part ON part.oid OPERATOR(pg_catalog.=) ANY (
    ARRAY[t.oid, t.typelem, t.typbasetype, base.typelem])
WHERE a.attrelid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
  AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
  AND a.atttypid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND part.typrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
UNION ALL
SELECT 2617::pg_catalog.oid, o.oid, 1255::pg_catalog.oid, o.oprcode::pg_catalog.oid
FROM pg_catalog.pg_operator o
WHERE o.oid OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.oid[])
