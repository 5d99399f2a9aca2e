//! OpenAI's Chat Completions API, which many other servers speak too (OpenAI API reference, "Chat Completions").

use serde_json::{Value, json};

use crate::provider::chat_messages;
use crate::reply::json_schema;
use crate::{Endpoint, Prompt};

pub const CHAT: &str = "/chat/completions";
pub const LIST: &str = "/models";

/// The body of a request.
pub fn body(endpoint: &Endpoint, prompt: &Prompt) -> Value {
    let mut all = vec![json!({"role": "system", "content": prompt.system})];
    all.extend(chat_messages(prompt));
    let mut body = json!({
        "model": endpoint.model,
        "messages": all,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "nl2sql_reply", "strict": true, "schema": json_schema(prompt.task)}
        }
    });
    if let Some(limit) = endpoint.max_tokens {
        body["max_completion_tokens"] = json!(limit);
    }
    if let Some(temperature) = endpoint.temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(effort) = &endpoint.reasoning_effort {
        body["reasoning_effort"] = json!(effort);
    }
    body
}

/// What the model wrote. A refusal is put in the form of a reply that declines.
pub fn text(body: &Value) -> Option<String> {
    let message = body.get("choices")?.get(0)?.get("message")?;
    // A refusal for safety has a field of its own, and the content is null.
    if let Some(refusal) = message.get("refusal").and_then(Value::as_str) {
        return Some(json!({"action": "refuse", "sql": "", "message": refusal}).to_string());
    }
    message.get("content")?.as_str().map(str::to_owned)
}
