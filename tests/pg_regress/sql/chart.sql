-- Charts: nl_chart makes a Vega-Lite specification, nl_plot the same for a terminal.
\pset format unaligned
\pset tuples_only on
SELECT chart->>'$schema', chart->'mark', json_array_length((chart->'data'->'values')::json) FROM nl_chart('orders per month in 2025') AS chart;
SELECT nl_plot('orders per month in 2025');
SELECT nl_plot('top 5 customers by revenue');
SELECT nl_plot('how many orders are there');
SELECT nl_plot('number of customers by country');
SET timezone = 'UTC';
SELECT nl_plot('orders per year');
SELECT chart->'encoding'->'y'->'scale', chart->'title'->'subtitle' FROM nl_chart('orders per year') AS chart;
SELECT nl_plot('orders per weekday');
RESET timezone;
SELECT nl_plot('worst rated products') LIMIT 3;
SELECT nl_plot('customers in Berlin with newsletter and total orders over 1000000');
SELECT nl_chart('');
SET nl2sql.row_limit = 2;
SELECT nl_plot('top 5 customers by revenue');
RESET nl2sql.row_limit;
