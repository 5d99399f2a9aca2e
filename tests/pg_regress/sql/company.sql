\pset format unaligned
\pset tuples_only on
-- Forty questions, as builtin answers them of whoever has taught it nothing.
-- In a schema of which questions know nothing.
CREATE SCHEMA regress_company;
SET nl2sql.schemas = 'public';
CREATE TABLE regress_company.asked (number integer GENERATED ALWAYS AS IDENTITY, question text, before text, after text);
INSERT INTO regress_company.asked (question) VALUES
    ('inflow in 2025'),
    ('how many regulars are there'),
    ('regulars by country'),
    ('regulars in Germany by city'),
    ('how many regulars are in DACH'),
    ('what is the AOV'),
    ('AOV per month in 2025'),
    ('AOV by country'),
    ('AOV of regulars'),
    ('AOV in DACH in 2025'),
    ('customers in DACH by city'),
    ('orders from DACH per quarter in 2025'),
    ('how many backlog orders are there'),
    ('backlog orders by country'),
    ('backlog orders from DACH'),
    ('basket size per category'),
    ('basket size in DACH'),
    ('basket size of regulars by country'),
    ('basket size in 2025'),
    ('bestsellers in 2025'),
    ('who are our bestsellers'),
    ('how many whales are in Austria'),
    ('whales by country'),
    ('whales in DACH by city'),
    ('refund rate'),
    ('refund rate in 2024'),
    ('refund rate in March 2025'),
    ('refund rate by country'),
    ('refund rate of whales'),
    ('how many churned customers are there'),
    ('churned customers by country'),
    ('how many churned customers are in DACH'),
    ('newsletter readers by city'),
    ('how many newsletter readers are in Lisbon'),
    ('conversion in 2024'),
    ('payment mix in 2024'),
    ('rating league table for 2025'),
    ('delivery problems in Germany'),
    ('how loyal is Vienna'),
    ('night owls');
CREATE FUNCTION pg_temp.answer(question text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT nl_ask(question) LIMIT 1);
EXCEPTION WHEN feature_not_supported THEN
    RETURN 'silent';
END $$;
UPDATE regress_company.asked SET before = pg_temp.answer(question);
SELECT before = 'silent' AS silent, count(*) FROM regress_company.asked GROUP BY 1 ORDER BY 1;
SELECT question, before FROM regress_company.asked WHERE before <> 'silent' ORDER BY number;

-- A company teaches its words and its answers.
SELECT nl2sql.define('regular', 'customer with ten orders or more', 'customers',
    '(SELECT count(*) FROM orders o WHERE o.customer_id = customers.id) >= 10');
SELECT nl2sql.define('whale', 'customer who ordered for more than 30,000 euros', 'customers',
    '(SELECT sum(o.total) FROM orders o WHERE o.customer_id = customers.id) > 30000');
SELECT nl2sql.define('churned customer', 'no order in 2025', 'customers',
    $$NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = customers.id AND o.ordered_at >= '2025-01-01')$$);
SELECT nl2sql.define('newsletter reader', 'customer who gets the newsletter', 'customers', 'newsletter');
SELECT nl2sql.define('DACH', 'Germany, Austria and Switzerland', 'customers', $$country IN ('Germany', 'Austria', 'Switzerland')$$);
SELECT nl2sql.define('backlog', 'orders that are neither shipped nor over', 'orders', $$status IN ('new', 'paid')$$);
SELECT nl2sql.define('AOV', 'average order value without shipping', 'orders', 'avg(total - shipping)');
SELECT nl2sql.define('refund rate', 'share of orders that came back', 'orders',
    $$round(count(*) FILTER (WHERE status = 'returned') / count(*)::numeric, 4)$$);
