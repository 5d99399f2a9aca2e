-- nl_explain tells a statement in plain words: nothing is run, no model is asked.
\pset format unaligned
\pset tuples_only on
SET nl2sql.model = 'builtin';
SET timezone = 'UTC';
SELECT nl_explain($$SELECT c.name, sum(o.total) AS revenue FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE o.status <> 'cancelled' GROUP BY c.id, c.name HAVING count(*) > 3 ORDER BY revenue DESC LIMIT 5$$);
-- One relation: columns need no label.
SELECT nl_explain('SELECT * FROM customers');
SELECT nl_explain($$SELECT name, city AS town FROM customers c WHERE newsletter AND city IN ('Berlin', 'Hamburg') AND signed_up >= DATE '2024-01-01'$$);
SELECT nl_explain('SELECT DISTINCT city FROM customers ORDER BY city DESC NULLS LAST OFFSET 10 FETCH FIRST 1 ROW WITH TIES');
SELECT nl_explain('SELECT DISTINCT ON (city) city, name FROM customers ORDER BY city, signed_up DESC');
SELECT nl_explain('SELECT count(*), count(DISTINCT city), min(signed_up), max(name) FROM customers HAVING count(*) >= 1');
-- Joins of every kind.
SELECT nl_explain('SELECT c.name, count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 100 GROUP BY c.name');
SELECT nl_explain('SELECT c.name, o.id FROM orders o RIGHT JOIN customers c ON o.customer_id = c.id');
SELECT nl_explain('SELECT a.id, b.id FROM customers a FULL JOIN customers b ON a.city = b.country');
SELECT nl_explain('SELECT p.name, c.name FROM products p, categories c WHERE p.category_id = c.id AND p.price > 10');
SELECT nl_explain('SELECT a.name, b.name FROM categories a CROSS JOIN categories b');
SELECT nl_explain('SELECT order_id, product_id, quantity FROM order_items JOIN orders ON orders.id = order_id LEFT JOIN reviews USING (product_id, customer_id)');
SELECT nl_explain('SELECT * FROM (customers c JOIN orders o ON o.customer_id = c.id) AS j(a) WHERE a = 1');
SELECT nl_explain('SELECT c.name FROM customers c LEFT JOIN (orders o JOIN payments p ON p.order_id = o.id) ON o.customer_id = c.id');
-- A view is told by its name, not by its body.
SELECT nl_explain('SELECT product, average_rating FROM product_ratings WHERE review_count BETWEEN 2 AND 5 ORDER BY 2');
-- Subqueries: in passing where they are short, else in lines of their own.
SELECT nl_explain('SELECT name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c');
SELECT nl_explain('SELECT name FROM products WHERE price > (SELECT avg(price) FROM products)');
SELECT nl_explain('SELECT name FROM products p WHERE price = (SELECT max(price) FROM products q WHERE q.category_id = p.category_id)');
SELECT nl_explain('SELECT name FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id) AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.customer_id = c.id)');
SELECT nl_explain('SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders) AND (id, city) IN (SELECT id, name FROM categories)');
SELECT nl_explain('SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(total) > 1000)');
SELECT nl_explain('SELECT name, total >= ALL (SELECT total FROM orders) FROM customers JOIN orders ON customers.id = customer_id');
SELECT nl_explain('SELECT avg(n) FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) AS per_customer');
SELECT nl_explain('SELECT c.name, best.total FROM customers c, LATERAL (SELECT total FROM orders o WHERE o.customer_id = c.id ORDER BY total DESC LIMIT 1) AS best');
-- Common table expressions and set operations.
SELECT nl_explain('WITH big AS (SELECT * FROM orders WHERE total > 1000) SELECT status, count(*) FROM big GROUP BY status');
SELECT nl_explain('WITH RECURSIVE tree(id, depth) AS (SELECT id, 1 FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.id, depth + 1 FROM categories c JOIN tree t ON c.parent_id = t.id) SELECT max(depth) FROM tree');
SELECT nl_explain('SELECT city FROM customers UNION SELECT country FROM customers UNION SELECT name FROM categories ORDER BY 1 LIMIT 3');
SELECT nl_explain('(SELECT id FROM customers EXCEPT ALL SELECT customer_id FROM orders) INTERSECT SELECT product_id FROM reviews');
-- Groups and windows.
SELECT nl_explain('SELECT country, city, count(*) FROM customers GROUP BY ROLLUP (country, city)');
SELECT nl_explain('SELECT country, city, grouping(country) FROM customers GROUP BY GROUPING SETS ((country, city), (country), ())');
SELECT nl_explain('SELECT country, city, newsletter FROM customers GROUP BY country, CUBE (city, newsletter)');
SELECT nl_explain($$SELECT date_trunc('month', ordered_at) AS month, sum(total) FILTER (WHERE status = 'shipped'), sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled FROM orders GROUP BY 1 ORDER BY 1$$);
SELECT nl_explain($$SELECT status, percentile_cont(0.5) WITHIN GROUP (ORDER BY total), string_agg(DISTINCT method::text, ', ' ORDER BY method::text) FROM orders JOIN payments ON orders.id = order_id GROUP BY status$$);
SELECT nl_explain('SELECT id, rank() OVER (PARTITION BY status ORDER BY total DESC), sum(total) OVER (ORDER BY ordered_at), avg(total) OVER (ORDER BY ordered_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), lag(total, 2) OVER w, count(*) OVER () FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id)');
-- Conditions and values.
SELECT nl_explain($$SELECT name FROM customers WHERE name LIKE 'A%' OR name ILIKE '%son%' AND NOT (email ~ '^x' OR city NOT LIKE '%\_%') AND country NOT IN ('France', 'Spain')$$);
SELECT nl_explain($$SELECT id FROM page_views_2024 RIGHT JOIN customers ON customer_id = id WHERE customer_id IS NULL AND seconds IS NOT NULL AND NOT newsletter AND (newsletter IS TRUE) IS DISTINCT FROM false AND 5 < seconds AND seconds NOT BETWEEN 1 AND 2$$);
SELECT nl_explain($$SELECT CASE WHEN price > 100 THEN 'dear' WHEN price > 10 THEN 'fair' ELSE 'cheap' END AS class, CASE stock WHEN 0 THEN 'none' ELSE 'some' END, (price * 1.19)::numeric(10,2) AS gross, price - (stock + 1) * 2, lower(name) || '!', coalesce(stock, 0), round(price / nullif(stock, 0), 2) FROM products$$);
SELECT nl_explain($$SELECT extract(year FROM ordered_at) AS year, ordered_at::date, ordered_at + interval '1 day', ordered_at AT TIME ZONE 'Europe/Berlin', now() - ordered_at, to_char(ordered_at, 'YYYY-MM') FROM orders WHERE ordered_at >= '2025-01-01Z' AND ordered_at < current_date$$);
SELECT nl_explain($$SELECT ARRAY[id, 1], (ARRAY['a','b'])[1], ROW(id, name), c, (c).city, id = ANY ('{1,2}') FROM customers c$$);
SELECT nl_explain('SELECT g, n.* FROM generate_series(1, 3) AS g, (VALUES (1, $$one$$), (2, NULL)) AS n(number, word)');
SELECT nl_explain('VALUES (1, $$one$$), (2, $$two$$)');
SELECT nl_explain('SELECT 1 + 1 AS two, true, NULL');
SELECT nl_explain('SELECT count(*) FROM page_views TABLESAMPLE bernoulli (10)');
-- Names that are no plain words, text over lines, and what is nested too deep.
CREATE SCHEMA explained;
CREATE TABLE explained."Order Lines" ("line no" integer, "Say ""hi""" text);
SELECT nl_explain($$SELECT "line no" AS "The number", count(*) FROM explained."Order Lines" WHERE "Say ""hi""" = E'a\nb' GROUP BY 1$$);
SELECT nl_explain('SELECT ' || repeat('(1 + ', 300) || '1' || repeat(')', 300) || ' AS n') LIKE '%a long expression%';
SELECT nl_explain('SELECT 1 FROM orders o0' || string_agg(format(' LEFT JOIN orders o%s ON o%s.id = o0.id', n, n), '')) LIKE '%Adds orders (as o150)%' FROM generate_series(1, 150) AS n;
-- The guard judges first, and nothing runs.
SELECT nl_explain('DELETE FROM orders');
SELECT nl_explain('SELECT pg_sleep(10)');
SELECT nl_explain('SELECT nmae FROM customers');
SELECT nl_explain('SELECT 1 / 0 AS boom');
SELECT nl_explain('SELECT 1; SELECT 2');
SELECT nl_explain('  ');
SELECT nl_explain(NULL);
DROP SCHEMA explained CASCADE;
