//! The asker's rights decide what is answered, and what the model is told of in the first place.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;

const SCHEMA: &str = "
    CREATE TABLE staff (id int PRIMARY KEY, name text, salary_canary int);
    INSERT INTO staff VALUES (1, 'Ada', 4711), (2, 'Ben', 4712);
    CREATE TABLE vault_canary (id int);
    CREATE SCHEMA secret_canary;
    CREATE TABLE secret_canary.plans (id int);
    CREATE TABLE visits (owner text, page text);
    ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON visits USING (owner = current_user);
    INSERT INTO visits VALUES ('somebody', '/a'), ('somebody', '/b');";

#[test]
fn what_a_role_cannot_read_is_told_to_nobody() {
    let mut fixture = Fixture::empty("columns");
    fixture.session.run(SCHEMA);
    let (_, mut session) = fixture.analyst("GRANT SELECT (id, name) ON staff TO {role}");
    fixture.double.answer("names", Reply::sql("SELECT name FROM staff ORDER BY id"));
    let rows = session.ask("names of the staff");
    assert_eq!(rows.iter().map(|row| &row["name"]).collect::<Vec<_>>(), ["Ada", "Ben"]);
    let prompt = session.text("SELECT nl_prompt('names of the staff, their salary_, the vault_ and the plans')");
    assert!(prompt.contains("staff"), "{prompt}");
    for text in [prompt, fixture.double.chats()[0].text()] {
        for hidden in ["salary_canary", "vault_canary", "secret_canary", "4711"] {
            assert!(!text.contains(hidden), "{hidden} is in\n{text}");
        }
    }
    fixture.double.answer("salaries", Reply::sql("SELECT name, salary_canary FROM staff"));
    session.ask_error("salaries", "42501");
    fixture.double.answer("everything", Reply::sql("SELECT * FROM staff"));
    session.ask_error("everything", "42501");
}

#[test]
fn the_model_sees_what_a_superuser_may_read() {
    let mut fixture = Fixture::empty("all_columns");
    fixture.session.run(SCHEMA);
    let prompt = fixture.session.text("SELECT nl_prompt('names of the staff')");
    assert!(prompt.contains("salary_canary") && prompt.contains("vault_canary"), "{prompt}");
}

#[test]
fn row_level_security_holds() {
    let mut fixture = Fixture::empty("rows");
    fixture.session.run(SCHEMA);
    let (role, mut session) = fixture.analyst("GRANT SELECT ON visits TO {role}");
    fixture.session.run(&format!("INSERT INTO visits VALUES ('{role}', '/mine')"));
    fixture.double.answer("visits", Reply::sql("SELECT page FROM visits"));
    let rows = session.ask("visits");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["page"], "/mine");
    assert_eq!(fixture.session.ask("visits").len(), 3, "the superuser sees all");
    // The same session, another user: nothing of the first one's plan or rights may be left.
    fixture.session.run(&format!("SET ROLE {role}"));
    assert_eq!(fixture.session.ask("visits").len(), 1);
    fixture.session.run("RESET ROLE");
    assert_eq!(fixture.session.ask("visits").len(), 3);
}

#[test]
fn a_revoked_right_is_gone_at_once() {
    let mut fixture = Fixture::empty("revoked");
    fixture.session.run(SCHEMA);
    let (role, mut session) = fixture.analyst("GRANT SELECT ON staff TO {role}");
    fixture.double.answer("names", Reply::sql("SELECT name FROM staff"));
    assert_eq!(session.ask("names").len(), 2);
    fixture.session.run(&format!("REVOKE SELECT ON staff FROM {role}; GRANT SELECT (id, name) ON staff TO {role}"));
    assert_eq!(session.ask("names").len(), 2);
    assert!(!fixture.double.chats()[1].text().contains("salary_canary"), "the snapshot is out of date");
    fixture.session.run(&format!("REVOKE SELECT (id, name) ON staff FROM {role}"));
    session.ask_error("names", "42501");
}

/// A role reaches another's data through its own views only as the view's owner allows.
#[test]
fn a_view_answers_with_its_owners_rights() {
    let mut fixture = Fixture::empty("views");
    fixture.session.run(SCHEMA);
    fixture.session.run("CREATE VIEW payroll AS SELECT sum(salary_canary) AS total FROM staff");
    let (_, mut session) = fixture.analyst("GRANT SELECT ON payroll TO {role}");
    fixture.double.answer("payroll", Reply::sql("SELECT total FROM payroll"));
    assert_eq!(session.ask("payroll")[0]["total"], 9423);
}
