-- A foreign server by name ($1): oid, wrapper, whether the caller may use it, and its options as one json object. Inside a
-- SECURITY DEFINER function two are asked: the definer, and the role of the session.
SELECT s.oid, w.fdwname,
       pg_catalog.has_server_privilege(s.oid, 'USAGE') AND pg_catalog.has_server_privilege(
           CASE WHEN pg_catalog.current_setting('role') OPERATOR(pg_catalog.=) 'none' THEN SESSION_USER::pg_catalog.name
                ELSE pg_catalog.current_setting('role')::pg_catalog.name END, s.oid, 'USAGE'),
       COALESCE((SELECT pg_catalog.json_object_agg(o.option_name, o.option_value)
                 FROM pg_catalog.pg_options_to_table(s.srvoptions) o), '{}')
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid OPERATOR(pg_catalog.=) s.srvfdw
WHERE s.srvname OPERATOR(pg_catalog.=) $1::pg_catalog.name
