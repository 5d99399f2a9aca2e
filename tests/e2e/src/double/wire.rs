//! From a request to what happens next, for whichever provider the path belongs to.

use serde_json::{Value, json};

use super::answers::Answers;
use super::http::{Request, Response};
use super::reply::{Delivery, Kind, Reply, Wait};
use super::{anthropic, ollama, openai};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    OpenAi,
    Anthropic,
    Ollama,
}

impl Provider {
    pub const ALL: [Provider; 3] = [Provider::OpenAi, Provider::Anthropic, Provider::Ollama];

    /// The value of the server option `provider`.
    pub fn name(self) -> &'static str {
        match self {
            Provider::OpenAi => "openai",
            Provider::Anthropic => "anthropic",
            Provider::Ollama => "ollama",
        }
    }
}

pub(super) enum Action {
    Hang,
    Close,
    Send(Response, Delivery),
}

/// Why a request is refused before any model sees it.
pub(super) struct Refusal {
    pub status: u16,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, message: impl Into<String>) -> Refusal {
        Refusal { status, message: message.into() }
    }
}

pub(super) fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, message)
}

/// What the model says: the structured answer or free text, and how it ended.
pub(super) enum Content {
    Structured(Value),
    Text(String),
    Unfinished(String),
    Declined(String),
}

enum Endpoint {
    Chat(Provider),
    Models(Provider),
}

fn endpoint(request: &Request) -> Result<Endpoint, Refusal> {
    let path = request.path.split('?').next().unwrap_or_default();
    let (endpoint, method) = if path.ends_with("/chat/completions") {
        (Endpoint::Chat(Provider::OpenAi), "POST")
    } else if path.ends_with("/v1/messages") {
        (Endpoint::Chat(Provider::Anthropic), "POST")
    } else if path.ends_with("/api/chat") {
        (Endpoint::Chat(Provider::Ollama), "POST")
    } else if path.ends_with("/api/tags") {
        (Endpoint::Models(Provider::Ollama), "GET")
    } else if path.ends_with("/models") {
        let anthropic = request.header("anthropic-version").or(request.header("x-api-key")).is_some();
        (Endpoint::Models(if anthropic { Provider::Anthropic } else { Provider::OpenAi }), "GET")
    } else {
        return Err(Refusal::new(404, format!("Invalid URL ({} {path})", request.method)));
    };
    if request.method != method {
        return Err(Refusal::new(405, format!("Not allowed to {} on {path}", request.method)));
    }
    Ok(endpoint)
}

pub(super) fn react(request: &Request, key: Option<&str>, answers: &mut Answers) -> (Wait, Action) {
    let endpoint = match endpoint(request) {
        Ok(endpoint) => endpoint,
        Err(refusal) => return refused(Provider::OpenAi, &refusal),
    };
    let (Endpoint::Chat(provider) | Endpoint::Models(provider)) = endpoint;
    let authorized = if request.header("host").is_none() {
        Err(bad("an HTTP/1.1 request without a host header"))
    } else {
        check_key(provider, request, key)
    };
    if let Err(refusal) = authorized {
        return refused(provider, &refusal);
    }
    if let Endpoint::Models(_) = endpoint {
        return match answers.health() {
            Some(reply) => perform(provider, &Value::Null, request, reply),
            None => (Wait::default(), Action::Send(Response::json(200, &models(provider)), Delivery::Whole)),
        };
    }
    match parse(request).and_then(|body| check(provider, &body).map(|()| body)) {
        Ok(body) => {
            let reply = answers.next(&conversation(&body));
            perform(provider, &body, request, reply)
        }
        Err(refusal) => refused(provider, &refusal),
    }
}

fn refused(provider: Provider, refusal: &Refusal) -> (Wait, Action) {
    let response = Response::json(refusal.status, &error(provider, refusal.status, &refusal.message));
    (Wait::default(), Action::Send(response, Delivery::Whole))
}

fn parse(request: &Request) -> Result<Value, Refusal> {
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(bad(format!("content-type must be application/json, not {media_type:?}")));
    }
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|error| bad(format!("We could not parse the JSON body of your request: {error}")))?;
    if body.is_object() { Ok(body) } else { Err(bad("the body must be a JSON object")) }
}

fn check_key(provider: Provider, request: &Request, expected: Option<&str>) -> Result<(), Refusal> {
    match provider {
        Provider::Anthropic => anthropic::check_headers(request, expected),
        Provider::OpenAi | Provider::Ollama => openai::check_bearer(request, expected),
    }
}

