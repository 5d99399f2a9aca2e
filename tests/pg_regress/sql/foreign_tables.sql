-- Needs file_fdw.
-- A foreign table is read only where nl2sql.allow_servers names its server.
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.verdict(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN allowed THEN 'allowed' ELSE sqlstate || ' ' || reason END FROM nl_check(statement) $$;
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE passwords (line text) SERVER files OPTIONS (filename '/etc/passwd');
CREATE VIEW over_passwords AS SELECT * FROM passwords;
SELECT pg_temp.verdict('SELECT * FROM passwords');
SELECT pg_temp.verdict('SELECT * FROM over_passwords');
SELECT nl_prompt('passwords') ~ 'foreign table passwords';
SET nl2sql.allow_servers = 'files';
SELECT pg_temp.verdict('SELECT * FROM over_passwords');
SELECT nl_prompt('passwords') ~ 'foreign table passwords';
RESET nl2sql.allow_servers;
DROP EXTENSION file_fdw CASCADE;
