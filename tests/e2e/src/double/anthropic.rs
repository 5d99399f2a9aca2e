//! Anthropic messages: what the service accepts and how it answers.

use serde_json::{Value, json};

use super::http::Request;
use super::wire::{
    Content, Refusal, bad, check_fields, check_messages, check_model, conversation, is_identifier, tokens,
};

const FIELDS: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "system",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "metadata",
    "stream",
    "thinking",
    "service_tier",
    "container",
    "mcp_servers",
    "cache_control",
    "context_management",
    "output_config",
    "output_format",
];

/// The service wants a key and a version of every request, known model or not.
pub(super) fn check_headers(request: &Request, expected: Option<&str>) -> Result<(), Refusal> {
    match request.header("x-api-key") {
        None => return Err(Refusal::new(401, "x-api-key header is required")),
        Some(key) if expected.is_some_and(|expected| expected != key) => {
            return Err(Refusal::new(401, "invalid x-api-key"));
        }
        Some(_) => {}
    }
    match request.header("anthropic-version") {
        Some("2023-06-01") => Ok(()),
        Some(version) => Err(bad(format!("anthropic-version: {version:?} is not a valid version"))),
        None => Err(bad("anthropic-version: header is required")),
    }
}

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    check_fields(body, FIELDS)?;
    check_model(body)?;
    if body["max_tokens"].as_u64().unwrap_or(0) == 0 {
        return Err(bad("max_tokens: Field required"));
    }
    let system = &body["system"];
    if !(system.is_null() || system.is_string() || blocks_are(system, &["text"])) {
        return Err(bad("system: Input should be a valid string or a list of text blocks"));
    }
    check_messages(body, &["user", "assistant"], |index, message| {
        let content = &message["content"];
        let blank = content.as_str().is_some_and(|text| text.trim().is_empty());
        if blank || !(content.is_string() || blocks_are(content, &["text", "tool_use", "tool_result"])) {
            return Err(bad(format!("messages.{index}: text content blocks must be non-empty")));
        }
        Ok(())
    })?;
    if body["messages"][0]["role"] != "user" {
        return Err(bad("messages: first message must use the \"user\" role"));
    }
    check_tool_results(body)?;
    if body["stream"] == true {
        return Err(bad("the double does not stream"));
    }
    check_tools(body)
}

fn blocks_are(content: &Value, kinds: &[&str]) -> bool {
    content.as_array().is_some_and(|blocks| {
        !blocks.is_empty()
            && blocks.iter().all(|block| block["type"].as_str().is_some_and(|kind| kinds.contains(&kind)))
    })
}

/// Every tool call must be followed by its result, and every result must follow its call.
fn check_tool_results(body: &Value) -> Result<(), Refusal> {
    let none = Vec::new();
    let messages = body["messages"].as_array().unwrap_or(&none);
    let ids = |message: Option<&Value>, kind: &str, field: &str| -> Vec<Value> {
        let blocks = message.and_then(|message| message["content"].as_array()).unwrap_or(&none);
        blocks.iter().filter(|block| block["type"] == kind).map(|block| block[field].clone()).collect()
    };
    for index in 0..messages.len() {
        let calls = ids(messages.get(index), "tool_use", "id");
        let results = ids(messages.get(index + 1), "tool_result", "tool_use_id");
        if calls != results {
            return Err(bad(format!(
                "messages.{index}: `tool_use` ids without `tool_result` blocks immediately after, or the reverse"
            )));
        }
    }
    if ids(messages.first(), "tool_result", "tool_use_id").is_empty() {
        return Ok(());
    }
    Err(bad("messages.0: unexpected `tool_use_id` found in `tool_result` blocks"))
}

fn check_tools(body: &Value) -> Result<(), Refusal> {
    let none = Vec::new();
    let tools = body["tools"].as_array().unwrap_or(&none);
    for (index, tool) in tools.iter().enumerate() {
        if !is_identifier(&tool["name"], 128) {
            return Err(bad(format!("tools.{index}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")));
        }
        if tool["input_schema"]["type"] != "object" {
            return Err(bad(format!("tools.{index}.input_schema.type: Field required")));
        }
    }
    match body["tool_choice"]["type"].as_str() {
        None if body["tool_choice"].is_null() => Ok(()),
        Some("auto" | "any" | "none") => Ok(()),
        Some("tool") if tools.iter().any(|tool| tool["name"] == body["tool_choice"]["name"]) => Ok(()),
        Some("tool") => Err(bad(format!("Tool '{}' not found in provided tools", body["tool_choice"]["name"]))),
        _ => Err(bad("tool_choice: Input should be 'auto', 'any', 'tool' or 'none'")),
    }
}

pub(super) fn reply(body: &Value, content: &Content) -> Value {
    let text = |text: &str| json!([{ "type": "text", "text": text }]);
    let (blocks, stop) = match content {
        // A tool that nobody forced is not called: then the answer comes as text.
        Content::Structured(answer) if body["tool_choice"]["type"] == "tool" => {
            let call = json!({
                "type": "tool_use", "id": "toolu_double", "name": body["tool_choice"]["name"], "input": answer
            });
            (json!([call]), "tool_use")
        }
        Content::Structured(answer) => (text(&answer.to_string()), "end_turn"),
        Content::Text(empty) if empty.is_empty() => (json!([]), "end_turn"),
        Content::Text(words) => (text(words), "end_turn"),
        Content::Unfinished(words) => (text(words), "max_tokens"),
        Content::Declined(_) => (json!([]), "refusal"),
    };
    let input: usize = conversation(body).iter().map(|(_, text)| tokens(text)).sum();
    let output = tokens(&blocks.to_string());
    json!({
        "id": "msg_double",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": blocks,
        "stop_reason": stop,
        "stop_sequence": null,
        "usage": {
            "input_tokens": input,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": output
        }
    })
}

pub(super) fn models() -> Value {
    let model = json!({ "type": "model", "id": "m", "display_name": "M", "created_at": "2025-01-01T00:00:00Z" });
    json!({ "data": [model], "has_more": false, "first_id": "m", "last_id": "m" })
}

pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_double" })
}
