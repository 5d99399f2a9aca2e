//! A server of its own for tests of questions in the background, which end processes of it or change what holds for all.

use std::thread;
use std::time::{Duration, Instant};

use postgres::fallible_iterator::FallibleIterator;

use crate::cluster::{Cluster, Content, Database};
use crate::double::{Double, Provider, Reply};
use crate::fixture::server;
use crate::session::{Session, quote};
use crate::waiting::wait_until;
use crate::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};

/// What was committed has to survive a crash here.
const PRELOADED: &str =
    "synchronous_commit = on\nshared_preload_libraries = 'nl2sql'\nnl2sql.model = 'gpt'\nnl2sql.cache_ttl = 0\n";

/// The process that works on the questions, where there is one.
pub const WORKER: &str = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'";

/// A server with one database, whose model everybody may ask.
pub struct Alone {
    pub cluster: &'static Cluster,
    pub database: Database<'static>,
    pub double: Double,
}

impl Alone {
    /// `settings`: further lines of its configuration.
    pub fn start(name: &str, settings: &str) -> Alone {
        let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start_with(&format!("{PRELOADED}{settings}"))));
        let (database, double) = (cluster.database(name, Content::Shop), Double::start());
        prepare(&database, &double);
        Alone { cluster, database, double }
    }

    /// A session, once the server takes connections again.
    pub fn session(&self) -> Session {
        let until = Instant::now() + Duration::from_secs(60);
        while self.cluster.config(&self.database.name).connect(postgres::NoTls).is_err() {
            assert!(Instant::now() < until, "the server does not come back:\n{}", self.cluster.log());
            thread::sleep(Duration::from_millis(50));
        }
        self.database.session()
    }

    /// How often the model was asked this.
    pub fn asked(&self, question: &str) -> usize {
        self.double.chats().iter().filter(|chat| chat.conversation().contains(question)).count()
    }

    /// Waits until a question has been in flight so often.
    #[track_caller]
    pub fn wait_until_asked(&self, question: &str, times: usize) {
        wait_until(&format!("the model is not asked: {question}"), || self.asked(question) >= times);
    }
}

/// Has the model stand in a database, for everybody.
pub fn prepare(database: &Database<'_>, double: &Double) {
    let mut admin = database.session();
    admin.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    admin.run(
        "CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
         GRANT USAGE ON FOREIGN SERVER gpt TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC",
    );
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
}

/// Submits a question; its number.
pub fn submit(session: &mut Session, question: &str) -> i64 {
    session.text(&format!("SELECT nl_submit({})", quote(question))).parse().expect("a number")
}

/// What a session that listens was told, once it is as much as this.
pub fn told(listener: &mut Session, at_least: usize) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(60);
    let mut told = Vec::new();
    loop {
        listener.run("SELECT 1");
        let mut notifications = listener.client.notifications();
        let mut coming = notifications.timeout_iter(Duration::from_millis(500));
        while let Some(one) = coming.next().expect("notifications") {
            told.push(one.payload().to_owned());
        }
        if told.len() >= at_least {
            return told;
        }
        assert!(Instant::now() < until, "{told:?}");
    }
}

/// The state that a question ends in; why is printed.
pub fn ended(session: &mut Session, id: i64) -> String {
    let state = session.text(&format!("SELECT nl_wait({id}, '2 min')"));
    let told = format!("SELECT concat_ws(' ', model, attempts, sqlstate, error) FROM nl2sql.jobs WHERE id = {id}");
    println!("{id}: {state}: {}", session.texts(&told).concat());
    state
}
