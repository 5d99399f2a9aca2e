//! What other sessions change in the catalogs, or the asker's own transaction, is true of the very next prompt: in small
//! catalogs, which are told whole, and in large ones, of which the nearest part is.

use nl2sql_e2e::cluster::{Content, Database, shared};
use nl2sql_e2e::session::{Session, quote};

const SCHEMA: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name text, salary_canary int);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total_canary numeric);
    CREATE TYPE mood AS ENUM ('happy_canary');
    CREATE TABLE visits (id int, mood mood);
    CREATE SCHEMA side;
    CREATE TABLE side.plans_canary (id int);";

/// So many that a prompt shows the nearest alone.
const MANY: usize = 400;

/// A catalog that is told whole or, padded, one of which a part is.
struct Catalog {
    database: Database<'static>,
    owner: Session,
    asker: Session,
    role: String,
}

impl Catalog {
    fn new(name: &str, padded: bool) -> Self {
        let database = shared().database(name, Content::Empty);
        let mut owner = database.session();
        owner.run(SCHEMA);
        if padded {
            owner.run(&format!(
                "DO $$BEGIN FOR i IN 1..{MANY} LOOP
                     EXECUTE format('CREATE TABLE public.padding_%s (id int, filler_%s text)', i, i);
                 END LOOP; END$$"
            ));
        }
        let role = database.role("asker");
        owner.run(&format!(
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; GRANT USAGE ON SCHEMA side TO {role};
             GRANT SELECT ON ALL TABLES IN SCHEMA side TO {role}"
        ));
        let asker = database.session_as(&role);
        Self { database, owner, asker, role }
    }

    /// What the asker's model would be told.
    fn prompt(&mut self) -> String {
        prompt(&mut self.asker)
    }

    fn owner(&mut self, sql: &str) {
        self.owner.run(&sql.replace("{role}", &self.role));
    }

    /// The owner's statement makes this text appear, or disappear.
    #[track_caller]
    fn changes(&mut self, sql: &str, text: &str, appears: bool) {
        let before = self.prompt();
        assert_eq!(before.contains(text), !appears, "{text} before {sql}\n{before}");
        self.owner(sql);
        let after = self.prompt();
        assert_eq!(after.contains(text), appears, "{text} after {sql}\n{after}");
    }
}

const QUESTION: &str = "names and salary of customers, totals of their orders, moods of visits, plans";

fn prompt(session: &mut Session) -> String {
    session.text(&format!("SELECT nl_prompt({})", quote(QUESTION)))
}

/// Both kinds of catalogs.
fn both(name: &str) -> [Catalog; 2] {
    [Catalog::new(name, false), Catalog::new(&format!("{name}_padded"), true)]
}

#[test]
fn a_padded_catalog_is_told_in_part() {
    let mut catalog = Catalog::new("padded", true);
    let told = catalog.prompt();
    assert!(told.contains("table customers") && told.contains("further relations"), "{told}");
    assert!((1..=MANY).any(|number| !told.contains(&format!("padding_{number}"))), "{told}");
}

#[test]
fn what_is_revoked_is_told_no_more() {
    for mut catalog in both("revoked") {
        catalog.changes("REVOKE SELECT ON visits FROM {role}", "happy_canary", false);
        catalog.changes("GRANT SELECT ON visits TO {role}", "happy_canary", true);
        catalog.changes(
            "REVOKE SELECT ON customers FROM {role}; GRANT SELECT (id, name) ON customers TO {role}",
            "salary_canary",
            false,
        );
        catalog.changes("REVOKE SELECT (name) ON customers FROM {role}", "  name text", false);
        catalog.changes("REVOKE SELECT (id) ON customers FROM {role}", "customers (id)", false);
        catalog.changes("GRANT SELECT ON customers TO {role}", "-> customers (id)", true);
        catalog.changes("REVOKE USAGE ON SCHEMA side FROM {role}", "plans_canary", false);
        catalog.changes("GRANT USAGE ON SCHEMA side TO {role}", "plans_canary", true);
        catalog.changes("REVOKE SELECT ON side.plans_canary FROM {role}", "plans_canary", false);
        let group = catalog.database.role("readers");
        catalog.changes(
            &format!("GRANT SELECT ON side.plans_canary TO {group}; GRANT {group} TO {{role}}"),
            "plans_canary",
            true,
        );
        catalog.changes(&format!("REVOKE {group} FROM {{role}}"), "plans_canary", false);
        catalog.changes("ALTER ROLE {role} SUPERUSER", "plans_canary", true);
        catalog.changes("ALTER ROLE {role} NOSUPERUSER", "plans_canary", false);
    }
}

