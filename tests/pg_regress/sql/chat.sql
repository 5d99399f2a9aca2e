-- nl_chat gives one document, whatever comes of a message. Its shape is docs/chat.schema.json.
\pset format unaligned
\pset tuples_only on
SET nl2sql.model = 'builtin';
-- An answer.
SELECT jsonb_pretty(nl_chat('number of orders by status') - 'milliseconds' - 'chart');
SELECT chat -> 'chart' ->> '$schema', chat -> 'milliseconds' ?& ARRAY['catalog', 'linking', 'model', 'guard', 'run', 'total']
FROM nl_chat('number of orders by status') AS chat;
-- Numbers keep all their digits.
SELECT chat -> 'rows' FROM nl_chat('what is the average price of products') AS chat;
-- Questions to go on with go on from what was asked.
SELECT chat -> 'suggestions' FROM nl_chat('revenue by month in 2025') AS chat;
SELECT chat -> 'suggestions' FROM nl_chat('top 5 customers by revenue in 2025') AS chat;
-- Follow-ups: the thread is 'default' where none is named, and NULL is none.
SELECT chat ->> 'thread', chat ->> 'message' FROM nl_chat('revenue in 2025') AS chat;
SELECT chat ->> 'message' FROM nl_chat('and in 2024?') AS chat;
SELECT chat ->> 'kind', chat ->> 'thread' FROM nl_chat('and in 2024?', NULL) AS chat;
-- A question back is a normal reply.
SELECT chat ->> 'kind', chat ->> 'message', chat -> 'suggestions', chat -> 'error' ->> 'sqlstate'
FROM nl_chat('orders that sparkle') AS chat;
-- What may not be is refused, and what fails is told.
CREATE ROLE chat_visitor;
SET ROLE chat_visitor;
SELECT chat ->> 'kind', chat ->> 'message' FROM nl_chat('how many customers are there') AS chat;
RESET ROLE;
DROP ROLE chat_visitor;
SET nl2sql.max_cost = 1;
SELECT chat ->> 'kind', chat ->> 'message', chat ->> 'sql' FROM nl_chat('how many orders are there') AS chat;
RESET nl2sql.max_cost;
SET nl2sql.model = 'nobody';
SELECT chat ->> 'kind', chat ->> 'message', chat -> 'error' FROM nl_chat('how many orders are there') AS chat;
SET nl2sql.model = 'builtin';
SELECT chat ->> 'kind', chat -> 'error' ->> 'sqlstate' FROM nl_chat('') AS chat;
SELECT chat ->> 'kind', chat -> 'error' ->> 'sqlstate' FROM nl_chat(NULL) AS chat;
-- The transaction goes on after all of them.
BEGIN;
SELECT nl_chat('orders that sparkle') ->> 'kind';
SELECT nl_chat('how many orders are there') ->> 'message';
COMMIT;
-- Small talk needs no model.
SET nl2sql.model = 'nobody';
SELECT chat ->> 'kind', chat ->> 'message' FROM nl_chat('thank you!') AS chat;
SELECT chat ->> 'message', jsonb_array_length(chat -> 'suggestions') FROM nl_chat('what can you do?') AS chat;
SELECT chat ->> 'message' FROM nl_chat('Guten Tag') AS chat;
SET nl2sql.model = 'builtin';
-- No more rows than the limit.
SET nl2sql.row_limit = 2;
SELECT jsonb_array_length(chat -> 'rows'), chat -> 'truncated' FROM nl_chat('list customers') AS chat;
