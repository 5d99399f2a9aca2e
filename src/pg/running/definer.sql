-- The settings of this library that hold for the current user in this database, those that win last: name and value.
SELECT pg_catalog.split_part(entry.text, '=', 1),
       pg_catalog.substr(entry.text, pg_catalog.strpos(entry.text, '=') OPERATOR(pg_catalog.+) 1)
FROM pg_catalog.pg_db_role_setting s
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS entry(text)
JOIN pg_catalog.pg_database d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
JOIN pg_catalog.pg_roles me ON me.rolname OPERATOR(pg_catalog.=) CURRENT_USER
WHERE s.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid, d.oid])
  AND s.setrole OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid, me.oid])
  AND pg_catalog.starts_with(entry.text, 'nl2sql.')
ORDER BY s.setrole OPERATOR(pg_catalog.<>) 0::pg_catalog.oid, s.setdatabase OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
