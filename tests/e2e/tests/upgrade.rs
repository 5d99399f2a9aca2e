//! An extension that was updated from an earlier version is the same as one that was installed anew.

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::session::Session;

/// Every version that can be updated from.
const RELEASED: &[&str] = &["0.1.0"];

/// Everything that belongs to the extension, each object with what it is made of.
fn objects(session: &mut Session) -> Vec<String> {
    session.texts(
        "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' ' || concat_ws(' | ',
             obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)),
             (SELECT pg_get_functiondef(p.oid) || ' ' || COALESCE(p.proacl::text, '')
              FROM pg_proc p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid),
             (SELECT concat_ws(' ', c.relkind, c.relacl, c.relrowsecurity, c.relpersistence,
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

#[test]
fn an_update_gives_what_an_installation_gives() {
    let fresh = shared().database("fresh", Content::Bare);
    let mut session = fresh.session();
    session.run("CREATE EXTENSION nl2sql");
    let wanted = objects(&mut session);
    assert!(wanted.len() > 15, "{wanted:?}");
    for version in RELEASED {
        let database = shared().database(&format!("from_{}", version.replace('.', "_")), Content::Bare);
        let mut session = database.session();
        session.run(&format!("CREATE EXTENSION nl2sql VERSION '{version}'"));
        // What users have made of it stays.
        session.run(
            "CREATE SERVER gpt FOREIGN DATA WRAPPER nl2sql
                 OPTIONS (provider 'openai', endpoint 'http://localhost:1/v1', model 'm');
             CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
             CREATE TABLE people (id integer, email text);
             SECURITY LABEL FOR nl2sql ON COLUMN people.email IS 'masked';
             ALTER EXTENSION nl2sql UPDATE",
        );
        assert_eq!(objects(&mut session), wanted, "updated from {version}");
        assert_eq!(session.text("SELECT count(*) FROM nl_labels()"), "1");
        assert_eq!(session.text("SELECT count(*) FROM pg_foreign_server WHERE srvname = 'gpt'"), "1");
        assert_eq!(session.text("SELECT allowed FROM nl_check('SELECT email FROM people')"), "t");
    }
}
