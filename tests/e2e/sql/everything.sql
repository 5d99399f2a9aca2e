-- Something of all that the extension keeps, in a database with the demonstration shop and the extension, where the library is
-- preloaded; for tests of dumps, upgrades and removal. What of it is the extension's own, kept.sql tells.

CREATE ROLE shop_analyst LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop_analyst;
CREATE SERVER gpt FOREIGN DATA WRAPPER nl2sql
    OPTIONS (provider 'openai', endpoint 'http://127.0.0.1:9/v1', model 'm', price_in '2');
CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key_env 'NL2SQL_E2E_KEY');
GRANT USAGE ON FOREIGN SERVER gpt TO shop_analyst;
REVOKE EXECUTE ON FUNCTION nl_prompt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION nl_prompt TO shop_analyst;

SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked';
SECURITY LABEL FOR nl2sql ON TABLE payments IS 'hidden';
CREATE SCHEMA back_office;
SECURITY LABEL FOR nl2sql ON SCHEMA back_office IS 'hidden';
CREATE VIEW addresses AS SELECT email AS address FROM customers;
SECURITY LABEL FOR nl2sql ON VIEW addresses IS 'masked';

SELECT nl2sql.teach('loyal customers', 'SELECT count(*) AS loyal FROM customers WHERE id < 10', 'as sales says', 'public');
SELECT nl2sql.define('grand customer', 'one with a name', on_relation => 'customers', expression => 'name IS NOT NULL',
    audience => 'public');
SELECT nl_feedback('how many orders are there', false, 'SELECT count(*) FROM orders', 'it was 0');
INSERT INTO nl2sql.quota (role, period, questions) VALUES ('shop_analyst', 'day', 100);
INSERT INTO nl2sql.profile VALUES ('shop_analyst', 'nl2sql.row_limit', '500');
INSERT INTO nl2sql.cache (role, key, sql, model) VALUES ('postgres'::regrole, sha256('a prompt'), 'SELECT 1', 'gpt');
SELECT nl_ask('how many customers are there', thread => 'kept');
ALTER ROLE shop_analyst SET nl2sql.row_limit = 7;
CREATE VIEW answered AS SELECT * FROM nl_query('how many customers are there') AS t(n bigint);
