//! Answers that a model tells in its own words: what it is told, and that none of its inventions gets through.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::quote;

const QUESTION: &str = "how did the two towns do";
const SQL: &str = "SELECT * FROM (VALUES ('Ulm', 120), ('Graz', 80)) AS t(town, revenue)";
const TRUE: &str = "Ulm made 120 and Graz 80: Ulm is 50 % above Graz.";
/// What the rules say of the same rows.
const PLAIN: &str = "Revenue in Ulm is 120, 50 % higher than in Graz (80).";

fn asked(fixture: &mut Fixture) -> String {
    fixture.session.text(&format!("SELECT nl_answer({})", quote(QUESTION)))
}

fn told(text: &str) -> Reply {
    Reply::structured("answer", "", text)
}

fn sharing(name: &str, replies: impl IntoIterator<Item = Reply>) -> Fixture {
    let mut fixture = Fixture::shop(name);
    fixture.session.run("SET nl2sql.share = 'results'; SET nl2sql.cache_ttl = 0");
    let replies: Vec<Reply> = [Reply::sql(SQL)].into_iter().chain(replies).collect();
    fixture.double.answer(QUESTION, replies);
    fixture
}

#[test]
fn rows_leave_only_where_a_superuser_says_so() {
    let mut fixture = sharing("narration_share", [told(TRUE)]);
    for share in ["schema", "samples"] {
        fixture.session.run(&format!("SET nl2sql.share = '{share}'"));
        fixture.double.answer(QUESTION, Reply::sql(SQL)).clear();
        assert_eq!(asked(&mut fixture), PLAIN);
        assert_eq!(fixture.double.chats().len(), 1, "{share}");
    }
    fixture.session.run("SET nl2sql.share = 'results'");
    fixture.double.answer(QUESTION, [Reply::sql(SQL), told(TRUE)]).clear();
    assert_eq!(asked(&mut fixture), TRUE);
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 2);
    assert!(!chats[0].conversation().contains(r#"["Ulm","#));
    let told = chats[1].conversation();
    assert!(told.contains(r#"["Ulm",120]"#) && told.contains(PLAIN) && !told.contains("table customers"), "{told}");
}

#[test]
fn a_lie_is_sent_back_once_and_then_the_rules_tell() {
    let lie = "Ulm made 121 and Graz 80.";
    let mut fixture = sharing("narration_lie", [told(lie), told(TRUE)]);
    assert_eq!(asked(&mut fixture), TRUE);
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 3);
    let told_back = chats[2].conversation();
    assert!(told_back.contains(lie) && told_back.contains("the number 121"), "{told_back}");
    let mut fixture = sharing("narration_lies", [told(lie), told("Graz made three times as much as Ulm.")]);
    assert_eq!(asked(&mut fixture), PLAIN);
    assert_eq!(fixture.double.chats().len(), 3);
}

#[test]
fn an_answer_that_is_known_is_told_whatever_becomes_of_the_teller() {
    for reply in
        [Reply::status(401), Reply::html(), Reply::refuse("no"), Reply::sql("SELECT 1"), told(&"word ".repeat(400))]
    {
        let mut fixture = sharing("narration_failed", [reply]);
        assert_eq!(asked(&mut fixture), PLAIN);
    }
}

#[test]
fn masked_values_are_told_to_nobody() {
    let mut fixture = sharing("narration_masked", []);
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.name IS 'masked'");
    let sql = "SELECT name, id FROM customers ORDER BY id LIMIT 3";
    fixture.double.answer(QUESTION, [Reply::sql(sql), told("*** are the first 3.")]);
    assert_eq!(asked(&mut fixture), "*** are the first 3.");
    let name = fixture.session.text("SELECT name FROM customers ORDER BY id LIMIT 1");
    assert!(fixture.double.chats().iter().all(|chat| !chat.conversation().contains(&name)));
}

/// An answer of more rows than are told, and one that builtin wrote, is told by the rules.
#[test]
fn what_a_model_has_no_part_in_it_does_not_tell() {
    let mut fixture = sharing("narration_rules", [told(TRUE)]);
    fixture.double.answer(QUESTION, [Reply::sql("SELECT name FROM customers LIMIT 101"), told(TRUE)]).clear();
    assert!(asked(&mut fixture).starts_with("These are 101 customers"));
    assert_eq!(fixture.double.chats().len(), 1);
    fixture.session.run("SET nl2sql.model = 'builtin, gpt'");
    fixture.double.clear();
    let answer = fixture.session.text("SELECT nl_answer('how many customers are there')");
    assert!(answer.starts_with("There are ") && answer.ends_with(" customers."), "{answer}");
    assert_eq!(fixture.double.chats().len(), 0);
}
