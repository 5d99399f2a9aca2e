//! A model behind a foreign server: found as the caller, asked over HTTP, retried where that may help.

mod calls;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant, SystemTime};

use super::breaker::{self, Extent};
use super::http::{self, Failed, Request, Response, Route};
use crate::error::Error;
use crate::pg::host::foreign;
use crate::pg::host::offload;
use crate::pg::running::query::current_role;
pub use calls::{Call, Called};
use schema::sanitize::{one_line, truncated};
use wire::{Endpoint, Price, Provider, Secret};

/// Requests for one draft, the first included.
const TRIES: u32 = 3;
/// So many characters of what a model says become part of a message.
const MAX_QUOTED: usize = 1000;
const FIRST_BACKOFF: Duration = Duration::from_millis(400);

/// A foreign server of the wrapper nl2sql that the caller may use. Its secret is read when it is asked, not before.
#[derive(Clone)]
pub struct Remote {
    pub name: String,
    pub provider: Provider,
    pub endpoint: Endpoint,
    /// `None` unless the server says both prices.
    pub price: Option<Price>,
    pub breaker: breaker::Key,
    route: Route,
    timeout: Duration,
    mapping: BTreeMap<String, String>,
}

impl Remote {
    /// Looks the server up as the caller, who needs USAGE on it, and reads the caller's user mapping.
    pub fn open(name: &str, timeout: Duration) -> Result<Self, Error> {
        let server = foreign::server(name).ok_or_else(|| Error::UnknownModel(name.to_owned()))?;
        if server.wrapper != "nl2sql" {
            return Err(Error::NotAModel { name: name.to_owned(), wrapper: server.wrapper });
        }
        if !server.is_usable {
            return Err(Error::ModelDenied(name.to_owned()));
        }
        let mapping = foreign::mapping_options(server.oid);
        let mut hash = DefaultHasher::new();
        server.options.hash(&mut hash);
        let breaker = breaker::Key { server: server.oid, role: current_role().to_u32(), options: hash.finish() };
        Self::from_options(name, &server.options, mapping, timeout, breaker)
    }

