-- The schema of tests/foreign_code.rs: code of {mallory}, an ordinary role, at every place where the server runs code that no
-- statement names. Whatever of it runs reads the table `seen`, which the statistics count and no rollback takes back.
CREATE SCHEMA mal AUTHORIZATION {mallory};
GRANT USAGE ON SCHEMA mal TO PUBLIC;
GRANT CREATE ON DATABASE {database} TO {mallory};
CREATE TABLE staff (id int PRIMARY KEY, name text);
INSERT INTO staff SELECT n, 'name ' || n FROM generate_series(1, 1000) AS n;
ANALYZE staff;
GRANT SELECT ON staff TO PUBLIC;

SET ROLE {mallory};
CREATE TABLE mal.seen (id int);
GRANT SELECT ON mal.seen TO PUBLIC;
CREATE FUNCTION mal.look() RETURNS void LANGUAGE plpgsql STABLE AS $$ BEGIN
    IF current_user <> '{mallory}' THEN PERFORM count(*) FROM mal.seen; END IF;
END $$;
CREATE FUNCTION mal.g(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM mal.look(); RETURN true; END';
CREATE FUNCTION mal.k(int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
    'BEGIN PERFORM mal.look(); RETURN $1; END';
CREATE FUNCTION mal.k_sql(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 + (SELECT count(*)::int FROM mal.seen)';
CREATE FUNCTION mal.rows_sql() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT 1 FROM mal.seen';
CREATE FUNCTION mal.k_set(int) RETURNS int LANGUAGE plpgsql IMMUTABLE SET work_mem = '4MB' AS
    'BEGIN PERFORM mal.look(); RETURN $1; END';

-- Types: what is made of literals runs while a statement is analyzed.
CREATE DOMAIN mal.d AS int CHECK (mal.g(VALUE));
CREATE TYPE mal.comp AS (n mal.d);
CREATE TYPE mal.deep AS (c mal.comp[]);
CREATE DOMAIN mal.set_d AS int CHECK (mal.k_set(VALUE) > 0);
CREATE TYPE mal.set_comp AS (n mal.set_d);
CREATE FUNCTION mal.f(mal.comp) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_deep(mal.deep) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_set(mal.set_comp) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_many(VARIADIC mal.comp[]) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.r() RETURNS SETOF mal.comp LANGUAGE sql STABLE AS 'SELECT NULL::mal.comp WHERE false';
CREATE FUNCTION mal.opf(int, mal.comp) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR mal.<!> (LEFTARG = int, RIGHTARG = mal.comp, FUNCTION = mal.opf);
CREATE FUNCTION mal.step(int, mal.comp) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE AGGREGATE mal.agg(mal.comp) (SFUNC = mal.step, STYPE = int);
CREATE FUNCTION mal.step_state(mal.comp, int) RETURNS mal.comp LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE mal.agg_state(int) (SFUNC = mal.step_state, STYPE = mal.comp, INITCOND = '(1)');
CREATE TABLE mal.t (c mal.comp);
CREATE TABLE mal.pairs (c mal.comp, cs mal.comp[]);

-- Ranges: their difference runs in the planner's estimates.
CREATE FUNCTION mal.diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM mal.look(); RETURN $1 - $2; END';
CREATE TYPE mal.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = mal.diff);
CREATE TABLE mal.bookings (id int, during mal.span);
INSERT INTO mal.bookings SELECT i, mal.span(i, i + 10) FROM generate_series(1, 1000) AS i;
ANALYZE mal.bookings;

-- Operators whose function runs on the values in statistics.
CREATE FUNCTION mal.less(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM mal.look(); RETURN $1 < $2; END';
CREATE OPERATOR mal.<<< (LEFTARG = int, RIGHTARG = int, FUNCTION = mal.less, RESTRICT = scalarltsel);
CREATE FUNCTION mal.eq(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM mal.look(); RETURN $1 = $2; END';
CREATE OPERATOR mal.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = mal.eq, RESTRICT = eqsel);

-- Tables: expressions that the planner evaluates.
CREATE TABLE mal.indexed (id int, name text);
CREATE INDEX ON mal.indexed ((id + mal.k(1)));
CREATE TABLE mal.partial (id int, name text);
CREATE INDEX ON mal.partial (id) WHERE id > mal.k(1);
CREATE TABLE mal.checked (id int CHECK (id >= mal.k(1)), name text);
CREATE TABLE mal.parts (id int, name text) PARTITION BY RANGE ((id + mal.k(1)));
CREATE TABLE mal.part PARTITION OF mal.parts FOR VALUES FROM (0) TO (10);
CREATE TABLE mal.listed (id int, name text) PARTITION BY LIST (id);
CREATE TABLE mal.list PARTITION OF mal.listed FOR VALUES IN (mal.k(1));
CREATE TABLE mal.stats (id int, name text);
CREATE STATISTICS mal.s ON (id + mal.k(1)), name FROM mal.stats;
CREATE TABLE mal.secured (id int, name text);
ALTER TABLE mal.secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON mal.secured USING (mal.g(id));
CREATE TABLE mal.plain (id int, name text);
DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['indexed', 'partial', 'checked', 'parts', 'listed', 'stats', 'secured', 'plain'] LOOP
        EXECUTE format('INSERT INTO mal.%I SELECT 1, ''Zebulon '' || i FROM generate_series(2, 9) AS i', t);
    END LOOP;
    ANALYZE mal.indexed; ANALYZE mal.stats;
END $$;
CREATE VIEW mal.v AS SELECT id FROM mal.plain WHERE mal.k(id) > 0;
CREATE TYPE mal.mood AS ENUM ('good', 'bad');
CREATE FUNCTION mal.mood_text(mal.mood) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM mal.look(); RETURN 1; END';
CREATE CAST (mal.mood AS text) WITH FUNCTION mal.mood_text(mal.mood) AS IMPLICIT;
CREATE FUNCTION mal.mood_json(mal.mood) RETURNS json LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM mal.look(); RETURN '1'; END $$;
CREATE CAST (mal.mood AS json) WITH FUNCTION mal.mood_json(mal.mood);
CREATE TABLE mal.moods (m mal.mood);
INSERT INTO mal.moods VALUES ('good');
GRANT SELECT ON ALL TABLES IN SCHEMA mal TO PUBLIC;
RESET ROLE;

-- A superuser's code that calls mallory's.
CREATE FUNCTION calls(int) RETURNS int LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN mal.k($1); END';
CREATE FUNCTION calls_text(int) RETURNS int LANGUAGE plpgsql STABLE AS
    $$ DECLARE r int; BEGIN EXECUTE 'SELECT mal.k(1)' INTO r; RETURN r; END $$;
CREATE FUNCTION calls_sql(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT mal.k($1)';
CREATE FUNCTION calls_inlined(int) RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM mal.rows_sql()); END';
CREATE FUNCTION declares(int) RETURNS int LANGUAGE plpgsql STABLE AS 'DECLARE v mal.d := $1; BEGIN RETURN v; END';
CREATE FUNCTION estimates() RETURNS bigint LANGUAGE plpgsql STABLE AS
    $$ BEGIN RETURN (SELECT count(*) FROM mal.bookings WHERE during && '[5,6]'); END $$;
CREATE FUNCTION populates() RETURNS text LANGUAGE plpgsql STABLE AS
    $$ BEGIN RETURN (SELECT json_populate_record(NULL::mal.comp, '{"n": 1}')::text); END $$;
