-- How Citus keeps the relations in $1 (an oid[] literal), those it knows: relation, how rows are spread over its shards (partmethod),
-- how shards are copied (repmodel), whether its shards stand with those of others, the name of the distribution column if there is
-- one, schema and name, and the numbers of its shards as an array. The tables are in pg_catalog, where only superusers make any, and
-- nothing is asked of other servers. Everything is qualified, operators too, as the caller's search_path is in force.
SELECT c.oid, p.partmethod, p.repmodel, p.colocationid OPERATOR(pg_catalog.<>) 0, a.attname, c.relnamespace, c.relname,
       ARRAY(SELECT s.shardid FROM pg_catalog.pg_dist_shard s
             WHERE s.logicalrelid OPERATOR(pg_catalog.=) p.logicalrelid ORDER BY s.shardid)
FROM pg_catalog.pg_dist_partition p
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) p.logicalrelid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped
    -- The column is kept as a node of the parser (a Var).
    AND a.attnum OPERATOR(pg_catalog.=) pg_catalog.substring(p.partkey, ':varattno ([0-9]+)')::pg_catalog.int2
WHERE p.logicalrelid::pg_catalog.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])
