-- A role that is no superuser and may read every table, pg_user_mapping included, with the keys in it; none if there is no
-- such role, or before PostgreSQL 14, where there is no pg_read_all_data.
SELECT r.rolname
FROM pg_catalog.pg_roles r
WHERE NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) 'pg_read_all_data'
  AND pg_catalog.pg_has_role(r.oid, pg_catalog.to_regrole('pg_read_all_data')::pg_catalog.oid, 'MEMBER')
ORDER BY r.rolname COLLATE pg_catalog."C"
LIMIT 1
