//! Security labels against a model that wants to know: what is hidden reaches no request, what is masked no answer.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::Session;

/// The address of the customer with id 1, and a fixture in which it is masked and dates of birth (here: of signing up) hidden.
fn fixture(name: &str) -> (Fixture, String) {
    let mut fixture = Fixture::shop(name);
    let address = fixture.session.text("SELECT email FROM customers WHERE id = 1");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS 'hidden'");
    (fixture, address)
}

#[test]
fn requests_hold_neither_hidden_names_nor_masked_values() {
    let (mut fixture, address) = fixture("labels_requests");
    fixture.session.run("SET nl2sql.share = 'samples'");
    fixture.double.answer("who", Reply::sql("SELECT count(*) AS n FROM customers"));
    assert_eq!(fixture.session.ask(&format!("who is {address} and when signed up"))[0]["n"], 5000);
    let sent: String = fixture.double.chats()[0].messages().into_iter().map(|(_, text)| text).collect();
    let schema = sent.split("Question:").next().expect("there is a beginning");
    assert!(schema.contains("email"), "a masked column is part of the schema");
    assert!(!schema.contains("signed_up"), "a hidden one is not");
    assert!(!schema.contains(&address), "a masked value is told to nobody, not even one the asker knows");
}

#[test]
fn errors_do_not_quote_masked_values() {
    let (mut fixture, address) = fixture("labels_errors");
    for sql in [
        "SELECT email::text::integer FROM customers WHERE id = 1",
        "SELECT 1 / (id - 1), email FROM customers",
        "SELECT name FROM customers WHERE email::text::date > current_date",
    ] {
        fixture.double.answer("break", Reply::sql(sql));
        fixture.session.run("SET nl2sql.max_attempts = 1");
        let error = fixture.session.ask_error("break", "22000");
        let told = format!("{error:?}");
        assert!(!told.contains(&address) && told.contains("masked"), "{told}");
        let typed = fixture.session.failure("SELECT * FROM nl_query('break') AS t(a text)");
        assert!(!format!("{typed:?}").contains(&address), "{typed:?}");
    }
}

#[test]
fn a_hidden_column_is_repaired_away_or_refused() {
    let (mut fixture, _) = fixture("labels_hidden");
    fixture.double.answer("when", Reply::sql("SELECT name, signed_up FROM customers"));
    let error = fixture.session.ask_error("when", "2F003");
    assert_eq!(error.message(), "using public.customers.signed_up is not allowed");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS NULL");
    assert_eq!(fixture.session.ask("when").len(), 5000, "labels are read anew each time");
}

/// Which functions read labelled relations is kept for the session, as long as nothing that it depends on changes.
#[test]
fn what_functions_read_is_looked_up_again_after_changes() {
    let (mut fixture, address) = fixture("labels_kept");
    fixture.session.run(
        "CREATE VIEW people AS SELECT id, name AS who FROM customers;
         CREATE FUNCTION who(integer) RETURNS text LANGUAGE plpgsql STABLE AS
             'BEGIN RETURN (SELECT p.who FROM public.people p WHERE p.id = $1); END'",
    );
    fixture.double.answer("who", Reply::sql("SELECT who(1) AS w"));
    let name = fixture.session.text("SELECT name FROM customers WHERE id = 1");
    // As another session would, and twice, so that the second answer is of what is kept.
    let mut other = fixture.database.session();
    other.run("LOAD 'nl2sql'");
    let mut says = |sql: &str, expected: &str| {
        other.run(sql);
        for _ in 0..2 {
            assert_eq!(fixture.session.ask("who")[0]["w"], expected, "{sql}");
        }
    };
    says("SELECT 1", "***");
    says("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS NULL", "***");
    says("SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS NULL", &name);
    says("SECURITY LABEL FOR nl2sql ON COLUMN orders.status IS 'masked'", &name);
    says("CREATE OR REPLACE VIEW people AS SELECT id, email::text AS who FROM customers", &address);
    says("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'", "***");
    says(
        "CREATE OR REPLACE FUNCTION who(integer) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN ''nobody''; END'",
        "nobody",
    );
}

