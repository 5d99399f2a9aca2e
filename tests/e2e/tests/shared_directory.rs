//! Where the server has loaded the library at its start, a session that begins takes the names of relations that another has read:
//! it must be told what one that has read them itself is told.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::session::{Session, quote};

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('cheerful');
    CREATE TABLE customers (id int PRIMARY KEY, name text, mood mood);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric);
    CREATE SCHEMA side;
    CREATE TABLE side.plans (id int);
    DO $$BEGIN FOR i IN 1..400 LOOP
        EXECUTE format('CREATE TABLE public.padding_%s (id int, filler_%s text)', i, i);
    END LOOP; END$$;";

const QUESTION: &str = "names and moods of customers, totals of their orders, plans";

/// What the server sends no message for may be so old where a session ranks by it.
const AGE: Duration = Duration::from_millis(5100);

/// Each is done while nobody who begins afterwards could be told of it.
const CHANGES: [&str; 19] = [
    "ALTER TABLE customers RENAME COLUMN name TO full_name",
    "ALTER TABLE orders ADD COLUMN discount numeric",
    "ALTER TABLE orders DROP COLUMN total",
    "ALTER TABLE orders RENAME TO purchases",
    "CREATE TABLE plans_of_customers (id int, customer_id int)",
    "DROP TABLE padding_3",
    "COMMENT ON TABLE padding_4 IS 'plans of customers'; COMMENT ON COLUMN customers.full_name IS 'as in the passport'",
    "ALTER TYPE mood ADD VALUE 'gloomy'",
    "ALTER SCHEMA side RENAME TO other",
    "ALTER TABLE padding_5 SET SCHEMA other",
    "CREATE VIEW customers_with_plans AS SELECT id FROM customers",
    "ALTER TABLE plans_of_customers ADD FOREIGN KEY (customer_id) REFERENCES customers",
    "REVOKE SELECT ON customers FROM PUBLIC",
    "GRANT SELECT (id) ON customers TO PUBLIC",
    "SECURITY LABEL FOR nl2sql ON TABLE plans_of_customers IS 'hidden'",
    "SECURITY LABEL FOR nl2sql ON TABLE plans_of_customers IS NULL",
    "TRUNCATE padding_6; VACUUM FULL pg_attribute; VACUUM FULL pg_class",
    "DO $$BEGIN FOR i IN 10..300 LOOP EXECUTE format('ALTER TABLE padding_%s ADD COLUMN customer_plan int', i); END LOOP; END$$",
    "DROP SCHEMA other CASCADE",
];

fn cluster() -> Cluster {
    Cluster::start_with("shared_preload_libraries = 'nl2sql'\nnl2sql.shared_directories = 3\n")
}

fn prompt(session: &mut Session) -> String {
    session.text(&format!("SELECT nl_prompt({})", quote(QUESTION)))
}

/// What a session that begins is told, and how many relations it found changed; `None` where it took nothing.
fn first_prompt(mut session: Session) -> (String, Option<usize>) {
    session.run("SET client_min_messages = debug1");
    let told = prompt(&mut session);
    let taken = session.notices().into_iter().find_map(|notice| {
        let count = notice.split_once("took the names of relations from shared memory, ")?.1.split(' ').next()?;
        count.parse().ok()
    });
    (told, taken)
}

fn filled<'c>(cluster: &'c Cluster, name: &str) -> Database<'c> {
    let database = cluster.database(name, Content::Empty);
    database.session().run(&format!("{SCHEMA} GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC; ANALYZE"));
    database
}

#[test]
fn what_changed_meanwhile_is_told_to_whoever_begins() {
    let cluster = cluster();
    let database = filled(&cluster, "shared");
    let role = database.role("asker");
    let mut kept = [database.session(), database.session_as(&role)];
    let before: Vec<String> = kept.iter_mut().map(prompt).collect();
    assert_ne!(before[0], before[1], "one may use the schema side");
    let begin = || [database.session(), database.session_as(&role)].map(first_prompt);
    assert_eq!(begin().map(|(_, taken)| taken), [Some(0); 2], "nothing has changed yet");
    let mut owner = database.session();
    for change in CHANGES {
        for statement in change.split("; VACUUM").collect::<Vec<_>>().join(";\0VACUUM").split('\0') {
            owner.run(statement);
        }
        if change.starts_with("COMMENT") || change.starts_with("ALTER TYPE") {
            std::thread::sleep(AGE);
        }
        let wanted: Vec<String> = kept.iter_mut().map(prompt).collect();
        let begun = begin();
        assert_eq!(begun.clone().map(|(told, _)| told).to_vec(), wanted, "{change}");
        // The server moves everything, or labels of enums change what is told of any column that has them: all is read.
        let is_read_again = change.starts_with("ALTER TYPE");
        assert_eq!(begun[0].1.is_none(), is_read_again, "{change}: {:?}", begun[0].1);
        assert!(begun[1].1.is_some(), "{change}: the one before has shared it");
    }
}

#[test]
fn what_is_not_committed_is_shared_with_nobody() {
    let cluster = cluster();
    let database = filled(&cluster, "uncommitted");
    let mut writer = database.session();
    writer.run("BEGIN; CREATE TABLE plans_in_secret (customers int); CREATE TEMP TABLE plans_of_mine (orders int)");
    assert!(prompt(&mut writer).contains("plans_in_secret"));
    let (told, taken) = first_prompt(database.session());
    assert!(taken.is_none() && !told.contains("plans_in_secret"), "nobody has shared anything: {taken:?}");
    let mut other = database.session();
    other.run("BEGIN; DROP TABLE orders");
    let (told, taken) = first_prompt(other);
    assert!(taken == Some(1) && !told.contains("orders ("), "{taken:?} {told}");
    writer.run("ROLLBACK");
    let (told, taken) = first_prompt(database.session());
    assert!(taken == Some(0) && told.contains("orders") && !told.contains("plans_in_secret"), "{taken:?} {told}");
    writer.run("CREATE TEMP TABLE plans_of_mine (orders int)");
    assert!(prompt(&mut writer).contains("plans_of_mine"));
    let (told, taken) = first_prompt(database.session());
    assert!(taken == Some(1) && !told.contains("plans_of_mine"), "{taken:?}");
}

#[test]
fn databases_take_turns_where_they_are_many() {
    let cluster = cluster();
    let databases: Vec<Database<'_>> = (0..4).map(|number| filled(&cluster, &format!("turn{number}"))).collect();
    for (number, database) in databases.iter().enumerate() {
        database.session().run(&format!("ALTER TABLE customers RENAME TO customers_{number}"));
        let (told, taken) = first_prompt(database.session());
        assert!(taken.is_none() && told.contains(&format!("customers_{number}")), "{taken:?}");
    }
    let taken: Vec<Option<usize>> = databases.iter().rev().map(|database| first_prompt(database.session()).1).collect();
    assert_eq!(taken, [Some(0), Some(0), Some(0), None], "the first had to make room for the fourth");
}