    fn from_options(
        name: &str,
        options: &BTreeMap<String, String>,
        mapping: BTreeMap<String, String>,
        timeout: Duration,
        breaker: breaker::Key,
    ) -> Result<Self, Error> {
        let required = |option: &'static str| {
            options.get(option).cloned().ok_or(Error::MissingOption { option, server: name.to_owned() })
        };
        let provider = required("provider")?;
        let provider = Provider::named(&provider).ok_or(Error::BadOptionValue {
            option: "provider".to_owned(),
            why: format!("\"{provider}\" is unknown."),
        })?;
        let url = required("endpoint")?.trim_end_matches('/').to_owned();
        let route = Route {
            https: url.starts_with("https:"),
            ca_file: options.get("ca_file").cloned(),
            proxy: options.get("proxy").cloned(),
        };
        let endpoint = Endpoint {
            url,
            model: required("model")?,
            max_tokens: options.get("max_tokens").and_then(|text| text.parse().ok()),
            temperature: options.get("temperature").and_then(|text| text.parse().ok()),
            reasoning_effort: options.get("reasoning_effort").cloned(),
            is_varied: false,
            key: None,
        };
        let number = |option: &str| options.get(option)?.parse().ok();
        let price = number("price_in").zip(number("price_out"));
        let price = price.map(|(input, output)| Price { input, output, cached_input: None, cache_write: None });
        Ok(Self { name: name.to_owned(), provider, endpoint, price, breaker, route, timeout, mapping })
    }

    /// Its key is an option of the user mapping, rather than in a file or in the environment.
    pub fn has_key_in_catalog(&self) -> bool {
        self.mapping.contains_key("api_key")
    }

    /// The same model, whose calls end then at the latest.
    pub fn until(&self, end: Instant) -> Self {
        let timeout = self.timeout.min(end.saturating_duration_since(Instant::now()));
        Self { timeout, ..self.clone() }
    }

    /// The same model with its secret.
    pub(super) fn with_secret(&self) -> Result<Self, Error> {
        let mut remote = self.clone();
        remote.endpoint.key = key(&self.name, &self.mapping)?;
        Ok(remote)
    }

    /// Asks for the list of models, which costs nothing: one request, no retry.
    pub fn ping(&self) -> Result<(), Error> {
        self.with_secret()?.list()
    }

    fn list(&self) -> Result<(), Error> {
        let request = Request {
            url: self.provider.list_url(&self.endpoint),
            headers: self.provider.headers(&self.endpoint),
            body: None,
            timeout: self.timeout,
        };
        self.judge(http::send(&self.route, request)).map(drop).map_err(|failure| failure.error)
    }

    /// Sends until there is a reply worth reading, at most [`TRIES`] times, if the server's breaker lets it.
    pub(super) fn ask(&self, body: &str, end: Instant) -> Result<Response, Error> {
        breaker::ask(self.breaker).map_err(|seconds| Error::Resting { model: self.name.clone(), seconds })?;
        let time = self.timeout.min(end.saturating_duration_since(Instant::now()));
        let result = self.ask_again(body, end);
        breaker::ended(self.breaker, &result, Extent { time, bytes: body.len() });
        result
    }

    fn ask_again(&self, body: &str, end: Instant) -> Result<Response, Error> {
        let remote = self.until(end);
        let first = remote.judge(http::send(&self.route, remote.chat(body)));
        self.go_on(first, body, end, &|request| http::send(&self.route, request), &offload::sleep)
    }

    /// Sends again what had a first result, where that may help. `send` and `sleep` wait as whoever asks may.
    fn go_on(
        &self,
        first: Result<Response, Judged>,
        body: &str,
        end: Instant,
        send: &dyn Fn(Request) -> Result<Response, Failed>,
        sleep: &dyn Fn(Duration),
    ) -> Result<Response, Error> {
        let (mut result, mut backoff) = (first, FIRST_BACKOFF);
        for _ in 1..TRIES {
            let (error, wait) = match result {
                Ok(response) => return Ok(response),
                Err(Judged { error, again: None }) => return Err(error),
                Err(Judged { error, again: Some(wait) }) => (error, wait.unwrap_or(backoff + jitter(backoff))),
            };
            if wait > self.timeout || Instant::now() + wait >= end {
                return Err(error);
            }
            sleep(wait);
            let remote = self.until(end);
            result = remote.judge(send(remote.chat(body)));
            backoff *= 2;
        }
        result.map_err(|failure| failure.error)
    }

    /// Sends so many times at once, and how long each took. Where none of it helps, one request goes on as if it had been the only
    /// one: a server that is overloaded is not asked for more.
    pub(super) fn ask_several(&self, body: &str, count: u32, end: Instant) -> Vec<(Result<Response, Error>, Duration)> {
        // Whether it works again is found out by one call.
        let count = if breaker::state(self.breaker) == breaker::State::HalfOpen { 1 } else { count };
        if let Err(seconds) = breaker::ask(self.breaker) {
            return vec![(Err(Error::Resting { model: self.name.clone(), seconds }), Duration::ZERO)];
        }
        let (started, remote) = (Instant::now(), self.until(end));
        let sent = http::send_several(&self.route, &remote.chat(body), usize::try_from(count).unwrap_or(1));
        let mut judged: Vec<_> = sent.into_iter().map(|(result, took)| (remote.judge(result), took)).collect();
        let mut all = Vec::with_capacity(judged.len());
        if judged.iter().all(|(result, _)| result.is_err()) && !judged.is_empty() {
            let (first, _) = judged.remove(0);
            let send = |request| http::send(&self.route, request);
            all.push((self.go_on(first, body, end, &send, &offload::sleep), started.elapsed()));
        }
        all.extend(judged.into_iter().map(|(result, took)| (result.map_err(|failure| failure.error), took)));
        // Of the server, what became of all says as much as what becomes of one.
        if let Some((best, _)) = all.iter().find(|(result, _)| result.is_ok()).or_else(|| all.first()) {
            breaker::ended(self.breaker, best, Extent { time: remote.timeout, bytes: body.len() });
        }
        all
    }

    fn chat(&self, body: &str) -> Request {
        Request {
            url: self.provider.chat_url(&self.endpoint),
            headers: self.provider.headers(&self.endpoint),
            body: Some(body.to_owned()),
            timeout: self.timeout,
        }
    }

    /// Tells usable replies from failures, and failures that may pass from those that stay.
    fn judge(&self, result: Result<Response, Failed>) -> Result<Response, Judged> {
        let model = self.name.clone();
        match result {
            Ok(response) if (200..300).contains(&response.status) => Ok(response),
            Ok(response) => Err(self.bad_status(&response)),
            Err(Failed::Connection(why)) => {
                Err(Judged { error: Error::Unreachable { model, why: self.mask(&why) }, again: Some(None) })
            }
            Err(Failed::Route(why)) => {
                Err(Judged { error: Error::Unreachable { model, why: self.mask(&why) }, again: None })
            }
            Err(Failed::Reply(why)) => {
                Err(Judged { error: Error::BadReply { model, why: self.mask(&why) }, again: None })
            }
            Err(Failed::TimedOut) => {
                Err(Judged { error: Error::ModelTimedOut { model, seconds: self.timeout.as_secs_f64() }, again: None })
            }
        }
    }

    /// There is no way to its server.
    fn unroutable(&self, failed: Failed) -> Error {
        match self.judge(Err(failed)) {
            Err(judged) => judged.error,
            Ok(_) => Error::internal("a failure was no failure"),
        }
    }

    fn bad_status(&self, response: &Response) -> Judged {
        let model = self.name.clone();
        let body = Some(response.body.as_slice()).filter(|body| wire::is_small(body));
        let body: Option<serde_json::Value> = body.and_then(|body| serde_json::from_slice(body).ok());
        let said = body.as_ref().and_then(Provider::error_text).unwrap_or("The reply has no error message.");
        let why = self.quote(said);
        match response.status {
            401 | 403 => Judged { error: Error::Unauthorized { model, why }, again: None },
            429 => Judged { error: Error::Overloaded { model, why }, again: Some(response.retry_after) },
            status => {
                let again = (status >= 500).then_some(response.retry_after);
                Judged { error: Error::HttpStatus { model, status, why }, again }
            }
        }
    }

    pub(super) fn mask(&self, text: &str) -> String {
        self.endpoint.key.as_ref().map_or_else(|| text.to_owned(), |key| key.mask(text))
    }

    /// What a model or its endpoint said, as part of a message: without the key, and nothing that a terminal obeys.
    pub(super) fn quote(&self, text: &str) -> String {
        let words: Vec<String> = one_line(&self.mask(text)).split_whitespace().map(str::to_owned).collect();
        truncated(&words.join(" "), MAX_QUOTED)
    }

    pub(super) fn bad_reply(&self, why: String) -> Error {
        Error::BadReply { model: self.name.clone(), why }
    }
}

/// A failure, and whether to ask again: after the time the server wants, if it says so.
struct Judged {
    error: Error,
    again: Option<Option<Duration>>,
}

/// The secret of a user mapping: given, in a file, or in a variable of the server's environment.
fn key(model: &str, mapping: &BTreeMap<String, String>) -> Result<Option<Secret>, Error> {
    let unreadable = |why: String| Error::SecretUnreadable { model: model.to_owned(), why };
    let text = if let Some(key) = mapping.get("api_key") {
        key.clone()
    } else if let Some(path) = mapping.get("api_key_file") {
        std::fs::read_to_string(path).map_err(|error| unreadable(format!("api_key_file: {error}.")))?
    } else if let Some(variable) = mapping.get("api_key_env") {
        std::env::var(variable).map_err(|_| unreadable("api_key_env: the variable is not set.".to_owned()))?
    } else {
        return Ok(None);
    };
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(unreadable("It is not one line of printable ASCII.".to_owned()));
    }
    Ok(Some(Secret::new(text)))
}

/// Up to half of `backoff`, so that backends that failed together do not come back together.
fn jitter(backoff: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    backoff.mul_f64(f64::from(nanos % 1000) / 2000.0)
}
