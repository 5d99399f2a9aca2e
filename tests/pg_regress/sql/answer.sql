-- nl_answer tells an answer in sentences, which rules make from the rows and the statement.
\pset format unaligned
\pset tuples_only on
SET nl2sql.model = 'builtin';
-- One value, with what it is of.
SELECT nl_answer('how many customers are from Berlin');
SELECT nl_answer('what is the average price of products');
SELECT nl_answer('revenue in 2025');
SELECT nl_answer('what percentage of customers get the newsletter');
-- A ranking.
SELECT nl_answer('top 5 customers by revenue');
SELECT nl_answer('number of orders by status');
SELECT nl_answer('average rating per category');
SELECT nl_answer('what''s our second most expensive product?');
-- A series.
SELECT nl_answer('orders per month in 2025');
SELECT nl_answer('quarterly revenue 2025');
-- A comparison.
SELECT nl_answer('compare 2024 and 2025 revenue');
SELECT nl_answer('Did we sell more units in Germany or in France in 2025?');
SELECT nl_answer('revenue in Q4 2025 vs Q4 2024 by country');
SELECT nl_answer('What is the average order value in Q4 2025 compared to Q4 2024?');
-- What is counted where the question leaves that open; not of what the asker may not know of.
SELECT nl_answer('revenue by payment method');
SELECT nl_answer('What did we turn over in December 2025?');
SELECT nl_answer('revenue without cancelled orders in 2025');
CREATE ROLE teller;
GRANT SELECT (id, customer_id, ordered_at, total) ON orders TO teller;
SET ROLE teller;
SELECT nl_answer('revenue in 2025');
RESET ROLE;
DROP OWNED BY teller;
DROP ROLE teller;
SECURITY LABEL FOR nl2sql ON COLUMN orders.status IS 'hidden';
SELECT nl_answer('revenue in 2025');
SECURITY LABEL FOR nl2sql ON COLUMN orders.status IS NULL;
-- Groups and the first of each.
SELECT nl_answer('orders by hour of the day');
SELECT nl_answer('min, max and average price for each category');
SELECT nl_answer('share of returned orders by category');
SELECT nl_answer('most expensive product in each category');
SELECT nl_answer('which countries have more than 500 customers');
SELECT nl_answer('top 5 customers by revenue in 2025');
SELECT nl_answer('top 10 products by revenue');
-- Lists that are too long to be read out.
SELECT nl_answer('emails of customers in Oslo');
SELECT nl_answer('customers in Germany or France who get the newsletter');
SELECT nl_answer('orders over 5000 from Paris');
SELECT nl_answer('list all laptops under 500 euros');
SELECT nl_answer('products that cost more than the average product');
SELECT nl_answer('orders stuck in new for more than a week');
SELECT nl_answer('last 3 orders');
SELECT nl_answer('latest order');
-- Rows by name.
SELECT nl_answer('5 most expensive products');
SELECT nl_answer('products we have never sold');
SELECT nl_answer('products under 6 euros');
SELECT nl_answer('number of products by discontinued');
SELECT nl_answer('how many categories have no parent');
SELECT nl_answer('how many payments were made by invoice');
SELECT nl_answer('customers from Berlin who signed up in 2025 and never ordered');
-- Nothing, and why.
SELECT nl_answer('orders before 2020');
SELECT nl_answer('revenue before 2020');
SELECT nl_answer('how many orders in 2035');
SELECT nl_answer('products without reviews');
-- Masked values stay masked.
SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS 'masked';
SELECT nl_answer('top 3 customers by revenue');
SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS NULL;
-- An answer that a limit cut off makes no whole.
SET nl2sql.row_limit = 3;
SELECT nl_answer('number of orders by status');
RESET nl2sql.row_limit;
-- In a thread, a question may refer to the one before.
SELECT nl_answer('revenue by country in 2025', thread => 'answer');
SELECT nl_answer('and in 2024?', thread => 'answer');
SELECT nl_forget('answer');
-- What nobody understands has no answer.
SELECT nl_answer('why is the sky blue');
SELECT nl_answer('  ');
