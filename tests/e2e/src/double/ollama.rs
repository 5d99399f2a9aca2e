//! Ollama chat: what the service accepts and how it answers.

use serde_json::{Value, json};

use super::http::Response;
use super::wire::{Content, Refusal, bad, check_messages, check_model, conversation, tokens};

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    check_model(body)?;
    check_messages(body, &["system", "user", "assistant", "tool"], |index, message| {
        if message["content"].is_string() {
            return Ok(());
        }
        // Unlike the others, Ollama knows no content blocks.
        Err(bad(format!("json: cannot unmarshal messages[{index}].content into Go struct field of type string")))
    })?;
    let format = &body["format"];
    if !(format.is_null() || format == "" || format == "json" || format.is_object()) {
        return Err(bad(format!("invalid format: {format}; expected \"json\" or a valid JSON Schema object")));
    }
    if !(body["options"].is_null() || body["options"].is_object()) {
        return Err(bad("json: cannot unmarshal options into Go struct field of type map[string]interface {}"));
    }
    Ok(())
}

/// One JSON object, or the stream of objects that a request gets which does not say `"stream": false`.
pub(super) fn reply(body: &Value, content: &Content) -> Response {
    let (text, done) = match content {
        Content::Structured(answer) => (answer.to_string(), "stop"),
        Content::Text(text) | Content::Declined(text) => (text.clone(), "stop"),
        Content::Unfinished(text) => (text.clone(), "length"),
    };
    let prompt: usize = conversation(body).iter().map(|(_, text)| tokens(text)).sum();
    let part = |text: &str| {
        json!({
            "model": body["model"],
            "created_at": "2025-01-01T00:00:00.000000Z",
            "message": { "role": "assistant", "content": text },
            "done": false
        })
    };
    let finish = |mut part: Value| {
        part["done"] = json!(true);
        part["done_reason"] = json!(done);
        part["total_duration"] = json!(1_000_000);
        part["load_duration"] = json!(100_000);
        part["prompt_eval_count"] = json!(prompt);
        part["prompt_eval_duration"] = json!(100_000);
        part["eval_count"] = json!(tokens(&text));
        part["eval_duration"] = json!(800_000);
        part
    };
    if body["stream"] == false {
        return Response::json(200, &finish(part(&text)));
    }
    let lines = format!("{}\n{}\n", part(&text), finish(part("")));
    Response { status: 200, content_type: "application/x-ndjson".into(), headers: Vec::new(), body: lines.into() }
}

pub(super) fn models() -> Value {
    json!({ "models": [{
        "name": "m:latest", "model": "m:latest", "modified_at": "2025-01-01T00:00:00Z", "size": 1, "digest": "0",
        "details": { "format": "gguf", "family": "double", "parameter_size": "1B", "quantization_level": "Q4_0" }
    }] })
}
