-- Who asked what, written in the asker's own transaction: the library is not preloaded here.
SET nl2sql.history = 'full';
SELECT nl_ask('how many customers are there');
SELECT nl_sql('how many orders are there', thread => 'audited');
SELECT nl_run('SELECT count(*) AS n FROM customers');
SELECT count(*) FROM nl_query('orders per status') AS t(status text, orders bigint);
SELECT function, question, thread, sql, source, model, outcome, sqlstate, attempts, rows, bytes, calls, tokens_in, cost
FROM nl2sql.history ORDER BY asked_at;
-- Whoever asked, with what, and how long each stage took.
SELECT role = (SELECT oid FROM pg_roles WHERE rolname = current_user) AS role, role_name = current_user AS name,
       session_role = session_user AS session, application_name, asked_at BETWEEN now() - interval '1 hour' AND now() + interval '1 hour' AS asked_at,
       total_ms > 0 AS total, total_ms >= catalog_ms + linking_ms + model_ms + guard_ms + run_ms AS stages, guard_ms > 0 AS guard
FROM nl2sql.history WHERE function = 'nl_ask';
-- Figures without texts.
SET nl2sql.history = 'usage';
SELECT nl_ask('how many customers are there');
SELECT question, thread, sql, function, source, outcome, rows FROM nl2sql.history ORDER BY asked_at DESC LIMIT 1;
SET nl2sql.history = 'off';
SELECT nl_ask('how many customers are there');
SELECT count(*) FROM nl2sql.history;
-- What is rolled back is not recorded, nor is a question that fails: its error rolls back too.
SET nl2sql.history = 'full';
BEGIN;
SELECT nl_ask('how many customers are there');
ROLLBACK;
SELECT nl_ask('how many unicorns are there');
SELECT nl_run('DELETE FROM customers');
SELECT count(*) FROM nl2sql.history;
-- Nothing fails where nothing can be written.
BEGIN READ ONLY;
SELECT nl_ask('how many customers are there');
COMMIT;
SELECT count(*) FROM nl2sql.history;
-- Everybody their own; figures of all for members of pg_read_all_stats; texts of others for whom it is granted.
CREATE ROLE ledger_one IN ROLE pg_read_all_data;
CREATE ROLE ledger_two;
CREATE ROLE ledger_stats IN ROLE pg_read_all_stats;
CREATE ROLE ledger_auditor;
GRANT SELECT ON nl2sql.audit TO ledger_auditor;
SET ROLE ledger_one;
SELECT nl_ask('how many orders are there');
SELECT role_name, session_role = session_user AS session, question FROM nl2sql.history;
SELECT role_name, model, questions, answered, tokens_in, cost FROM nl2sql.usage;
SELECT stage, questions, p50_ms <= p99_ms AS ordered FROM nl2sql.performance ORDER BY stage;
SELECT count(*) FROM nl2sql.audit;
SET nl2sql.history = 'off';
INSERT INTO nl2sql.history SELECT * FROM nl2sql.history;
UPDATE nl2sql.history SET question = '';
DELETE FROM nl2sql.history;
TRUNCATE nl2sql.calls;
SELECT nl2sql.erase('ledger_one');
SELECT count(*) FROM nl2sql.export_history('postgres');
SELECT document ->> 'question', document -> 'calls' FROM nl2sql.export_history() AS document;
SET ROLE ledger_two;
SELECT count(*) FROM nl2sql.history;
SELECT count(*) FROM nl2sql.usage;
SET ROLE ledger_stats;
SELECT count(*) FROM nl2sql.history;
SELECT role_name, sum(questions) FROM nl2sql.usage GROUP BY role_name ORDER BY role_name;
SET ROLE ledger_auditor;
SELECT question FROM nl2sql.audit WHERE role_name = 'ledger_one';
RESET ROLE;
-- Generated SQL may not read it.
SELECT allowed, reason FROM nl_check('SELECT question FROM nl2sql.history');
SELECT allowed, reason FROM nl_check('SELECT question FROM nl2sql.audit');
-- What is older than the retention goes as more is written.
SET nl2sql.history = 'off';
UPDATE nl2sql.history SET asked_at = asked_at - interval '91 days' WHERE role_name = 'ledger_one';
\c
SET nl2sql.history = 'usage';
SELECT nl_ask('how many customers are there');
SELECT count(*) FROM nl2sql.history WHERE role_name = 'ledger_one';
-- What data protection asks for, of roles that are gone too.
SELECT count(*) > 0 AS kept FROM nl2sql.export_history('postgres');
SELECT nl2sql.erase('postgres', now() - interval '1 day');
SELECT nl2sql.erase('postgres');
SELECT nl2sql.erase(NULL);
DROP OWNED BY ledger_auditor;
DROP ROLE ledger_one, ledger_two, ledger_stats, ledger_auditor;
