//! Anthropic's Messages API (Anthropic API reference, "Messages"). The reply is the input of a tool that the model is
//! forced to use, which is how this API gives JSON of a schema.

use serde_json::{Value, json};

use crate::provider::chat_messages;
use crate::reply::json_schema;
use crate::{Endpoint, Prompt};

pub const CHAT: &str = "/v1/messages";
pub const LIST: &str = "/v1/models";
pub const VERSION: &str = "2023-06-01";

/// The API requires a limit; this one is used if none is set.
const MAX_TOKENS: u32 = 4096;
const TOOL: &str = "reply";

/// The body of a request.
pub fn body(endpoint: &Endpoint, prompt: &Prompt) -> Value {
    let mut messages = chat_messages(prompt);
    // What is said so far is read from the cache where the conversation goes on, with a repair or a look.
    if let Some(last) = messages.last_mut() {
        let text = last["content"].take();
        last["content"] = json!([{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]);
    }
    let mut body = json!({
        "model": endpoint.model,
        "max_tokens": endpoint.max_tokens.unwrap_or(MAX_TOKENS),
        // Marked as the part to cache, as the rules and the schema are the same for many questions.
        "system": [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}],
        "messages": messages,
        "tools": [{"name": TOOL, "description": "Gives the reply.", "input_schema": json_schema(prompt.task)}],
        "tool_choice": {"type": "tool", "name": TOOL}
    });
    if let Some(temperature) = endpoint.temperature {
        body["temperature"] = json!(temperature);
    }
    body
}

/// The input of the tool, or the text if the model did not use the tool.
pub fn text(body: &Value) -> Option<String> {
    let content = body.get("content")?.as_array()?;
    let of_type = |wanted: &str| content.iter().find(|part| part.get("type").is_some_and(|kind| kind == wanted));
    match of_type("tool_use") {
        Some(part) => Some(part.get("input")?.to_string()),
        None => of_type("text")?.get("text")?.as_str().map(str::to_owned),
    }
}
