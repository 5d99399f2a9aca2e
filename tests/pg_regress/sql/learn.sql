\pset format unaligned
\pset tuples_only on
\set QUIET on
CREATE FUNCTION pg_temp.teach(question text, sql text) RETURNS text LANGUAGE sql AS
$$ SELECT 'taught' WHERE nl2sql.teach(question, sql) > 0 $$;
CREATE FUNCTION pg_temp.forget() RETURNS text LANGUAGE sql AS
$$ SELECT 'forgotten' FROM (SELECT count(nl2sql.unteach(id)::text) AS n FROM nl2sql.verified) f WHERE n > 0 $$;
\set VERBOSITY terse

-- A word that names nothing is not understood.
SELECT nl_sql('premium customers in Germany by city');
-- A pair says what it means: a condition on customers. It does so from when it is taught, and not after that was undone.
BEGIN;
SELECT pg_temp.teach('how many premium customers are there', 'SELECT count(*) AS n FROM customers c WHERE c.id < 500');
SELECT nl_ask('premium customers in Germany by city') LIMIT 1;
ROLLBACK;
SELECT nl_sql('premium customers in Germany by city');
SELECT pg_temp.teach('how many premium customers are there', 'SELECT count(*) AS n FROM customers c WHERE c.id < 500');
SELECT nl_sql('premium customers in Germany by city');
SELECT nl_ask('premium customers in Germany by city') LIMIT 1;
SELECT nl_sql('revenue of premium customers per month in 2025');
SELECT nl_sql('how many premium customers signed up in 2025');
-- It says nothing of premium products, and nothing of customers who are another's.
SELECT nl_sql('premium products');
-- The pair itself answers what it answered.
SELECT nl_sql('how many premium customers are there') ~ 'verified by' AS verified;
-- In a thread, it is learned anew for each question.
SELECT nl_ask('premium customers by country', thread => 'learn') LIMIT 1;
SELECT nl_ask('and by city', thread => 'learn') LIMIT 1;

-- A second pair of the same mind.
SELECT pg_temp.teach('premium customers in Austria', 'SELECT name, city FROM customers WHERE id < 500 AND country = ''Austria''');
SELECT nl_sql('premium customers in France by city');
-- One of another mind: nothing is learned.
SELECT pg_temp.teach('premium customers by city', 'SELECT city, count(*) FROM customers WHERE newsletter GROUP BY city');
SELECT nl_sql('premium customers in France by city');
SELECT pg_temp.forget();

-- A place, a noun, a measure, and other names for what has one.
SELECT pg_temp.teach('revenue in Iberia', 'SELECT sum(o.total) FROM orders o JOIN customers c ON o.customer_id = c.id WHERE c.country IN (''Spain'', ''Portugal'')');
SELECT nl_sql('orders from Iberia per month in 2025');
SELECT pg_temp.teach('how many whales are there', 'SELECT count(*) FROM customers WHERE (SELECT sum(o.total) FROM orders o WHERE o.customer_id = customers.id) > 30000');
SELECT nl_sql('whales in Germany by city');
SELECT pg_temp.teach('AOV per country', 'SELECT c.country, avg(o.total - o.shipping) FROM orders o JOIN customers c ON o.customer_id = c.id GROUP BY c.country');
SELECT nl_sql('AOV per month in 2025');
SELECT pg_temp.teach('clean revenue by status', 'SELECT status, sum(total - shipping) AS clean FROM orders GROUP BY status');
SELECT nl_sql('clean revenue by country in 2025');
SELECT pg_temp.teach('how many punters are in Berlin', 'SELECT count(*) FROM customers WHERE city = ''Berlin''');
SELECT nl_sql('punters by country');
SELECT pg_temp.teach('customers per burg', 'SELECT city, count(*) FROM customers GROUP BY city');
SELECT nl_sql('revenue per burg in 2025');
-- Two learned words in one question.
SELECT nl_sql('AOV of whales in Iberia');
-- What is defined wins.
SELECT nl2sql.define('whale', 'customer 1', 'customers', 'id = 1');
SELECT nl_sql('whales in Germany by city');
SELECT nl2sql.undefine('whale');
SELECT nl2sql.define('burg', 'A town. Ask the map team which ones count.');
SELECT nl_sql('revenue per burg in 2025');
SELECT nl2sql.undefine('burg');
SELECT pg_temp.forget();

-- A word that a pair says for nothing; one that means two conditions; one that is in the values; one that can't be told from another.
SELECT pg_temp.teach('jolly customers in Germany', 'SELECT * FROM customers WHERE country = ''Germany''');
SELECT nl_sql('jolly customers by city');
SELECT pg_temp.teach('how many fancy customers are there', 'SELECT count(*) FROM customers WHERE newsletter AND city = ''Berlin''');
SELECT nl_sql('fancy customers in France');
SELECT pg_temp.teach('how many posh swanky customers are there', 'SELECT count(*) FROM customers WHERE newsletter');
SELECT nl_sql('swanky customers by city');
SELECT nl_sql('posh swanky customers by city');
SELECT pg_temp.teach('best grumblers', 'SELECT c.name, count(*) FROM reviews r JOIN customers c ON c.id = r.customer_id WHERE r.rating = 1 GROUP BY c.name ORDER BY 2 DESC LIMIT 3');
SELECT nl_sql('grumblers in France');
SELECT pg_temp.forget();

-- A value that is stored nowhere.
SELECT pg_temp.teach('revenue of Initech', 'SELECT sum(total) FROM orders JOIN customers c ON c.id = orders.customer_id WHERE c.name = ''Initech''');
SELECT nl_sql('orders of Initech per month in 2025');
SELECT pg_temp.forget();

-- A value stays what it was, and times are as of today.
SELECT pg_temp.teach('lapsed customers who signed up in 2024', 'SELECT * FROM customers WHERE id > 1900 AND signed_up >= ''2024-01-01'' AND signed_up < ''2025-01-01''');
SELECT nl_sql('revenue of lapsed customers in 2025');
SELECT pg_temp.forget();

-- Whoever may not run a pair learns nothing from it, and is not kept from learning by it.
CREATE ROLE learner;
GRANT SELECT ON customers TO learner;
SELECT nl2sql.teach('how many vintage customers are there', 'SELECT count(*) FROM customers c WHERE (SELECT min(o.ordered_at) FROM orders o WHERE o.customer_id = c.id) < ''2023-06-01''', audience => 'public') > 0;
SELECT nl2sql.teach('how many local customers are there', 'SELECT count(*) FROM customers c WHERE c.city = ''Berlin''', audience => 'public') > 0;
SELECT nl2sql.teach('how many local customers in Germany have ordered', 'SELECT count(*) FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)', audience => 'public') > 0;
SELECT nl_sql('vintage customers by country');
SELECT nl_sql('local customers by country');
SET ROLE learner;
SELECT nl_sql('vintage customers by country');
SELECT nl_sql('local customers by country');
RESET ROLE;
SELECT pg_temp.forget();
DROP OWNED BY learner;
DROP ROLE learner;
