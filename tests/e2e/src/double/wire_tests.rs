//! The double answers well-formed requests in each provider's shape and refuses the others as the services do.

use serde_json::{Value, json};

use super::test_client::{Answer, Client, JSON, ask, openai_body};
use super::{Double, Provider, Reply};

const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");
const KEY: (&str, &str) = ("x-api-key", "k");

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["action", "sql", "message"],
        "properties": {
            "action": { "type": "string" }, "sql": { "type": "string" }, "message": { "type": "string" }
        }
    })
}

fn openai_request() -> Value {
    json!({
        "model": "m",
        "messages": [{ "role": "system", "content": "s" }, { "role": "user", "content": "count orders" }],
        "response_format": {
            "type": "json_schema", "json_schema": { "name": "answer", "strict": true, "schema": schema() }
        }
    })
}

fn anthropic_request() -> Value {
    json!({
        "model": "m", "max_tokens": 100, "system": "s",
        "messages": [{ "role": "user", "content": "count orders" }],
        "tools": [{ "name": "answer", "description": "d", "input_schema": schema() }],
        "tool_choice": { "type": "tool", "name": "answer" }
    })
}

fn ollama_request() -> Value {
    json!({
        "model": "m", "stream": false, "format": schema(), "options": { "temperature": 0 },
        "messages": [{ "role": "user", "content": "count orders" }]
    })
}

fn double() -> Double {
    let double = Double::start();
    double.answer("count orders", Reply::sql("SELECT count(*) FROM orders"));
    double
}

fn post(double: &Double, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    Client::new(double).call("POST", path, headers, &body.to_string())
}

