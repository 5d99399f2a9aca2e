-- Settings by team. Members inherit, directly or not; of limits the tightest wins.
CREATE ROLE profile_company;
CREATE ROLE profile_sales IN ROLE profile_company;
CREATE ROLE profile_analyst IN ROLE profile_sales;
CREATE ROLE profile_guest;
GRANT SELECT ON customers, orders TO profile_analyst, profile_guest;
CREATE SCHEMA profile_archive;
GRANT USAGE ON SCHEMA profile_archive TO profile_analyst;
CREATE TABLE profile_archive.ledgers (id integer PRIMARY KEY);
GRANT SELECT ON profile_archive.ledgers TO profile_analyst;
INSERT INTO nl2sql.profile VALUES
    ('profile_company', 'nl2sql.row_limit', '3'),
    ('profile_sales', 'nl2sql.row_limit', '5'),
    ('profile_sales', 'nl2sql.query_timeout', '10s'),
    ('profile_sales', 'nl2sql.max_cost', '0'),
    ('profile_company', 'nl2sql.schemas', 'public, profile_archive'),
    ('profile_sales', 'nl2sql.schemas', 'public'),
    ('profile_company', 'nl2sql.instructions', 'Amounts are in euros.'),
    ('profile_analyst', 'nl2sql.instructions', 'Weeks begin on Sunday.'),
    ('profile_sales', 'nl2sql.model', 'builtin'),
    ('-', 'nl2sql.share', 'schema');
SET ROLE profile_analyst;
SELECT setting, value, whence FROM nl2sql.settings()
WHERE setting IN ('nl2sql.row_limit', 'nl2sql.query_timeout', 'nl2sql.max_cost', 'nl2sql.schemas', 'nl2sql.instructions', 'nl2sql.model',
                  'nl2sql.share', 'nl2sql.byte_limit');
SELECT nl_ask('top 10 customers by number of orders');
SELECT nl_ask('how many ledgers are there');
-- The session's own value wins where it is tighter, and nowhere else.
SET nl2sql.row_limit = 1;
SELECT nl_ask('top 10 customers by number of orders');
SET nl2sql.row_limit = 4;
SELECT value, whence FROM nl2sql.settings() WHERE setting = 'nl2sql.row_limit';
SET nl2sql.model = 'nothing';
SELECT value, whence FROM nl2sql.settings() WHERE setting = 'nl2sql.model';
RESET nl2sql.model;
-- What was in force before is so again.
SHOW nl2sql.row_limit;
SHOW nl2sql.schemas;
SELECT nl_sql('how many unicorns are there');
SHOW nl2sql.schemas;
-- Nobody but superusers writes profiles; members see theirs.
UPDATE nl2sql.profile SET value = '0';
SELECT role, setting FROM nl2sql.profile ORDER BY role::text, setting;
SET ROLE profile_guest;
SELECT count(*) FROM nl2sql.profile;
SET nl2sql.row_limit = 4;
SELECT count(*) FROM nl_ask('top 10 customers by number of orders');
RESET ROLE;
-- What could not be read is refused.
INSERT INTO nl2sql.profile VALUES ('profile_guest', 'nl2sql.row_limit', 'ten');
INSERT INTO nl2sql.profile VALUES ('profile_guest', 'nl2sql.allow_functions', 'pg_sleep');
INSERT INTO nl2sql.profile VALUES ('profile_guest', 'nl2sql.share', 'everything');
-- No schema in common: nothing.
INSERT INTO nl2sql.profile VALUES ('profile_analyst', 'nl2sql.schemas', 'profile_archive');
SET ROLE profile_analyst;
SELECT nl_ask('how many customers are there');
RESET ROLE;
DELETE FROM nl2sql.profile;
DROP SCHEMA profile_archive CASCADE;
REVOKE ALL ON customers, orders FROM profile_analyst, profile_guest;
DROP ROLE profile_analyst, profile_sales, profile_company, profile_guest;
