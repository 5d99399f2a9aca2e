//! An extension that was updated from an earlier version is the same as one that was installed anew.

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::session::Session;

/// Every version that can be updated from.
const RELEASED: &[&str] = &["0.1.0"];

/// Everything that belongs to the extension, each object with what it is made of.
fn objects(session: &mut Session) -> Vec<String> {
    // The id of nl2sql.catalog is another one in every database.
    session.texts(
        "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' ' || concat_ws(' | ',
             obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)),
             (SELECT pg_get_functiondef(p.oid) || ' ' || COALESCE(p.proacl::text, '')
              FROM pg_proc p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid),
             (SELECT concat_ws(' ', c.relkind, c.reloptions, CASE c.relkind WHEN 'v' THEN regexp_replace(pg_get_viewdef(c.oid), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'id') END, c.relacl, c.relrowsecurity, c.relpersistence, c.relreplident,
                  (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                       pg_get_expr(f.adbin, f.adrelid), col_description(c.oid, a.attnum)), ', ' ORDER BY a.attnum)
                   FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                  (SELECT string_agg(pg_get_indexdef(i.indexrelid) || ' '
                       || COALESCE(obj_description(i.indexrelid, 'pg_class'), ''), ', ' ORDER BY i.indexrelid::regclass::text)
                   FROM pg_index i WHERE i.indrelid = c.oid),
                  (SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
                   FROM pg_constraint k WHERE k.conrelid = c.oid),
                  (SELECT string_agg(concat_ws(' ', y.polname, y.polcmd, pg_get_expr(y.polqual, y.polrelid),
                       pg_get_expr(y.polwithcheck, y.polrelid), obj_description(y.oid, 'pg_policy')), ', ' ORDER BY y.polname)
                   FROM pg_policy y WHERE y.polrelid = c.oid))
              FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid))
         FROM pg_depend d
         WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'nl2sql')
         ORDER BY 1",
    )
}

/// Whoever has a view on what an update makes anew is named; nothing is updated by half.
#[test]
fn an_update_that_others_are_in_the_way_of_names_them_and_changes_nothing() {
    let database = shared().database("update_blocked", Content::Bare);
    let mut session = database.session();
    session.run("CREATE EXTENSION nl2sql VERSION '0.1.0'");
    let before = objects(&mut session);
    let role = database.role("viewer");
    session.run(&format!("CREATE SCHEMA theirs AUTHORIZATION {role}"));
    for (view, body) in [("drafts", "SELECT sql FROM nl2sql.cache"), ("prompts", "SELECT nl_prompt('x') AS x")] {
        database.session_as(&role).run(&format!("CREATE VIEW theirs.{view} AS {body}"));
        let error = session.error("ALTER EXTENSION nl2sql UPDATE", "2BP01");
        assert!(error.detail().unwrap_or_default().contains(&format!("view theirs.{view} depends on")), "{error:?}");
        assert_eq!(objects(&mut session), before);
        assert_eq!(session.text("SELECT extversion FROM pg_extension WHERE extname = 'nl2sql'"), "0.1.0");
        session.run(&format!("DROP VIEW theirs.{view}"));
    }
    session.run("ALTER EXTENSION nl2sql UPDATE");
}

/// What users have made of 0.1.0, each with what it must be after an update. Drafts are forgotten, as the changelog says.
const MADE: &str = "
    CREATE SERVER gpt FOREIGN DATA WRAPPER nl2sql
        OPTIONS (provider 'openai', endpoint 'http://localhost:1/v1', model 'm');
    CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
    CREATE SCHEMA vault;
    CREATE TABLE people (id integer, email text);
    CREATE VIEW addresses AS SELECT email FROM people;
    CREATE VIEW asked AS SELECT * FROM nl_query('how many people are there') AS t(n bigint);
    SECURITY LABEL FOR nl2sql ON SCHEMA vault IS 'hidden';
    SECURITY LABEL FOR nl2sql ON COLUMN people.email IS 'masked';
    SECURITY LABEL FOR nl2sql ON VIEW addresses IS 'hidden';
    INSERT INTO people VALUES (1, 'a@b.c');
    INSERT INTO nl2sql.cache (key, sql) VALUES ('x', 'SELECT 1');
    REVOKE EXECUTE ON FUNCTION nl_ask FROM PUBLIC";

