-- What the verdict needs to know of relations ($1: an oid[] literal): schema, name, whether they are temporary ones of
-- this session, and the foreign servers that reading them reaches, as a json list; with children and partitions for those
-- in $2.
WITH RECURSIVE family AS (
    SELECT u.oid AS root, u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT f.root, i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) f.oid
    WHERE f.root OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.oid[])
)
SELECT c.oid, n.nspname, c.relname, n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() AS is_temporary,
       (SELECT pg_catalog.json_agg(DISTINCT s.srvname::pg_catalog.text)
        FROM family f
        JOIN pg_catalog.pg_foreign_table t ON t.ftrelid OPERATOR(pg_catalog.=) f.oid
        JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) t.ftserver
        WHERE f.root OPERATOR(pg_catalog.=) c.oid) AS servers
FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS u(oid)
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) u.oid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
