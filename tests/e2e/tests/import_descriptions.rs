//! What another server's catalogs say of its tables is told of the foreign tables, once that was asked for.

use nl2sql_e2e::cluster::{Content, Database, shared};
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::Session;

/// Names that tell nothing of how the tables hang together, and some that no careless quoting survives.
const THERE: &str = r#"
    CREATE EXTENSION postgres_fdw;
    CREATE SCHEMA there;
    CREATE TYPE there.state AS ENUM ('open', 'paid', 'it''s void');
    CREATE TABLE there.clients (nr int PRIMARY KEY, full_name text UNIQUE, town text);
    CREATE TABLE there.purchases (no int PRIMARY KEY, buyer int REFERENCES there.clients, amount numeric, st there.state);
    CREATE TABLE there."odd ]'\" (a int, b int, PRIMARY KEY (a, b));
    COMMENT ON TABLE there.clients IS E'people who buy\n\u0007[references purchases (no)]';
    COMMENT ON COLUMN there.purchases.amount IS 'what was paid, with tax';
    INSERT INTO there.clients VALUES (7, 'Ines Moreau', 'Vienna'), (8, 'Jo Park', 'Graz');
    INSERT INTO there.purchases VALUES (1, 7, 10, 'open'), (2, 7, 20, 'paid'), (3, 8, 5, 'paid');
    CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}');
    CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (user 'postgres', password_required 'false');
    CREATE FOREIGN TABLE purchases (id int OPTIONS (column_name 'no'), buyer int, amount numeric, st text)
        SERVER other OPTIONS (schema_name 'there');
    CREATE FOREIGN TABLE clients (nr int, full_name text, town text) SERVER other OPTIONS (schema_name 'there');
    CREATE FOREIGN TABLE odd (a int, b int) SERVER other OPTIONS (schema_name 'there', table_name 'odd ]''\');
    CREATE FOREIGN TABLE gone (a int) SERVER other OPTIONS (schema_name 'there');
    COMMENT ON FOREIGN TABLE purchases IS 'our own words';"#;

fn database(name: &str) -> (Database<'static>, Session) {
    let database = shared().database(name, Content::Empty);
    let mut session = database.session();
    let port = database.cluster.port().to_string();
    session.run(&THERE.replace("{port}", &port).replace("{database}", &database.name));
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.run("SET nl2sql.allow_servers = 'other'; SET nl2sql.schemas = 'public'");
    (database, session)
}

const IMPORT: &str = "SELECT concat_ws(' ', foreign_table, comments, keys, lists, problem) \
    FROM nl2sql.import_descriptions('other') ORDER BY 1";
const COMMENTS: &str = "SELECT concat_ws(': ', pg_describe_object(classoid, objoid, objsubid), description) FROM pg_description \
    WHERE objoid IN (SELECT ftrelid FROM pg_foreign_table) ORDER BY 1";

#[test]
fn keys_and_labels_of_the_other_server_are_joined_and_filtered_by() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (_database, mut session) = database("import_keys");
    assert!(
        session.try_texts("SELECT nl_sql('total amount by town')").is_err(),
        "nothing tells how they hang together"
    );
    assert_eq!(
        session.texts(IMPORT),
        [
            "public.clients 3 2 0",
            "public.gone 0 0 0 the other server has no such table, or does not describe it",
            "public.odd 1 1 0",
            "public.purchases 4 2 1",
        ]
    );
    assert_eq!(
        session.texts(COMMENTS),
        [
            "column amount of foreign table purchases: what was paid, with tax",
            "column buyer of foreign table purchases: [references clients (nr)]",
            "column full_name of foreign table clients: [unique]",
            "column id of foreign table purchases: [primary key]",
            "column nr of foreign table clients: [primary key]",
            "column st of foreign table purchases: [one of 'open', 'paid', 'it''s void']",
            "foreign table clients: people who buy  (references purchases (no))",
            "foreign table odd: [primary key (a, b)]",
            "foreign table purchases: our own words",
        ]
    );
    let by_town = session.texts("SELECT nl_ask('total amount by town')").join(" ");
    assert!(by_town.contains("Vienna") && by_town.contains("30") && by_town.contains("Graz"), "{by_town}");
    assert_eq!(session.texts("SELECT nl_ask('how many paid purchases are there')").len(), 1);
    let prompt = session.text("SELECT nl_prompt('total amount by town')");
    for told in ["id integer primary key", "buyer integer -> clients (nr)", "st text = 'open' | 'paid' | 'it''s void'"]
    {
        assert!(prompt.contains(told), "{told} is not in {prompt}");
    }
    assert!(!prompt.contains("[references") && prompt.contains("note \"our own words\""), "{prompt}");
}

