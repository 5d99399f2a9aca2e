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
    let mut options = json!({"temperature": 0});
    if let Some(limit) = endpoint.max_tokens {
        options["num_predict"] = json!(limit);
    }
    json!({"model": endpoint.model, "messages": all, "stream": false, "format": json_schema(prompt.task), "options": options})
}

/// What the model wrote.
pub fn text(body: &Value) -> Option<String> {
    body.get("message")?.get("content")?.as_str().map(str::to_owned)
}