#[test]
fn masks_follow_values_wherever_they_go() {
    let (mut fixture, address) = fixture("labels_masks");
    for sql in [
        "SELECT email AS a FROM customers WHERE id = 1",
        "SELECT json_build_array(email) AS a FROM customers WHERE id = 1",
        "SELECT string_agg(email, ',') OVER () AS a FROM customers WHERE id = 1",
        "SELECT x AS a FROM (SELECT email FROM customers WHERE id = 1 UNION ALL SELECT 'x') AS q(x)",
        "SELECT max(email) FILTER (WHERE id = 1) AS a FROM customers GROUP BY city",
    ] {
        fixture.double.answer("address", Reply::sql(sql));
        let rows = fixture.session.ask("address");
        assert!(!rows.is_empty() && rows.iter().all(|row| row["a"] == "***"), "{sql}: {rows:?}");
    }
    let same = "SELECT x AS a FROM (SELECT email FROM customers WHERE id = 1 UNION SELECT 'x') AS q(x)";
    fixture.double.answer("same", Reply::sql(same));
    fixture.session.ask_error("same", "2F003");
    let whole = "SELECT (c).email AS a FROM (SELECT c FROM customers c WHERE id = 1) AS q";
    fixture.double.answer("address", Reply::sql(whole));
    fixture.session.ask_error("address", "2F003");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS NULL");
    let rows = fixture.session.ask("address");
    assert!(rows[0]["a"] == "***" && !format!("{rows:?}").contains(&address), "{rows:?}");
}

/// A cursor hands out values and errors as they are, so nothing masked goes into one, shown or not.
#[test]
fn a_cursor_takes_nothing_masked() {
    let (mut fixture, _) = fixture("labels_cursor");
    fixture.double.answer("quiet", Reply::sql("SELECT id FROM customers WHERE email::text::integer > 0"));
    fixture.session.run("SET nl2sql.max_attempts = 1");
    fixture.session.error("SELECT nl_open('quiet')", "2F003");
}

/// Nor does one go on that was opened before a label was set.
#[test]
fn a_cursor_hands_out_nothing_that_was_labelled_meanwhile() {
    let mut fixture = Fixture::shop("labels_open_cursor");
    fixture.double.answer("names", Reply::sql("SELECT id, email FROM customers ORDER BY id"));
    fixture.session.run("BEGIN; SELECT nl_open('names', 'open')");
    assert_eq!(fixture.session.texts("FETCH 1 FROM open"), ["1"]);
    fixture.asker("postgres").run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    let error = fixture.session.error("FETCH 1 FROM open", "2F003");
    assert!(error.message().starts_with("fetching from a cursor that was opened before labels"), "{error:?}");
}

/// Labels and tables that others made after the caller's snapshot count from their commit on.
#[test]
fn an_old_snapshot_hides_no_label_and_no_foreign_table() {
    if lacks(&["file_fdw"]) {
        return;
    }
    let mut fixture = Fixture::shop("labels_snapshot");
    fixture.double.answer("who", Reply::sql("SELECT email AS a FROM customers WHERE id = 1"));
    fixture.session.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    let mut other = fixture.asker("postgres");
    other.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    other.run("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw");
    other.run("CREATE FOREIGN TABLE outside (line text) SERVER files OPTIONS (filename '/etc/hostname')");
    assert_eq!(fixture.session.ask("who")[0]["a"], "***");
    assert_eq!(fixture.session.text("SELECT sqlstate FROM nl_check('SELECT line FROM outside')"), "2F003");
}

/// Values that come from each other over and over are traced once each, or the time limit ends it.
#[test]
fn tracing_values_is_bounded() {
    let (mut fixture, _) = fixture("labels_bounded");
    fixture.session.run("SET nl2sql.query_timeout = '2s'");
    let calls = (2..=40).map(|n| format!(", LATERAL upper(f{0}.x || f{0}.x) AS f{n}(x)", n - 1)).collect::<String>();
    let chain = format!("SELECT f40.x FROM customers AS c, LATERAL upper(c.name || c.name) AS f1(x){calls}");
    let ctes = (2..=40)
        .map(|n| format!(", c{n} AS (SELECT a.x || b.x AS x FROM c{0} AS a, c{0} AS b)", n - 1))
        .collect::<String>();
    let recursive = format!(
        "WITH RECURSIVE r(n, x) AS (SELECT 1, name::text FROM customers UNION ALL SELECT n + 1, \
         (WITH c1 AS (SELECT r.x){ctes} SELECT max(x) FROM c40) FROM r WHERE n < 2) SELECT x FROM r"
    );
    for sql in [chain, recursive] {
        let started = std::time::Instant::now();
        let check = format!("SELECT allowed FROM nl_check({})", nl2sql_e2e::session::quote(&sql));
        let outcome = fixture.session.try_texts(&check);
        assert!(started.elapsed() < std::time::Duration::from_secs(25), "{outcome:?} after {:?}", started.elapsed());
    }
    assert_eq!(fixture.session.text("SELECT 1"), "1");
}

