//! An ask against what a program would do without the extension: call the model over HTTP, take the statement out of
//! the reply and run it. The double answers at once, so all that is measured is what the extension adds.

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Recorded, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::{Session, nl_ask};
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};
use serde_json::Value;

use crate::{compare, heading, median, timed};

const ASKS: usize = 200;
const WARM_UP: usize = 20;

const BY_STATUS: &str = "average total of the orders by status";
const BY_STATUS_SQL: &str = "SELECT status, avg(total) AS average FROM orders GROUP BY status ORDER BY status";

pub fn run(cluster: &Cluster) {
    heading(&format!("an ask against a hand-written client, median of {ASKS}, the model at 0 ms; goal x1.30"));
    let database = cluster.database("latency", Content::Shop);
    let double = Double::start();
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL)).answer(BY_STATUS, Reply::sql(BY_STATUS_SQL));
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    session.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-bench')");
    session.run("SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
    for question in [BY_STATUS, TOP_CUSTOMERS] {
        measure(&mut session, database.session(), &double, question);
    }
}

/// The client's statements run in a session of their own, so that neither side finds the other's caches warm.
fn measure(session: &mut Session, clients: Session, double: &Double, question: &str) {
    double.clear();
    let expected = session.ask(question).len();
    let request = double.chats().remove(0);
    let url = format!("http://{}{}", double.address(), request.path);
    let mut client = HandWritten::new(url, &request, clients);
    let (mut asks, mut calls) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + ASKS {
        let (ask, rows) = timed(|| session.texts(&nl_ask(question)));
        assert_eq!(rows.len(), expected);
        let (call, count) = timed(|| client.ask());
        assert_eq!(count, expected);
        if round >= WARM_UP {
            asks.push(ask);
            calls.push(call);
        }
        // The log of requests would grow without end, and with it the pages the allocator touches.
        double.clear();
    }
    compare(question, median(asks), "client code", median(calls));
}

/// The client a programmer would write: one agent, one connection, no checks.
pub struct HandWritten {
    agent: ureq::Agent,
    url: String,
    key: String,
    body: Vec<u8>,
    session: Session,
}

impl HandWritten {
    pub fn new(url: String, request: &Recorded, session: Session) -> HandWritten {
        HandWritten {
            agent: ureq::Agent::config_builder().proxy(None).build().into(),
            url,
            key: request.header("authorization").expect("a key was sent").to_owned(),
            body: request.body.clone(),
            session,
        }
    }

    pub fn ask(&mut self) -> usize {
        let post = self.agent.post(&self.url);
        let post = post.header("authorization", &self.key).header("content-type", "application/json");
        let mut response = post.send(&self.body[..]).expect("the double answers");
        let reply = response.body_mut().read_to_string().expect("a reply");
        let reply: Value = serde_json::from_str(&reply).expect("JSON");
        let content = reply["choices"][0]["message"]["content"].as_str().expect("a content");
        let answer: Value = serde_json::from_str(content).expect("the structured answer");
        self.session.texts(answer["sql"].as_str().expect("a statement")).len()
    }
}
