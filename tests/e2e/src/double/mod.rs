//! The test double of a language model: an HTTP/1.1 server on loopback, made with the standard library only, that
//! speaks the real wire formats of OpenAI chat completions, Anthropic messages and Ollama chat.
//!
//! [`TlsFront`] puts TLS before it. It checks requests as strictly as the services do, so that a wrong request cannot pass by
//! luck; it answers each question with the replies it was given, in turn; and a reply may be a fault. Every request is
//! recorded.

mod answers;
mod anthropic;
mod deliver;
mod http;
mod ollama;
mod openai;
mod record;
mod reply;
mod script;
mod server;
mod tls;
mod wire;

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod test_client;
#[cfg(test)]
mod wire_tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use record::Recorded;
pub use reply::{Gate, Replies, Reply};
pub use tls::{Authority, TlsFront};
pub use wire::Provider;

use server::State;

/// A running double. Dropping it closes every connection and waits for its threads.
pub struct Double {
    state: Arc<State>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

impl Double {
    /// A double on a free port that accepts any key.
    pub fn start() -> Double {
        Self::listen(0, None).expect("a free loopback port")
    }

    /// A double that refuses every key but this one, as the service would.
    pub fn with_key(key: &str) -> Double {
        Self::listen(0, Some(key.to_owned())).expect("a free loopback port")
    }

    pub fn listen(port: u16, key: Option<String>) -> io::Result<Double> {
        let (state, address, acceptor) = server::listen(port, key)?;
        Ok(Double { state, address, acceptor: Some(acceptor) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint option of a foreign server of this provider.
    pub fn url(&self, provider: Provider) -> String {
        match provider {
            Provider::OpenAi => format!("http://{}/v1", self.address),
            Provider::Anthropic | Provider::Ollama => format!("http://{}", self.address),
        }
    }

    /// Answers a question (found anywhere in a message) with one reply or several in turn; the last one repeats.
    /// Giving a question new replies starts again at the first.
    pub fn answer(&self, question: &str, replies: impl Into<Replies>) -> &Self {
        self.state.answers().set(question, replies.into().0);
        self
    }

    /// Answers health checks (the listing of models) with this reply instead of a listing.
    pub fn health(&self, reply: Reply) -> &Self {
        self.state.answers().set_health(reply);
        self
    }

    /// Takes the answers of a JSON script, the format of the `model-double` binary.
    pub fn script(&self, json: &str) -> Result<&Self, String> {
        for (question, replies) in script::parse(json)? {
            self.state.answers().set(&question, replies);
        }
        Ok(self)
    }

    /// Every request since the start or the last [`Self::clear`], in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests()
    }

    /// The recorded requests that asked the model something: all but health checks.
    pub fn chats(&self) -> Vec<Recorded> {
        self.requests().into_iter().filter(|request| request.method == "POST").collect()
    }

    /// Forgets the recorded requests; answers and their turns stay.
    pub fn clear(&self) {
        self.state.clear();
    }

    /// How many TCP connections have been accepted since the start.
    pub fn connections(&self) -> u64 {
        self.state.connections()
    }

    /// How many TCP connections are open now.
    pub fn open_connections(&self) -> usize {
        self.state.open_connections()
    }

    /// Waits until that many requests are recorded; false if they have not come in time.
    pub fn wait_for_requests(&self, count: usize, at_most: Duration) -> bool {
        self.state.wait_for_requests(count, at_most)
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        server::stop(&self.state, self.address);
        if let Some(acceptor) = self.acceptor.take() {
            // The acceptor waits for the connections' threads; a panic in one of them has been printed already.
            let _ = acceptor.join();
        }
    }
}