/// What a column is made of has its label too, and what tells the partition of a row has that of the partition key.
#[test]
fn what_is_made_of_labelled_columns_is_labelled() {
    let (mut fixture, _) = fixture("labels_made");
    fixture.session.run(
        "CREATE TABLE members (id int, mail text, born date,
             mailhost text GENERATED ALWAYS AS (split_part(mail, '@', 2)) STORED,
             generation int GENERATED ALWAYS AS (extract(decade FROM born)::int) STORED,
             double_id int GENERATED ALWAYS AS (id * 2) STORED);
         CREATE TABLE young_members () INHERITS (members);
         INSERT INTO members SELECT g, 'm' || g || '@host-of-them.org', '1980-01-01' FROM generate_series(1, 50) g;
         CREATE TABLE moods (id int, mood text) PARTITION BY LIST (mood);
         CREATE TABLE moods_glum PARTITION OF moods FOR VALUES IN ('glum');
         CREATE TABLE fits (id int, fit text) PARTITION BY LIST (lower(fit));
         CREATE TABLE fits_glum PARTITION OF fits FOR VALUES IN ('glum');
         INSERT INTO moods VALUES (1, 'glum'); INSERT INTO fits VALUES (1, 'Glum');
         SECURITY LABEL FOR nl2sql ON COLUMN members.mail IS 'masked';
         SECURITY LABEL FOR nl2sql ON COLUMN members.born IS 'hidden';
         SECURITY LABEL FOR nl2sql ON COLUMN moods.mood IS 'masked';
         SECURITY LABEL FOR nl2sql ON COLUMN fits_glum.fit IS 'masked';
         ANALYZE members; SET nl2sql.share = 'samples'; SET nl2sql.max_attempts = 1",
    );
    for (sql, expected) in [
        ("SELECT mailhost AS a FROM members WHERE id = 1", "***"),
        ("SELECT tableoid::regclass AS a FROM moods", "***"),
        ("SELECT tableoid::regclass AS a FROM fits", "***"),
        ("SELECT double_id AS a FROM members WHERE id = 1", "2"),
        ("SELECT tableoid::regclass AS a FROM members WHERE id = 1", "members"),
        ("SELECT ctid AS a FROM moods", "***"),
        ("SELECT ctid AS a FROM members WHERE id = 1", "(0,1)"),
    ] {
        fixture.double.answer("what", Reply::sql(sql));
        let answer = &fixture.session.ask("what")[0]["a"];
        assert_eq!(answer.as_str().map_or_else(|| answer.to_string(), str::to_owned), expected, "{sql}");
    }
    for sql in ["SELECT generation AS a FROM members", "SELECT generation AS a FROM young_members"] {
        fixture.double.answer("what", Reply::sql(sql));
        fixture.session.ask_error("what", "2F003");
    }
    let prompt = fixture.session.text("SELECT nl_prompt('what members are of host-of-them.org and which generation')");
    let schema = prompt.split("Question:").next().expect("there is a beginning");
    assert!(schema.contains("mailhost") && schema.contains("double_id"), "{schema}");
    assert!(!schema.contains("host-of-them") && !schema.contains("generation"), "{schema}");
    fixture.session.run("SET nl2sql.model = 'builtin'");
    let known = fixture.session.try_texts("SELECT nl_sql('how many members with host-of-them.org')");
    assert!(!format!("{known:?}").contains("mailhost ="), "{known:?}");
}

#[test]
fn where_masked_dates_end_is_not_told_through_a_view() {
    let mut session = Fixture::shop("labels_ends").session;
    session
        .run("CREATE VIEW openings AS SELECT id, signed_up AS opened_at FROM customers; SET nl2sql.model = 'builtin'");
    let told = |session: &mut Session| {
        ["nl_sql", "nl_answer"]
            .map(|function| session.text(&format!("SELECT {function}('how many openings last week')")))
    };
    let open = told(&mut session);
    assert!(open[0].contains("openings.opened_at ends 2") && open[1].contains("latest"), "{open:?}");
    session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.signed_up IS 'masked'");
    let masked = told(&mut session);
    assert!(!masked[0].contains("ends") && !masked[1].contains("latest"), "{masked:?}");
}
