//! Calls of models that other threads make, many at once, in three steps: what touches the server is done before and after.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::Replied;
use super::super::breaker::{self, Extent};
use super::super::http;
use super::super::replies::proposal;
use super::Remote;
use crate::error::Error;
use wire::Prompt;

impl Remote {
    /// A call that another thread can make: with its secret, and if the server's breaker lets it.
    pub fn prepare(&self, prompt: Arc<Prompt>, end: Instant) -> Result<Call, Error> {
        let remote = self.with_secret()?;
        let agent = http::agent(&self.route).map_err(|failed| remote.unroutable(failed))?;
        breaker::ask(self.breaker).map_err(|seconds| Error::Resting { model: self.name.clone(), seconds })?;
        let time = self.timeout.min(end.saturating_duration_since(Instant::now()));
        Ok(Call { remote, agent, prompt, end, time, started: Instant::now() })
    }
}

/// A call of a model that is made on a thread: all that it needs, and nothing of the server.
pub struct Call {
    /// With its secret.
    remote: Remote,
    agent: ureq::Agent,
    prompt: Arc<Prompt>,
    end: Instant,
    /// What it has, as the breaker judges failures by.
    time: Duration,
    started: Instant,
}

/// What came of one: what the model proposes, and nothing of what else it said.
pub struct Called {
    remote: Remote,
    replied: Replied,
    /// What the call failed with, a reply of no use apart.
    failure: Result<(), Error>,
    extent: Extent,
}

impl Call {
    /// Sends, and again where that may help, until there is a reply, and reads it. Blocks the thread.
    pub fn make(self) -> Called {
        let body = self.remote.provider.body(&self.remote.endpoint, &self.prompt).to_string();
        let send = |request| http::exchange(&self.agent, request);
        let remote = self.remote.until(self.end);
        let first = remote.judge(send(remote.chat(&body)));
        let result = self.remote.go_on(first, &body, self.end, &send, &std::thread::sleep);
        let (took, failure) = (self.started.elapsed(), result.as_ref().map(|_| ()).map_err(Error::clone));
        let prompt = &self.prompt;
        let (proposal, usage) = self.remote.read(result, prompt, |remote, text| proposal(remote, prompt, text));
        let extent = Extent { time: self.time, bytes: body.len() };
        Called { remote: self.remote, replied: Replied { proposal, usage, took }, failure, extent }
    }
}

impl Called {
    /// The reply; tells the server's breaker of it: where the server may be touched again.
    pub fn reply(self) -> Replied {
        let Self { remote, replied, failure, extent } = self;
        breaker::ended(remote.breaker, &failure, extent);
        if matches!(failure, Err(Error::Unreachable { .. })) {
            http::forget(&remote.route);
        }
        replied
    }
}
