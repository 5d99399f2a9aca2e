-- What can't be answered ends in a clear error with its own SQLSTATE.
\set SHOW_CONTEXT never
\pset format unaligned
SELECT nl_ask(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT nl_sql('   ');
\echo :LAST_ERROR_SQLSTATE
SELECT nl_ask('how many orders', 'my thread');
\echo :LAST_ERROR_SQLSTATE
SELECT nl_ask('how many unicorns are there');
\echo :LAST_ERROR_SQLSTATE
SELECT nl_sql('customers who never ordered a telescope');
\echo :LAST_ERROR_SQLSTATE
SELECT nl_prompt(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM nl_check(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT 1 WHERE nl_ask('how many orders') IS NULL;
\echo :LAST_ERROR_SQLSTATE
