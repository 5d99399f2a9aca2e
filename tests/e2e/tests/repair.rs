//! A draft that fails goes back to the model with what went wrong; not for ever, and not for every failure.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;

const WRONG: &str = "SELECT signedup FROM customers WHERE id = 1";
const RIGHT: &str = "SELECT signed_up FROM customers WHERE id = 1";

#[test]
fn a_wrong_column_is_repaired() {
    let mut fixture = Fixture::shop("repair");
    fixture.double.answer("first sign-up", [Reply::sql(WRONG), Reply::sql(RIGHT)]);
    let expected = fixture.session.text("SELECT signed_up FROM customers WHERE id = 1");
    assert_eq!(fixture.session.ask("first sign-up")[0]["signed_up"], expected.as_str());
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 2);
    let (first, second) = (chats[0].messages(), chats[1].messages());
    assert_eq!(first[..], second[..first.len()], "the conversation goes on, it does not start again");
    let report = &second.last().unwrap().1;
    assert!(report.contains("42703"), "{report}");
    assert!(report.contains("signed_up"), "the nearest column is named: {report}");
    assert!(second[first.len()..].iter().any(|(_, text)| text.contains("signedup")), "the draft is shown");
}

#[test]
fn a_failure_while_running_is_repaired() {
    let mut fixture = Fixture::shop("repair_running");
    let wrong = "SELECT sum(1 / (id - 1)) AS n FROM customers";
    fixture.double.answer("sum", [Reply::sql(wrong), Reply::sql("SELECT 7 AS n")]);
    assert_eq!(fixture.session.ask("sum")[0]["n"], 7);
    assert!(fixture.double.chats()[1].conversation().contains("SQLSTATE 22000"));
}

/// The server's message quotes the value that is no number; the model may know that it failed, not on what.
#[test]
fn rows_do_not_leave_in_an_error_message() {
    let mut fixture = Fixture::shop("repair_rows");
    let name = fixture.session.text("SELECT name FROM customers ORDER BY id LIMIT 1");
    let wrong = "SELECT name::int AS n FROM customers ORDER BY id LIMIT 1";
    fixture.double.answer("number", [Reply::sql(wrong), Reply::sql("SELECT 7 AS n")]);
    assert_eq!(fixture.session.ask("number")[0]["n"], 7);
    let told = fixture.double.chats()[1].conversation();
    assert!(told.contains("SQLSTATE 22000") && !told.contains(&name), "{told}");
}

/// The server's hint names columns near the unknown one whether the caller may read them or not.
#[test]
fn hidden_columns_do_not_leave_in_a_hint() {
    let fixture = Fixture::shop("repair_hidden");
    let (_, mut session) = fixture.analyst("GRANT SELECT (id, name) ON customers TO {role}");
    fixture.double.answer("mail", [Reply::sql("SELECT customers.emal FROM customers"), Reply::sql("SELECT 7 AS n")]);
    assert_eq!(session.ask("mail")[0]["n"], 7);
    let told = fixture.double.chats()[1].conversation();
    assert!(told.contains("42703") && !told.contains("email"), "{told}");
}

#[test]
fn attempts_are_counted() {
    let mut fixture = Fixture::shop("attempts");
    fixture.double.answer("first sign-up", Reply::sql(WRONG));
    for attempts in [1, 2, 3] {
        fixture.double.clear();
        fixture.session.run(&format!("SET nl2sql.max_attempts = {attempts}"));
        fixture.session.ask_error("first sign-up", "42703");
        assert_eq!(fixture.double.chats().len(), attempts);
    }
}

#[test]
fn a_missing_privilege_is_nothing_to_repair() {
    let fixture = Fixture::shop("privilege");
    let (_, mut session) = fixture.analyst("GRANT SELECT ON customers TO {role}");
    fixture.double.answer("payments", [Reply::sql("SELECT sum(amount) FROM payments"), Reply::sql("SELECT 1 AS n")]);
    session.ask_error("payments", "42501");
    assert_eq!(fixture.double.chats().len(), 1);
}

#[test]
fn a_model_that_insists_on_writing_is_refused() {
    let mut fixture = Fixture::shop("insists");
    fixture.double.answer("reviews", Reply::sql("DROP TABLE reviews"));
    fixture.session.ask_error("reviews", "25006");
    assert_eq!(fixture.double.chats().len(), 3);
    assert!(fixture.double.chats()[1].messages().last().unwrap().1.contains("25006"));
    assert_ne!(fixture.session.text("SELECT count(*) FROM reviews"), "0");
}

#[test]
fn a_refused_draft_is_repaired() {
    let mut fixture = Fixture::shop("refused");
    let drafts = [Reply::sql("DELETE FROM reviews"), Reply::sql("SELECT pg_sleep(1)"), Reply::sql("SELECT 7 AS n")];
    fixture.double.answer("reviews", drafts);
    assert_eq!(fixture.session.ask("reviews")[0]["n"], 7);
    assert_eq!(fixture.double.chats().len(), 3);
}

#[test]
fn repair_works_in_every_wire_format() {
    use nl2sql_e2e::double::Provider;
    use nl2sql_e2e::fixture::server;
    let mut fixture = Fixture::shop("repair_formats");
    for provider in Provider::ALL {
        let name = provider.name();
        fixture.session.run(&server(name, provider, &fixture.double.url(provider)));
        fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER {name} OPTIONS (api_key 'k')"));
        fixture.session.run(&format!("SET nl2sql.model = '{name}'"));
        fixture.double.answer("first sign-up", [Reply::sql(WRONG), Reply::sql(RIGHT)]);
        fixture.double.clear();
        assert_eq!(fixture.session.ask("first sign-up").len(), 1, "{name}");
        assert!(fixture.double.chats()[1].messages().last().unwrap().1.contains("42703"), "{name}");
    }
}
