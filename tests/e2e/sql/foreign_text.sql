-- The schema of tests/foreign_text.rs: texts of {mallory}, an ordinary role, that become part of others' statements. Each that
-- must not run reads the table `seen`, as often as a row of others says, which the statistics count.
CREATE SCHEMA mal AUTHORIZATION {mallory};
GRANT USAGE ON SCHEMA mal TO PUBLIC;
CREATE TABLE payroll (id int PRIMARY KEY, name text, salary int);
INSERT INTO payroll VALUES (1, 'Ada', 4711), (2, 'Bob', 5200);
CREATE TABLE rates (id int, rate numeric);
INSERT INTO rates VALUES (1, 1.5);
GRANT SELECT ON rates TO PUBLIC;
CREATE TABLE guarded (id int, owner name);
INSERT INTO guarded VALUES (1, 'nobody');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded USING (owner = current_user);
GRANT SELECT ON guarded TO PUBLIC;
CREATE VIEW my_payroll AS SELECT salary FROM payroll;
CREATE FUNCTION salary_of(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT salary FROM public.payroll WHERE id = $1';
CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM mal.seen); END';
CREATE VIEW super_stats AS SELECT s.attname::text AS "column", s.null_frac FROM pg_catalog.pg_stats s WHERE s.tablename = 'rates';
CREATE VIEW super_schema AS SELECT t.table_name::text AS "table" FROM information_schema.tables t WHERE t.table_name = 'rates';
CREATE VIEW super_role AS SELECT id FROM guarded WHERE owner = current_user;
CREATE VIEW super_setting AS SELECT id FROM rates WHERE id = length(current_setting('app.tenant'));
CREATE VIEW super_payroll WITH (security_invoker) AS SELECT salary FROM payroll;
CREATE VIEW super_rates AS SELECT id, rate FROM rates;
GRANT SELECT ON super_stats, super_schema, super_role, super_setting, super_payroll, super_rates TO PUBLIC;

SET ROLE {mallory};
CREATE TABLE mal.seen (id int);
CREATE TABLE mal.orders (id int, tenant int, owner name, body text);
INSERT INTO mal.orders VALUES (1, 1, '{analyst}', 'Zebulon one'), (2, 2, 'somebody', 'Zebulon two');

-- Views that work with the rights of who asks.
CREATE VIEW mal.inv_catalog WITH (security_invoker = true) AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT length(rolname) FROM pg_catalog.pg_authid WHERE oid = 10)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_table WITH (security_invoker = on) AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT salary FROM public.payroll WHERE id = 1)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_view WITH (security_invoker = 'yes') AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT max(salary) FROM public.my_payroll)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_guarded WITH (security_invoker) AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT max(id) FROM public.guarded)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_ours WITH (security_invoker) AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT count(*) FROM nl2sql.cache)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_function WITH (security_invoker) AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT public.salary_of(1)) q) AS n FROM mal.orders o;
CREATE VIEW mal.inv_xml WITH (security_invoker) AS SELECT o.id,
    pg_catalog.query_to_xml('SELECT salary FROM public.payroll, mal.seen', true, false, '')::text AS n FROM mal.orders o;
CREATE VIEW mal.over_inv AS SELECT id, n FROM mal.inv_table;
CREATE VIEW mal.inv_over WITH (security_invoker) AS SELECT id, n FROM mal.over_inv;
-- An ordinary one, whose functions work with the rights of who asks all the same.
CREATE VIEW mal.def_activity AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS a WHERE a.query <> '')) q) AS n FROM mal.orders o;
CREATE VIEW mal.def_settings AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT count(*) FROM pg_catalog.pg_show_all_settings())) q) AS n FROM mal.orders o;
CREATE VIEW mal.def_function AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT public.salary_of(1)) q) AS n FROM mal.orders o;
CREATE VIEW mal.def_setting AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT length(current_setting('primary_conninfo', true))) q) AS n FROM mal.orders o;
CREATE VIEW mal.def_computed AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT length(current_setting('primary_' || o.body, true))) q) AS n FROM mal.orders o;
-- Ordinary ones over what shows everybody something else: views of the system, tables with policies, others' views.
DO $$ DECLARE name text; counts text; BEGIN
    FOR name, counts IN VALUES
        ('stats', 'SELECT (histogram_bounds::text::int[])[1] FROM pg_catalog.pg_stats WHERE tablename = ''payroll'' AND attname = ''salary'''),
        ('mappings', 'SELECT max(length(umoptions[1])) FROM pg_catalog.pg_user_mappings'),
        ('schema', 'SELECT count(*) FROM information_schema.tables'),
        ('catalog', 'SELECT count(*) FROM pg_catalog.pg_class'),
        ('turns', 'SELECT max(length(question)) FROM nl2sql.turns'),
        ('policies', 'SELECT max(id) FROM public.guarded'),
        ('super_stats', 'SELECT count(*) FROM public.super_stats'),
        ('super_role', 'SELECT max(id) FROM public.super_role'),
        ('super_setting', 'SELECT max(id) FROM public.super_setting'),
        ('super_payroll', 'SELECT max(salary) FROM public.super_payroll') LOOP
        EXECUTE format('CREATE VIEW mal.def_%s AS SELECT o.id, (SELECT count(*) FROM (SELECT FROM mal.seen LIMIT (%s)) q) AS n '
                       'FROM mal.orders o', name, counts);
    END LOOP;
