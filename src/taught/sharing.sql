-- Whom a pair may be for: the role $1 by its name, 'public' for everybody, null for nobody else; and whether the caller is a
-- member of one of the roles $2, a text[] literal, or a superuser. The oid is null where there is no such role.
SELECT CASE WHEN $1 OPERATOR(pg_catalog.=) 'public' THEN 0::pg_catalog.oid
               ELSE (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname::pg_catalog.text OPERATOR(pg_catalog.=) $1) END,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER)
       OR EXISTS (SELECT FROM pg_catalog.pg_roles r
                  WHERE r.rolname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.text[])
                    AND pg_catalog.pg_has_role(r.oid, 'MEMBER')),
       pg_catalog.to_char(CURRENT_TIMESTAMP, 'YYYY-MM-DD')
