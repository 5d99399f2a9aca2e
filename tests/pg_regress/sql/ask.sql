-- The builtin model answers questions about the shop: rows, one json object each.
SELECT nl_ask('top 5 customers by revenue');
SELECT nl_ask('how many customers are from Berlin');
SELECT nl_ask('what is the average price of products');
SELECT nl_ask('number of orders by status');
SELECT * FROM nl_ask('5 most expensive products');
SELECT nl_ask('how many page_views in 2024');

-- nl_sql gives exactly the statement that was judged, for \gexec or a dbt model.
SELECT nl_sql('orders per month in 2025');
SELECT nl_sql('orders per month in 2025') \gexec

-- A set-returning function like any other.
SELECT (answer ->> 'count')::int * 2 AS twice FROM nl_ask('how many orders are there') AS answer;
SELECT count(*) FROM nl_ask('list customers');

-- Empty answers are answers.
SELECT nl_ask('orders before 2020');

-- What was taken for something else is told, once a session, and so is where the data ends before the time that is asked for.
BEGIN;
CREATE TABLE regattas (id int PRIMARY KEY, held_on date NOT NULL, prize numeric(8, 2));
INSERT INTO regattas VALUES (1, '2001-07-01', 500), (2, '2001-08-05', 900);
SELECT nl_ask('how many regatas');
SELECT nl_ask('how many regatas');
SELECT nl_ask('number of regattas last month');
SELECT nl_ask('number of regattas last month');
SELECT nl_sql('number of regattas last month');
SELECT nl_ask('number of regattas in 2001');
-- A masked date is not told.
LOAD 'nl2sql';
SECURITY LABEL FOR nl2sql ON COLUMN regattas.held_on IS 'masked';
SELECT nl_ask('number of regattas this month');
ROLLBACK;
