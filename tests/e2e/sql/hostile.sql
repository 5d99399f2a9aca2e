-- A schema that somebody who may create things puts before pg_catalog in a search_path: what SQL mostly names without a
-- schema, each raising an error that gives it away.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.yes(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.yes(name, name) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.yes(oid, oid) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.yes(integer, integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.yes(smallint, smallint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.yes("char", "char") RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.join(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.concat_ws(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.length(text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.unnest(oid[]) RETURNS SETOF oid LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.format_type(oid, integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.has_table_privilege(oid, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.to_json(text) RETURNS json LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.quote_ident(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE FUNCTION hostile.step(integer, integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
CREATE AGGREGATE hostile.max(integer) (SFUNC = hostile.step, STYPE = integer, INITCOND = '0');
DO $$ DECLARE t text; o text; BEGIN
    FOREACH t IN ARRAY ARRAY['text', 'name', 'oid', 'integer', 'smallint', '"char"'] LOOP
        FOREACH o IN ARRAY ARRAY['=', '<>', '<', '>', '>=', '<='] LOOP
            EXECUTE format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.yes)', o, t, t);
        END LOOP;
    END LOOP;
END $$;
CREATE OPERATOR hostile.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.join);
CREATE OPERATOR hostile.~ (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.yes);
-- Types and relations of the names that SQL mostly uses.
CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (hostile.length(VALUE::pg_catalog.text) > 0);
CREATE DOMAIN hostile.oid AS pg_catalog.oid CHECK (hostile.yes(VALUE::pg_catalog.oid, VALUE::pg_catalog.oid));
CREATE DOMAIN hostile.json AS pg_catalog.json CHECK (false);
CREATE DOMAIN hostile.bool AS pg_catalog.bool CHECK (false);
CREATE DOMAIN hostile.regclass AS pg_catalog.regclass CHECK (false);
CREATE TABLE hostile.pg_class (oid pg_catalog.oid);
CREATE TABLE hostile.pg_proc (oid pg_catalog.oid);
CREATE TABLE hostile.pg_namespace (oid pg_catalog.oid);
CREATE TABLE hostile.pg_type (oid pg_catalog.oid);
CREATE TABLE hostile.pg_roles (rolname pg_catalog.text);
CREATE TABLE hostile.pg_foreign_server (srvname pg_catalog.text);
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA hostile TO PUBLIC;
