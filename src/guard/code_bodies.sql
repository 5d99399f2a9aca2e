-- Of functions ($1: an oid[] literal): oid, what its text is read as ('sql', 'plpgsql', 'none' where it reads nothing, 'unknown'
-- where nobody can tell), the text, the search_path it sets, whether it changes how strings are read, and what it depends on, as
-- class/oid. The catalogs 1255, 1259 and 2617 are pg_proc, pg_class and pg_operator. Triggers are not called.
SELECT p.oid,
       CASE WHEN pg_catalog.octet_length(p.prosrc) OPERATOR(pg_catalog.>) 1000000 THEN 'unknown'
            WHEN l.lanname OPERATOR(pg_catalog.=) ANY ('{sql,plpgsql}'::pg_catalog.name[]) THEN l.lanname::pg_catalog.text
            WHEN l.lanname OPERATOR(pg_catalog.=) 'internal'
              OR l.lanname OPERATOR(pg_catalog.=) 'c' AND EXISTS (
                 SELECT FROM pg_catalog.pg_depend d
                 WHERE d.classid OPERATOR(pg_catalog.=) 1255::pg_catalog.oid
                   AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'e') THEN 'none'
            ELSE 'unknown' END,
       -- Of a text that is too long to be read, nobody can tell what it names.
       CASE WHEN pg_catalog.octet_length(p.prosrc) OPERATOR(pg_catalog.>) 1000000 THEN '' ELSE p.prosrc END,
       (SELECT pg_catalog.substr(c.setting, 13) FROM pg_catalog.unnest(p.proconfig) AS c(setting)
        WHERE pg_catalog.starts_with(c.setting, 'search_path=')),
       EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS c(setting)
               WHERE pg_catalog.starts_with(c.setting, 'standard_conforming_strings=')),
       (SELECT pg_catalog.string_agg(pg_catalog.concat(d.refclassid, '/', d.refobjid), ' ')
        FROM pg_catalog.pg_depend d
        WHERE d.classid OPERATOR(pg_catalog.=) 1255::pg_catalog.oid AND d.objid OPERATOR(pg_catalog.=) p.oid
          AND d.refclassid OPERATOR(pg_catalog.=) ANY ('{1255,1259,2617}'::pg_catalog.oid[]))
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
WHERE p.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
  AND p.prorettype OPERATOR(pg_catalog.<>) ALL ('{2279,3838}'::pg_catalog.oid[])