#[test]
fn labels_hide_at_once() {
    for mut catalog in both("labelled") {
        catalog.owner.run("SELECT nl_check('SELECT 1')");
        for (object, text) in [
            ("COLUMN customers.salary_canary", "salary_canary"),
            ("TABLE orders", "total_canary"),
            ("SCHEMA side", "plans_canary"),
        ] {
            catalog.changes(&format!("SECURITY LABEL FOR nl2sql ON {object} IS 'hidden'"), text, false);
            catalog.changes(&format!("SECURITY LABEL FOR nl2sql ON {object} IS NULL"), text, true);
        }
        catalog.changes("SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS 'masked'", "name text masked", true);
    }
}

/// A hidden or unreadable column is no reason to choose a relation, and names no column in a line.
#[test]
fn what_is_not_chosen_tells_no_hidden_names() {
    let mut catalog = Catalog::new("outlines", true);
    catalog.owner("SELECT nl_check('SELECT 1')");
    catalog.owner(
        "DO $$BEGIN FOR i IN 1..400 LOOP
             EXECUTE format('ALTER TABLE public.padding_%s ADD secret_canary_%s int', i, i);
             EXECUTE format('REVOKE SELECT ON public.padding_%s FROM {role}', i);
             EXECUTE format('GRANT SELECT (id, filler_%s) ON public.padding_%s TO {role}', i, i);
         END LOOP; END$$",
    );
    let ask = "SELECT nl_prompt('padding with filler and secret canary')";
    let told = catalog.asker.text(ask);
    assert!(told.contains("filler_") && told.contains("further relations"), "{told}");
    assert!(!told.contains("secret_canary_"), "{told}");
    catalog.owner(
        "DO $$BEGIN FOR i IN 1..400 LOOP
             EXECUTE format('GRANT SELECT ON public.padding_%s TO {role}', i);
             EXECUTE format('SECURITY LABEL FOR nl2sql ON COLUMN public.padding_%s.filler_%s IS %L', i, i, 'hidden');
         END LOOP; END$$",
    );
    let told = catalog.asker.text(ask);
    assert!(told.contains("secret_canary_") && !told.contains("filler_"), "{told}");
}

#[test]
fn another_role_is_told_its_own() {
    for mut catalog in both("roles") {
        let other = catalog.database.role("other");
        catalog.owner(&format!("GRANT {other} TO {{role}}; GRANT SELECT (id) ON customers TO {other}"));
        assert!(catalog.prompt().contains("salary_canary"));
        catalog.asker.run(&format!("SET ROLE {other}"));
        let told = catalog.prompt();
        assert!(
            told.contains("customers") && !told.contains("salary_canary") && !told.contains("table orders"),
            "{told}"
        );
        catalog.asker.run("RESET ROLE");
        assert!(catalog.prompt().contains("salary_canary"));
    }
}

#[test]
fn a_table_of_the_same_name_is_another_one() {
    for mut catalog in both("same_name") {
        catalog.changes(
            "DROP TABLE customers CASCADE; CREATE TABLE customers (id int, nickname_canary text)",
            "salary_canary",
            false,
        );
        assert!(!catalog.prompt().contains("nickname_canary"), "nobody granted it");
        catalog.changes("GRANT SELECT ON customers TO {role}", "nickname_canary", true);
        catalog.changes(
            "ALTER TABLE customers RENAME COLUMN nickname_canary TO renamed_canary",
            "renamed_canary",
            true,
        );
        catalog.changes("ALTER TABLE customers RENAME TO clients_canary", "clients_canary", true);
        catalog.changes("ALTER SCHEMA side RENAME TO beside", "beside.plans_canary", true);
        catalog.changes("ALTER TYPE mood ADD VALUE 'moody_canary'", "moody_canary", true);
        catalog.changes("ALTER TYPE mood RENAME TO temper_canary", "temper_canary", true);
        catalog.changes("COMMENT ON COLUMN visits.mood IS 'said_canary'", "said_canary", true);
        catalog.changes("COMMENT ON SCHEMA beside IS 'schema_canary'", "schema_canary", true);
        catalog.changes("DROP SCHEMA beside CASCADE", "plans_canary", false);
        catalog.owner("CREATE TEMPORARY TABLE customers_temporary_canary (id int)");
        assert!(!catalog.prompt().contains("temporary_canary"), "it is another session's");
        catalog.asker.run("CREATE TEMPORARY TABLE customers_own_canary (id int)");
        assert!(catalog.prompt().contains("table customers_own_canary"), "the asker's own");
    }
}

