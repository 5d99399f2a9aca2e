//! Where a role is missing that a dump names, nothing of the table is restored, and the way out in docs/administration.md leaves
//! what was the role's to nobody.

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::fixture::Fixture;

const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM nl2sql.verified), (SELECT count(*) FROM nl2sql.glossary),
    (SELECT count(*) FROM nl2sql.quota))";

#[test]
fn what_missing_roles_taught_is_restored_by_making_them_for_the_time() {
    let mut fixture = Fixture::shop("role_dump");
    let [stays, gone] = ["stays", "gone"].map(|name| fixture.database.role(name));
    fixture.session.run("GRANT SELECT ON customers, orders TO PUBLIC");
    for role in [&stays, &gone] {
        fixture.database.session_as(role).run(
            "SELECT nl2sql.teach('souls we serve', 'SELECT count(*) AS souls FROM customers');
             SELECT nl2sql.define('huge order', 'over 4000', 'orders', 'total > 4000')",
        );
        fixture.session.run(&format!("INSERT INTO nl2sql.quota (role, questions) VALUES ('{role}', 5)"));
    }
    let dump = shared().dump(&fixture.database.name);
    fixture.session.run(&format!("DROP OWNED BY {gone}; DROP ROLE {gone}"));

    let copy = shared().database("role_restored", Content::Bare);
    let failed = shared().restore(&dump, &copy.name, "").expect_err("a role is missing");
    assert!(failed.contains(&format!("role \"{gone}\" does not exist")), "{failed}");

    let copy = shared().database("role_restored_again", Content::Bare);
    fixture.session.run(&format!("CREATE ROLE {gone} NOLOGIN"));
    shared().restore(&dump, &copy.name, "").expect("the dump is restored");
    let mut session = copy.session();
    assert_eq!(session.text(COUNTS), "2 2 2");
    session.run(&format!("DROP OWNED BY {gone}; DROP ROLE {gone}; CREATE ROLE {gone} LOGIN"));
    let mut theirs = copy.session_as(&stays);
    assert!(theirs.text("SELECT nl_sql('souls we serve')").starts_with(&format!("-- verified by {stays} on")));
    let mut others = copy.session_as(&gone);
    assert_eq!(others.text(COUNTS), "0 0 0", "a role of the same name is another");
    others.run("SET nl2sql.model = 'builtin'");
    others.ask_error("souls we serve", "0A000");
    session.run(&format!("DROP OWNED BY {stays}; DROP ROLE {gone}"));
}
