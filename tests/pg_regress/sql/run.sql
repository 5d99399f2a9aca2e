-- nl_run: a statement that somebody else wrote, under the same guard, sandbox and limits as a model's.
\pset null (null)
SELECT nl_run('SELECT city, count(*) FROM customers GROUP BY city ORDER BY count DESC, city LIMIT 3');
SELECT * FROM nl_run_query('SELECT id, name FROM customers ORDER BY id LIMIT 2') AS t(id bigint, name text);
SELECT name FROM nl_run_query('SELECT id, name FROM customers ORDER BY id LIMIT 2') AS t(name text);
SELECT * FROM nl_run_query('SELECT id FROM customers') AS t(id integer, name text);
-- It reads and nothing else, whatever stands in the text.
SELECT nl_run('DELETE FROM orders');
SELECT nl_run('SELECT 1; COMMIT; DROP TABLE orders');
SELECT nl_run('SELECT pg_sleep(10)');
SELECT nl_run('SELECT * FROM pg_authid');
SELECT nl_run('SELECT nl_run(''SELECT 1'')');
SELECT nl_run('SELECT nothing FROM customers');
SELECT nl_run('  ');
SELECT nl_run(NULL);
-- Within the limits.
SET nl2sql.row_limit = 2;
SELECT nl_run('SELECT id FROM customers ORDER BY id');
RESET nl2sql.row_limit;
SET nl2sql.query_timeout = 100;
SELECT nl_run('SELECT count(*) FROM customers a, customers b, customers c, customers d WHERE a.id + b.id + c.id + d.id = 0');
RESET nl2sql.query_timeout;
-- As whoever calls it.
CREATE ROLE regress_runner;
SET ROLE regress_runner;
SELECT nl_run('SELECT id FROM customers');
RESET ROLE;
DROP ROLE regress_runner;
