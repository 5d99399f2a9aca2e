-- A question of a thread may refer to the one before it. The builtin model says how it read the whole.
SELECT nl_ask('revenue per month in 2025', thread => 'q') LIMIT 2;
SELECT nl_ask('only Germany', thread => 'q') LIMIT 2;
SELECT nl_ask('and by category?', thread => 'q') LIMIT 3;
SELECT nl_ask('what about 2024', thread => 'q') LIMIT 3;
SELECT nl_ask('top 3 instead', thread => 'q');
SELECT nl_ask('as a share', thread => 'q');
-- What it can't place it asks back, and the thread is as it was.
\set VERBOSITY terse
SELECT nl_ask('why is december so low', thread => 'q');
SELECT nl_ask('and the weather', thread => 'q');
\set VERBOSITY default
SELECT nl_sql('what about France', thread => 'q');
SELECT nl_sql('what about France', thread => 'q');
SELECT question, meaning, reading FROM nl2sql.turns WHERE thread = 'q' ORDER BY asked_at;

-- Every function that asks has the thread.
SELECT nl_ask('how many orders were there in 2025', thread => 'functions');
SELECT * FROM nl_columns('per month', thread => 'functions');
SELECT * FROM nl_query('per month', thread => 'functions') AS t(month date, orders bigint) LIMIT 2;
SELECT nl_plot('only cancelled ones', thread => 'functions');
SELECT nl_chart('what about 2024?', thread => 'functions') -> 'mark' AS mark;
BEGIN;
SELECT nl_open('by country', 'c', thread => 'functions');
FETCH 2 FROM c;
COMMIT;

-- A ranking, a list, a filter, a measure: each replaces what speaks of the same.
SELECT nl_sql('top 5 customers by revenue', thread => 'ranking');
SELECT nl_sql('in 2025', thread => 'ranking');
SELECT nl_sql('only from France', thread => 'ranking');
SELECT nl_sql('bottom 3', thread => 'ranking');
SELECT nl_sql('and by number of orders?', thread => 'ranking');
SELECT nl_sql('Germany instead', thread => 'ranking');
SELECT nl_ask('orders over 4000', thread => 'list') LIMIT 1;
SELECT nl_ask('only cancelled', thread => 'list') LIMIT 1;
SELECT nl_ask('how many', thread => 'list');
SELECT nl_ask('by country', thread => 'list');
SELECT nl_ask('without Germany', thread => 'list');
SELECT nl_ask('and revenue', thread => 'list');

-- What may be meant in two ways is not guessed. What can be read by itself begins anew.
SELECT nl_ask('number of orders per customer', thread => 'open') LIMIT 1;
SELECT nl_ask('only over 5', thread => 'open');
SELECT nl_ask('Germany too', thread => 'open');
SELECT nl_ask('how many customers', thread => 'open');
SELECT nl_ask('in Berlin', thread => 'open');
SELECT nl_ask('only Germany', thread => 'another');

-- Another schema, of which nothing is known.
CREATE SCHEMA fleet;
SET search_path = fleet;
CREATE TABLE stations (id integer PRIMARY KEY, name text NOT NULL, region text NOT NULL);
CREATE TABLE vehicles (id integer PRIMARY KEY, plate text NOT NULL, maker text NOT NULL, fuel text NOT NULL);
CREATE TABLE rentals (id integer PRIMARY KEY, vehicle_id integer NOT NULL REFERENCES vehicles,
    station_id integer NOT NULL REFERENCES stations, started_on date NOT NULL, distance_km integer NOT NULL, fee numeric NOT NULL);
INSERT INTO stations VALUES (1, 'Harbour', 'north'), (2, 'Airport', 'south'), (3, 'Market', 'south');
INSERT INTO vehicles SELECT n, 'P-' || n, (ARRAY['Fiat', 'Skoda', 'Volvo'])[1 + n % 3], (ARRAY['petrol', 'electric'])[1 + n % 2]
FROM generate_series(1, 12) AS n;
INSERT INTO rentals SELECT n, 1 + n % 12, 1 + n % 3, date '2024-01-01' + n * 3, 10 + n % 90, 20 + n % 50
FROM generate_series(1, 240) AS n;
ANALYZE;
SELECT public.nl_sql('number of rentals per maker', thread => 'fleet');
SELECT public.nl_sql('only electric', thread => 'fleet');
SELECT public.nl_sql('in 2025', thread => 'fleet');
SELECT public.nl_sql('and by region?', thread => 'fleet');
SELECT public.nl_sql('what about petrol', thread => 'fleet');
SELECT public.nl_sql('also by maker', thread => 'fleet');
SELECT public.nl_sql('top 2', thread => 'fleet');
SELECT public.nl_sql('average fee per month', thread => 'fleet');
SELECT public.nl_sql('for Volvo', thread => 'fleet');
SELECT public.nl_sql('what about the total distance', thread => 'fleet');
SELECT public.nl_sql('by quarter instead', thread => 'fleet');
SELECT public.nl_sql('just 2024', thread => 'fleet');
SELECT public.nl_sql('and Fiat', thread => 'fleet');
-- What a thread says is read anew: the schema has changed.
ALTER TABLE rentals RENAME COLUMN distance_km TO length_km;
SELECT public.nl_sql('and Skoda', thread => 'fleet');
RESET search_path;
DROP SCHEMA fleet CASCADE;

-- A turn is a part of the transaction.
BEGIN;
SELECT nl_ask('how many orders are there', thread => 'rolled back');
ROLLBACK;
BEGIN READ ONLY;
SELECT nl_ask('how many orders are there', thread => 'read only');
COMMIT;
SELECT count(*) FROM nl2sql.turns WHERE thread IN ('rolled back', 'read only');
SELECT nl_forget('q');
SELECT count(*) FROM nl2sql.turns WHERE thread = 'q';
SELECT nl_forget() > 0 AS all_forgotten;
SELECT count(*) FROM nl2sql.turns;
