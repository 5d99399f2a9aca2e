//! Security labels against a model that wants to know: what is hidden reaches no request, what is masked no answer.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;

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
    for (sql, sqlstate) in [
        ("SELECT email::text::integer FROM customers WHERE id = 1", "22P02"),
        ("SELECT 1 / (id - 1), email FROM customers", "22012"),
        ("SELECT name FROM customers WHERE email::text::date > current_date", "22007"),
    ] {
        fixture.double.answer("break", Reply::sql(sql));
        fixture.session.run("SET nl2sql.max_attempts = 1");
        let error = fixture.session.ask_error("break", sqlstate);
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

#[test]
fn masks_follow_values_wherever_they_go() {
    let (mut fixture, address) = fixture("labels_masks");
    for sql in [
        "SELECT email AS a FROM customers WHERE id = 1",
        "SELECT json_build_array(email) AS a FROM customers WHERE id = 1",
        "SELECT (c).email AS a FROM (SELECT c FROM customers c WHERE id = 1) AS q",
        "SELECT string_agg(email, ',') OVER () AS a FROM customers WHERE id = 1",
        "SELECT x AS a FROM (SELECT email FROM customers WHERE id = 1 UNION SELECT 'x') AS q(x)",
        "SELECT max(email) FILTER (WHERE id = 1) AS a FROM customers GROUP BY city",
    ] {
        fixture.double.answer("address", Reply::sql(sql));
        match fixture.session.try_ask("address") {
            Ok(rows) => assert!(rows.iter().all(|row| row["a"] == "***"), "{sql}: {rows:?}"),
            Err(error) => assert!(!format!("{error:?}").contains(&address), "{sql}: {error:?}"),
        }
    }
}
