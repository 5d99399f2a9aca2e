-- Security labels: hidden columns do not exist for questions, masked ones never come out as values.
-- SECURITY LABEL needs the library in the session; what labels mean holds in any.
LOAD 'nl2sql';
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.verdict(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN allowed THEN 'allowed' ELSE sqlstate || ' ' || reason END FROM nl_check(statement) $$;
CREATE FUNCTION pg_temp.masks(statement text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(line->>'detail', line->>'outcome') FROM nl_check(statement), json_array_elements(checks) AS line
   WHERE line->>'check' = 'security labels' $$;
CREATE SCHEMA secret;
CREATE TABLE secret.plans (id integer, plan text);
CREATE TABLE people (id integer PRIMARY KEY, name text, email text, salary numeric, note text);
INSERT INTO people VALUES (1, 'Ada', 'ada@example.com', 100, 'fine'), (2, 'Ben', NULL, 200, 'late');
CREATE VIEW contacts AS SELECT id, name, email, salary FROM people;
ANALYZE people;

-- Whoever owns the object labels it; other labels and objects are refused.
SECURITY LABEL FOR nl2sql ON COLUMN people.salary IS 'hidden';
SECURITY LABEL FOR nl2sql ON COLUMN people.email IS 'masked';
SECURITY LABEL FOR nl2sql ON SCHEMA secret IS 'hidden';
SECURITY LABEL FOR nl2sql ON COLUMN people.name IS 'invisible';
SECURITY LABEL FOR nl2sql ON FUNCTION now() IS 'hidden';
SECURITY LABEL FOR nl2sql ON COLUMN people.note IS 'hidden';
SECURITY LABEL FOR nl2sql ON COLUMN people.note IS NULL;

-- A prompt shows neither hidden names nor masked values.
SELECT line FROM regexp_split_to_table(nl_prompt('emails and salaries of people'), '\n') AS line
WHERE line ~ 'people|salary|email|secret|ada@' AND line !~ 'Question';

-- Hidden: refused in any place, behind a view too; a view that does not show it is none of its business.
SELECT pg_temp.verdict('SELECT salary FROM people');
SELECT pg_temp.verdict('SELECT * FROM people');
SELECT pg_temp.verdict('SELECT people FROM people');
SELECT pg_temp.verdict('SELECT name FROM people WHERE salary > 150');
SELECT pg_temp.verdict('SELECT count(salary) FROM people');
SELECT pg_temp.verdict('SELECT name FROM people ORDER BY (SELECT max(p.salary) FROM people p WHERE p.id = people.id)');
SELECT pg_temp.verdict('SELECT max(salary) FROM contacts');
SELECT pg_temp.verdict('SELECT name FROM contacts');
SELECT pg_temp.verdict('SELECT count(*) FROM secret.plans');
SELECT pg_temp.verdict('SELECT name, count(*) FROM people JOIN contacts USING (id, name) GROUP BY name');

-- Masked: which output columns are made of it.
SELECT pg_temp.masks('SELECT id, email FROM people');
SELECT pg_temp.masks('SELECT upper(email) || name, id FROM people');
SELECT pg_temp.masks('SELECT count(email), count(DISTINCT email), count(*) FILTER (WHERE email IS NULL) FROM people');
SELECT pg_temp.masks('SELECT min(email), string_agg(email, '','') FROM people');
SELECT pg_temp.masks('SELECT name FROM people WHERE email LIKE ''a%'' ORDER BY email');
SELECT pg_temp.masks('SELECT email FROM contacts');
SELECT pg_temp.masks('WITH c AS (SELECT id, email AS e FROM people) SELECT c.e, d.id FROM c JOIN c AS d USING (id)');
SELECT pg_temp.masks('SELECT x FROM (SELECT name FROM people UNION ALL SELECT email FROM people) AS q(x)');
SELECT pg_temp.masks('WITH RECURSIVE r(n, e) AS (SELECT 1, name FROM people UNION SELECT n + 1, e || (SELECT max(email) FROM people) FROM r WHERE n < 3) SELECT * FROM r');
SELECT pg_temp.masks('SELECT (SELECT p.email FROM people p WHERE p.id = people.id), EXISTS (SELECT email FROM people) FROM people');
SELECT pg_temp.masks('SELECT part, name FROM people, LATERAL regexp_split_to_table(email, ''@'') AS part');
SELECT pg_temp.masks('SELECT e, id FROM people, LATERAL (VALUES (email)) AS v(e)');
SELECT pg_temp.masks('SELECT to_json(q), lag(email) OVER (), row_number() OVER (ORDER BY email) FROM (SELECT id, email FROM people) AS q');
SELECT pg_temp.masks('SELECT CASE WHEN email LIKE ''a%'' THEN 1 ELSE 0 END FROM people');

-- And what the asker gets.
SELECT nl_ask('names and emails of people');
SELECT nl_ask('how many people are there');

-- Children have the labels of their parents, in prompts too.
CREATE TABLE regulars () INHERITS (people);
SELECT line FROM regexp_split_to_table(nl_prompt('regulars'), '\n') AS line WHERE line ~ 'regulars|email text|salary' AND line !~ 'Question';
DROP TABLE regulars;

-- What the caller has called before in the transaction is judged all the same.
CREATE FUNCTION takes_lock() RETURNS boolean STABLE LANGUAGE plpgsql AS
$$ DECLARE b boolean; BEGIN b := pg_try_advisory_lock(42); RETURN b; END $$;
CREATE VIEW locks_taken AS SELECT takes_lock() AS lock;
BEGIN;
SELECT takes_lock();
SELECT pg_advisory_unlock_all();
SAVEPOINT s;
SELECT nl_ask('list locks taken');
ROLLBACK TO s;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
ROLLBACK;
DROP VIEW locks_taken;
DROP FUNCTION takes_lock();

-- A label on a table holds for its columns; one on a partitioned table for the partitions.
CREATE TABLE logins (person integer, address inet) PARTITION BY LIST (person);
CREATE TABLE logins_1 PARTITION OF logins FOR VALUES IN (1);
SECURITY LABEL FOR nl2sql ON COLUMN logins.address IS 'hidden';
SELECT pg_temp.verdict('SELECT address FROM logins_1');
SECURITY LABEL FOR nl2sql ON COLUMN logins.address IS NULL;
SECURITY LABEL FOR nl2sql ON TABLE logins IS 'masked';
SELECT pg_temp.masks('SELECT person, address FROM logins_1');
DROP VIEW contacts;
DROP TABLE people, logins;
DROP SCHEMA secret CASCADE;
