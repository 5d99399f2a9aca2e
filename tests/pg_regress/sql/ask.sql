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
