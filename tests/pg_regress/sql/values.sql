-- Words of a question are looked up as stored values, as the caller; a model outside the server is told only where
-- nl2sql.share says so. What it would be told shows what was found.
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never
CREATE SCHEMA zoo;
SET search_path = zoo, public;
CREATE TYPE zoo.diet AS ENUM ('leaves', 'meat');
CREATE TABLE zoo.keepers (id integer PRIMARY KEY, name text NOT NULL, badge varchar(8), note text, secret text);
CREATE TABLE zoo.animals (id integer PRIMARY KEY, name text NOT NULL, eats zoo.diet, tag char(6));
CREATE VIEW zoo.names AS SELECT name AS viewed FROM zoo.keepers;
INSERT INTO zoo.keepers VALUES (1, 'Zebulon Quux', 'K-17', repeat('Zebulon ', 50), 'Ottoline'), (2, 'Émile Zola', 'k-18', NULL, NULL);
INSERT INTO zoo.animals VALUES (1, 'Nelly O''Hara', 'leaves', 'el1'), (2, '"; DROP TABLE zoo.animals; --', 'meat', 'x');
-- A look-up ends early where the machine is busy, so each question is asked five times, and counts what came at any of them.
CREATE FUNCTION pg_temp.found(question text, told text DEFAULT '^(Value of zoo.*|Value of [akn].*)$') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT DISTINCT found[1] FROM generate_series(1, 5) AS n,
   LATERAL regexp_matches(public.nl_prompt(question || left('', n)), told, 'gn') AS found ORDER BY 1 $$;

SELECT allowed FROM public.nl_check('SELECT 1');

-- By default nothing of the data is told, and only superusers may change that.
SHOW nl2sql.share;
SELECT pg_temp.found('what does Zebulon Quux do');
CREATE ROLE regress_nl2sql_visitor;
SET ROLE regress_nl2sql_visitor;
SET nl2sql.share = 'samples';
RESET ROLE;
SET nl2sql.share = 'sampels';
SET nl2sql.share = 'samples';

-- Equal, equal but for case, nearly equal; in tables that were never analyzed.
SELECT pg_temp.found('what does Zebulon Quux do');
SELECT pg_temp.found('what does zebulon quux do');
SELECT pg_temp.found('what does zebulon quuks do');
SELECT pg_temp.found('what wrote ÉMILE ZOLA');
SELECT pg_temp.found('who has badge K-17?');
SELECT pg_temp.found('who is Ottoline');
SELECT pg_temp.found('where is nelly o''hara with el1');
SELECT pg_temp.found('who eats meat');
SELECT pg_temp.found('is there a "; DROP TABLE zoo.animals; --"');
SELECT pg_temp.found('how many animals are there');

-- And after: typical values stand with the columns, and what changed since is found all the same.
ANALYZE zoo.keepers, zoo.animals;
INSERT INTO zoo.keepers VALUES (3, 'Wilhelmina Brix');
SELECT pg_temp.found('what do zebulon quux and wilhelmina brix do');
INSERT INTO zoo.animals SELECT n, 'herd', 'leaves', 'h' FROM generate_series(3, 12) AS n;
ANALYZE zoo.animals;
SELECT line FROM regexp_split_to_table(public.nl_prompt('animals'), '\n') AS line WHERE line ~ '^  .* values ' AND line ~ 'herd|"h';

-- Of a large table an index is asked, for every usual spelling.
CREATE TABLE zoo.visits (code text UNIQUE, visitor text);
INSERT INTO zoo.visits SELECT 'c' || n, 'guest ' || n FROM generate_series(1, 60000) AS n;
INSERT INTO zoo.visits VALUES ('Rarity', 'guest');
ANALYZE zoo.visits;
SELECT pg_temp.found('did rarity come', '^(Value of visits.*)$');

-- Never: columns and rows the caller can't read, masked columns, views; an error in a policy is no match.
GRANT USAGE ON SCHEMA zoo TO regress_nl2sql_visitor;
GRANT SELECT (id, name) ON zoo.keepers TO regress_nl2sql_visitor;
GRANT SELECT ON zoo.names TO regress_nl2sql_visitor;
SET ROLE regress_nl2sql_visitor;
SELECT pg_temp.found('do Zebulon Quux and Ottoline have badge K-17, and Nelly O''Hara');
RESET ROLE;
ALTER TABLE zoo.keepers ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON zoo.keepers USING (id <> 1);
SET ROLE regress_nl2sql_visitor;
SELECT pg_temp.found('do Zebulon Quux and Émile Zola know each other');
RESET ROLE;
CREATE FUNCTION zoo.fail(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'never seen'; END $$;
CREATE POLICY failing ON zoo.keepers AS RESTRICTIVE USING (zoo.fail(name));
GRANT SELECT ON zoo.animals TO regress_nl2sql_visitor;
SET ROLE regress_nl2sql_visitor;
SELECT pg_temp.found('do Émile Zola and Nelly O''Hara know each other');
RESET ROLE;
ALTER TABLE zoo.keepers DISABLE ROW LEVEL SECURITY;
SECURITY LABEL FOR nl2sql ON COLUMN zoo.keepers.secret IS 'masked';
SELECT pg_temp.found('do Zebulon Quux and Ottoline know each other');

-- A hostile search_path changes nothing.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1/0 = 1';
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.same);
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql AS 'SELECT (1/0)::text';
SET search_path = hostile, zoo, pg_catalog, public;
SELECT pg_temp.found('what does zebulon quux do');
RESET search_path;

-- The builtin model finds rare values the same way, tells no one, and says how it read the question.
RESET nl2sql.share;
SET search_path = zoo;
SELECT public.nl_sql('how many visits');
SELECT public.nl_ask('how many visits');
SELECT sql = E'-- reading: ' || split_part(sql, E'\n', 1) AS never, sql ~ '^-- reading: [^\n]+\nSELECT' AS leads
FROM public.nl_sql('how many visits') AS sql;
SELECT allowed FROM public.nl_check(public.nl_sql('how many visits'));
RESET search_path;
DROP SCHEMA zoo, hostile CASCADE;
DROP ROLE regress_nl2sql_visitor;
