-- What the clients find in the shop's database besides the shop: a model, and somebody who may ask it.
CREATE EXTENSION nl2sql;
CREATE SERVER double FOREIGN DATA WRAPPER nl2sql OPTIONS (provider 'openai', endpoint :'endpoint', model 'double');
CREATE USER MAPPING FOR PUBLIC SERVER double OPTIONS (api_key 'sk-double');
CREATE ROLE analyst LOGIN;
GRANT pg_read_all_data TO analyst;
GRANT USAGE ON FOREIGN SERVER double TO analyst;
GRANT CREATE ON DATABASE shop TO analyst;
ALTER DATABASE shop SET nl2sql.model = 'double';

-- For answers of every kind of type.
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE TYPE place AS (street text, number integer, position point);
CREATE DOMAIN percentage AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN nonempty AS text[] CHECK (array_length(VALUE, 1) > 0);
