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
