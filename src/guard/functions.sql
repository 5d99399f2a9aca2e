-- The facts that decide whether functions may be called. $1: an oid[] literal.
-- An aggregate brings in the functions it is made of, each under the aggregate's own oid.
WITH asked AS (
    SELECT u.oid, u.oid AS part FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
    UNION ALL
    SELECT a.aggfnoid::pg_catalog.oid, part.oid::pg_catalog.oid
    FROM pg_catalog.pg_aggregate a,
         LATERAL (VALUES (a.aggtransfn), (a.aggfinalfn), (a.aggcombinefn), (a.aggserialfn), (a.aggdeserialfn),
                         (a.aggmtransfn), (a.aggminvtransfn), (a.aggmfinalfn)) AS part(oid)
    WHERE a.aggfnoid::pg_catalog.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
      AND part.oid::pg_catalog.oid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
)
SELECT asked.oid, n.nspname, p.proname, p.provolatile, l.lanname, p.prosecdef,
       owner.rolname AS owner, owner.rolsuper AS owner_superuser,
       p.proowner OPERATOR(pg_catalog.=) me.oid AS owner_caller, p.oid AS part,
       (SELECT e.extname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
          AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
          AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'e') AS extension,
       asked.oid OPERATOR(pg_catalog.<>) asked.part AS part_of_aggregate
FROM asked
JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) asked.part
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
JOIN pg_catalog.pg_roles owner ON owner.oid OPERATOR(pg_catalog.=) p.proowner
JOIN pg_catalog.pg_roles me ON me.rolname OPERATOR(pg_catalog.=) CURRENT_USER
ORDER BY asked.oid, p.proname