fn check(provider: Provider, body: &Value) -> Result<(), Refusal> {
    match provider {
        Provider::OpenAi => openai::check(body),
        Provider::Anthropic => anthropic::check(body),
        Provider::Ollama => ollama::check(body),
    }
}

fn models(provider: Provider) -> Value {
    match provider {
        Provider::OpenAi => openai::models(),
        Provider::Anthropic => anthropic::models(),
        Provider::Ollama => ollama::models(),
    }
}

fn error(provider: Provider, status: u16, message: &str) -> Value {
    match provider {
        Provider::OpenAi => openai::error(status, message),
        Provider::Anthropic => anthropic::error(status, message),
        Provider::Ollama => json!({ "error": message }),
    }
}

/// The reply as bytes and intentions.
fn perform(provider: Provider, body: &Value, request: &Request, reply: Reply) -> (Wait, Action) {
    let key = request.header("x-api-key").or_else(|| request.header("authorization")?.strip_prefix("Bearer "));
    let echo = |text: &str| text.replace("{key}", key.unwrap_or("(no key)"));
    let content = |content: Content| match provider {
        Provider::OpenAi => Response::json(200, &openai::reply(body, &content)),
        Provider::Anthropic => Response::json(200, &anthropic::reply(body, &content)),
        Provider::Ollama => ollama::reply(body, &content),
    };
    let mut response = match &reply.kind {
        Kind::Hang => return (reply.wait, Action::Hang),
        Kind::Close => return (reply.wait, Action::Close),
        Kind::Answer { action, sql, message } => {
            content(Content::Structured(json!({ "action": action, "sql": echo(sql), "message": echo(message) })))
        }
        Kind::Look(relations) => {
            let answer = json!({ "action": "look", "sql": "", "message": "", "relations": relations });
            content(Content::Structured(answer))
        }
        Kind::Text(text) => content(Content::Text(echo(text))),
        Kind::Unfinished(text) => content(Content::Unfinished(echo(text))),
        Kind::Declined(text) => content(Content::Declined(echo(text))),
        Kind::Error { status, message } => Response::json(*status, &error(provider, *status, &echo(message))),
        Kind::Raw { status, content_type, body } => {
            let body = std::str::from_utf8(body).map_or_else(|_| body.clone(), |text| echo(text).into_bytes());
            Response { status: *status, content_type: content_type.clone(), headers: Vec::new(), body }
        }
    };
    response.headers.extend(reply.headers);
    (reply.wait, Action::Send(response, reply.delivery))
}

/// (role, text) of every message of a request, a top-level system prompt first.
pub(super) fn conversation(body: &Value) -> Vec<(String, String)> {
    let system = body.get("system").map(|system| ("system".to_owned(), text(system)));
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let spoken = messages
        .iter()
        .map(|message| (message["role"].as_str().unwrap_or_default().to_owned(), text(&message["content"])));
    system.into_iter().chain(spoken).collect()
}

/// The text of a content: a string, or a list of blocks (text, tool calls and their results).
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().map(|block| match block["type"].as_str() {
                Some("tool_use") => block["input"].to_string(),
                Some("tool_result") => text(&block["content"]),
                _ => block["text"].as_str().unwrap_or_default().to_owned(),
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// A rough count of tokens: services report usage, and clients may add it up.
pub(super) fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

/// The messages every provider wants, with the roles it knows; `rule` says more about a message.
pub(super) fn check_messages(
    body: &Value,
    roles: &[&str],
    rule: impl Fn(usize, &Value) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let messages = body["messages"].as_array().ok_or_else(|| bad("Missing required parameter: 'messages'."))?;
    if messages.is_empty() {
        return Err(bad("Invalid 'messages': empty array. Expected an array with minimum length 1."));
    }
    for (index, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if !roles.contains(&role) {
            return Err(bad(format!("Invalid value: '{role}' for 'messages[{index}].role'.")));
        }
        rule(index, message)?;
    }
    Ok(())
}

pub(super) fn check_model(body: &Value) -> Result<(), Refusal> {
    match body["model"].as_str() {
        Some(model) if !model.is_empty() => Ok(()),
        _ => Err(bad("you must provide a model parameter")),
    }
}

/// Services refuse fields they do not know, which is how a misspelt one shows.
pub(super) fn check_fields(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    match body.as_object().and_then(|fields| fields.keys().find(|field| !known.contains(&field.as_str()))) {
        Some(field) => Err(bad(format!("Unrecognized request argument supplied: {field}"))),
        None => Ok(()),
    }
}

/// The limits on names of tools and schemas.
pub(super) fn is_identifier(name: &Value, longest: usize) -> bool {
    name.as_str().is_some_and(|name| {
        !name.is_empty()
            && name.len() <= longest
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    })
}
