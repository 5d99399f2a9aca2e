-- The shards that Citus keeps on this server: schema and name. Names of 54 and more bytes, which Citus cuts, are left out. The tables
-- are in pg_catalog, where only superusers make any. Everything is qualified, operators too, as the caller's search_path is in force.
SELECT c.relnamespace, pg_catalog.concat(c.relname, '_', s.shardid)
FROM pg_catalog.pg_dist_local_group g
JOIN pg_catalog.pg_dist_placement p ON p.groupid OPERATOR(pg_catalog.=) g.groupid
JOIN pg_catalog.pg_dist_shard s ON s.shardid OPERATOR(pg_catalog.=) p.shardid
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.logicalrelid
WHERE pg_catalog.octet_length(c.relname::pg_catalog.text) OPERATOR(pg_catalog.<) 54
