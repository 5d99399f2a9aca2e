-- A question is taught with the SQL that answers it.
SELECT nl2sql.teach('revenue in 2025 in Germany',
    $$SELECT sum(o.total) AS revenue
FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2026-01-01' AND c.country = 'Germany'
  AND o.status NOT IN ('cancelled', 'returned')$$, 'without cancelled and returned orders') > 0 AS taught;

-- It answers the same question with other values, and says so.
SELECT regexp_replace(nl_sql('please show me the revenue for France in Q1 2024'), 'on \d{4}-\d\d-\d\d', 'on DAY');
SELECT nl_ask('revenue in 2025 in Germany');
SELECT nl_ask('revenu in Germany in 2025');
SELECT nl_ask('what was our revenue in march 2025 in austria?');
SELECT question, note, teacher, audience, columns, words FROM nl2sql.verified;

-- What can't be taught is told.
\set VERBOSITY terse
SELECT nl2sql.teach('revenue in 2025 in Germany', 'SELECT 1');
\set VERBOSITY default
SELECT nl2sql.teach('revenue in 2025 in Germany', 'SELECT 1 FROM nowhere');
SELECT nl2sql.teach('revenue in 2025 in Germany', 'DELETE FROM orders');
SELECT nl2sql.teach('revenue in 2025 in Germany', 'SELECT pg_sleep(1)');
SELECT nl2sql.teach('2025', 'SELECT 2025');
SELECT nl2sql.teach('', 'SELECT 2025');
SELECT nl2sql.teach('many words', '');
SELECT nl2sql.teach(repeat('many words ', 1000), 'SELECT 1');
SELECT nl2sql.teach('many words', 'SELECT 1', repeat('many words ', 1000));
SELECT nl2sql.teach('many words', 'SELECT 1', audience => 'nobody');
SELECT nl2sql.unteach(0);
SELECT nl2sql.unteach(id) FROM nl2sql.verified;
SELECT count(*) FROM nl2sql.verified;

-- The forms of one question: numbers, intervals, years and single days.
SELECT nl2sql.teach('top 5 customers with orders over 1000',
    'SELECT c.name, max(o.total) AS highest FROM customers c JOIN orders o ON o.customer_id = c.id
     WHERE o.total > 1000 GROUP BY c.id, c.name ORDER BY highest DESC, c.name LIMIT 5') > 0 AS taught;
SELECT nl_ask('top two customers with orders over 5,000');
SELECT nl2sql.teach('how many orders did we ship in 2025',
    $$SELECT count(*) AS shipped FROM orders WHERE status IN ('shipped', 'delivered') AND extract(year FROM ordered_at) = 2025$$) > 0 AS taught;
SELECT nl_ask('how many orders did we ship in 2024?');
SELECT nl2sql.teach('loyal customers', 'SELECT count(*) AS loyal FROM (SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 9) x') > 0 AS taught;
SELECT nl_ask('show me the loyal customers');

-- Nothing else is the same question.
SELECT nl_sql('revenue in Germany') ~ '^-- verified' AS verified;
SELECT nl_sql('how many orders in 2025') ~ '^-- verified' AS verified;
SELECT nl_sql('top 5 customers by revenue') ~ '^-- verified' AS verified;

-- What no longer holds is told, and not used.
CREATE TABLE parts (id integer PRIMARY KEY, label text, weight numeric, made date);
INSERT INTO parts VALUES (1, 'bolt', 0.1, '2025-01-01'), (2, 'nut', 0.2, '2025-02-01');
SELECT nl2sql.teach('heavy stuff', 'SELECT label FROM parts WHERE weight > 0.15') > 0 AS taught;
SELECT nl2sql.teach('everything made', 'SELECT * FROM parts ORDER BY made') > 0 AS taught;
SELECT nl2sql.teach('stuff made last', 'SELECT max(made) AS last FROM parts') > 0 AS taught;
SELECT kind, question, problem FROM nl2sql.review();
ALTER TABLE parts RENAME COLUMN label TO name;
ALTER TABLE parts RENAME TO pieces;
SELECT kind, question, sql, problem FROM nl2sql.review();
SELECT nl_ask('heavy stuff');
ALTER TABLE pieces ADD COLUMN price numeric;
ALTER TABLE pieces DROP COLUMN made;
SELECT kind, question, problem FROM nl2sql.review();
\set VERBOSITY terse
SELECT nl_ask('stuff made last');
\set VERBOSITY default
DROP TABLE pieces;
SELECT kind, question, problem FROM nl2sql.review();
SELECT nl2sql.unteach(id) FROM nl2sql.review();

-- What askers say is for teachers to see, and nothing is learnt from it.
SELECT nl_feedback('churned customers', false, note => 'means: no order in 2025');
SELECT nl_feedback('churned customers', NULL);
SELECT kind, question, sql, note, problem, said_by FROM nl2sql.review();
SELECT nl2sql.accept(id, 'SELECT count(*) AS churned FROM customers c
    WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND o.ordered_at >= ''2025-01-01'')') > 0 AS accepted
FROM nl2sql.review() WHERE kind = 'feedback';
SELECT nl_ask('churned customers');
SELECT nl_feedback('churned customers', true);
SELECT nl2sql.dismiss(id) FROM nl2sql.review();
SELECT count(*) FROM nl2sql.review();

-- How well a model answers what was taught.
SELECT nl2sql.teach('revenue per country', 'SELECT sum(o.total) AS sum, c.country FROM customers c
    JOIN orders o ON o.customer_id = c.id GROUP BY c.country') > 0 AS taught;
SELECT nl2sql.teach('customers with the most orders', 'SELECT name FROM customers LIMIT 1') > 0 AS taught;
SELECT question, outcome, problem, tokens_in FROM nl2sql.evaluate(about => 'most orders');
SELECT outcome, count(*) FROM nl2sql.evaluate('builtin', 'PER country') GROUP BY outcome;
SELECT * FROM nl2sql.evaluate('nowhere');

-- What was taught can be kept beside the schema.
SELECT jsonb_pretty(jsonb_path_query_array(nl2sql.export(), '$.pairs[*].question'));
CREATE TEMP TABLE document AS SELECT nl2sql.export() AS pairs;
SELECT count(nl2sql.unteach(id)) FROM nl2sql.verified;
SELECT nl2sql.import(pairs) FROM document;
SELECT nl2sql.import(pairs) FROM document;
SELECT count(*) FROM nl2sql.verified;
SELECT nl2sql.import(NULL);
SELECT nl2sql.import('[]');
SELECT nl2sql.import('{}');
SELECT nl2sql.import('{"version": 2, "pairs": []}');
SELECT nl2sql.import('{"version": 1, "pairs": [{"question": "x"}]}');
SELECT nl2sql.import('{"version": 1, "pairs": [{"question": "wrong table", "sql": "SELECT 1 FROM nowhere"}]}');
SELECT count(nl2sql.unteach(id)) FROM nl2sql.verified;
