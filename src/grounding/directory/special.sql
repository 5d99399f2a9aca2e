-- The relations in which extensions keep what they need for themselves (this one; systems of coordinates, lists of shards), and those
-- on foreign servers with the name of theirs. A list of extensions, as others come with tables that people ask about. detail.sql has
-- the same.
SELECT d.objid, NULL AS server
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
WHERE e.extname OPERATOR(pg_catalog.=) ANY (
      '{nl2sql,address_standardizer_data_us,citus,citus_columnar,postgis,postgis_raster,'
      'postgis_topology,timescaledb}'::pg_catalog.name[])
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.deptype OPERATOR(pg_catalog.=) 'e'
UNION ALL
-- The parts that TimescaleDB keeps tables in, children of these, are in a schema of the extension, which any number of them may join.
SELECT c.oid, NULL
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) d.objid
WHERE e.extname OPERATOR(pg_catalog.=) 'timescaledb'
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
  AND d.deptype OPERATOR(pg_catalog.=) 'e'
UNION ALL
SELECT t.ftrelid, s.srvname::pg_catalog.text
FROM pg_catalog.pg_foreign_table t
JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) t.ftserver
