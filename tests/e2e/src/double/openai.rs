//! OpenAI chat completions: what the service accepts and how it answers.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::http::Request;
use super::wire::{
    Content, Refusal, bad, check_fields, check_messages, check_model, conversation, is_identifier, tokens,
};

const FIELDS: &[&str] = &[
    "model",
    "messages",
    "response_format",
    "temperature",
    "top_p",
    "n",
    "stream",
    "stream_options",
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "user",
    "seed",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "store",
    "metadata",
    "reasoning_effort",
    "verbosity",
    "service_tier",
    "prompt_cache_key",
    "safety_identifier",
];

pub(super) fn check_bearer(request: &Request, expected: Option<&str>) -> Result<(), Refusal> {
    let Some(expected) = expected else { return Ok(()) };
    let Some(header) = request.header("authorization") else {
        return Err(Refusal::new(
            401,
            "You didn't provide an API key. You need to provide it in an Authorization header.",
        ));
    };
    match header.strip_prefix("Bearer ") {
        Some(key) if key == expected => Ok(()),
        Some(_) => Err(Refusal::new(401, "Incorrect API key provided.")),
        None => Err(Refusal::new(401, "The Authorization header must use Bearer auth.")),
    }
}

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    check_fields(body, FIELDS)?;
    check_model(body)?;
    check_messages(body, &["system", "developer", "user", "assistant", "tool"], |index, message| {
        let content = &message["content"];
        let parts = content.as_array().is_some_and(|parts| parts.iter().all(|part| part["type"] == "text"));
        if content.is_string() || parts {
            return Ok(());
        }
        Err(bad(format!("Invalid value for 'content' of messages[{index}]: expected a string.")))
    })?;
    if body["stream"] == true {
        return Err(bad("the double does not stream"));
    }
    let format = &body["response_format"];
    match (format, format["type"].as_str()) {
        (Value::Null, _) | (_, Some("text")) => Ok(()),
        (_, Some("json_object")) => {
            let named = conversation(body).iter().any(|(_, text)| text.to_lowercase().contains("json"));
            let complaint = "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'.";
            if named { Ok(()) } else { Err(bad(complaint)) }
        }
        (_, Some("json_schema")) => check_schema(&format["json_schema"]),
        _ => Err(bad("Invalid value for 'response_format.type'. Supported: 'json_object', 'json_schema', 'text'.")),
    }
}

fn check_schema(format: &Value) -> Result<(), Refusal> {
    if !is_identifier(&format["name"], 64) {
        return Err(bad("Invalid 'response_format.json_schema.name': it must match ^[a-zA-Z0-9_-]{1,64}$."));
    }
    if !format["schema"].is_object() {
        return Err(bad("Missing required parameter: 'response_format.json_schema.schema'."));
    }
    if format["strict"] == true { check_strict(&format["schema"], "()") } else { Ok(()) }
}

/// A strict schema closes every object and requires every property.
fn check_strict(schema: &Value, context: &str) -> Result<(), Refusal> {
    let complain = |what: &str| bad(format!("Invalid schema for response_format: In context={context}, {what}"));
    if let Some(items) = schema.get("items") {
        check_strict(items, &format!("{context}.items"))?;
    }
    if schema["type"] != "object" {
        return Ok(());
    }
    if schema["additionalProperties"] != false {
        return Err(complain("'additionalProperties' is required to be supplied and to be false."));
    }
    let required = schema["required"].as_array().ok_or_else(|| complain("'required' is required to be supplied."))?;
    let properties = schema["properties"].as_object().ok_or_else(|| complain("'properties' is missing."))?;
    for (name, property) in properties {
        if !required.iter().any(|known| known == name) {
            return Err(complain(&format!("'required' must include every key in properties. Missing '{name}'.")));
        }
        check_strict(property, &format!("{context}.{name}"))?;
    }
    Ok(())
}

pub(super) fn reply(body: &Value, content: &Content) -> Value {
    let (text, refusal, finish) = match content {
        Content::Structured(answer) => (json!(answer.to_string()), Value::Null, "stop"),
        Content::Text(text) => (json!(text), Value::Null, "stop"),
        Content::Unfinished(text) => (json!(text), Value::Null, "length"),
        Content::Declined(text) => (Value::Null, json!(text), "stop"),
    };
    let prompt: usize = conversation(body).iter().map(|(_, text)| tokens(text)).sum();
    let completion = tokens(text.as_str().or(refusal.as_str()).unwrap_or_default());
    let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    json!({
        "id": "chatcmpl-double",
        "object": "chat.completion",
        "created": created,
        "model": body["model"],
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": text, "refusal": refusal, "annotations": [] },
            "logprobs": null,
            "finish_reason": finish
        }],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": { "cached_tokens": 0 }
        },
        "service_tier": "default",
        "system_fingerprint": "fp_double"
    })
}

pub(super) fn models() -> Value {
    let model = json!({ "id": "m", "object": "model", "created": 1_700_000_000, "owned_by": "double" });
    json!({ "object": "list", "data": [model] })
}

pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code) = match status {
        401 => ("invalid_request_error", json!("invalid_api_key")),
        429 => ("requests", json!("rate_limit_exceeded")),
        500.. => ("server_error", Value::Null),
        _ => ("invalid_request_error", Value::Null),
    };
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}
