-- The rows of nl2sql.profile that are for a role ($1, an oid): its own first, then those of the roles it is a member of, directly
-- or not, by name, then everybody's. With the name of the role; everybody is -.
WITH RECURSIVE memberships (oid) AS (
    SELECT $1::pg_catalog.oid
    UNION
    SELECT m.roleid
    FROM pg_catalog.pg_auth_members m
    JOIN memberships r ON m.member OPERATOR(pg_catalog.=) r.oid
)
SELECT p.setting, p.value, COALESCE(r.rolname::pg_catalog.text, '-')
FROM nl2sql.profile p
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) p.role::pg_catalog.oid
WHERE p.role::pg_catalog.oid OPERATOR(pg_catalog.=) 0 OR p.role::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT m.oid FROM memberships m)
ORDER BY p.role::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid DESC,
         p.role::pg_catalog.oid OPERATOR(pg_catalog.=) 0, r.rolname