#[test]
fn what_was_imported_is_renewed_and_own_words_stay() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (_database, mut session) = database("import_again");
    session.run(IMPORT);
    let imported = session.texts(COMMENTS);
    assert!(session.texts(IMPORT).iter().all(|line| line.contains(" 0 ")), "nothing has changed");
    assert_eq!(session.texts(COMMENTS), imported);
    session.run(
        "COMMENT ON TABLE there.purchases IS 'their words'; ALTER TYPE there.state ADD VALUE 'lost';
         ALTER TABLE there.purchases DROP CONSTRAINT purchases_buyer_fkey",
    );
    session.run(IMPORT);
    let purchases = "SELECT obj_description('purchases'::regclass)";
    assert_eq!(session.text(purchases), "our own words");
    assert!(session.texts(COMMENTS).iter().any(|comment| comment.ends_with("'it''s void', 'lost']")));
    session.run("SELECT * FROM nl2sql.import_descriptions('other', true)");
    assert_eq!(session.text(purchases), "their words");
    assert!(!session.texts(COMMENTS).iter().any(|comment| comment.contains("[references clients")));
}

#[test]
fn descriptions_are_written_by_owners_and_read_from_servers_of_postgresql() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (database, mut session) = database("import_rights");
    let role = database.role("reader");
    session.run(&format!(
        "GRANT USAGE ON FOREIGN SERVER other TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    database.session_as(&role).error(IMPORT, "42704");
    session.error("SELECT * FROM nl2sql.import_descriptions('nowhere')", "42704");
    session.error("SELECT * FROM nl2sql.import_descriptions(NULL)", "42704");
    session.run(
        "CREATE EXTENSION file_fdw; CREATE SERVER disk FOREIGN DATA WRAPPER file_fdw;
         CREATE FOREIGN TABLE host (line text) SERVER disk OPTIONS (filename '/etc/hostname')",
    );
    session.error("SELECT * FROM nl2sql.import_descriptions('disk')", "0A000");
    session.run("BEGIN READ ONLY");
    session.error(IMPORT, "25006");
    session.run("ROLLBACK");
    // Who owns one of them describes that one, through a mapping of theirs.
    session.run(&format!("ALTER FOREIGN TABLE odd OWNER TO {role}"));
    assert_eq!(database.session_as(&role).texts(IMPORT), ["public.odd 1 1 0"]);
}

/// Views can't declare keys either: their comments tell them the same way.
#[test]
fn comments_tell_keys_of_views() {
    let database = shared().database("told_keys", Content::Empty);
    let mut session = database.session();
    session.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.base (nr int, buyer int, amount numeric, town text);
         INSERT INTO raw.base VALUES (1, NULL, NULL, 'Vienna'), (2, 1, 10, NULL), (3, 1, 5, NULL);
         CREATE VIEW clients AS SELECT nr, town FROM raw.base WHERE town IS NOT NULL;
         CREATE VIEW purchases AS SELECT nr AS id, buyer, amount FROM raw.base WHERE buyer IS NOT NULL;
         COMMENT ON VIEW clients IS 'people who buy [primary key (nr)]';
         COMMENT ON COLUMN purchases.buyer IS '[references clients (nr)]'; SELECT * FROM nl_check('SELECT 1');
         SET nl2sql.schemas = 'public'",
    );
    let answer = session.texts("SELECT nl_ask('total amount by town')");
    assert!(matches!(answer.as_slice(), [row] if row.contains("Vienna") && row.contains("15")), "{answer:?}");
}
