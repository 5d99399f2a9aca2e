-- The schema of tests/hidden_calls.rs: everything that can hide a call, by the superuser, whose code is trusted as far as
-- the guard can see into it. `look` takes a lock that outlives the transaction; it hides behind STABLE or IMMUTABLE.
CREATE EXTENSION dblink;
CREATE EXTENSION file_fdw;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION tsm_system_rows;
CREATE TABLE staff (id int PRIMARY KEY, name text);
INSERT INTO staff VALUES (1, 'Ada'), (2, 'Ben');
CREATE SEQUENCE numbers;

CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN 1; END';
CREATE FUNCTION look(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_advisory_lock_shared(4242); RETURN $1; END';
CREATE FUNCTION look_fixed(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_advisory_lock_shared(4242); RETURN $1; END';
CREATE FUNCTION look_sql(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 FROM pg_advisory_lock_shared(4242)';
CREATE FUNCTION look_inlined(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT look($1)';
CREATE FUNCTION look_volatile(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM pg_advisory_lock_shared(4242); RETURN $1; END';
CREATE FUNCTION volatile_inside(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN look_volatile($1); END';
CREATE FUNCTION definer(int) RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER AS 'BEGIN RETURN $1; END';
CREATE FUNCTION definer_inside(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN definer($1) + look($1); END';

-- Views and rules.
CREATE VIEW wiping AS SELECT id, wipe() AS n FROM staff;
CREATE VIEW wiping_twice AS SELECT id + n AS n FROM wiping;
CREATE VIEW sleeping AS SELECT id FROM staff WHERE pg_sleep(10) IS NOT NULL;
CREATE VIEW looking AS SELECT look(id) AS n FROM staff;
CREATE VIEW setting AS SELECT set_config('work_mem', '1MB', false) AS s;
CREATE VIEW files AS SELECT pg_read_file('PG_VERSION') AS f;
-- Tables were made views by such a rule before PostgreSQL 16.
CREATE VIEW ruled AS SELECT 1 AS id;
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO ruled DO INSTEAD SELECT wipe() AS id;
CREATE TABLE noted (id int);
CREATE RULE note AS ON INSERT TO noted DO ALSO DELETE FROM staff;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS n WITH NO DATA;
CREATE MATERIALIZED VIEW filled AS SELECT id, random() AS r FROM staff;

-- Types, operators, casts, aggregates.
CREATE FUNCTION with_default(int DEFAULT wipe()) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
CREATE FUNCTION with_look(int DEFAULT look(1)) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
CREATE DOMAIN wiped AS int CHECK (VALUE + wipe() > 0);
CREATE DOMAIN looked AS int CHECK (look(VALUE) > 0);
CREATE DOMAIN looked_deep AS looked;
CREATE TYPE looked_row AS (n looked);
CREATE TYPE looked_range AS RANGE (SUBTYPE = looked);
CREATE FUNCTION wipe_both(int, int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN true; END';
CREATE FUNCTION look_both(int, int) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM look($1); RETURN true; END';
CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = int, FUNCTION = wipe_both);
CREATE OPERATOR <~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = look_both);
CREATE TYPE mood AS ENUM ('fine');
CREATE FUNCTION wipe_mood(mood) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN 1; END';
CREATE CAST (mood AS int) WITH FUNCTION wipe_mood(mood) AS IMPLICIT;
CREATE FUNCTION look_mood(mood) RETURNS json LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM look(1); RETURN ''1''; END';
CREATE CAST (mood AS json) WITH FUNCTION look_mood(mood);
CREATE TABLE moods (mood mood);
INSERT INTO moods VALUES ('fine');
CREATE FUNCTION wipe_step(int, int) RETURNS int LANGUAGE plpgsql VOLATILE STRICT AS 'BEGIN DELETE FROM staff; RETURN 1; END';
CREATE FUNCTION look_step(int, int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN look(1); END';
CREATE FUNCTION wipe_end(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN 1; END';
CREATE AGGREGATE by_step(int) (SFUNC = wipe_step, STYPE = int);
CREATE AGGREGATE by_end(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = wipe_end);
CREATE AGGREGATE by_combine(int) (SFUNC = int4pl, STYPE = int, COMBINEFUNC = wipe_step, PARALLEL = SAFE);
CREATE AGGREGATE by_moving(int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = wipe_step, MSTYPE = int);
CREATE AGGREGATE by_look(int) (SFUNC = look_step, STYPE = int);
CREATE AGGREGATE by_ordered(int ORDER BY int) (SFUNC = wipe_step, STYPE = int);
CREATE FUNCTION look_diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM look(1); RETURN 1; END';
CREATE TYPE diffed AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = look_diff);

-- What planning looks at; made while the function was as harmless as it says.
CREATE FUNCTION turns(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE TABLE indexed (id int, name text);
CREATE INDEX ON indexed ((turns(id)));
CREATE TABLE predicated (id int);
CREATE INDEX ON predicated (id) WHERE turns(1) = 1;
CREATE TABLE constant_index (id int);
CREATE INDEX ON constant_index ((id + turns(1)));
CREATE TABLE checked (id int CHECK (turns(1) = 1 AND id > 0));
CREATE TABLE counted (id int);
CREATE STATISTICS counted_stats ON (id + turns(1)), (id * 2) FROM counted;
CREATE TABLE generated (id int, g int GENERATED ALWAYS AS (turns(id)) STORED);
CREATE TABLE defaulted (id int DEFAULT wipe(), g int);
CREATE TABLE keyed (id int) PARTITION BY LIST ((turns(id)));
CREATE TABLE keyed_one PARTITION OF keyed FOR VALUES IN (1);
CREATE TABLE secured (id int);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON secured USING (look(id) = id);
CREATE TABLE secured_volatile (id int);
ALTER TABLE secured_volatile ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON secured_volatile USING (wipe() = id);
INSERT INTO indexed SELECT i, 'x' FROM generate_series(1, 500) AS i;
INSERT INTO predicated VALUES (1); INSERT INTO constant_index VALUES (1); INSERT INTO checked VALUES (1);
INSERT INTO counted SELECT generate_series(1, 50); INSERT INTO generated VALUES (1); INSERT INTO keyed VALUES (1);
INSERT INTO secured VALUES (1); INSERT INTO secured_volatile VALUES (1);
ANALYZE counted, indexed;
CREATE OR REPLACE FUNCTION turns(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_advisory_lock_shared(4242); RETURN $1; END';

-- Foreign tables.
CREATE SERVER disk FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE disk_file (line text) SERVER disk OPTIONS (filename '{file}.source');
CREATE VIEW disk_view AS SELECT * FROM disk_file;
CREATE TABLE split (line text) PARTITION BY LIST (line);
CREATE TABLE split_here PARTITION OF split FOR VALUES IN ('here');
CREATE FOREIGN TABLE split_there PARTITION OF split DEFAULT SERVER disk OPTIONS (filename '{file}.source');
CREATE TABLE parent (line text);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER disk OPTIONS (filename '{file}.source');
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
    '127.0.0.1', current_setting('port'), current_database()); END $$;
CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'postgres', password_required 'false');
CREATE FOREIGN TABLE remote (id int, n int) SERVER loop OPTIONS (table_name 'wiping');
CREATE VIEW remote_view AS SELECT * FROM remote;
CREATE FOREIGN TABLE remote_staff (id int, name text) SERVER loop OPTIONS (table_name 'staff');

-- One function for each thing that must not be done, marked as if it did nothing.
CREATE FUNCTION do_write() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN DELETE FROM staff; RETURN 1; END';
CREATE FUNCTION do_write_inside() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN wipe(); END';
CREATE FUNCTION do_write_sql() RETURNS bigint LANGUAGE sql STABLE AS 'WITH gone AS (DELETE FROM staff RETURNING 1) SELECT count(*) FROM gone';
CREATE FUNCTION write_enabled() RETURNS int LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM staff; RETURN 1; END $$;
CREATE FUNCTION do_write_enabled() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN write_enabled(); END';
CREATE FUNCTION write_set() RETURNS int LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM staff; RETURN 1; END $$;
CREATE FUNCTION do_write_set() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN write_set(); END';
CREATE FUNCTION do_lock() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN look(1); END';
CREATE FUNCTION do_lock_text() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN EXECUTE 'SELECT pg_try_advisory_lock(4242)'; RETURN 1; END $$;
CREATE FUNCTION do_lock_text_cursor() RETURNS int LANGUAGE plpgsql STABLE AS
    $$ DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE 'SELECT pg_advisory_lock_shared(4242)'; MOVE c; RETURN 1; END $$;
CREATE FUNCTION do_notify() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_notify('loot', 'x'); RETURN 1; END $$;
CREATE FUNCTION do_sleep() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_sleep(20); RETURN 1; END';
CREATE FUNCTION do_set() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM set_config('work_mem', '1MB', false); RETURN 1; END $$;
CREATE FUNCTION do_set_utility() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN EXECUTE 'SET work_mem = ''1MB'''; RETURN 1; END $$;
CREATE FUNCTION set_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN SET work_mem = '1MB'; RETURN 1; END $$;
CREATE FUNCTION do_set_inside() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN set_inside(); END';
CREATE FUNCTION do_seed() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM setseed(0.5); RETURN 1; END';
CREATE FUNCTION do_kill() RETURNS int LANGUAGE plpgsql STABLE AS
    $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'; RETURN 1; END $$;
CREATE FUNCTION do_cancel() RETURNS int LANGUAGE plpgsql STABLE AS
    $$ BEGIN PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'; RETURN 1; END $$;
CREATE FUNCTION do_copy() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN EXECUTE 'COPY staff TO PROGRAM ''touch {file}'''; RETURN 1; END $$;
CREATE FUNCTION copy_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE 'COPY staff TO PROGRAM ''touch {file}'''; RETURN 1; END $$;
CREATE FUNCTION do_copy_inside() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN copy_inside(); END';
CREATE FUNCTION do_object() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM lo_create(0); RETURN 1; END';
CREATE FUNCTION do_export() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM lo_export(1, '{file}'); RETURN 1; END $$;
CREATE FUNCTION do_dblink() RETURNS int LANGUAGE plpgsql STABLE AS
    $$ BEGIN PERFORM dblink_exec(format('host=127.0.0.1 port=%s user=postgres dbname=%s', current_setting('port'), current_database()),
                                 'INSERT INTO staff VALUES (3, ''Eve'')'); RETURN 1; END $$;
CREATE FUNCTION do_nextval() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN nextval('numbers'); END $$;
CREATE FUNCTION do_number() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN txid_current(); END';
CREATE FUNCTION do_read_file() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN pg_read_file('PG_VERSION'); END $$;
CREATE FUNCTION do_list_files() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT min(f) FROM pg_ls_dir('.') AS f); END $$;
CREATE FUNCTION do_reset_statistics() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_stat_reset(); RETURN 1; END';
CREATE FUNCTION do_restore_point() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_create_restore_point('x'); RETURN 1; END $$;
CREATE FUNCTION do_switch_wal() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_switch_wal(); RETURN 1; END';
CREATE FUNCTION do_reload() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_reload_conf(); RETURN 1; END';
CREATE FUNCTION do_slot() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_create_physical_replication_slot('loot', true); RETURN 1; END $$;
CREATE FUNCTION do_message() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_logical_emit_message(false, 'x', 'y'); RETURN 1; END $$;
CREATE FUNCTION do_listen() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN EXECUTE 'LISTEN mine'; RETURN 1; END $$;
CREATE FUNCTION listen_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN LISTEN mine; RETURN 1; END $$;
CREATE FUNCTION do_listen_inside() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN listen_inside(); END';
CREATE FUNCTION prepare_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE 'PREPARE mine AS SELECT 1'; RETURN 1; END $$;
CREATE FUNCTION do_prepare() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN prepare_inside(); END';
CREATE FUNCTION declare_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE 'DECLARE mine CURSOR WITH HOLD FOR SELECT 1'; RETURN 1; END $$;
CREATE FUNCTION do_declare() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN declare_inside(); END';
CREATE FUNCTION temp_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN CREATE TEMP TABLE mine (a int); INSERT INTO mine VALUES (1); RETURN 1; END $$;
CREATE FUNCTION do_temp() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN temp_inside(); END';
CREATE FUNCTION load_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN LOAD 'auto_explain'; RETURN 1; END $$;
CREATE FUNCTION do_load() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN load_inside(); END';
CREATE FUNCTION role_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN SET ROLE pg_monitor; RETURN 1; END $$;
CREATE FUNCTION do_role() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN role_inside(); END';
CREATE FUNCTION discard_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN DISCARD PLANS; RETURN 1; END $$;
CREATE FUNCTION do_discard() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN discard_inside(); END';
CREATE PROCEDURE ending() LANGUAGE plpgsql AS 'BEGIN COMMIT; DELETE FROM staff; COMMIT; END';
CREATE FUNCTION call_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN CALL ending(); RETURN 1; END';
CREATE FUNCTION do_call() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN call_inside(); END';
CREATE FUNCTION do_xml() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN query_to_xml('SELECT pg_advisory_lock_shared(4242)', true, true, ''); END $$;
CREATE FUNCTION do_ask() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT nl_sql('attack')); END $$;
-- Tries all of it and swallows every error: it answers, and has done nothing. A function may read catalogs through a view.
CREATE VIEW doing AS SELECT oid, proname FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname ~ '^do_' AND pronargs = 0;
CREATE FUNCTION do_everything() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM doing WHERE proname NOT IN ('do_everything', 'do_sleep', 'do_ask') ORDER BY proname LOOP
        BEGIN EXECUTE format('SELECT %I()', f::regproc); EXCEPTION WHEN OTHERS THEN NULL; END;
    END LOOP;
    RETURN 1;
END $$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
