-- Where synonyms, defined terms, stored values and verified pairs speak of the same words.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE FUNCTION pg_temp.forget() RETURNS text LANGUAGE sql AS $$
SELECT format('%s pairs and %s terms forgotten', (SELECT count(nl2sql.unteach(id)::text) FROM nl2sql.verified),
              (SELECT count(nl2sql.undefine(term)::text) FROM nl2sql.glossary)) $$;

-- Other words for a defined term, and for other words.
SELECT nl2sql.define('turnover', 'revenue');
SELECT nl2sql.define('takings', 'turnover');
SELECT nl_sql('takings in 2025');
SELECT nl2sql.define('revenue', 'without shipping', 'orders', 'sum(total - shipping)');
SELECT nl_sql('turnover in 2025');
SELECT nl_sql('takings by country');
SELECT substring(nl_prompt('takings by country') FROM 'Terms that.*');
SELECT nl2sql.define('net takings', 'without shipping and cancelled orders', 'orders', 'sum(total - shipping) FILTER (WHERE status <> ''cancelled'')');
SELECT nl_sql('net takings in 2025');
SELECT pg_temp.forget();

-- And for the words of a pair.
SELECT nl2sql.teach('revenue in 2025 in Germany', $$SELECT sum(o.total) AS gross FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2026-01-01' AND c.country = 'Germany'$$) > 0;
SELECT nl2sql.define('turnover', 'revenue');
SELECT nl2sql.define('takings', 'turnover');
SELECT regexp_replace(nl_sql('takings in 2024 in France'), 'on \d{4}-\d\d-\d\d', 'on DAY');
SELECT nl_prompt('how did the takings of our friends develop') ~ 'Verified examples.*revenue in 2025 in Germany' AS shown;
SELECT nl2sql.teach('how many premium customers are there', 'SELECT count(*) FROM customers WHERE id < 500') > 0;
SELECT nl2sql.define('darling', 'premium customer');
SELECT nl_sql('darlings by country');
SELECT pg_temp.forget();

-- A term that was defined after a pair was taught wins over it, but in the very question that was verified.
SELECT nl2sql.teach('revenue in 2025 in Germany', $$SELECT sum(o.total) AS gross FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2026-01-01' AND c.country = 'Germany'$$) > 0;
SELECT nl2sql.define('revenue', 'without shipping', 'orders', 'sum(total - shipping)');
SELECT nl_sql('please tell me the revenue in Germany in 2025') ~ '^-- verified' AS verified;
SELECT nl_sql('revenue in 2024 in France');
SELECT nl_prompt('how does revenue develop') LIKE '%Verified examples%' AS shown;
SELECT kind, question, problem FROM nl2sql.review();
-- Taught again, it is the newer one.
SELECT nl2sql.teach('revenue in 2025 in Germany', sql) = id FROM nl2sql.verified;
SELECT nl_sql('revenue in 2024 in France') ~ '^-- verified' AS verified;
SELECT count(*) FROM nl2sql.review();
SELECT pg_temp.forget();
-- One that means what the pair says changes nothing.
SELECT nl2sql.teach('churned customers in Germany', $$SELECT count(*) FROM customers c WHERE c.id > 1900 AND c.country = 'Germany'$$) > 0;
SELECT nl2sql.define('churned customer', 'number over 1900', 'customers', 'id > 1900');
SELECT nl_sql('churned customers in France') ~ '^-- verified' AS verified;
SELECT count(*) FROM nl2sql.review();
SELECT pg_temp.forget();

-- A term that is a stored value too: what it hides is told, and no pair takes it for the value.
SELECT nl2sql.teach('orders in Germany', $$SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.country = 'Germany'$$) > 0;
SELECT nl_sql('orders in France') ~ '^-- verified' AS verified;
SELECT nl2sql.define('France', 'with Belgium', 'customers', $$country IN ('France', 'Belgium')$$);
SELECT nl2sql.define('Cancelled', 'or returned', 'orders', $$status IN ('cancelled', 'returned')$$);
SELECT nl2sql.define('Berliner', 'from Berlin', 'customers', $$city = 'Berlin'$$);
SELECT nl2sql.define('Vienna', 'The office. Nobody lives there.');
SELECT nl_sql('orders in France');
SELECT nl_sql('orders in Austria') ~ '^-- verified' AS verified;
SELECT pg_temp.forget();

-- One question of several kinds of values has a pair for each.
SELECT nl2sql.teach('people in Germany', $$SELECT count(*) AS of_country FROM customers WHERE country = 'Germany'$$) > 0;
SELECT nl2sql.teach('people in Berlin', $$SELECT count(*) AS of_city FROM customers WHERE city = 'Berlin'$$) > 0;
SELECT nl_ask('people in France');
SELECT nl_ask('people in Munich') LIMIT 1;
-- The number that a notice tells is another each time.
SET client_min_messages = warning;
SELECT nl2sql.teach('people in Hamburg', $$SELECT count(*) AS of_city FROM customers WHERE city = 'Hamburg'$$) = id FROM nl2sql.verified
WHERE question = 'people in Berlin';
RESET client_min_messages;
SELECT nl2sql.teach('people in Berlin', $$SELECT count(*) + 1 AS of_city FROM customers WHERE city = 'Berlin'$$);
SELECT nl2sql.teach('people in Narnia', $$SELECT count(*) AS of_country FROM customers WHERE country = 'Narnia'$$) > 0;
SELECT nl_ask('people in Narnia');
SELECT question FROM nl2sql.verified ORDER BY taught_at;
SELECT count(*) FROM nl2sql.review();
-- Taught again, a pair keeps what is not given.
SELECT nl2sql.teach('people in Berlin', $$SELECT count(*) AS of_city FROM customers WHERE city = 'Berlin'$$, 'who live there', 'public') > 0;
SELECT nl2sql.teach('people in Berlin', $$SELECT count(*) AS of_city FROM customers WHERE city = 'Berlin'$$) > 0;
SELECT note, audience FROM nl2sql.verified WHERE question = 'people in Berlin';
SELECT nl2sql.teach('people in Berlin', $$SELECT count(*) AS of_city FROM customers WHERE city = 'Berlin'$$, '') > 0;
SELECT note, audience FROM nl2sql.verified WHERE question = 'people in Berlin';
SELECT pg_temp.forget();
