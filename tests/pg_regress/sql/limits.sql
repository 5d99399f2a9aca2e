-- Answers are bounded, and say so when they were cut off.
SET nl2sql.row_limit = 2;
SELECT nl_ask('list categories');
SET nl2sql.row_limit = 0;
SELECT count(*) FROM nl_ask('list categories');
RESET nl2sql.row_limit;
SET nl2sql.byte_limit = '1kB';
SELECT count(*) > 5 AND count(*) < 100 AS some FROM nl_ask('list customers');
RESET nl2sql.byte_limit;

-- Limits may be tightened by anybody, and loosened by superusers only.
CREATE ROLE regress_nl2sql_user;
SET ROLE regress_nl2sql_user;
SET nl2sql.row_limit = 100;
SET nl2sql.row_limit = 20000;
SET nl2sql.row_limit = 0;
SHOW nl2sql.row_limit;
RESET nl2sql.row_limit;
SHOW nl2sql.row_limit;
SET nl2sql.max_cost = 1e12;
SET nl2sql.query_timeout = '1h';
SET nl2sql.schemas = 'public';
SET nl2sql.allow_functions = 'pg_sleep';
RESET ROLE;
SET nl2sql.row_limit = 20000;
SHOW nl2sql.row_limit;
RESET nl2sql.row_limit;
DROP ROLE regress_nl2sql_user;

-- Misspelt, and out of range.
SET nl2sql.row_limt = 5;
SET nl2sql.max_attempts = 0;

-- A query that runs too long is stopped, and the error says by which setting.
CREATE VIEW endless AS SELECT count(*) AS n FROM generate_series(1, 100000) a, generate_series(1, 100000) b;
SET nl2sql.max_cost = 0;
SET nl2sql.query_timeout = '20ms';
SELECT nl_ask('list endless');
\echo :LAST_ERROR_SQLSTATE
RESET nl2sql.query_timeout;
SET statement_timeout = '1s';
SELECT nl_ask('list endless');
\echo :LAST_ERROR_SQLSTATE
RESET statement_timeout;
DROP VIEW endless;
