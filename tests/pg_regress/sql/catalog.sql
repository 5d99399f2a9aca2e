-- What a question sees of the schema is true now, not when the session began: DDL, comments, grants, rollbacks.
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA lab;
SET search_path = lab, public;
CREATE TABLE lab.samples (id integer PRIMARY KEY, taken date NOT NULL);
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE sql AS
$$ SELECT substring(nl_prompt('samples') FROM 'table samples.*?(?=table |view |</schema>)') $$;
SELECT pg_temp.seen();
COMMENT ON TABLE lab.samples IS 'taken in the field';
COMMENT ON COLUMN lab.samples.taken IS 'local date';
SELECT pg_temp.seen();
ALTER TABLE lab.samples ADD COLUMN weight numeric(8,3) CHECK (weight > 0);
SELECT pg_temp.seen();
BEGIN;
ALTER TABLE lab.samples DROP COLUMN weight;
COMMENT ON TABLE lab.samples IS 'forgotten';
SELECT pg_temp.seen();
ROLLBACK;
SELECT pg_temp.seen();

-- Grants and roles.
CREATE ROLE regress_nl2sql_lab;
GRANT USAGE ON SCHEMA lab TO regress_nl2sql_lab;
GRANT SELECT (id) ON lab.samples TO regress_nl2sql_lab;
SET ROLE regress_nl2sql_lab;
SELECT substring(nl_prompt('samples') FROM 'table samples.*?(?=table |view |</schema>)');
RESET ROLE;
GRANT SELECT ON lab.samples TO regress_nl2sql_lab;
SET ROLE regress_nl2sql_lab;
SELECT substring(nl_prompt('samples') FROM 'table samples.*?(?=table |view |</schema>)');
RESET ROLE;
REVOKE USAGE ON SCHEMA lab FROM regress_nl2sql_lab;
SET ROLE regress_nl2sql_lab;
SELECT nl_prompt('samples') ~ 'table (lab\.)?samples' AS samples_seen;
RESET ROLE;

-- The search_path decides which names stand bare; temporary tables are the session's own affair.
SET search_path = public;
SELECT substring(nl_prompt('samples') FROM 'table lab.samples');
CREATE TEMP TABLE scratch (id integer);
SELECT substring(nl_prompt('x') FROM 'table scratch.*?(?=table |view |</schema>)');
INSERT INTO scratch VALUES (1), (2);
SELECT nl_ask('how many scratch are there');

-- A hostile search_path changes nothing.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.has_schema_privilege(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1/0 = 1';
CREATE FUNCTION hostile.same(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT 1/0 = 1';
CREATE OPERATOR hostile.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = hostile.same);
SET search_path = hostile, pg_catalog, lab;
SELECT public.nl_prompt('samples') ~ 'table samples';
SELECT allowed FROM public.nl_check('SELECT 1');
RESET search_path;
DROP SCHEMA hostile CASCADE;

-- A parent with children has two sets of statistics.
CREATE TABLE animals (kind text);
CREATE TABLE cats () INHERITS (animals);
INSERT INTO animals SELECT 'dog' FROM generate_series(1, 10);
INSERT INTO cats SELECT 'cat' FROM generate_series(1, 10);
ANALYZE animals;
SELECT nl_ask('how many animals are there');
DROP TABLE animals CASCADE;
DROP SCHEMA lab CASCADE;
DROP OWNED BY regress_nl2sql_lab;
DROP ROLE regress_nl2sql_lab;
