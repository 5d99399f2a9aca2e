-- What the database sets for whoever connects to it, with the values that these settings have in a server without any.
SELECT s.name, CASE WHEN s.name OPERATOR(pg_catalog.=) 'client_encoding' THEN pg_catalog.getdatabaseencoding()::pg_catalog.text
               ELSE s.boot_val END
FROM pg_catalog.pg_settings s
WHERE s.source OPERATOR(pg_catalog.=) 'database' AND s.context OPERATOR(pg_catalog.=) ANY (ARRAY['user', 'superuser'])
  AND s.boot_val IS NOT NULL AND NOT (s.name OPERATOR(pg_catalog.~~) 'nl2sql.%')
