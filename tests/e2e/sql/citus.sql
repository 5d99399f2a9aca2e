-- What tests/citus asks: distributed, reference and columnar tables, and code that would write on the workers.
SET citus.shard_count = 8;
CREATE TABLE countries (code text PRIMARY KEY, name text);
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE orders (id bigint, customer_id bigint, country text, total numeric, PRIMARY KEY (id, customer_id));
CREATE TABLE events (id bigint, size integer) USING columnar;
SELECT create_reference_table('countries');
SELECT create_distributed_table('customers', 'id');
SELECT create_distributed_table('orders', 'customer_id', colocate_with => 'customers');
ALTER TABLE orders ADD FOREIGN KEY (country) REFERENCES countries;
INSERT INTO countries SELECT code, name FROM (VALUES ('at', 'Austria'), ('be', 'Belgium'), ('cz', 'Czechia'), ('de', 'Germany'), ('ee', 'Estonia'),
    ('fi', 'Finland'), ('gr', 'Greece')) AS v(code, name);
INSERT INTO customers SELECT i, 'customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, 300) AS i;
INSERT INTO orders SELECT i, 1 + i % 300, CASE i % 2 WHEN 0 THEN 'at' ELSE 'de' END, i % 97 FROM generate_series(1, 3000) AS i;
INSERT INTO events SELECT i, i FROM generate_series(1, 1000) AS i;
ANALYZE;
-- Distributed functions write where they run.
CREATE FUNCTION writes(bigint) RETURNS bigint VOLATILE LANGUAGE plpgsql AS
    'BEGIN EXECUTE ''CREATE TABLE made_'' || pg_backend_pid() || ''_'' || $1 || '' ()''; RETURN $1; END';
CREATE FUNCTION leaves_traces(bigint) RETURNS bigint STABLE LANGUAGE plpgsql AS
    'DECLARE r bigint; BEGIN SELECT public.writes($1) INTO r; RETURN r; END';
CREATE VIEW traces AS SELECT id, leaves_traces(id) AS mark FROM customers;
-- What a setting is where a row is.
CREATE FUNCTION setting_there(bigint, text) RETURNS text STABLE LANGUAGE plpgsql AS 'BEGIN RETURN current_setting($2); END';
-- One may not read the distribution column, and another has a limit of its own.
CREATE ROLE analyst;
GRANT SELECT (total) ON orders TO analyst;
CREATE ROLE hasty LOGIN;
ALTER ROLE hasty SET statement_timeout = '3s';
GRANT SELECT ON customers TO hasty;
