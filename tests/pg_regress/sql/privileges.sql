-- A question sees what its asker may read, and no more.
CREATE ROLE regress_nl2sql_clerk;
GRANT SELECT ON categories TO regress_nl2sql_clerk;
GRANT SELECT (id, name, city) ON customers TO regress_nl2sql_clerk;
GRANT SELECT (id, customer_id, status) ON orders TO regress_nl2sql_clerk;
SET ROLE regress_nl2sql_clerk;
SELECT substring(nl_prompt('x') FROM '<schema>.*</schema>');
SELECT nl_ask('how many customers are from Berlin');
SELECT nl_ask('top 5 customers by revenue');
SELECT allowed, sqlstate, reason FROM nl_check('SELECT email FROM customers');
RESET ROLE;

-- Row-level security holds, and its policies may read settings.
CREATE TABLE visits (id integer PRIMARY KEY, owner text NOT NULL);
INSERT INTO visits VALUES (1, 'ada'), (2, 'ben'), (3, 'ben');
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON visits USING (owner = current_setting('app.visitor', true));
GRANT SELECT ON visits TO regress_nl2sql_clerk;
SET ROLE regress_nl2sql_clerk;
SET app.visitor = 'ben';
SELECT nl_ask('how many visits are there');
SELECT allowed, reason FROM nl_check('SELECT current_setting(''app.visitor'')');
RESET ROLE;
RESET app.visitor;

-- Schemas can be narrowed by a superuser.
SET nl2sql.schemas = 'elsewhere';
SELECT nl_ask('how many visits are there');
SELECT allowed, reason FROM nl_check('SELECT * FROM visits');
RESET nl2sql.schemas;

DROP TABLE visits;
DROP OWNED BY regress_nl2sql_clerk;
DROP ROLE regress_nl2sql_clerk;
