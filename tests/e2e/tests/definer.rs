//! A SECURITY DEFINER function that asks a question: the definer's rights run what is written, so the definer's settings
//! decide who writes it, and both need USAGE on the model.

use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};

struct Scene {
    fixture: Fixture,
    /// The model that the caller would like to be asked.
    evil: Double,
    definer: String,
    caller: String,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let mut fixture = Fixture::empty(name);
        let evil = Double::start();
        let (definer, caller) = (fixture.database.role("definer"), fixture.database.role("caller"));
        fixture.session.run(&server("evil", Provider::OpenAi, &evil.url(Provider::OpenAi)));
        fixture.session.run(&format!(
            "CREATE USER MAPPING FOR PUBLIC SERVER evil OPTIONS (api_key 'sk-test');
             GRANT CREATE, USAGE ON SCHEMA public TO {definer};
             CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2); ALTER TABLE orders OWNER TO {definer};
             CREATE TABLE payroll (name text); INSERT INTO payroll VALUES ('Ada'); ALTER TABLE payroll OWNER TO {definer};
             GRANT USAGE ON FOREIGN SERVER gpt, evil TO {definer};
             GRANT USAGE ON FOREIGN SERVER evil TO {caller};
             ALTER ROLE {definer} SET nl2sql.model = 'gpt'; ALTER ROLE {definer} SET nl2sql.cache_ttl = 0;
             ALTER ROLE {definer} SET nl2sql.max_attempts = 1;
             SET ROLE {definer};
             CREATE FUNCTION report() RETURNS SETOF json LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
                 $$ SELECT nl_ask('number of orders') $$;
             CREATE FUNCTION told() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
                 $$ SELECT nl_prompt('number of orders') $$;
             RESET ROLE"
        ));
        fixture.double.answer("number of orders", Reply::sql("SELECT count(*) AS n FROM orders"));
        evil.answer("number of orders", Reply::sql("SELECT name AS n FROM payroll"));
        Scene { fixture, evil, definer, caller }
    }
}

#[test]
fn the_definers_settings_hold() {
    let mut scene = Scene::new("definer");
    let caller = scene.caller.clone();
    scene.fixture.session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {caller}"));
    let mut session = scene.fixture.database.session_as(&caller);
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.run(
        "SET nl2sql.model = 'evil'; SET nl2sql.user_instructions = 'canary of the caller'; SET nl2sql.row_limit = 1",
    );
    assert_eq!(session.texts("SELECT report()"), [r#"{"n":2}"#]);
    assert!(scene.evil.chats().is_empty(), "the caller's model was asked");
    assert!(!scene.fixture.double.chats()[0].text().contains("canary"), "the caller's instructions were sent");
    assert!(!session.text("SELECT told()").contains("canary"));
    // Of the database and of all roles too, and what is set for the role comes before it.
    let database = scene.fixture.database.name.clone();
    scene.fixture.session.run(&format!("ALTER DATABASE {database} SET nl2sql.instructions = 'canary of the database'"));
    assert!(session.text("SELECT told()").contains("canary of the database"));
    let definer = scene.definer.clone();
    scene.fixture.session.run(&format!("ALTER ROLE {definer} SET nl2sql.instructions = 'canary of the definer'"));
    assert!(session.text("SELECT told()").contains("canary of the definer"));
    // The session's own are as they were.
    assert_eq!(session.text("SHOW nl2sql.user_instructions"), "canary of the caller");
    assert!(session.text("SELECT nl_prompt('number of orders')").contains("canary of the caller"));
}

#[test]
fn both_need_usage_on_the_model() {
    let mut scene = Scene::new("definer_usage");
    let caller = scene.caller.clone();
    let mut session = scene.fixture.database.session_as(&caller);
    session.error("SELECT report()", "42501");
    scene.fixture.session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {caller}"));
    assert_eq!(session.texts("SELECT report()"), [r#"{"n":2}"#]);
    let definer = scene.definer.clone();
    scene.fixture.session.run(&format!("REVOKE USAGE ON FOREIGN SERVER gpt FROM {definer}"));
    session.error("SELECT report()", "42501");
}

/// SET ROLE is the session's own choice, and no definer.
#[test]
fn set_role_changes_nothing() {
    let mut scene = Scene::new("definer_role");
    let definer = scene.definer.clone();
    scene.fixture.session.run(&format!("SET ROLE {definer}; SET nl2sql.user_instructions = 'canary of the session'"));
    assert!(scene.fixture.session.text("SELECT nl_prompt('number of orders')").contains("canary of the session"));
}

#[test]
fn what_superusers_gave_the_caller_is_not_the_definers() {
    let mut scene = Scene::new("definer_rules");
    let (caller, definer) = (scene.caller.clone(), scene.definer.clone());
    scene.fixture.session.run(&format!(
        "GRANT USAGE ON FOREIGN SERVER gpt TO {caller};
         CREATE FUNCTION spend() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
         GRANT SELECT ON orders TO {caller};
         ALTER ROLE {caller} SET nl2sql.model = 'gpt'; ALTER ROLE {caller} SET nl2sql.max_attempts = 1;
         ALTER ROLE {caller} SET nl2sql.allow_functions = 'spend';
         ALTER ROLE {caller} SET nl2sql.instructions = 'canary of the role'"
    ));
    scene.fixture.double.answer("number of orders", Reply::sql("SELECT spend() AS n"));
    let mut session = scene.fixture.database.session_as(&caller);
    assert_eq!(session.texts("SELECT nl_ask('number of orders')"), [r#"{"n":1}"#]);
    assert!(session.text("SELECT nl_prompt('number of orders')").contains("canary"));
    session.error("SELECT report()", "2F003");
    assert!(!session.text("SELECT told()").contains("canary"));
    scene.fixture.session.run(&format!("ALTER ROLE {definer} SET nl2sql.allow_functions = 'spend'"));
    assert_eq!(session.texts("SELECT report()"), [r#"{"n":1}"#]);
    assert_eq!(session.text("SHOW nl2sql.allow_functions"), "spend");
}
