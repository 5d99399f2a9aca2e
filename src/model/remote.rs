//! A model behind a foreign server: found as the caller, asked over HTTP, retried where that may help.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::http::{self, Failed, Request, Response, Route};
use super::{Draft, Proposal};
use crate::error::Error;
use crate::pg::host::foreign;
use crate::pg::host::offload;
use schema::sanitize::{one_line, truncated};
use wire::reply::{self, NoStatement};
use wire::{Endpoint, Prompt, Provider, Reply, Secret, Task, Usage};

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
        Self::from_options(name, &server.options, mapping, timeout)
    }

    fn from_options(
        name: &str,
        options: &BTreeMap<String, String>,
        mapping: BTreeMap<String, String>,
        timeout: Duration,
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
            key: None,
        };
        Ok(Self { name: name.to_owned(), provider, endpoint, route, timeout, mapping })
    }

    /// Its key is an option of the user mapping, rather than in a file or in the environment.
    pub fn has_key_in_catalog(&self) -> bool {
        self.mapping.contains_key("api_key")
    }

    /// The same model with its secret.
    fn with_secret(&self) -> Result<Self, Error> {
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

    /// Sends until there is a reply worth reading, at most [`TRIES`] times.
    fn ask(&self, body: &str) -> Result<Response, Error> {
        let mut backoff = FIRST_BACKOFF;
        for _ in 1..TRIES {
            let request = self.chat(body);
            match self.judge(http::send(&self.route, request)) {
                Ok(response) => return Ok(response),
                Err(Judged { error, again: None }) => return Err(error),
                Err(Judged { error, again: Some(wait) }) => {
                    let wait = wait.unwrap_or(backoff + jitter(backoff));
                    if wait > self.timeout {
                        return Err(error);
                    }
                    offload::sleep(wait);
                }
            }
            backoff *= 2;
        }
        self.judge(http::send(&self.route, self.chat(body))).map_err(|failure| failure.error)
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

    fn bad_status(&self, response: &Response) -> Judged {
        let model = self.name.clone();
        let body: Option<serde_json::Value> = serde_json::from_slice(&response.body).ok();
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

    fn mask(&self, text: &str) -> String {
        self.endpoint.key.as_ref().map_or_else(|| text.to_owned(), |key| key.mask(text))
    }

    /// What a model or its endpoint said, as part of a message: without the key, and nothing that a terminal obeys.
    fn quote(&self, text: &str) -> String {
        let words: Vec<String> = one_line(&self.mask(text)).split_whitespace().map(str::to_owned).collect();
        truncated(&words.join(" "), MAX_QUOTED)
    }

    fn bad_reply(&self, why: String) -> Error {
        Error::BadReply { model: self.name.clone(), why }
    }

    /// What the model replied.
    fn reply(&self, response: &Response) -> Result<Reply, Error> {
        let text =
            std::str::from_utf8(&response.body).map_err(|_| self.bad_reply("It is no valid UTF-8.".to_owned()))?;
        let body = serde_json::from_str(text).map_err(|_| {
            self.bad_reply(format!(
                "It is no valid JSON; its content type is \"{}\".",
                self.quote(&response.content_type)
            ))
        })?;
        self.provider
            .reply(&body)
            .ok_or_else(|| self.bad_reply("It does not have the shape that the provider documents.".to_owned()))
    }

    /// The statement that the model writes for a prompt, or what it wants to see first, and the tokens that its reply cost
    /// whether it holds either or not. A question back or a refusal is an error of its own.
    pub fn propose(&self, prompt: &Prompt) -> (Result<Proposal, Error>, Usage) {
        let may_look = prompt.task == Task::Statement { may_look: true };
        self.answer(prompt, |remote, text| match reply::proposal(text)? {
            reply::Proposal::Statement(sql) => {
                Ok(Proposal::Draft(Draft { sql: remote.mask(&sql), ..Draft::default() }))
            }
            reply::Proposal::Look(names) if may_look => {
                Ok(Proposal::Look(names.iter().map(|name| remote.mask(name)).collect()))
            }
            reply::Proposal::Look(_) => {
                Err(NoStatement::Unusable("It asks to see relations where no more is shown.".to_owned()))
            }
        })
    }

    /// The prompt's statement in the model's plain words.
    pub fn explain(&self, prompt: &Prompt) -> Result<String, Error> {
        self.answer(prompt, |remote, text| Ok(remote.mask(&reply::explanation(text)?))).0
    }

    /// What `read` finds in the reply to a prompt. An endpoint that echoes the key must not carry it into a message or a
    /// statement, however it was encoded: `read` masks it with the model it is given.
    fn answer<T>(
        &self,
        prompt: &Prompt,
        read: impl FnOnce(&Self, &str) -> Result<T, NoStatement>,
    ) -> (Result<T, Error>, Usage) {
        let replied = || {
            let remote = self.with_secret()?;
            let body = self.provider.body(&self.endpoint, prompt).to_string();
            let reply = remote.reply(&remote.ask(&body)?)?;
            Ok((remote, reply))
        };
        let (remote, reply) = match replied() {
            Ok(replied) => replied,
            Err(error) => return (Err(error), Usage::default()),
        };
        let found = match read(&remote, &reply.text) {
            Ok(found) => Ok(found),
            Err(NoStatement::Clarify(message)) => {
                Err(Error::Clarify { model: self.name.clone(), question: remote.quote(&message) })
            }
            Err(NoStatement::Declined(message)) => {
                Err(Error::Declined { model: self.name.clone(), reason: remote.quote(&message) })
            }
            Err(NoStatement::Unusable(why)) => Err(self.bad_reply(remote.quote(&why))),
        };
        (found, reply.usage)
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
