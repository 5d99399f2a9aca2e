-- Forgets the pair $1 where it is the role's ($2, an oid), or is shared and the role may share pairs ($3), or the role is a
-- superuser's. Tells its question, its SQL, and who taught it where that is not the role itself.
DELETE FROM nl2sql.verified v
WHERE v.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8
  AND (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
       OR ($3::pg_catalog.bool AND v.audience IS NOT NULL
           AND (v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
                OR pg_catalog.pg_has_role($2::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE')))
       OR EXISTS (SELECT FROM pg_catalog.pg_roles r
                  WHERE r.oid OPERATOR(pg_catalog.=) $2::pg_catalog.oid AND r.rolsuper))
RETURNING v.question, v.sql,
    CASE WHEN v.teacher::pg_catalog.oid OPERATOR(pg_catalog.<>) $2::pg_catalog.oid
         THEN COALESCE((SELECT r.rolname FROM pg_catalog.pg_roles r
                        WHERE r.oid OPERATOR(pg_catalog.=) v.teacher::pg_catalog.oid), '') END
