\pset format unaligned
\pset tuples_only on
-- A schema that no rule knows: terse names, comments, soft deletes, codes, two keys to one table, employees and their
-- managers. The questions and their answers were written before any was asked; the end tells what came of each. Where an
-- answer is wrong, it is shown with its reading.
CREATE SCHEMA software;
SET search_path = software;
SET nl2sql.schemas = 'software';
CREATE TABLE team (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE emp (
    id int PRIMARY KEY, fname text NOT NULL, lname text NOT NULL, mgr_id int REFERENCES emp, team_id int REFERENCES team,
    title text NOT NULL, salary numeric(10, 2) NOT NULL, hired_on date NOT NULL);
CREATE TABLE acct (
    id int PRIMARY KEY, name text NOT NULL, country text NOT NULL, seg char(1) NOT NULL, created_on date NOT NULL,
    sales_rep_id int REFERENCES emp, csm_id int REFERENCES emp, gone boolean NOT NULL DEFAULT false);
CREATE TABLE usr (
    id int PRIMARY KEY, acct_id int NOT NULL REFERENCES acct, fname text NOT NULL, lname text NOT NULL, email text NOT NULL,
    last_seen timestamptz, del_at timestamptz);
CREATE TABLE plan (id int PRIMARY KEY, name text NOT NULL UNIQUE, fee numeric(10, 2) NOT NULL);
CREATE TABLE subs (
    id int PRIMARY KEY, acct_id int NOT NULL REFERENCES acct, plan_id int NOT NULL REFERENCES plan, started_on date NOT NULL,
    ended_on date, seats int NOT NULL, mrr numeric(10, 2) NOT NULL);
CREATE TABLE inv (
    id int PRIMARY KEY, acct_id int NOT NULL REFERENCES acct, issued_on date NOT NULL, due_on date NOT NULL,
    amt numeric(10, 2) NOT NULL, st char(1) NOT NULL);
CREATE TABLE tkt (
    id int PRIMARY KEY, acct_id int NOT NULL REFERENCES acct, agent_id int REFERENCES emp, opened_at timestamptz NOT NULL,
    closed_at timestamptz, prio int NOT NULL, subj text NOT NULL, csat int);
CREATE TABLE feat (id int PRIMARY KEY, name text NOT NULL UNIQUE, beta boolean NOT NULL);
CREATE TABLE usage_evt (
    id int PRIMARY KEY, usr_id int NOT NULL REFERENCES usr, feat_id int NOT NULL REFERENCES feat, at timestamptz NOT NULL);
COMMENT ON TABLE emp IS 'employees';
COMMENT ON COLUMN emp.mgr_id IS 'manager; empty for the head of the company';
COMMENT ON COLUMN emp.title IS 'job title';
COMMENT ON TABLE acct IS 'customers: companies that buy from us';
COMMENT ON COLUMN acct.seg IS 'segment: S small business, M mid-market, E enterprise';
COMMENT ON COLUMN acct.csm_id IS 'customer success manager';
COMMENT ON COLUMN acct.gone IS 'true means the account no longer counts as a customer';
COMMENT ON TABLE usr IS 'users: people who log in';
COMMENT ON COLUMN usr.del_at IS 'soft delete; empty for users that exist';
COMMENT ON COLUMN plan.fee IS 'list price in EUR per seat and month';
COMMENT ON TABLE subs IS 'subscriptions';
COMMENT ON COLUMN subs.ended_on IS 'empty while the subscription is running';
COMMENT ON COLUMN subs.mrr IS 'monthly recurring revenue in EUR';
COMMENT ON TABLE inv IS 'invoices';
COMMENT ON COLUMN inv.amt IS 'amount in EUR';
COMMENT ON COLUMN inv.st IS 'status: O open, P paid, V void';
COMMENT ON TABLE tkt IS 'support tickets';
COMMENT ON COLUMN tkt.closed_at IS 'empty while the ticket is open';
COMMENT ON COLUMN tkt.prio IS 'priority: 1 urgent, 2 high, 3 normal, 4 low';
COMMENT ON COLUMN tkt.subj IS 'subject';
COMMENT ON COLUMN tkt.csat IS 'satisfaction of the customer, 1 to 5; empty where nobody answered';
COMMENT ON TABLE feat IS 'features of the product';
COMMENT ON TABLE usage_evt IS 'usage events: somebody used a feature';

INSERT INTO team VALUES (1, 'Sales'), (2, 'Support'), (3, 'Engineering'), (4, 'Legal');
INSERT INTO emp SELECT n, (ARRAY['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus'])[n % 7 + 1],
    (ARRAY['Abel', 'Berg', 'Cruz', 'Dahl', 'Egan'])[n % 5 + 1],
    CASE WHEN n = 1 THEN NULL WHEN n <= 5 THEN 1 ELSE n % 4 + 2 END, CASE WHEN n > 1 THEN n % 3 + 1 END,
    CASE WHEN n = 1 THEN 'CEO' WHEN n <= 5 THEN 'Manager' ELSE (ARRAY['Engineer', 'Agent', 'Seller'])[n % 3 + 1] END,
    CASE WHEN n = 1 THEN 150000 ELSE 40000 + n * 7919 % 60000 END, date '2016-01-01' + n * 97
FROM generate_series(1, 30) AS n;
INSERT INTO acct SELECT n, 'Firm ' || n, (ARRAY['Germany', 'France', 'Spain', 'Italy'])[n * 7 % 4 + 1],
    (ARRAY['S', 'S', 'M', 'E'])[n % 4 + 1], date '2022-01-01' + n * 11, n % 5 + 6, CASE WHEN n % 3 > 0 THEN n % 4 + 12 END, n % 9 = 0
FROM generate_series(1, 120) AS n;
INSERT INTO usr SELECT n, n % 115 + 1, (ARRAY['Ida', 'Jon', 'Kim', 'Leo', 'Mia'])[n % 5 + 1],
    (ARRAY['Kern', 'Lund', 'Moss', 'Nash', 'Orth', 'Pohl', 'Quist'])[n % 7 + 1], 'user' || n || '@example.com',
    CASE WHEN n % 6 > 0 THEN timestamptz '2025-11-30 12:00Z' - n * interval '1 day' END,
    CASE WHEN n % 13 = 0 THEN timestamptz '2025-06-01 00:00Z' END
FROM generate_series(1, 400) AS n;
INSERT INTO plan VALUES (1, 'Starter', 9), (2, 'Team', 29), (3, 'Business', 59), (4, 'Legacy', 5);
INSERT INTO subs SELECT n, n * 3 % 118 + 1, n % 3 + 1, date '2023-01-01' + n * 7,
    CASE WHEN n % 4 = 0 THEN date '2023-01-01' + n * 7 + 200 END, n % 20 + 1, (n % 20 + 1) * (ARRAY[9, 29, 59])[n % 3 + 1]
FROM generate_series(1, 140) AS n;
INSERT INTO inv SELECT n, n % 118 + 1, date '2024-01-01' + n, date '2024-01-31' + n, 50 + n * 37 % 950,
    CASE WHEN n % 10 = 3 THEN 'V' WHEN n % 6 = 0 THEN 'O' ELSE 'P' END
FROM generate_series(1, 700) AS n;
INSERT INTO tkt SELECT n, n * 5 % 117 + 1, CASE WHEN n % 8 > 0 THEN n % 9 + 6 END, timestamptz '2024-06-01 08:00Z' + n * interval '26 hours',
    CASE WHEN n % 5 > 0 THEN timestamptz '2024-06-01 08:00Z' + n * interval '26 hours' + (n % 70 + 1) * interval '1 hour' END, n % 4 + 1,
    (ARRAY['Login fails', 'Invoice is wrong', 'Export is slow'])[n % 3 + 1], CASE WHEN n % 3 = 0 THEN n % 5 + 1 END
FROM generate_series(1, 500) AS n;
INSERT INTO feat VALUES (1, 'Dashboards', false), (2, 'Export', false), (3, 'Alerts', false), (4, 'Forecasts', true), (5, 'Maps', true);
INSERT INTO usage_evt SELECT n, n * 11 % 380 + 1, n * n % 4 + 1, timestamptz '2025-01-01 00:00Z' + n * interval '3 hours' FROM generate_series(1, 2500) AS n;
ANALYZE;

CREATE TABLE asked (
    n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, question text NOT NULL, gold text NOT NULL, any_of text);
INSERT INTO asked (question, gold) VALUES
('how many customers do we have', 'SELECT count(*) FROM acct WHERE NOT gone'),
('customers by country', 'SELECT country, count(*) FROM acct WHERE NOT gone GROUP BY 1'),
('number of customers per segment', 'SELECT seg, count(*) FROM acct WHERE NOT gone GROUP BY 1'),
('enterprise customers in Germany', $$SELECT name FROM acct WHERE NOT gone AND seg = 'E' AND country = 'Germany'$$),
('how many users are there', 'SELECT count(*) FROM usr WHERE del_at IS NULL'),
('users per customer', 'SELECT a.name, count(u.id) FROM acct a JOIN usr u ON u.acct_id = a.id WHERE NOT a.gone AND u.del_at IS NULL GROUP BY a.id, a.name'),
('open invoices', $$SELECT id FROM inv WHERE st = 'O'$$),
('how many paid invoices are there', $$SELECT count(*) FROM inv WHERE st = 'P'$$),
('number of invoices per status', 'SELECT st, count(*) FROM inv GROUP BY 1'),
('total amount of open invoices', $$SELECT sum(amt) FROM inv WHERE st = 'O'$$),
('overdue invoices', $$SELECT id FROM inv WHERE st = 'O' AND due_on < current_date$$),
('average invoice amount', 'SELECT avg(amt) FROM inv'),
('total invoice amount per month in 2025', $$SELECT date_trunc('month', issued_on), sum(amt) FROM inv WHERE issued_on >= '2025-01-01' AND issued_on < '2026-01-01' GROUP BY 1$$),
('void invoices in 2025', $$SELECT id FROM inv WHERE st = 'V' AND issued_on >= '2025-01-01' AND issued_on < '2026-01-01'$$),
('MRR by plan', 'SELECT p.name, sum(s.mrr) FROM subs s JOIN plan p ON p.id = s.plan_id WHERE s.ended_on IS NULL GROUP BY p.id, p.name'),
('running subscriptions per plan', 'SELECT p.name, count(*) FROM subs s JOIN plan p ON p.id = s.plan_id WHERE s.ended_on IS NULL GROUP BY p.id, p.name'),
('how many subscriptions are running', 'SELECT count(*) FROM subs WHERE ended_on IS NULL'),
('customers without a running subscription', 'SELECT name FROM acct a WHERE NOT gone AND NOT EXISTS (SELECT FROM subs s WHERE s.acct_id = a.id AND s.ended_on IS NULL)'),
('plans without subscriptions', 'SELECT name FROM plan p WHERE NOT EXISTS (SELECT FROM subs s WHERE s.plan_id = p.id)'),
('average number of seats per plan', 'SELECT p.name, avg(s.seats) FROM subs s JOIN plan p ON p.id = s.plan_id GROUP BY p.id, p.name'),
('which plan is the most expensive', 'SELECT name FROM plan ORDER BY fee DESC LIMIT 1'),
('subscriptions that ended in 2024', $$SELECT id FROM subs WHERE ended_on >= '2024-01-01' AND ended_on < '2025-01-01'$$),
('new subscriptions per quarter in 2024', $$SELECT date_trunc('quarter', started_on), count(*) FROM subs WHERE started_on >= '2024-01-01' AND started_on < '2025-01-01' GROUP BY 1$$),
('top 5 customers by invoice amount', 'SELECT a.name, sum(i.amt) FROM acct a JOIN inv i ON i.acct_id = a.id WHERE NOT a.gone GROUP BY a.id, a.name ORDER BY 2 DESC LIMIT 5'),
('customers who joined in 2025', $$SELECT name FROM acct WHERE NOT gone AND created_on >= '2025-01-01' AND created_on < '2026-01-01'$$),
('open tickets', 'SELECT id FROM tkt WHERE closed_at IS NULL'),
('how many urgent tickets are open', 'SELECT count(*) FROM tkt WHERE prio = 1 AND closed_at IS NULL'),
('tickets by priority', 'SELECT prio, count(*) FROM tkt GROUP BY 1'),
('average satisfaction per agent', 'SELECT e.fname, e.lname, avg(t.csat) FROM tkt t JOIN emp e ON e.id = t.agent_id GROUP BY e.id, e.fname, e.lname HAVING count(t.csat) > 0'),
('tickets without an agent', 'SELECT id FROM tkt WHERE agent_id IS NULL'),
('how long does it take on average to close a ticket', 'SELECT extract(epoch FROM avg(closed_at - opened_at)) / 3600 FROM tkt'),
('tickets per month in 2025', $$SELECT date_trunc('month', opened_at), count(*) FROM tkt WHERE opened_at >= '2025-01-01' AND opened_at < '2026-01-01' GROUP BY 1$$),
('which customer has the most tickets', 'SELECT a.name FROM acct a JOIN tkt t ON t.acct_id = a.id WHERE NOT a.gone GROUP BY a.id, a.name ORDER BY count(*) DESC LIMIT 1'),
('customers with more than 5 tickets', 'SELECT a.name FROM acct a JOIN tkt t ON t.acct_id = a.id WHERE NOT a.gone GROUP BY a.id, a.name HAVING count(*) > 5'),
('customers without tickets', 'SELECT name FROM acct a WHERE NOT gone AND NOT EXISTS (SELECT FROM tkt t WHERE t.acct_id = a.id)'),
('tickets of customers in Spain', $$SELECT t.id FROM tkt t JOIN acct a ON a.id = t.acct_id WHERE NOT a.gone AND a.country = 'Spain'$$),
('tickets with the subject Login fails', $$SELECT id FROM tkt WHERE subj = 'Login fails'$$),
('what percentage of tickets is still open', 'SELECT 100.0 * count(*) FILTER (WHERE closed_at IS NULL) / count(*) FROM tkt'),
('employees who earn more than their manager', 'SELECT e.fname, e.lname FROM emp e JOIN emp m ON m.id = e.mgr_id WHERE e.salary > m.salary'),
('managers with more than 3 employees', 'SELECT m.fname, m.lname FROM emp m JOIN emp e ON e.mgr_id = m.id GROUP BY m.id, m.fname, m.lname HAVING count(*) > 3'),
('employees without a manager', 'SELECT fname, lname FROM emp WHERE mgr_id IS NULL'),
('number of employees per manager', 'SELECT m.fname, m.lname, count(*) FROM emp m JOIN emp e ON e.mgr_id = m.id GROUP BY m.id, m.fname, m.lname'),
('employees per team', 'SELECT t.name, count(*) FROM team t JOIN emp e ON e.team_id = t.id GROUP BY t.id, t.name'),
('average salary by team', 'SELECT t.name, avg(e.salary) FROM team t JOIN emp e ON e.team_id = t.id GROUP BY t.id, t.name'),
('highest paid employee in each team', 'SELECT DISTINCT ON (t.id) t.name, e.fname, e.lname FROM team t JOIN emp e ON e.team_id = t.id ORDER BY t.id, e.salary DESC'),
('teams without employees', 'SELECT name FROM team t WHERE NOT EXISTS (SELECT FROM emp e WHERE e.team_id = t.id)'),
('employees hired since 2022', $$SELECT fname, lname FROM emp WHERE hired_on >= '2022-01-01'$$),
('who manages Cleo Cruz', $$SELECT m.fname, m.lname FROM emp e JOIN emp m ON m.id = e.mgr_id WHERE e.fname = 'Cleo' AND e.lname = 'Cruz'$$),
('who is the manager of Eva Berg', $$SELECT m.fname, m.lname FROM emp e JOIN emp m ON m.id = e.mgr_id WHERE e.fname = 'Eva' AND e.lname = 'Berg'$$),
('tickets of agent Dan Dahl', $$SELECT t.id FROM tkt t JOIN emp e ON e.id = t.agent_id WHERE e.fname = 'Dan' AND e.lname = 'Dahl'$$),
('customers per sales rep', 'SELECT e.fname, e.lname, count(*) FROM acct a JOIN emp e ON e.id = a.sales_rep_id WHERE NOT a.gone GROUP BY e.id, e.fname, e.lname'),
('customers without a customer success manager', 'SELECT name FROM acct WHERE NOT gone AND csm_id IS NULL'),
('which feature is used the most', 'SELECT f.name FROM feat f JOIN usage_evt u ON u.feat_id = f.id GROUP BY f.id, f.name ORDER BY count(*) DESC LIMIT 1'),
('usage events per feature', 'SELECT f.name, count(*) FROM feat f JOIN usage_evt u ON u.feat_id = f.id GROUP BY f.id, f.name'),
('features that were never used', 'SELECT name FROM feat f WHERE NOT EXISTS (SELECT FROM usage_evt u WHERE u.feat_id = f.id)'),
('beta features', 'SELECT name FROM feat WHERE beta'),
('users who have never logged in', 'SELECT email FROM usr WHERE del_at IS NULL AND last_seen IS NULL'),
('email of Kim Moss', $$SELECT email FROM usr WHERE fname = 'Kim' AND lname = 'Moss' AND del_at IS NULL$$),
('how many usage events were there in March 2025', $$SELECT count(*) FROM usage_evt WHERE at >= '2025-03-01' AND at < '2025-04-01'$$),
('share of customers per segment', 'SELECT seg, 1.0 * count(*) / sum(count(*)) OVER () FROM acct WHERE NOT gone GROUP BY 1');

-- Where several have the most, any of them does, and a share is as right out of one as out of a hundred.
UPDATE asked SET any_of = replace(gold, 'LIMIT 1', 'FETCH FIRST 1 ROW WITH TIES') WHERE gold LIKE '%ORDER BY count(*) DESC LIMIT 1';
UPDATE asked SET any_of = replace(gold, '100.0 *', '1.0 *') WHERE gold LIKE '%100.0 *%';

-- As many rows as the wanted answer, each of which is within one that was given; numbers to four digits, times to the day.
CREATE FUNCTION comparable(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN value ~ '^-?[0-9]+([.][0-9]+)?$' THEN trim_scale(round(value::numeric, 4))::text
            ELSE regexp_replace(value, '^([0-9]{4}-[0-9]{2}-[0-9]{2})T.*$', '\1') END
$$;
CREATE FUNCTION rows_of(sql text) RETURNS SETOF text[] LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT ARRAY(SELECT software.comparable(e.value) FROM json_each_text(row_to_json(q)) AS e)
                                 FROM (%s) AS q', E'\n' || sql || E'\n');
END $$;
CREATE FUNCTION verdict(question text, gold text, any_of text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE given text;
BEGIN
    BEGIN
        given := public.nl_sql(question);
    EXCEPTION WHEN feature_not_supported THEN
        RETURN 'silent';
    END;
    IF (SELECT count(*) FROM software.rows_of(given)) = (SELECT count(*) FROM software.rows_of(gold))
       AND NOT EXISTS (SELECT FROM software.rows_of(gold) AS wanted(v)
                       WHERE NOT EXISTS (SELECT FROM software.rows_of(given) AS got(v) WHERE wanted.v <@ got.v)) THEN
        RETURN 'right';
    END IF;
    IF any_of IS NULL THEN
        RETURN 'wrong, ' || split_part(substr(given, 4), E'\n', 1);
    END IF;
    IF (SELECT count(*) FROM software.rows_of(given)) = (SELECT count(*) FROM software.rows_of(gold))
       AND NOT EXISTS (SELECT FROM software.rows_of(given) AS got(v)
                       WHERE NOT EXISTS (SELECT FROM software.rows_of(any_of) AS wanted(v) WHERE wanted.v <@ got.v)) THEN
        RETURN 'right';
    END IF;
    RETURN 'wrong, ' || split_part(substr(given, 4), E'\n', 1);
END $$;
CREATE TEMP TABLE told AS SELECT n, question, verdict(question, gold, any_of) FROM asked;
SELECT verdict, question FROM told ORDER BY n;
SELECT split_part(verdict, ',', 1) AS verdict, count(*) FROM told GROUP BY 1 ORDER BY 1;
DROP SCHEMA software CASCADE;
