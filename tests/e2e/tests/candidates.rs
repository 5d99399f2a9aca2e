//! Several drafts at once (`nl2sql.candidates`): the result of most of them answers, and what that costs is bounded and counted.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::{Double, Gate, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::{Session, nl_ask, quote};
use postgres::NoTls;
use serde_json::Value;

const QUESTION: &str = "how many customers have ordered something";
/// What a hasty model writes: rows of orders, not customers.
const WRONG: &str = "SELECT count(customer_id) AS n FROM orders";
const RIGHT: &str = "SELECT count(DISTINCT customer_id) AS n FROM orders";
const RIGHT_TOO: &str =
    "SELECT count(*) AS customers FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)";

fn shop(name: &str, replies: Vec<Reply>) -> Fixture {
    let mut fixture = Fixture::shop(name);
    fixture.session.run("SET nl2sql.candidates = 3; SET nl2sql.history = 'full'");
    fixture.double.answer(QUESTION, replies);
    fixture
}

fn drafts(statements: &[&str]) -> Vec<Reply> {
    statements.iter().map(|sql| Reply::sql(sql)).collect()
}

fn history(session: &mut Session) -> String {
    session.text(
        "SELECT concat_ws(' ', h.outcome, h.sqlstate, h.attempts, h.calls,
                          h.calls = (SELECT count(*) FROM nl2sql.calls c WHERE c.question = h.id),
                          h.tokens_in IS NOT DISTINCT FROM (SELECT sum(c.tokens_in) FROM nl2sql.calls c WHERE c.question = h.id),
                          h.tokens_out > 0)
         FROM nl2sql.history h ORDER BY h.asked_at DESC LIMIT 1",
    )
}

#[test]
fn where_the_first_draft_is_wrong_most_of_three_are_right() {
    let mut fixture = shop("candidates", drafts(&[WRONG, RIGHT, RIGHT_TOO]));
    let right = fixture.session.text(RIGHT);
    assert_ne!(right, fixture.session.text(WRONG));
    let again = |fixture: &Fixture| {
        fixture.double.answer(QUESTION, drafts(&[WRONG, RIGHT, RIGHT_TOO])).clear();
    };
    let asked = quote(QUESTION);
    for sql in [
        format!("SELECT (SELECT value FROM json_each_text(row)) FROM nl_ask({asked}) AS row"),
        format!("SELECT n FROM nl_query({asked}) AS t(n bigint)"),
        format!("SELECT nl_chat({asked}) #>> '{{rows,0,0}}'"),
        format!("BEGIN; SELECT nl_open({asked}, 'c'); FETCH c"),
    ] {
        again(&fixture);
        let answer = fixture.session.texts(&sql).pop();
        assert_eq!(answer.as_deref(), Some(right.as_str()), "{sql}");
        assert_eq!(fixture.double.chats().len(), 3, "{sql}");
        fixture.session.run("COMMIT");
        // What stands is two of three: the third need not be judged where the first two agree.
        let written = history(&mut fixture.session);
        assert!(written == "answered 2 3 t t t" || written == "answered 3 3 t t t", "{written}");
    }
    again(&fixture);
    let sql = fixture.session.text(&format!("SELECT nl_sql({asked})"));
    assert_eq!(fixture.session.text(&sql), right);
    again(&fixture);
    let words = fixture.session.text(&format!("SELECT nl_answer({asked})"));
    assert!(words.contains(&right[..1]) && words.replace(',', "").contains(&right), "{words}");
    // Without several drafts the first one answers.
    fixture.session.run("SET nl2sql.candidates = 1");
    again(&fixture);
    assert_eq!(fixture.session.ask(QUESTION)[0]["n"].to_string(), fixture.session.text(WRONG));
    assert_eq!(fixture.double.chats().len(), 1);
}

#[test]
fn the_asker_is_told_that_not_all_agree() {
    let mut fixture = shop("candidates_note", drafts(&[WRONG, RIGHT, RIGHT]));
    fixture.session.notices();
    fixture.session.ask(QUESTION);
    let notices = fixture.session.notices();
    assert_eq!(notices, ["2 of 3 drafts of model \"gpt\" agree on this answer"]);
    // What all wrote is run once, like a single draft.
    fixture.double.answer(QUESTION, drafts(&[RIGHT]));
    fixture.session.ask(QUESTION);
    assert!(fixture.session.notices().is_empty());
    assert_eq!(history(&mut fixture.session), "answered 1 3 t t t");
}