SELECT nl2sql.define('basket size', 'pieces in an order', 'order_items', 'round(sum(quantity) / count(DISTINCT order_id)::numeric, 2)');
SELECT nl2sql.define('inflow', 'revenue');
SELECT nl2sql.teach('bestsellers in 2024', $$SELECT p.name, sum(i.quantity) AS pieces
FROM order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id
WHERE o.ordered_at >= '2024-01-01' AND o.ordered_at < '2025-01-01'
GROUP BY p.id, p.name ORDER BY pieces DESC, p.name LIMIT 3$$) > 0;
SELECT nl2sql.teach('who are our bestsellers', $$SELECT p.name, sum(i.quantity) AS pieces
FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY p.id, p.name ORDER BY pieces DESC, p.name LIMIT 3$$) > 0;
SELECT nl2sql.teach('shelf warmers', $$SELECT p.name, p.stock FROM products p
WHERE p.stock > 0 AND NOT p.discontinued AND NOT EXISTS (SELECT FROM order_items i JOIN orders o ON o.id = i.order_id
    WHERE i.product_id = p.id AND o.ordered_at >= '2025-10-01') ORDER BY p.stock DESC, p.name LIMIT 3$$) > 0;
SELECT nl2sql.teach('conversion in Q1 2025', $$SELECT round(100.0 * count(DISTINCT o.id) / nullif((SELECT count(*) FROM page_views v
    WHERE v.viewed_at >= '2025-01-01' AND v.viewed_at < '2025-04-01'), 0), 1) AS percent
FROM orders o WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2025-04-01'$$) > 0;
SELECT nl2sql.teach('payment mix in 2025', $$SELECT method, count(*) AS payments FROM payments
WHERE paid_at >= '2025-01-01' AND paid_at < '2026-01-01' GROUP BY method ORDER BY payments DESC, method$$) > 0;
SELECT nl2sql.teach('rating league table for 2024', $$SELECT p.name, round(avg(r.rating), 2) AS stars FROM reviews r JOIN products p ON p.id = r.product_id
WHERE r.written_on >= '2024-01-01' AND r.written_on < '2025-01-01' GROUP BY p.id, p.name HAVING count(*) > 2 ORDER BY stars DESC, p.name LIMIT 3$$) > 0;
SELECT nl2sql.teach('delivery problems in France', $$SELECT count(*) AS problems FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.status IN ('cancelled', 'returned') AND c.country = 'France'$$) > 0;
SELECT nl2sql.teach('how loyal is Berlin', $$SELECT round(avg(n), 2) AS orders_each FROM (SELECT count(o.id) AS n FROM customers c
LEFT JOIN orders o ON o.customer_id = c.id WHERE c.city = 'Berlin' GROUP BY c.id) x$$) > 0;
SELECT nl2sql.teach('voices about coffee', $$SELECT p.name, r.rating FROM reviews r JOIN products p ON p.id = r.product_id
WHERE p.name ILIKE '%coffee%' ORDER BY r.written_on DESC, p.name, r.customer_id LIMIT 2$$) > 0;
SELECT nl2sql.teach('night owls', $$SELECT count(*) AS orders FROM orders WHERE extract(hour FROM ordered_at AT TIME ZONE 'UTC') < 5$$) > 0;

-- The same questions again.
UPDATE regress_company.asked SET after = pg_temp.answer(question);
SELECT question, after FROM regress_company.asked ORDER BY number;
SELECT count(*) FROM regress_company.asked WHERE after IS DISTINCT FROM before;
DROP TABLE regress_company.asked;
DROP SCHEMA regress_company;

-- All of it lives in a document, which can be taught anew, here and elsewhere.
CREATE TEMP TABLE kept AS SELECT nl2sql.export() AS document;
SELECT jsonb_array_length(document -> 'pairs') AS pairs, jsonb_array_length(document -> 'terms') AS terms,
       document -> 'terms' -> 4 AS term FROM kept;
SELECT nl2sql.import(document) FROM kept;
SELECT count(nl2sql.unteach(id)::text) FROM nl2sql.verified;
SELECT count(nl2sql.undefine(term)::text) FROM nl2sql.glossary;
SELECT nl2sql.import(document) FROM kept;
SELECT nl_ask('refund rate of whales') LIMIT 1;
SELECT nl2sql.import('{"version": 1, "terms": [{"term": "whale", "meaning": "a large fish"}]}');

-- A term whose column is gone is told.
ALTER TABLE customers RENAME newsletter TO letters;
SELECT kind, id, question, sql, problem FROM nl2sql.review();
ALTER TABLE customers RENAME letters TO newsletter;
SELECT count(*) FROM nl2sql.review();
SELECT count(nl2sql.unteach(id)::text) FROM nl2sql.verified;
SELECT count(nl2sql.undefine(term)::text) FROM nl2sql.glossary;
