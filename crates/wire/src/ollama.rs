//! Ollama's chat API, with a JSON schema as format (Ollama API documentation, "Generate a chat completion").

use serde_json::{Value, json};

use crate::provider::chat_messages;
use crate::reply::json_schema;
use crate::{Endpoint, Prompt};

pub const CHAT: &str = "/api/chat";
pub const LIST: &str = "/api/tags";

/// The body of a request.
pub fn body(endpoint: &Endpoint, prompt: &Prompt) -> Value {
    let mut all = vec![json!({"role": "system", "content": prompt.system})];
    all.extend(chat_messages(prompt));
    let mut options = json!({});
    // Its own is far from 0.
    if let Some(temperature) = endpoint.temperature.or((!endpoint.is_varied).then_some(0.0)) {
        options["temperature"] = json!(temperature);
    }
    if let Some(limit) = endpoint.max_tokens {
        options["num_predict"] = json!(limit);
    }
    let format = json_schema(prompt.task);
    let mut body =
        json!({"model": endpoint.model, "messages": all, "stream": false, "format": format, "options": options});
    if let Some(effort) = &endpoint.reasoning_effort {
        body["think"] = json!(effort);
    }
    body
}

/// What the model wrote.
pub fn text(body: &Value) -> Option<String> {
    body.get("message")?.get("content")?.as_str().map(str::to_owned)
}