#[test]
fn a_tie_is_a_question_back_that_shows_the_readings() {
    let mut fixture = shop("candidates_tie", drafts(&[WRONG, RIGHT, "SELECT nope FROM orders"]));
    let error = fixture.session.ask_error(QUESTION, "P0001");
    assert_eq!(error.message(), "model \"gpt\" reads the question in 2 ways");
    let detail = error.detail().unwrap_or_default().to_owned();
    let lines: Vec<&str> = detail.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("1. ") && lines[1].starts_with("2. "), "{detail}");
    assert!(lines.iter().any(|line| line.contains("different")), "{detail}");
    assert_eq!(fixture.double.chats().len(), 3);
    // As a document, in the language of the question.
    let german = "Wie viele Kunden haben etwas bestellt?";
    fixture.double.answer(german, drafts(&[WRONG, RIGHT, "SELECT nope FROM orders"]));
    let document = fixture.session.text(&format!("SELECT nl_chat({})", quote(german)));
    let document: Value = serde_json::from_str(&document).expect("a document");
    assert_eq!(document["kind"], "clarify");
    let message = document["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("Das lässt sich verschieden verstehen. Was ist gemeint? 1. "), "{message}");
    // A stronger model behind it is asked first, and told both readings.
    let large = Double::start();
    fixture.session.run(&server("large", Provider::Anthropic, &large.url(Provider::Anthropic)));
    fixture.session.run("CREATE USER MAPPING FOR PUBLIC SERVER large OPTIONS (api_key 'sk-large')");
    fixture.session.run("SET nl2sql.model = 'gpt, large'");
    fixture.double.answer(QUESTION, drafts(&[WRONG, RIGHT, "SELECT nope FROM orders"]));
    large.answer(QUESTION, Reply::sql(RIGHT));
    fixture.session.ask(QUESTION);
    assert!(large.chats()[0].conversation().contains("Which is meant? 1. "), "{}", large.chats()[0].conversation());
    assert_eq!(large.chats().len(), 3);
}

#[test]
fn most_questions_back_are_the_reply() {
    let asks = || Reply::clarify("Paid orders only?");
    let mut fixture = shop("candidates_ask_back", vec![asks(), Reply::sql(RIGHT), asks()]);
    let error = fixture.session.ask_error(QUESTION, "P0001");
    assert!(error.message().contains("Paid orders only?"), "{error:?}");
    fixture.double.answer(QUESTION, vec![Reply::sql(RIGHT_TOO), asks(), Reply::sql(RIGHT)]);
    fixture.session.ask(QUESTION);
}

#[test]
fn refused_drafts_count_for_nothing_and_where_all_are_one_is_mended() {
    let mut fixture = shop("candidates_refused", drafts(&["DELETE FROM orders", RIGHT, "SELECT pg_sleep(9)"]));
    let right = fixture.session.text(RIGHT);
    assert_eq!(fixture.session.ask(QUESTION)[0]["n"].to_string(), right);
    fixture.double.answer(QUESTION, drafts(&["DELETE FROM orders", "SELECT nope", "SELECT 1 / 0", RIGHT])).clear();
    assert_eq!(fixture.session.ask(QUESTION)[0]["n"].to_string(), right);
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 4, "one draft is mended, by one call");
    assert!(chats[3].messages().last().is_some_and(|(_, text)| text.contains("was not accepted")));
    assert_eq!(history(&mut fixture.session), "answered 4 4 t t t");
    assert_ne!(fixture.session.text("SELECT count(*) FROM orders"), "0");
}