END $$;
CREATE VIEW mal.over_stats AS SELECT id, n FROM mal.def_stats;
CREATE VIEW mal.over_rates AS SELECT o.id, r.rate FROM mal.orders o LEFT JOIN public.super_rates r USING (id);

-- Policies.
DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['table', 'catalog', 'view', 'guarded', 'function', 'xml', 'activity', 'nested', 'in_from',
                             'own_view', 'tenant', 'owner', 'members', 'role', 'computes', 'rates'] LOOP
        EXECUTE format('CREATE TABLE mal.p_%s AS TABLE mal.orders', t);
        EXECUTE format('ALTER TABLE mal.p_%s ENABLE ROW LEVEL SECURITY', t);
    END LOOP;
END $$;
CREATE POLICY p ON mal.p_table USING ((SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT salary FROM public.payroll WHERE id = 1)) q) >= 0);
CREATE POLICY p ON mal.p_catalog USING ((SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT max(oid::int8) FROM pg_catalog.pg_class)) q) >= 0);
CREATE POLICY p ON mal.p_view USING ((SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT max(salary) FROM public.my_payroll)) q) >= 0);
CREATE POLICY p ON mal.p_guarded USING ((SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT max(id) FROM public.guarded)) q) >= 0);
CREATE POLICY p ON mal.p_function USING ((SELECT count(*) FROM (SELECT FROM mal.seen LIMIT public.salary_of(1)) q) >= 0);
CREATE POLICY p ON mal.p_xml USING (pg_catalog.query_to_xml('SELECT salary FROM public.payroll, mal.seen', true, false, '') IS NOT NULL);
CREATE POLICY p ON mal.p_activity USING ((SELECT count(*) FROM (SELECT FROM mal.seen
    LIMIT (SELECT count(*) FROM pg_catalog.pg_stat_get_activity(NULL))) q) >= 0);
CREATE POLICY p ON mal.p_nested USING (EXISTS (SELECT FROM mal.p_table));
CREATE POLICY p ON mal.p_own_view USING ((SELECT sum(n) FROM mal.over_stats) >= 0);
CREATE POLICY p ON mal.p_in_from USING (id <= ALL (SELECT s.id FROM mal.seen AS s, LATERAL (SELECT FROM public.payroll) AS l));
-- What tenants are told apart by.
CREATE TABLE mal.members (tenant int, member name);
INSERT INTO mal.members VALUES (1, '{analyst}');
CREATE POLICY p ON mal.p_tenant USING (tenant = current_setting('app.tenant')::int);
CREATE POLICY p ON mal.p_owner USING (owner = current_user);
CREATE POLICY p ON mal.p_members USING (EXISTS (SELECT FROM mal.members m WHERE m.tenant = p_members.tenant AND m.member = current_user));
CREATE POLICY p ON mal.p_role USING (pg_has_role(current_user, 'pg_monitor', 'MEMBER') OR lower(owner) = session_user::text);
CREATE POLICY p ON mal.p_computes USING (public.doubled(tenant) = 2 AND body LIKE 'Zeb%' AND coalesce(length(body), 0) > 1);
CREATE POLICY p ON mal.p_rates USING (tenant = (SELECT r.id FROM public.rates r));
CREATE VIEW mal.inv_own WITH (security_invoker) AS SELECT o.id FROM mal.p_tenant o JOIN public.rates r USING (id);
CREATE VIEW mal.def_own AS SELECT id FROM mal.orders WHERE tenant = current_setting('app.tenant')::int;

