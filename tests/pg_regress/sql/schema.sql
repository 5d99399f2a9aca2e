-- nl_schema tells what of the schema a model would be told, in which order, and why.
\pset format unaligned
CREATE SCHEMA depot;
SET search_path = depot;
CREATE TABLE depot.accounts (id integer PRIMARY KEY, title text NOT NULL, city text);
CREATE TABLE depot.invoices (id integer PRIMARY KEY, account_id integer REFERENCES depot.accounts, amount numeric);
CREATE TABLE depot.vans (plate text PRIMARY KEY, seats integer);
SELECT position, relation, score > 0 AS counts, level, tokens > 0 AS told, why
FROM public.nl_schema('revenue of each account by city');

-- What a COMMENT changes.
COMMENT ON COLUMN depot.invoices.amount IS 'revenue';
SELECT position, relation, why FROM public.nl_schema('revenue of each account by city') WHERE score > 0;
COMMENT ON TABLE depot.vans IS 'Vehicles of the customers';
SELECT position, relation, why FROM public.nl_schema('customers');

-- Where not all of it fits.
DO $$ BEGIN
    FOR n IN 1..60 LOOP
        EXECUTE format('CREATE TABLE depot.crate_%s (contents text, weight_in_kilograms numeric, packed_on date)', n);
    END LOOP;
    EXECUTE (SELECT format('CREATE TABLE depot.ledger (%s)', string_agg(format('entry_%s text', n), ', ')) FROM generate_series(1, 30) n);
END $$;
SET nl2sql.prompt_budget = 1600;
SELECT level FROM public.nl_schema('entries of the ledger') GROUP BY level ORDER BY min(position);
SELECT relation, level FROM public.nl_schema('entries of the ledger') LIMIT 1;
SELECT sum(tokens) BETWEEN 300 AND 1600 AS fits FROM public.nl_schema('entries of the ledger');
RESET nl2sql.prompt_budget;

-- As the caller: what is not readable is not told of, nor what it is near to.
CREATE ROLE regress_nl2sql_driver;
GRANT USAGE ON SCHEMA depot TO regress_nl2sql_driver;
GRANT SELECT ON depot.invoices TO regress_nl2sql_driver;
SET ROLE regress_nl2sql_driver;
SELECT relation, why FROM public.nl_schema('revenue of each account by city');
RESET ROLE;
SELECT public.nl_schema(NULL);
DROP OWNED BY regress_nl2sql_driver;
DROP ROLE regress_nl2sql_driver;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA depot CASCADE;