#[test]
fn they_are_asked_at_once_and_one_that_hangs_holds_up_nothing() {
    let gate = Gate::closed();
    let slow = |sql| Reply::sql(sql).behind(&gate);
    let mut fixture = shop("candidates_time", vec![slow(WRONG), slow(RIGHT), slow(RIGHT_TOO)]);
    std::thread::scope(|scope| {
        let session = &mut fixture.session;
        let asking = scope.spawn(move || session.ask(QUESTION));
        let are_asked = fixture.double.wait_for_requests(3, Duration::from_secs(15));
        gate.open();
        assert!(are_asked, "one is waited for before the next is asked");
        asking.join().expect("no panic");
    });
    fixture.double.answer(QUESTION, vec![Reply::sql(RIGHT), Reply::hang(), Reply::sql(RIGHT_TOO)]);
    let started = Instant::now();
    fixture.session.ask(QUESTION);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let states = "SELECT string_agg(coalesce(sqlstate, 'fine'), ' ' ORDER BY sqlstate) FROM nl2sql.calls
        WHERE question = (SELECT id FROM nl2sql.history ORDER BY asked_at DESC LIMIT 1)";
    assert_eq!(fixture.session.text(states), "HV00L fine fine");
    // The breaker counts what became of all of them as one.
    fixture.session.run("SET nl2sql.model_timeout = '300ms'");
    fixture.double.answer(QUESTION, Reply::hang());
    fixture.session.ask_error(QUESTION, "HV00L");
    assert_eq!(fixture.session.text("SELECT breaker FROM nl_health()"), "closed");
    // And the question's time holds.
    fixture.session.run("SET nl2sql.model_timeout = '20s'; SET nl2sql.question_timeout = '1s'");
    let started = Instant::now();
    let error = fixture.session.ask_error(QUESTION, "57014");
    assert!(error.message().contains("nl2sql.question_timeout"), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let endless = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b";
    fixture.double.answer(QUESTION, drafts(&[endless, RIGHT, RIGHT_TOO]));
    fixture
        .session
        .run("SET nl2sql.question_timeout = '50s'; SET nl2sql.query_timeout = '2s'; SET nl2sql.max_cost = 0");
    fixture.session.ask(QUESTION);
}

#[test]
fn an_overloaded_server_is_asked_on_by_one_call() {
    let busy = || Reply::status(429).retry_after(0);
    let mut fixture = shop("candidates_busy", vec![busy(), busy(), busy(), Reply::sql(RIGHT)]);
    fixture.session.ask(QUESTION);
    assert_eq!(fixture.double.chats().len(), 4);
    // Where some came, none is asked again.
    fixture.double.answer(QUESTION, vec![busy(), Reply::sql(RIGHT), busy()]).clear();
    fixture.session.ask(QUESTION);
    assert_eq!(fixture.double.chats().len(), 3);
}

#[test]
fn a_cancel_ends_all_of_them() {
    let mut fixture = shop("candidates_cancel", vec![Reply::hang()]);
    let token = fixture.session.client.cancel_token();
    std::thread::scope(|scope| {
        let session = &mut fixture.session;
        let asking = scope.spawn(move || session.try_texts(&nl_ask(QUESTION)));
        assert!(fixture.double.wait_for_requests(3, Duration::from_secs(60)), "the model is not asked");
        let cancelled = Instant::now();
        token.cancel_query(NoTls).expect("the server takes cancels");
        assert!(asking.join().expect("no panic").is_err());
        // The model hangs for 20 s.
        assert!(cancelled.elapsed() < Duration::from_secs(6), "{:?}", cancelled.elapsed());
    });
    fixture.double.answer(QUESTION, drafts(&[RIGHT]));
    fixture.session.ask(QUESTION);
    let tasks = format!("/proc/{}/task", fixture.session.pid());
    let until = Instant::now() + Duration::from_secs(60);
    while std::fs::read_dir(&tasks).expect("the backend lives").count() > 2 {
        assert!(Instant::now() < until, "threads are left");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn whoever_configures_the_server_decides() {
    let fixture = Fixture::shop("candidates_limit");
    let (role, mut session) = fixture.analyst("GRANT SELECT ON orders TO {role}");
    session.error("SET nl2sql.candidates = 2", "22023");
    fixture.database.session().run(&format!("ALTER ROLE {role} SET nl2sql.candidates = 3"));
    let mut session = fixture.asker(&role);
    fixture.double.answer(QUESTION, drafts(&[RIGHT]));
    session.ask(QUESTION);
    assert_eq!(fixture.double.chats().len(), 3);
    session.run("SET nl2sql.candidates = 2");
    fixture.double.clear();
    session.ask(QUESTION);
    assert_eq!(fixture.double.chats().len(), 2);
    fixture.database.session().run("INSERT INTO nl2sql.profile VALUES ('-', 'nl2sql.candidates', '1')");
    fixture.double.clear();
    session.ask(QUESTION);
    assert_eq!(fixture.double.chats().len(), 1);
}
