//! What the system knows of labelled columns: values in the statistics, the names of partitions, names near to unknown ones.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};

/// The answer to a statement, or the SQLSTATE and message of its refusal.
fn answer(session: &mut Session, sql: &str) -> Result<Vec<String>, String> {
    session.try_texts(&format!("SELECT nl_run({})", quote(sql))).map_err(|error| {
        let error = nl2sql_e2e::session::database_error(&error);
        format!("{} {}", error.code().code(), error.message())
    })
}

/// People with a masked and a hidden column, and views and functions of a superuser over the statistics of them.
fn people(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(
        "LOAD 'nl2sql';
         CREATE TABLE people (id int, salary int, passkey text);
         INSERT INTO people SELECT i, 4000 + i * 37, 'key' || i FROM generate_series(1, 20) AS i;
         CREATE STATISTICS people_both (mcv) ON salary, passkey FROM people; ANALYZE people; ANALYZE people;
         CREATE VIEW facts AS SELECT s.attname::text AS name, s.histogram_bounds::text AS range FROM pg_stats s WHERE s.tablename = 'people';
         CREATE VIEW raw_facts AS SELECT s.stavalues1::text AS range FROM pg_statistic s WHERE s.starelid = 'people'::regclass;
         CREATE VIEW both_facts AS SELECT e.most_common_vals::text AS range FROM pg_stats_ext e WHERE e.tablename = 'people';
         CREATE VIEW counted_facts AS SELECT count(*) AS n FROM pg_stats s WHERE s.histogram_bounds::text LIKE '%4037%';
         CREATE FUNCTION told() RETURNS text LANGUAGE plpgsql STABLE AS
             $$BEGIN RETURN (SELECT min(s.histogram_bounds::text) FROM pg_stats s WHERE s.attname = 'salary'); END$$;
         CREATE FUNCTION told_by_view() RETURNS text LANGUAGE plpgsql STABLE AS
             $$BEGIN RETURN (SELECT min(f.range) FROM public.facts f WHERE f.name = 'salary'); END$$;
         CREATE FUNCTION told_by_table() RETURNS text LANGUAGE plpgsql STABLE AS
             $$BEGIN RETURN (SELECT min(s.stavalues1::text) FROM pg_catalog.pg_statistic s WHERE s.starelid = 'people'::regclass); END$$;
         CREATE FUNCTION told_inlined() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT range FROM public.facts'",
    );
    fixture
}

/// How many statistics there are, or rows of which partition, would tell as much as their values.
const BY_ROWS: &str = "2F003 telling masked values by the number of rows is not allowed";

const OF_STATISTICS: &[&str] = &[
    "SELECT s.histogram_bounds::text AS r FROM pg_stats s WHERE s.tablename = 'people'",
    "SELECT s.stavalues1::text AS r FROM pg_statistic s WHERE s.starelid = 'people'::regclass",
    "SELECT range AS r FROM facts",
    "SELECT left(range, 20) AS r FROM facts",
    "SELECT range AS r FROM raw_facts",
    "SELECT range AS r FROM both_facts",
    "SELECT n AS r FROM counted_facts",
    "SELECT told() AS r",
    "SELECT told_by_view() AS r",
    "SELECT told_by_table() AS r",
    "SELECT t AS r FROM told_inlined() AS t",
];

