//! What most tests start with: a database, a model on loopback, and a session that asks it.

use std::time::Duration;

use crate::cluster::{Content, Database, shared};
use crate::double::{Double, Provider};
use crate::session::{Session, quote};

/// A database with the server `gpt`, an OpenAI-compatible model played by the double, and sessions that ask it.
pub struct Fixture {
    pub database: Database<'static>,
    pub double: Double,
    pub session: Session,
}

impl Fixture {
    /// On a copy of the demonstration shop.
    pub fn shop(name: &str) -> Fixture {
        Self::on(shared().database(name, Content::Shop))
    }

    /// On a database with nothing but the extension.
    pub fn empty(name: &str) -> Fixture {
        Self::on(shared().database(name, Content::Empty))
    }

    fn on(database: Database<'static>) -> Fixture {
        let double = Double::start();
        let mut session = database.session();
        session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
        session.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test')");
        let mut fixture = Fixture { database, double, session };
        fixture.session = fixture.asker("postgres");
        fixture
    }

    /// A session of this role with the model chosen and limits that let no test take long.
    pub fn asker(&self, role: &str) -> Session {
        let mut session = self.database.session_as(role);
        // The settings exist once the library is loaded, which any of its functions does.
        session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.model_timeout = '20s'");
        // Tests count the requests of questions they ask again.
        session.run("SET nl2sql.cache_ttl = 0");
        session
    }

    /// A role that may ask the model and read what it is granted, and its session.
    pub fn analyst(&self, grants: &str) -> (String, Session) {
        let role = self.database.role("analyst");
        self.database
            .session()
            .run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}; {}", grants.replace("{role}", &role)));
        let session = self.asker(&role);
        (role, session)
    }

    /// Waits until the double has that many requests of the running question.
    pub fn wait_for_requests(&self, count: usize) {
        assert!(self.double.wait_for_requests(count, Duration::from_secs(60)), "the model is not asked");
    }
}

/// The statement that makes a foreign server of the extension.
pub fn server(name: &str, provider: Provider, endpoint: &str) -> String {
    format!(
        "CREATE SERVER {name} FOREIGN DATA WRAPPER nl2sql OPTIONS (provider {}, endpoint {}, model 'm')",
        quote(provider.name()),
        quote(endpoint)
    )
}

/// A port that nobody listens on, as far as one can know.
pub fn dead_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.expect("a free loopback port").port()
}
