//! A model that was shown names without detail may ask for the detail, twice; and a draft that guessed gets it unasked.

use nl2sql_e2e::double::{Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::Session;

const QUESTION: &str = "what was harvested";
const FIRST: &str = "SELECT max(kilos) AS n FROM far.grain";

/// A schema that no small prompt has room for: what is asked about is called by names that the question does not have.
const TABLES: &str = "
    CREATE SCHEMA far;
    CREATE TABLE far.grain (id int PRIMARY KEY, kilos numeric NOT NULL, cut_on date);
    INSERT INTO far.grain VALUES (1, 12.5, '2026-01-01');
    CREATE TABLE far.weather (day date PRIMARY KEY, rain_in_mm int);
    CREATE TABLE far.secret (code_of_the_vault text);
    CREATE TABLE far.partly (open_column int, closed_column int)";
const OTHERS: &str = "
    SELECT format('CREATE TABLE public.harvested_%s (what int, harvested_on date, place_of_harvest text)', n)
    FROM generate_series(1, 120) n";

fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(TABLES);
    let others = fixture.session.texts(OTHERS);
    fixture.session.run(&others.join(";"));
    small_prompts(&mut fixture.session);
    fixture
}

fn small_prompts(session: &mut Session) {
    session.run("SET nl2sql.prompt_budget = 1500");
}

fn last_message(fixture: &Fixture, request: usize) -> String {
    fixture.double.chats()[request].messages().last().expect("a message").1.clone()
}

#[test]
fn what_is_asked_for_is_shown_in_detail() {
    let mut fixture = fixture("look");
    fixture.double.answer(QUESTION, [Reply::look(&["far.grain", "far.nowhere"]), Reply::sql(FIRST)]);
    assert_eq!(fixture.session.ask(QUESTION)[0]["n"], 12.5);
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 2);
    let (first, second) = (chats[0].messages(), chats[1].messages());
    assert!(!chats[0].conversation().contains("kilos numeric"), "it was not shown at first");
    assert!(chats[0].conversation().contains("\"action\": \"look\"") && body(&chats[0].body).contains("relations"));
    assert_eq!(first[..], second[..first.len()], "the conversation goes on, it does not start again");
    let told = last_message(&fixture, 1);
    assert!(told.contains("kilos numeric not null") && told.contains("cut_on date"), "{told}");
    assert!(told.contains("no relations of these names: far.nowhere"), "{told}");
}

fn body(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn where_everything_is_shown_nobody_is_told_of_looks() {
    let mut fixture = Fixture::shop("look_small");
    fixture.double.answer(QUESTION, Reply::look(&["customers"]));
    let error = fixture.session.ask_error(QUESTION, "HV00M");
    assert!(error.detail().is_some_and(|detail| detail.contains("no more is shown")), "{error:?}");
    let chat = &fixture.double.chats()[0];
    assert!(!chat.conversation().contains("look") && !body(&chat.body).contains("\"look\""));
}

#[test]
fn looks_are_two_and_no_attempts() {
    let mut fixture = fixture("looks_counted");
    fixture.session.run("SET nl2sql.max_attempts = 1");
    fixture.double.answer(QUESTION, [Reply::look(&["far.weather"]), Reply::look(&["far.grain"]), Reply::sql(FIRST)]);
    assert_eq!(fixture.session.ask(QUESTION).len(), 1);
    assert!(last_message(&fixture, 1).contains("rain_in_mm") && last_message(&fixture, 2).contains("kilos"));
    assert!(
        !last_message(&fixture, 1).contains("Nothing further") && last_message(&fixture, 2).contains("Nothing further")
    );
    let bodies: Vec<String> = fixture.double.chats().iter().map(|chat| body(&chat.body)).collect();
    let offers = |body: &String| body.contains("\"look\",\"clarify\"");
    assert_eq!(bodies.iter().map(offers).collect::<Vec<_>>(), [true, true, false]);
    fixture.double.clear();
    fixture.double.answer(QUESTION, Reply::look(&["far.grain"]));
    fixture.session.ask_error(QUESTION, "HV00M");
    assert_eq!(fixture.double.chats().len(), 3, "no model looks for ever");
}

#[test]
fn what_the_asker_cannot_read_is_not_told_from_what_does_not_exist() {
    let fixture = fixture("look_denied");
    let grants =
        "LOAD 'nl2sql'; GRANT USAGE ON SCHEMA far TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
        GRANT SELECT (open_column) ON far.partly TO {role};
        SECURITY LABEL FOR nl2sql ON TABLE far.weather IS 'hidden'; GRANT SELECT ON far.weather TO {role}";
    let (_, mut session) = fixture.analyst(grants);
    small_prompts(&mut session);
    let asked = ["far.secret", "far.absent", "far.weather", "far.partly", "pg_catalog.pg_authid"];
    fixture.double.answer(QUESTION, [Reply::look(&asked), Reply::sql("SELECT 7 AS n")]);
    assert_eq!(session.ask(QUESTION)[0]["n"], 7);
    let told = last_message(&fixture, 1);
    assert!(told.contains("names: far.secret, far.absent, far.weather, pg_catalog.pg_authid\n"), "{told}");
    assert!(told.contains("open_column"), "{told}");
    for secret in ["code_of_the_vault", "closed_column", "rain_in_mm", "rolpassword"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

#[test]
fn a_draft_that_guessed_gets_the_detail() {
    let mut fixture = fixture("look_repair");
    for guess in ["SELECT max(weight) AS n FROM far.grain", "SELECT max(kilos) AS n FROM grain"] {
        fixture.double.clear();
        fixture.double.answer(QUESTION, [Reply::sql(guess), Reply::sql(FIRST)]);
        assert_eq!(fixture.session.ask(QUESTION)[0]["n"], 12.5);
        let told = last_message(&fixture, 1);
        assert!(told.contains("table far.grain") && told.contains("kilos numeric"), "{guess}: {told}");
    }
}

#[test]
fn a_look_is_understood_in_every_wire_format() {
    let mut fixture = fixture("look_formats");
    for provider in Provider::ALL {
        let name = provider.name();
        fixture.session.run(&server(name, provider, &fixture.double.url(provider)));
        fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER {name} OPTIONS (api_key 'sk-look')"));
        fixture.session.run(&format!("SET nl2sql.model = '{name}'"));
        fixture.double.answer(QUESTION, [Reply::look(&["far.grain"]), Reply::sql(FIRST)]);
        fixture.double.clear();
        assert_eq!(fixture.session.ask(QUESTION).len(), 1, "{name}");
        assert!(last_message(&fixture, 1).contains("kilos numeric"), "{name}");
    }
}