const OF_IT: &[(&str, &str)] = &[
    (
        "SELECT concat_ws(' ', srvname, srvoptions) FROM pg_foreign_server",
        "gpt {provider=openai,endpoint=http://localhost:1/v1,model=m}",
    ),
    ("SELECT concat_ws(' ', srvname, usename, umoptions) FROM pg_user_mappings", "gpt public {api_key=sk-test}"),
    (
        "SELECT string_agg(concat_ws(' ', object, label), ', ' ORDER BY object) FROM nl_labels()",
        "public.addresses hidden, public.people.email masked, vault hidden",
    ),
    ("SELECT n FROM asked", "1"),
    ("SELECT count(*) FROM nl2sql.cache", "0"),
    ("SELECT has_function_privilege('pg_monitor', 'nl_ask(text, text)', 'EXECUTE')", "f"),
    ("SELECT nl_run('SELECT email FROM people')", "{\"email\":\"***\"}"),
    ("SELECT sqlstate FROM nl_check('SELECT * FROM addresses')", "2F003"),
];

#[test]
fn an_update_gives_what_an_installation_gives() {
    let fresh = shared().database("fresh", Content::Bare);
    let mut session = fresh.session();
    session.run("CREATE EXTENSION nl2sql; REVOKE EXECUTE ON FUNCTION nl_ask FROM PUBLIC");
    let wanted = objects(&mut session);
    assert!(wanted.len() > 15, "{wanted:?}");
    for version in RELEASED {
        let database = shared().database(&format!("from_{}", version.replace('.', "_")), Content::Bare);
        let mut session = database.session();
        session.run(&format!("CREATE EXTENSION nl2sql VERSION '{version}'"));
        session.run(MADE);
        session.notices();
        session.run("ALTER EXTENSION nl2sql UPDATE");
        assert_eq!(objects(&mut session), wanted, "updated from {version}");
        for (sql, expected) in OF_IT {
            assert_eq!(session.text(sql), *expected, "{sql}");
        }
        // Whoever kept everybody from asking is told what is new to everybody.
        let notices = session.notices();
        assert!(notices.iter().any(|notice| notice.contains("everybody may call")), "{notices:?}");
    }
}

/// Between `make install` and ALTER EXTENSION … UPDATE the library is of another version than what calls it.
#[test]
fn the_library_refuses_to_work_beside_sql_of_another_version() {
    let database = shared().database("other_version", Content::Bare);
    let mut session = database.session();
    session.run("CREATE EXTENSION nl2sql VERSION '0.1.0'");
    for call in [
        "nl_sql('how many')",
        "nl_ask('how many')",
        "nl_query('how many') AS t(n bigint)",
        "nl_open('how many')",
        "nl_columns('how many')",
        "nl_chart('how many')",
        "nl_plot('how many')",
        "nl_explain('SELECT 1')",
        "nl_check('SELECT 1')",
        "nl_prompt('how many')",
        "nl_health()",
    ] {
        let error = session.error(&format!("SELECT * FROM {call}"), "55000");
        assert!(error.message().contains("version 0.1.0"), "{call}: {error:?}");
        assert!(error.hint().unwrap_or_default().contains("ALTER EXTENSION nl2sql UPDATE"), "{call}: {error:?}");
    }
    session.run("ALTER EXTENSION nl2sql UPDATE");
    assert_eq!(session.text("SELECT nl_run('SELECT 1 AS one')"), "{\"one\":1}");
    // A session that began before somebody updated the extension has the library of before.
    session.run("UPDATE pg_extension SET extversion = '99.0.0' WHERE extname = 'nl2sql'");
    for call in
        ["nl_ask('how many')", "nl_forget()", "nl_feedback('how many', true)", "nl_cancel(1)", "nl2sql.erase(NULL)"]
    {
        let error = session.error(&format!("SELECT {call}"), "55000");
        assert!(error.hint().unwrap_or_default().contains("new session"), "{call}: {error:?}");
    }
    session.run("SELECT nl_drop_labels()");
    session.run("DROP EXTENSION nl2sql");
}