#[test]
fn the_askers_own_transaction_counts_until_it_is_rolled_back() {
    for mut catalog in both("transaction") {
        let mut session = catalog.database.session();
        let before = prompt(&mut session);
        session.run("BEGIN; SAVEPOINT first; ALTER TABLE customers ADD added_canary int");
        assert!(prompt(&mut session).contains("added_canary"));
        session.run("SAVEPOINT second; CREATE TABLE customers_of_canary (id int); DROP TABLE visits");
        let inside = prompt(&mut session);
        assert!(inside.contains("customers_of_canary") && !inside.contains("happy_canary"), "{inside}");
        session.run("ROLLBACK TO SAVEPOINT second");
        let inside = prompt(&mut session);
        assert!(inside.contains("added_canary") && inside.contains("happy_canary"), "{inside}");
        assert!(!inside.contains("customers_of_canary"), "{inside}");
        session.run("ROLLBACK TO SAVEPOINT first");
        assert_eq!(prompt(&mut session), before);
        session.run("ALTER TABLE customers ADD added_canary int; ROLLBACK");
        assert_eq!(prompt(&mut session), before);
        // What another session commits counts inside a transaction, of whatever isolation.
        for level in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
            session.run(&format!("BEGIN ISOLATION LEVEL {level}; SELECT count(*) FROM customers"));
            prompt(&mut session);
            catalog.owner("CREATE TABLE orders_late_canary (id int)");
            assert!(prompt(&mut session).contains("orders_late_canary"), "{level}");
            session.run("COMMIT");
            catalog.owner("DROP TABLE orders_late_canary");
            assert_eq!(prompt(&mut session), before, "{level}");
        }
    }
}

#[test]
fn prepared_statements_see_changes_too() {
    for mut catalog in both("prepared") {
        let statement = catalog.asker.client.prepare("SELECT nl_prompt($1)").expect("the extension is there");
        let told = |session: &mut Session| -> String {
            session.client.query_one(&statement, &[&QUESTION]).expect("a prompt").get(0)
        };
        for _ in 0..7 {
            assert!(told(&mut catalog.asker).contains("salary_canary"));
        }
        catalog.owner("REVOKE SELECT ON customers FROM {role}");
        assert!(!told(&mut catalog.asker).contains("salary_canary"));
        catalog.owner("GRANT SELECT (id, name) ON customers TO {role}");
        let now = told(&mut catalog.asker);
        assert!(now.contains("table customers") && !now.contains("salary_canary"), "{now}");
        catalog.owner("DROP TABLE visits");
        assert!(!told(&mut catalog.asker).contains("happy_canary"));
    }
}

/// More changes than a session takes in one by one, while it is idle and while it is busy.
#[test]
fn a_flood_of_changes_leaves_nothing_old() {
    let mut catalog = Catalog::new("flood", false);
    assert!(catalog.prompt().contains("salary_canary"));
    let each = |catalog: &mut Catalog, statement: &str| {
        for from in [1, 1001, 2001] {
            let until = from + 999;
            catalog.owner(&format!(
                "DO $$BEGIN FOR i IN {from}..{until} LOOP EXECUTE format('{statement}', i); END LOOP; END$$"
            ));
        }
    };
    each(&mut catalog, "CREATE TABLE side.flood_%s (id int)");
    catalog.owner("DROP TABLE customers CASCADE");
    assert!(!catalog.prompt().contains("salary_canary"));
    catalog.owner("CREATE TABLE customers (id int, back_canary int); GRANT SELECT ON customers TO {role}");
    each(&mut catalog, "DROP TABLE side.flood_%s");
    let told = catalog.prompt();
    assert!(told.contains("back_canary") && !told.contains("flood_"), "{told}");
}

/// Questions asked while another session changes tables all the time tell what is true once it is done.
#[test]
fn changes_during_questions_are_not_missed() {
    for mut catalog in both("race") {
        let mut changer = catalog.database.session();
        let done = std::thread::spawn(move || {
            for round in 0..150 {
                changer.run(&format!(
                    "ALTER TABLE customers RENAME COLUMN name TO name_{round};
                     ALTER TABLE customers RENAME COLUMN name_{round} TO name;
                     CREATE TEMPORARY TABLE passing (id int PRIMARY KEY); DROP TABLE passing"
                ));
            }
            changer.run("ALTER TABLE customers RENAME COLUMN name TO last_canary; DROP TABLE visits");
        });
        while !done.is_finished() {
            let told = catalog.prompt();
            assert!(told.contains("table customers"), "{told}");
        }
        done.join().expect("the changes are made");
        let told = catalog.prompt();
        assert!(told.contains("last_canary") && !told.contains("happy_canary") && !told.contains("name_"), "{told}");
    }
}
