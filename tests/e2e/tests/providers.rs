//! The same question through all three wire formats, and what is sent for it.

use nl2sql_e2e::cluster::{Content, Database, shared};
use nl2sql_e2e::double::{Double, Provider, Recorded, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};
use serde_json::Value;

const KEY: &str = "sk-right";

fn model(provider: Provider) -> (Database<'static>, Double, Session) {
    let database = shared().database("providers", Content::Shop);
    let double = Double::with_key(KEY);
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    let mut session = database.session();
    session.run(&server("gpt", provider, &double.url(provider)));
    session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key '{KEY}')"));
    session.run("SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
    (database, double, session)
}

fn directly(session: &mut Session, sql: &str) -> Vec<Value> {
    let rows = session.texts(&format!("SELECT row_to_json(q) FROM ({sql}) AS q"));
    rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

#[test]
fn every_provider_answers_with_the_rows() {
    for provider in Provider::ALL {
        let (_database, double, mut session) = model(provider);
        let expected = directly(&mut session, TOP_CUSTOMERS_SQL);
        assert_eq!(expected.len(), 5);
        assert_eq!(session.ask(TOP_CUSTOMERS), expected, "{provider:?}");
        let chats = double.chats();
        assert_eq!(chats.len(), 1, "{provider:?}");
        check_request(provider, &chats[0]);
    }
}

fn check_request(provider: Provider, request: &Recorded) {
    let (path, header, value) = match provider {
        Provider::OpenAi => ("/v1/chat/completions", "authorization", "Bearer sk-right"),
        Provider::Anthropic => ("/v1/messages", "x-api-key", "sk-right"),
        Provider::Ollama => ("/api/chat", "authorization", "Bearer sk-right"),
    };
    assert_eq!(request.path, path);
    assert_eq!(request.header(header), Some(value));
    let copies = request.headers.iter().filter(|(_, value)| value.contains(KEY)).count();
    assert_eq!(copies, 1, "the key is in one header: {:?}", request.headers);
    assert!(!request.text().contains(KEY), "the key is in no body");
    let body = request.json();
    assert_eq!(body["model"], "m");
    let schema = match provider {
        Provider::OpenAi => {
            assert_eq!(body["response_format"]["type"], "json_schema");
            &body["response_format"]["json_schema"]["schema"]
        }
        Provider::Anthropic => {
            assert_eq!(body["tool_choice"]["type"], "tool");
            &body["tools"][0]["input_schema"]
        }
        Provider::Ollama => {
            assert_eq!(body["stream"], false);
            &body["format"]
        }
    };
    for field in ["action", "sql", "message"] {
        assert!(schema["properties"][field].is_object(), "{provider:?} has no {field}: {schema}");
    }
}

#[test]
fn stable_text_comes_first_and_the_question_last() {
    for provider in Provider::ALL {
        let (_database, double, mut session) = model(provider);
        let other = "which cities have the most customers";
        double.answer(other, Reply::sql("SELECT city, count(*) FROM customers GROUP BY city"));
        session.ask(TOP_CUSTOMERS);
        session.ask(other);
        let conversations: Vec<_> = double.chats().iter().map(Recorded::messages).collect();
        assert_eq!(conversations[0][0], conversations[1][0], "{provider:?}: what comes first can be cached");
        for (conversation, question) in conversations.iter().zip([TOP_CUSTOMERS, other]) {
            let (role, text) = conversation.last().unwrap();
            let end = text.rfind(question).expect("the question is in the last message") + question.len();
            assert_eq!(role, "user");
            assert!(text.len() - end < 40, "{provider:?}: after the question comes {:?}", &text[end..]);
            assert!(!conversation[0].1.contains(question));
        }
    }
}

/// Where the schema does not fit, what was chosen of it stands with the question, and what comes first stays the same.
#[test]
fn what_comes_first_is_the_same_where_the_schema_is_told_in_part() {
    for provider in Provider::ALL {
        let (_database, double, mut session) = model(provider);
        session.run("SET nl2sql.prompt_budget = 1000");
        let other = "which products have the worst reviews";
        double.answer(other, Reply::sql("SELECT 1 AS n"));
        session.ask(TOP_CUSTOMERS);
        session.ask(other);
        let conversations: Vec<_> = double.chats().iter().map(Recorded::messages).collect();
        let told = |at: usize| conversations[at][1].1.contains("too large to be shown whole");
        assert!(told(0) && told(1), "{provider:?}: {}", conversations[0][1].1);
        assert_eq!(conversations[0][0], conversations[1][0], "{provider:?}: what comes first can be cached");
        assert!(!conversations[0][0].1.contains("\ntable "), "{provider:?}");
    }
}

#[test]
fn a_backend_keeps_its_connection() {
    for provider in Provider::ALL {
        let (database, double, mut session) = model(provider);
        session.ask(TOP_CUSTOMERS);
        session.ask(TOP_CUSTOMERS);
        assert_eq!((double.chats().len(), double.connections()), (2, 1), "{provider:?}");
        let mut other = database.session();
        other.run("SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
        other.ask(TOP_CUSTOMERS);
        assert_eq!(double.connections(), 2, "{provider:?}");
    }
}

#[test]
fn a_kept_connection_that_the_service_closed_is_no_error() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("reopened");
    let announced = Reply::sql("SELECT 1 AS n").header("connection", "close");
    let silent = Reply::sql("SELECT 2 AS n").then_close();
    double.answer("number", [announced, silent, Reply::sql("SELECT 3 AS n")]);
    for expected in [1, 2, 3] {
        assert_eq!(session.ask("number")[0]["n"], expected);
    }
    assert_eq!((double.chats().len(), double.connections()), (3, 3));
}

#[test]
fn a_model_that_chats_is_understood() {
    for provider in Provider::ALL {
        let (_database, double, mut session) = model(provider);
        double.answer(TOP_CUSTOMERS, Reply::prose(TOP_CUSTOMERS_SQL));
        assert_eq!(session.ask(TOP_CUSTOMERS), directly(&mut session, TOP_CUSTOMERS_SQL), "{provider:?}");
    }
}

#[test]
fn of_two_statements_neither_is_guessed() {
    for provider in Provider::ALL {
        let (_database, double, mut session) = model(provider);
        double.answer(TOP_CUSTOMERS, Reply::fences(&["SELECT 1 AS n", "SELECT 2 AS n"]));
        session.ask_error(TOP_CUSTOMERS, "HV00M");
    }
}

#[test]
fn nl_sql_gives_the_statement_without_running_it() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("nl_sql");
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    double.answer("slow", Reply::sql("SELECT count(*) FROM generate_series(1, 100000000000) AS g"));
    let sql = session.text(&format!("SELECT nl_sql('{TOP_CUSTOMERS}')"));
    assert_eq!(directly(&mut session, &sql), directly(&mut session, TOP_CUSTOMERS_SQL));
    session.run("SET nl2sql.max_cost = 0; SET nl2sql.query_timeout = '10s'");
    assert!(session.text("SELECT nl_sql('slow')").contains("generate_series"));
}

#[test]
fn a_trailing_semicolon_and_other_forms_of_a_query_are_fine() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("forms");
    let forms = [
        ("semicolon", "SELECT 1 AS n;"),
        ("comment", "-- one\nSELECT 1 AS n -- and no more"),
        ("with", "WITH one AS (SELECT 1 AS n) SELECT n FROM one"),
        ("parentheses", "(SELECT 1 AS n)"),
        ("union", "SELECT 1 AS n UNION SELECT 1"),
        ("values", "SELECT n FROM (VALUES (1)) AS v(n)"),
    ];
    for (question, sql) in forms {
        double.answer(question, Reply::sql(sql));
        let rows = session.ask(question);
        assert_eq!((rows.len(), &rows[0]["n"]), (1, &Value::from(1)), "{sql}");
    }
}
