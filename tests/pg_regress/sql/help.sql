-- What can be asked, made from the schema and answered for whoever asks.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SELECT * FROM nl_examples();
SELECT (SELECT count(*) FROM nl_examples(3)), (SELECT count(*) FROM nl_examples(0)), (SELECT count(*) FROM nl_examples(-1));
SELECT count(*) FROM nl_examples(NULL);
-- Each of them is answered.
DO $$ DECLARE question text; BEGIN
    FOR question IN SELECT * FROM nl_examples(40) LOOP PERFORM nl_ask(question); END LOOP;
END $$;
SELECT nl_help();
SELECT nl_help('time');
SELECT nl_help('Groups');
SELECT nl_help('filters');
SELECT nl_help('tables');
SELECT nl_help('order_items');
SELECT nl_help('models');
SELECT nl_help('privileges');
SELECT nl_help('unicorns');

-- The same, asked as questions.
SELECT nl_ask('help');
SELECT nl_ask('which tables are there');
SELECT nl_ask('describe orders');
SELECT nl_sql('what columns does payments have?');
SELECT * FROM nl_query('which tables are there?') AS t(name text, kind text, rows bigint, comment text) LIMIT 2;

-- A silent answer tells what was understood, and what can be asked in its place.
SELECT nl_ask('revenue by customer gender');
SELECT nl_ask('phone numbers of customers in Berlin');
SELECT nl_ask('why were orders returned');
SELECT nl_ask('how are we doing');

-- What somebody may not read is not told of.
CREATE ROLE regress_nl2sql_newcomer;
GRANT SELECT (id, city) ON customers TO regress_nl2sql_newcomer;
SET ROLE regress_nl2sql_newcomer;
SELECT * FROM nl_examples();
SELECT nl_help('customers');
SELECT nl_help('orders');
SELECT nl_ask('which tables are there');
SELECT nl_ask('revenue by city');
RESET ROLE;
REVOKE SELECT (id, city) ON customers FROM regress_nl2sql_newcomer;
SET ROLE regress_nl2sql_newcomer;
SELECT nl_help();
SELECT * FROM nl_examples();
SELECT nl_ask('which tables are there');
RESET ROLE;
DROP ROLE regress_nl2sql_newcomer;
