//! What several drafts at once cost: time and tokens of a question by how many there are, and whether they are the same.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::{Session, nl_ask};

use crate::{compare, heading, median, timed};

const ROUNDS: usize = 60;
const QUESTION: &str = "how many customers have ordered something";
const ALIKE: [&str; 3] = ["SELECT count(DISTINCT customer_id) AS n FROM orders"; 3];
/// Three ways to write it, of which one is wrong.
const DIFFERENT: [&str; 3] = [
    "SELECT count(customer_id) AS n FROM orders",
    "SELECT count(DISTINCT customer_id) AS n FROM orders",
    "SELECT count(*) AS n FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)",
];

/// The median time of the question, and the tokens of one.
fn measured(
    session: &mut Session,
    double: &Double,
    drafts: &[&str],
    model_time: u64,
    candidates: usize,
) -> (Duration, u64) {
    session.run(&format!("SET nl2sql.candidates = {candidates}; SELECT nl2sql.erase(NULL)"));
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        double.answer(QUESTION, drafts.iter().map(|sql| Reply::sql(sql).after(model_time)).collect::<Vec<_>>());
        times.push(timed(|| session.run(&nl_ask(QUESTION))).0);
    }
    let tokens = session.text("SELECT round(avg(tokens_in + tokens_out)) FROM nl2sql.history");
    (median(times), tokens.parse().unwrap_or_default())
}

pub fn run(cluster: &Cluster) {
    heading("several drafts at once");
    let (database, double) = (cluster.database("candidates", Content::Shop), Double::start());
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    session.run(
        "CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
         SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0; SET nl2sql.history = 'usage'; SET client_min_messages = error",
    );
    for model_time in [0, 300] {
        let (one, tokens) = measured(&mut session, &double, &ALIKE[..1], model_time, 1);
        let baseline = format!("one draft, {tokens} tokens");
        for (what, drafts) in [("three that are alike", ALIKE), ("three that differ", DIFFERENT)] {
            let (time, tokens) = measured(&mut session, &double, &drafts, model_time, 3);
            compare(&format!("{what}, {model_time} ms, {tokens} tokens"), time, &baseline, one);
        }
    }
}