-- Checks made of the server's functions alone. A literal in a statement runs them while it is analyzed.
CREATE DOMAIN mal.d AS int CHECK (pg_catalog.table_to_xml('mal.seen', true, false, '') IS NOT NULL);
CREATE DOMAIN mal.d_query AS text CHECK (pg_catalog.query_to_xml('SELECT ' || VALUE || ' FROM mal.seen', true, false, '') IS NOT NULL);
CREATE DOMAIN mal.d_outer AS mal.d CHECK (VALUE > 0);
CREATE TYPE mal.comp AS (n mal.d);
CREATE TYPE mal.comp_query AS (n mal.d_query);
CREATE TYPE mal.deep AS (c mal.comp[], o mal.d_outer);
CREATE FUNCTION mal.f(mal.comp) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_query(mal.comp_query) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_deep(mal.deep) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.f_many(VARIADIC mal.comp[]) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION mal.opf(int, mal.comp) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR mal.<!> (LEFTARG = int, RIGHTARG = mal.comp, FUNCTION = mal.opf);
CREATE TABLE mal.t (c mal.comp);
-- Such a check, and one that calls a superuser's function, in views and policies, which need not name the type they make.
CREATE DOMAIN mal.d_counted AS int CHECK (public.counted() + VALUE >= 0);
CREATE TYPE mal.comp_counted AS (n mal.d_counted);
CREATE FUNCTION mal.f_counted(mal.comp_counted) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE VIEW mal.def_domain AS SELECT (id::mal.d)::int AS n FROM mal.orders;
CREATE VIEW mal.def_counted AS SELECT (id::mal.d_counted)::int AS n FROM mal.orders;
CREATE VIEW mal.def_outer AS SELECT (id::mal.d_outer)::int AS n FROM mal.orders;
CREATE VIEW mal.def_array AS SELECT cardinality(ARRAY[id]::mal.d[]) AS n FROM mal.orders;
CREATE VIEW mal.def_populated AS SELECT (json_populate_record(NULL::mal.comp, '{"n": 1}')).n::int AS n FROM mal.orders;
CREATE VIEW mal.def_converted AS SELECT ((('(' || id || ')')::mal.comp).n)::int AS n FROM mal.orders;
CREATE VIEW mal.def_listed AS SELECT r.n::int AS n FROM mal.orders, json_to_record('{"n": 1}') AS r (n mal.d);
CREATE VIEW mal.def_xml AS SELECT r.n::int AS n FROM mal.orders, xmltable('/n' PASSING '<n>1</n>' COLUMNS n mal.d PATH '.') AS r;
CREATE VIEW mal.over_function AS SELECT n FROM mal.def_function;
CREATE TABLE mal.p_domain AS TABLE mal.orders;
CREATE TABLE mal.p_counted AS TABLE mal.orders;
CREATE TABLE mal.p_forced AS TABLE mal.orders;
ALTER TABLE mal.p_domain ENABLE ROW LEVEL SECURITY;
ALTER TABLE mal.p_counted ENABLE ROW LEVEL SECURITY;
ALTER TABLE mal.p_forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON mal.p_domain USING (id::mal.d IS NOT NULL);
CREATE POLICY p ON mal.p_counted USING (id::mal.d_counted IS NOT NULL);
CREATE POLICY p ON mal.p_forced USING (public.counted() >= 0);
CREATE VIEW mal.def_forced AS SELECT id AS n FROM mal.p_forced;
-- One that only computes.
CREATE DOMAIN mal.d_plain AS text CHECK (VALUE ~ '^Z' AND public.doubled(length(VALUE)) > 0);
CREATE VIEW mal.def_plain AS SELECT id, body::mal.d_plain AS body FROM mal.orders;
CREATE TABLE mal.p_plain AS SELECT id, body FROM mal.orders;
ALTER TABLE mal.p_plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON mal.p_plain USING (body::mal.d_plain IS NOT NULL);
GRANT SELECT ON ALL TABLES IN SCHEMA mal TO PUBLIC;
RESET ROLE;

-- A superuser's code that reads what mallory wrote.
CREATE FUNCTION reads_view() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT sum(n) FROM mal.inv_table); END';
CREATE FUNCTION reads_view_inlined() RETURNS SETOF bigint LANGUAGE sql STABLE AS 'SELECT n FROM mal.inv_table';
CREATE FUNCTION reads_policy() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM mal.p_table); END';
CREATE FUNCTION reads_policy_inlined() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT id FROM mal.p_table';
CREATE VIEW super_inv WITH (security_invoker) AS SELECT p.id, p.salary, public.salary_of(p.id) AS s FROM payroll p;
CREATE VIEW super_inv_catalog WITH (security_invoker) AS SELECT rolname FROM pg_catalog.pg_authid;
GRANT SELECT ON super_inv, super_inv_catalog TO PUBLIC;
DO $$ DECLARE v text; BEGIN
    FOREACH v IN ARRAY ARRAY['domain', 'counted', 'outer', 'array', 'populated', 'converted', 'listed', 'xml', 'stats'] LOOP
        EXECUTE format('CREATE FUNCTION reads_%1$s() RETURNS bigint LANGUAGE plpgsql STABLE AS '
                       '''BEGIN RETURN (SELECT sum(n) FROM mal.def_%1$s); END''', v);
    END LOOP;
    FOREACH v IN ARRAY ARRAY['def_function', 'def_settings', 'def_setting', 'def_domain', 'def_forced', 'over_function',
                             'over_stats', 'def_super_stats', 'def_super_payroll', 'def_policies'] LOOP
        EXECUTE format('CREATE FUNCTION reads_%1$s_inlined() RETURNS SETOF bigint LANGUAGE sql STABLE AS '
                       '''SELECT n::bigint FROM mal.%1$s''', v);
    END LOOP;
END $$;
CREATE FUNCTION reads_plain_inlined() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT id FROM mal.def_plain';
