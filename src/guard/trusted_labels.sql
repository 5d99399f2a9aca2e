-- Whether a superuser, the caller, a role in $1 (a name[] literal) or an owner of the functions in $2 (an oid[] literal) has labelled
-- anything of theirs.
WITH trusted AS MATERIALIZED (
    SELECT r.oid FROM pg_catalog.pg_roles r
    WHERE r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER
       OR r.rolname OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[])
    UNION ALL
    SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.oid OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.oid[])
)
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_seclabel s
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.objoid
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
      AND c.relowner OPERATOR(pg_catalog.=) ANY (SELECT t.oid FROM trusted t)
) OR EXISTS (
    SELECT FROM pg_catalog.pg_seclabel s
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) s.objoid
    WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql'
      AND s.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND n.nspowner OPERATOR(pg_catalog.=) ANY (SELECT t.oid FROM trusted t)
)