#[test]
fn statistics_tell_no_labelled_values() {
    let mut fixture = people("labels_statistics");
    fixture.session.run("SET nl2sql.schemas = 'public, pg_catalog'");
    for sql in OF_STATISTICS {
        let shown = answer(&mut fixture.session, sql).expect("nothing is labelled");
        assert!(!shown.is_empty() && !shown.iter().any(|row| row.contains("***")), "{sql}: {shown:?}");
    }
    for label in ["masked", "hidden"] {
        fixture.session.run(&format!("SECURITY LABEL FOR nl2sql ON COLUMN people.salary IS '{label}'"));
        for sql in OF_STATISTICS {
            match answer(&mut fixture.session, sql) {
                Ok(rows) => assert!(rows.iter().all(|row| row == r#"{"r":"***"}"#), "{label}: {sql}: {rows:?}"),
                Err(error) if error == BY_ROWS => {}
                Err(error) => {
                    assert!(error.starts_with("2F003 reading the labelled relation pg_catalog."), "{sql}: {error}")
                }
            }
        }
    }
    fixture
        .session
        .run("CREATE VIEW names AS SELECT c.relname::text AS name FROM pg_class c WHERE c.relname = 'people'");
    assert_eq!(answer(&mut fixture.session, "SELECT name FROM names"), Ok(vec![r#"{"name":"people"}"#.to_owned()]));
}

/// Tables whose partitions, sub-partitions or children are named for what they hold.
fn cities(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(
        "LOAD 'nl2sql';
         CREATE TABLE stays (id int, city text, year int) PARTITION BY LIST (city);
         CREATE TABLE heirs (id int, city text);
         DO $$ BEGIN FOR i IN 1..12 LOOP
             EXECUTE format('CREATE TABLE stays_%s PARTITION OF stays FOR VALUES IN (%L)', i, 'city' || i);
             EXECUTE format('CREATE TABLE heirs_%s (CHECK (city = %L)) INHERITS (heirs)', i, 'city' || i);
             EXECUTE format('INSERT INTO stays_%s VALUES (%s, %L, 2020)', i, 30 - i, 'city' || i);
             EXECUTE format('INSERT INTO heirs_%s VALUES (%s, %L)', i, 30 - i, 'city' || i);
         END LOOP; END $$;
         CREATE TABLE years (id int, city text, year int) PARTITION BY RANGE (year);
         CREATE TABLE years_20 PARTITION OF years FOR VALUES FROM (2020) TO (2021);
         CREATE TABLE years_21 PARTITION OF years FOR VALUES FROM (2021) TO (2022);
         INSERT INTO years VALUES (1, 'city1', 2020), (2, 'city2', 2021);
         CREATE VIEW by_city AS SELECT id, 1 AS n FROM stays_1 UNION ALL SELECT id, 2 FROM stays_2;
         SECURITY LABEL FOR nl2sql ON COLUMN stays.city IS 'masked';
         SECURITY LABEL FOR nl2sql ON COLUMN years.city IS 'masked';
         SECURITY LABEL FOR nl2sql ON COLUMN heirs.city IS 'masked'",
    );
    fixture
}

#[test]
fn partitions_tell_their_masked_keys_by_no_name() {
    let mut fixture = cities("labels_partitions");
    for table in ["stays", "heirs"] {
        for sql in [
            format!("SELECT id, 'city1' AS city FROM {table}_1 UNION ALL SELECT id, 'city2' FROM {table}_2"),
            format!("SELECT (SELECT max(id) FROM {table}_1) AS id, (SELECT max(id) FROM {table}_2) AS city"),
            format!(
                "WITH a AS (SELECT id FROM {table}_1), b AS (SELECT id FROM {table}_2)
                     SELECT p.id, p.id IN (SELECT id FROM a) OR NOT p.id IN (SELECT id FROM b) AS city FROM {table} p"
            ),
            format!("SELECT a.id, b.id AS city FROM {table}_1 a, {table}_2 b"),
        ] {
            match answer(&mut fixture.session, &sql) {
                Ok(rows) => assert_eq!(rows, [r#"{"id":"***","city":"***"}"#], "{sql}"),
                Err(error) => assert_eq!(error, BY_ROWS, "{sql}"),
            }
        }
        let one = answer(&mut fixture.session, &format!("SELECT id FROM {table}_1"));
        assert_eq!(one, Ok(vec![r#"{"id":29}"#.to_owned()]), "as much as a comparison");
        let whole = answer(&mut fixture.session, &format!("SELECT count(*) AS n FROM {table}"));
        assert_eq!(whole, Ok(vec![r#"{"n":12}"#.to_owned()]));
        let named: Vec<String> = (1..=12).map(|number| format!("SELECT id FROM {table}_{number}")).collect();
        let refused = answer(&mut fixture.session, &named.join(" UNION ALL ")).expect_err("too many");
        assert_eq!(refused, "2F003 comparing masked columns 12 times is not allowed");
    }
    let view = answer(&mut fixture.session, "SELECT id, n FROM by_city");
    assert_eq!(view, Err(BY_ROWS.to_owned()));
    let first = answer(&mut fixture.session, "SELECT min(id) AS id, max(n) AS n FROM by_city");
    assert_eq!(first, Ok(vec![r#"{"id":"***","n":"***"}"#.to_owned()]));
    let other = answer(&mut fixture.session, "SELECT id, 1 AS n FROM years_20 UNION ALL SELECT id, 2 FROM years_21");
    assert_eq!(other.expect("by another column").len(), 2);
    let plain = answer(&mut fixture.session, "SELECT id FROM years_20 UNION ALL SELECT id FROM years_21 ORDER BY id");
    assert_eq!(plain.expect("by another column"), [r#"{"id":1}"#, r#"{"id":2}"#]);
}

#[test]
fn partitions_by_hidden_keys_are_not_named() {
    let mut fixture = cities("labels_hidden_partitions");
    for table in ["stays", "heirs"] {
        fixture.session.run(&format!("SECURITY LABEL FOR nl2sql ON COLUMN {table}.city IS 'hidden'"));
        let refused = answer(&mut fixture.session, &format!("SELECT id FROM {table}_1")).expect_err("hidden");
        assert_eq!(refused, format!("2F003 using public.{table}_1.* is not allowed"));
        let whole = answer(&mut fixture.session, &format!("SELECT count(*) AS n FROM {table}"));
        assert_eq!(whole, Ok(vec![r#"{"n":12}"#.to_owned()]));
    }
}

#[test]
fn a_model_is_told_no_hidden_names() {
    let mut fixture = people("labels_hidden_names");
    fixture.session.run(
        "SECURITY LABEL FOR nl2sql ON COLUMN people.passkey IS 'hidden';
         CREATE TABLE vaults (id int); SECURITY LABEL FOR nl2sql ON TABLE vaults IS 'hidden'",
    );
    for (number, sql) in [
        "SELECT * FROM people",
        "SELECT p FROM people p",
        "SELECT people.passke FROM people",
        "SELECT id FROM people ORDER BY passke",
        "SELECT * FROM people GROUP BY id",
        "SELECT id FROM vault",
    ]
    .iter()
    .enumerate()
    {
        let question = format!("question {number}");
        fixture.double.answer(&question, [Reply::sql(sql), Reply::sql("SELECT 7 AS n")]);
        assert_eq!(fixture.session.ask(&question)[0]["n"], 7, "{sql}");
        let chats = fixture.double.chats();
        let told = chats.last().expect("a call").conversation().replace(sql, "");
        assert!(told.contains("SQLSTATE"), "{sql}: {told}");
        let is_name = |word: &str| ["passkey", "vaults"].contains(&word);
        let names: Vec<&str> =
            told.split(|letter: char| !letter.is_alphanumeric()).filter(|word| is_name(word)).collect();
        assert!(names.is_empty(), "{sql}: {names:?} in {told}");
    }
    // Nor which columns an answer has that does not fit.
    fixture.double.answer("what fits", [Reply::sql("SELECT * FROM people"), Reply::sql("SELECT 7 AS n")]);
    assert_eq!(fixture.session.text("SELECT n FROM nl_query('what fits') AS t(n int)"), "7");
    assert!(!fixture.double.chats().last().expect("a call").conversation().contains("passkey"));
}

/// Nor does the asker hear of what is hidden, unless the statement itself names it.
#[test]
fn no_message_names_what_is_hidden() {
    let mut fixture = people("labels_unnamed");
    fixture.session.run(
        "SECURITY LABEL FOR nl2sql ON COLUMN people.passkey IS 'hidden';
         CREATE VIEW keys AS SELECT id, passkey AS shown FROM people;
         CREATE TABLE vaults (id int); SECURITY LABEL FOR nl2sql ON TABLE vaults IS 'hidden';
         CREATE VIEW rooms AS SELECT id FROM vaults",
    );
    for sql in [
        "SELECT people.passke FROM people",
        "SELECT passke FROM people",
        "SELECT * FROM people",
        "SELECT p FROM people p",
        "SELECT count(p) FROM people p",
        "SELECT *, count(*) FROM people",
        "SELECT * FROM people GROUP BY id",
        "SELECT (SELECT row_to_json(o.*) FROM people i GROUP BY i.id LIMIT 1) FROM people o GROUP BY o.id",
        "SELECT * FROM people NATURAL JOIN (SELECT * FROM people a CROSS JOIN people b) AS c",
        "SELECT shown FROM keys",
        "SELECT * FROM keys",
        "SELECT id FROM keys",
        "SELECT id FROM rooms",
    ] {
        let check = format!("SELECT row_to_json(c) FROM nl_check({}) AS c", quote(sql));
        let mut told = fixture.session.text(&check);
        for call in [
            format!("SELECT nl_run({})", quote(sql)),
            format!("SELECT * FROM nl_run_query({}) AS t(n point)", quote(sql)),
        ] {
            match fixture.session.try_texts(&call) {
                Ok(rows) => told.push_str(&rows.concat()),
                Err(error) => told.push_str(&format!("{error:?}")),
            }
        }
        assert!(!told.contains("passkey") && !told.contains("vaults"), "{sql}: {told}");
    }
    let named = fixture.session.failure("SELECT nl_run('SELECT passkey FROM people')");
    assert_eq!(named.message(), "using public.people.passkey is not allowed");
    let star = fixture.session.failure("SELECT nl_run('SELECT * FROM people')");
    assert_eq!(star.message(), "using a hidden column of public.people is not allowed");
}
