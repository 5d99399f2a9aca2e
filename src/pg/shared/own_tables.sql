-- Whether the tables of these names ($1, a name[] literal) belong to the extension, are tables, and have superusers as owners.
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) pg_catalog.cardinality($1::pg_catalog.name[])
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_authid o ON o.oid OPERATOR(pg_catalog.=) c.relowner
JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
WHERE n.nspname OPERATOR(pg_catalog.=) 'nl2sql'
  AND c.relname OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[])
  AND c.relkind OPERATOR(pg_catalog.=) 'r' AND o.rolsuper AND e.extname OPERATOR(pg_catalog.=) 'nl2sql'
