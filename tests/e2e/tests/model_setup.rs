//! Setting models up, and the errors of questions that reach no model.

use nl2sql_e2e::double::{Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};

#[test]
fn questions_that_are_none() {
    let mut session = Fixture::empty("no_question").session;
    for function in ["nl_ask", "nl_sql", "nl_prompt"] {
        for question in ["NULL", "''", "'  \n\t'"] {
            session.error(&format!("SELECT {function}({question})"), "22023");
        }
    }
    for function in ["nl_ask", "nl_sql"] {
        session.error(&format!("SELECT {function}('how many', ' ')"), "22023");
        session.error(&format!("SELECT {function}('how many', repeat('x', 201))"), "54000");
    }
}

#[test]
fn models_that_are_none() {
    let Fixture { database, double, mut session } = Fixture::empty("no_model");
    double.answer("one", Reply::sql("SELECT 1 AS n"));
    session.run("SET nl2sql.model = 'nobody'");
    session.ask_error("one", "42704");
    session.run("CREATE FOREIGN DATA WRAPPER other; CREATE SERVER strange FOREIGN DATA WRAPPER other");
    session.run("SET nl2sql.model = 'strange'");
    session.ask_error("one", "42809");
    let role = database.role("stranger");
    let mut stranger = database.session_as(&role);
    stranger.run("SET nl2sql.model = 'gpt'");
    stranger.ask_error("one", "42501");
    assert!(double.requests().is_empty());
    session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}"));
    assert_eq!(stranger.ask("one").len(), 1);
}

#[test]
fn options_are_checked() {
    let mut session = Fixture::empty("options").session;
    let create = |options: &str| format!("CREATE SERVER s FOREIGN DATA WRAPPER nl2sql OPTIONS ({options})");
    let good = "provider 'openai', endpoint 'http://127.0.0.1:9/v1', model 'm'";
    session.error(&create(&format!("{good}, colour 'red'")), "HV00D");
    session.error(&create(&good.replace("openai", "skynet")), "HV024");
    session.error(&create(&good.replace("http:", "gopher:")), "HV024");
    session.error(&create(&good.replace("http://127.0.0.1:9/v1", "not a url")), "HV024");
    session.run(&create(good));
    session.error("CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'x')", "HV00D");
    // A line end in a key would start another header.
    session.error("CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (api_key E'a\\r\\nx: y')", "HV024");
    session.run("CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (api_key 'x')");
}

#[test]
fn files_and_environment_are_the_superusers() {
    let Fixture { database, double, mut session } = Fixture::empty("files");
    let role = database.role("owner");
    session.run(&format!("GRANT USAGE ON FOREIGN DATA WRAPPER nl2sql TO {role}"));
    let mut owner = database.session_as(&role);
    owner.run(&server("own", Provider::OpenAi, &double.url(Provider::OpenAi)));
    let mapping = |option: &str| format!("CREATE USER MAPPING FOR CURRENT_USER SERVER own OPTIONS ({option})");
    owner.error(&mapping("api_key_file '/etc/passwd'"), "42501");
    owner.error(&mapping("api_key_env 'HOME'"), "42501");
    owner.error("ALTER SERVER own OPTIONS (ADD ca_file '/etc/passwd')", "42501");
    owner.run(&mapping("api_key 'sk-own'"));
    owner.error("ALTER USER MAPPING FOR CURRENT_USER SERVER own OPTIONS (ADD api_key_file '/etc/passwd')", "42501");
    double.answer("one", Reply::sql("SELECT 1 AS n"));
    owner.run("SET nl2sql.model = 'own'");
    assert_eq!(owner.ask("one").len(), 1);
}

#[test]
fn an_unreadable_key_file() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("key_missing");
    session.run("DROP USER MAPPING FOR PUBLIC SERVER gpt");
    session.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key_file '/no/such/file')");
    session.ask_error("one", "58030");
    assert!(double.requests().is_empty());
}

#[test]
fn the_builtin_model_asks_nobody() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("builtin");
    session.run("RESET nl2sql.model");
    assert_eq!(session.text("SHOW nl2sql.model"), "builtin");
    let rows = session.ask("how many customers are there");
    assert_eq!(rows[0].as_object().unwrap().values().next().unwrap(), 5000);
    session.ask_error("colourless green ideas sleep furiously", "0A000");
    assert!(double.requests().is_empty());
}

#[test]
fn a_question_is_data_on_its_way_to_the_model() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("odd_questions");
    double.answer("*", Reply::sql("SELECT 1 AS n"));
    for question in ["O'Hara \"quoted\" \\ back", "Grüße, 世界 🦀", "line\nbreak\tand tab", "{\"json\": [1]} ```sql```"]
    {
        double.clear();
        assert_eq!(session.ask(question).len(), 1, "{question}");
        assert!(double.chats()[0].conversation().contains(question), "{question}");
    }
}

#[test]
fn instructions_and_the_budget_shape_the_prompt() {
    let mut session = Fixture::shop("prompt").session;
    session.run("SET nl2sql.instructions = 'Revenue is net of shipping.'");
    let prompt = session.text("SELECT nl_prompt('revenue per country')");
    assert!(prompt.contains("Revenue is net of shipping.") && prompt.contains("revenue per country"));
    assert!(prompt.contains("customers") && prompt.contains("orders"), "{prompt}");
    session.run("SET nl2sql.prompt_budget = 1000");
    let small = session.text("SELECT nl_prompt('revenue per country')");
    assert!(small.len() < prompt.len(), "{} and {} bytes", small.len(), prompt.len());
}
