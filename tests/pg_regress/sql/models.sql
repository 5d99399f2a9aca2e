-- Models are foreign servers: created, granted and dumped like any other object.
\set SHOW_CONTEXT never
CREATE SERVER gpt FOREIGN DATA WRAPPER nl2sql
    OPTIONS (provider 'openai', endpoint 'https://models.example/v1', model 'm', price_in '0.25', price_out '2');
CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-1');

-- Options are checked when they are set.
ALTER SERVER gpt OPTIONS (ADD endpiont 'x');
ALTER SERVER gpt OPTIONS (SET provider 'oracle');
ALTER SERVER gpt OPTIONS (SET endpoint 'https://user:secret@models.example/');
ALTER SERVER gpt OPTIONS (ADD api_key 'sk-2');
ALTER USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (ADD api_key_env 'HOME');
ALTER FOREIGN DATA WRAPPER nl2sql OPTIONS (ADD debug 'true');

-- Who may use a server is GRANT's affair; files of the server machine are for those who may read them.
CREATE ROLE regress_nl2sql_analyst;
SET ROLE regress_nl2sql_analyst;
SET nl2sql.model = 'gpt';
SELECT nl_ask('how many orders are there');
SELECT name, reachable, error FROM nl_health();
CREATE SERVER mine FOREIGN DATA WRAPPER nl2sql OPTIONS (provider 'ollama', endpoint 'http://h', model 'm');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER gpt TO regress_nl2sql_analyst;
SET ROLE regress_nl2sql_analyst;
CREATE USER MAPPING FOR CURRENT_USER SERVER gpt OPTIONS (api_key_file '/etc/passwd');
CREATE USER MAPPING FOR CURRENT_USER SERVER gpt OPTIONS (api_key 'sk-mine');
DROP USER MAPPING FOR CURRENT_USER SERVER gpt;
RESET ROLE;

-- Names that are no model.
SET nl2sql.model = 'nobody';
SELECT nl_ask('how many orders are there');
SET nl2sql.model = '';
SELECT nl_ask('how many orders are there');
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER other;
SET nl2sql.model = 'builtin, elsewhere';
SELECT nl_ask('how many orders are there');
CREATE SERVER half FOREIGN DATA WRAPPER nl2sql OPTIONS (provider 'ollama');
SET nl2sql.model = 'half';
SELECT nl_ask('how many orders are there');
RESET nl2sql.model;
SELECT * FROM nl_health();

DROP SERVER gpt CASCADE;
DROP SERVER half;
DROP FOREIGN DATA WRAPPER other CASCADE;
DROP ROLE regress_nl2sql_analyst;
