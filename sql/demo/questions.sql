SELECT nl_ask('top 5 customers by revenue');
SELECT nl_sql('top 5 customers by revenue');
SELECT nl_ask('how many customers are from Berlin');
SELECT nl_ask('number of orders by country');
SELECT nl_sql('revenue per month in 2025') \gexec
SELECT nl_ask('how happy are our customers');