#[test]
fn openai_shape() {
    let answer = post(&double(), "/v1/chat/completions", &[JSON], &openai_request());
    assert_eq!(answer.status, 200);
    let reply = answer.json();
    assert_eq!(reply["object"], "chat.completion");
    assert_eq!(reply["choices"][0]["finish_reason"], "stop");
    assert_eq!(reply["choices"][0]["message"]["refusal"], Value::Null);
    let content: Value = serde_json::from_str(reply["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, json!({ "action": "query", "sql": "SELECT count(*) FROM orders", "message": "" }));
    assert!(reply["usage"]["total_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn anthropic_shape() {
    let answer = post(&double(), "/v1/messages", &[JSON, VERSION, KEY], &anthropic_request());
    assert_eq!(answer.status, 200);
    let reply = answer.json();
    assert_eq!(reply["stop_reason"], "tool_use");
    assert_eq!(reply["content"][0]["name"], "answer");
    assert_eq!(reply["content"][0]["input"]["sql"], "SELECT count(*) FROM orders");
}

#[test]
fn ollama_shape_and_its_streaming_default() {
    let double = double();
    let reply = post(&double, "/api/chat", &[JSON], &ollama_request()).json();
    assert_eq!((&reply["done"], &reply["done_reason"]), (&json!(true), &json!("stop")));
    assert!(reply["message"]["content"].as_str().unwrap().contains("SELECT count(*)"));

    let mut streaming = ollama_request();
    streaming.as_object_mut().unwrap().remove("stream");
    let answer = post(&double, "/api/chat", &[JSON], &streaming);
    assert!(answer.head.contains("application/x-ndjson"));
    assert_eq!(answer.body.iter().filter(|byte| **byte == b'\n').count(), 2);
}

#[test]
fn models_are_listed_for_health_checks() {
    let double = double();
    let mut client = Client::new(&double);
    assert_eq!(client.call("GET", "/v1/models", &[], "").json()["object"], "list");
    assert_eq!(client.call("GET", "/v1/models", &[VERSION, KEY], "").json()["has_more"], false);
    assert!(client.call("GET", "/api/tags", &[], "").json()["models"].is_array());
    assert_eq!(double.connections(), 1, "keep-alive");
    assert!(double.chats().is_empty());
    double.health(Reply::status(500));
    assert_eq!(client.call("GET", "/v1/models", &[], "").status, 500);
}

/// The error text of a request with one change made to it.
fn complaint(path: &str, request: &Value, change: impl Fn(&mut Value)) -> (u16, String) {
    let mut request = request.clone();
    change(&mut request);
    let answer = post(&double(), path, &[JSON, VERSION, KEY], &request);
    let error = answer.json()["error"].clone();
    (answer.status, error["message"].as_str().or(error.as_str()).unwrap_or_default().to_owned())
}

#[test]
fn wrong_openai_requests_are_refused() {
    let wrong = |change: fn(&mut Value), expected: &str| {
        let (status, message) = complaint("/v1/chat/completions", &openai_request(), change);
        assert!(status == 400 && message.contains(expected), "{status} {message}");
    };
    wrong(|r| r["model"] = Value::Null, "model");
    wrong(|r| r["messages"] = Value::Null, "messages");
    wrong(|r| r["messages"] = json!([]), "messages");
    wrong(|r| r["messages"][0]["role"] = json!("boss"), "boss");
    wrong(|r| r["messages"][0]["content"] = Value::Null, "content");
    wrong(|r| r["format"] = json!("json"), "format");
    wrong(|r| r["response_format"]["json_schema"]["name"] = json!("two words"), "name");
    wrong(|r| r["response_format"]["json_schema"]["schema"]["required"] = json!(["sql"]), "action");
    wrong(|r| r["response_format"]["json_schema"]["schema"]["additionalProperties"] = json!(true), "additional");
}

#[test]
fn wrong_anthropic_requests_are_refused() {
    let wrong = |change: fn(&mut Value), expected: &str| {
        let (status, message) = complaint("/v1/messages", &anthropic_request(), change);
        assert!(status == 400 && message.contains(expected), "{status} {message}");
    };
    wrong(|r| r["max_tokens"] = Value::Null, "max_tokens");
    wrong(|r| r["messages"][0]["role"] = json!("system"), "system");
    wrong(|r| r["messages"][0]["role"] = json!("assistant"), "first message");
    wrong(|r| r["response_format"] = json!({}), "response_format");
    wrong(|r| r["tool_choice"]["name"] = json!("other"), "other");
    wrong(|r| r["tools"][0]["input_schema"] = json!({}), "input_schema");
    wrong(
        |r| {
            let call = json!({ "type": "tool_use", "id": "t1", "name": "answer", "input": {} });
            r["messages"].as_array_mut().unwrap().push(json!({ "role": "assistant", "content": [call] }));
            r["messages"].as_array_mut().unwrap().push(json!({ "role": "user", "content": "wrong, again" }));
        },
        "tool_result",
    );
    let body = anthropic_request();
    assert_eq!(post(&double(), "/v1/messages", &[JSON, KEY], &body).status, 400, "no version");
    let no_key = post(&double(), "/v1/messages", &[JSON, VERSION], &body);
    assert_eq!((no_key.status, &no_key.json()["error"]["type"]), (401, &json!("authentication_error")));
}

#[test]
fn a_repair_conversation_with_tool_results_is_accepted() {
    let mut request = anthropic_request();
    let call = json!({ "type": "tool_use", "id": "t1", "name": "answer", "input": { "sql": "SELECT nope" } });
    let result = json!({ "type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": "42703" });
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": [call] }));
    messages.push(json!({ "role": "user", "content": [result] }));
    let double = double();
    assert_eq!(post(&double, "/v1/messages", &[JSON, VERSION, KEY], &request).status, 200);
    assert!(double.chats()[0].conversation().contains("42703"));
}

#[test]
fn wrong_ollama_requests_are_refused() {
    let wrong = |change: fn(&mut Value), expected: &str| {
        let (status, message) = complaint("/api/chat", &ollama_request(), change);
        assert!(status == 400 && message.contains(expected), "{status} {message}");
    };
    wrong(|r| r["model"] = Value::Null, "model");
    wrong(|r| r["format"] = json!("yaml"), "format");
    wrong(|r| r["messages"][0]["content"] = json!([{ "type": "text", "text": "x" }]), "content");
}

#[test]
fn keys_are_checked_where_one_is_expected() {
    let double = Double::with_key("right");
    double.answer("q", Reply::sql("SELECT 1"));
    let mut client = Client::new(&double);
    let mut status = |headers: &[(&str, &str)]| {
        client.call("POST", "/v1/chat/completions", &[&[JSON], headers].concat(), &openai_body("q")).status
    };
    assert_eq!(status(&[]), 401);
    assert_eq!(status(&[("authorization", "Bearer wrong")]), 401);
    assert_eq!(status(&[("authorization", "right")]), 401);
    assert_eq!(status(&[("x-api-key", "right")]), 401);
    assert_eq!(status(&[("authorization", "Bearer right")]), 200);
    assert_eq!(client.call("GET", "/v1/models", &[], "").json()["error"]["code"], "invalid_api_key");
}

#[test]
fn the_wrong_media_type_path_or_method_is_refused() {
    let double = double();
    let body = openai_request();
    assert_eq!(post(&double, "/v1/chat/completions", &[("content-type", "text/plain")], &body).status, 400);
    assert_eq!(post(&double, "/v1/completions", &[JSON], &body).status, 404);
    assert_eq!(Client::new(&double).call("GET", "/v1/chat/completions", &[], "").status, 405);
}

#[test]
fn requests_are_recorded() {
    let double = double();
    assert_eq!(ask(&double, "count orders").status, 200);
    assert_eq!(ask(&double, "count orders again").status, 200);
    let requests = double.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!((requests[0].connection, requests[1].connection), (1, 2));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[1].messages(), [("user".to_owned(), "count orders again".to_owned())]);
    assert_eq!(double.url(Provider::OpenAi), format!("http://{}/v1", double.address()));
    double.clear();
    assert!(double.requests().is_empty());
}
