//! The JSON form of answers, for the `model-double` binary; its documentation describes the format.

use serde_json::Value;

use super::reply::Reply;

const KEYS: &[&str] = &[
    "sql",
    "sqls",
    "action",
    "message",
    "relations",
    "text",
    "fault",
    "status",
    "retry_after",
    "content_type",
    "body",
    "bytes",
    "after_ms",
    "drip_ms",
    "cut_off",
    "headers",
];

pub(super) fn parse(json: &str) -> Result<Vec<(String, Vec<Reply>)>, String> {
    let script: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let questions = script.as_object().ok_or("the answers must be an object: question -> replies")?;
    let mut answers = Vec::new();
    for (question, value) in questions {
        let one = [value.clone()];
        let replies = value.as_array().map_or(&one[..], Vec::as_slice);
        if replies.is_empty() {
            return Err(format!("{question:?} has no reply"));
        }
        let replies: Result<Vec<Reply>, String> = replies.iter().map(reply).collect();
        answers.push((question.clone(), replies.map_err(|error| format!("{question:?}: {error}"))?));
    }
    Ok(answers)
}

fn reply(value: &Value) -> Result<Reply, String> {
    if let Some(sql) = value.as_str() {
        return Ok(Reply::sql(sql));
    }
    let fields = value.as_object().ok_or("a reply is a statement or an object")?;
    if let Some(unknown) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("a reply has no {unknown:?}; it has {}", KEYS.join(", ")));
    }
    let number = |key: &str| value[key].as_u64();
    let mut reply = body(value)?;
    if let Some(milliseconds) = number("after_ms") {
        reply = reply.after(milliseconds);
    }
    if let Some(milliseconds) = number("drip_ms") {
        reply = reply.drip(milliseconds);
    }
    if value["cut_off"] == true {
        reply = reply.cut_off();
    }
    if let Some(seconds) = number("retry_after") {
        reply = reply.retry_after(seconds);
    }
    for (name, header) in value["headers"].as_object().into_iter().flatten() {
        reply = reply.header(name, header.as_str().ok_or("the value of a header is a string")?);
    }
    Ok(reply)
}

fn body(value: &Value) -> Result<Reply, String> {
    let text = |key: &str| value[key].as_str();
    let sql = text("sql").unwrap_or_default();
    let status = value["status"].as_u64().map(|status| u16::try_from(status).map_err(|_| "no such HTTP status"));
    let status = status.transpose()?;
    if let Some(fault) = text("fault") {
        return fault_named(fault, value);
    }
    if let Some(body) = text("body") {
        return Ok(Reply::raw(status.unwrap_or(200), text("content_type").unwrap_or("application/json"), body));
    }
    if text("action") == Some("look") {
        let names: Vec<&str> = value["relations"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        return Ok(Reply::look(&names));
    }
    match (status, text("text"), text("message")) {
        (Some(status), _, Some(message)) => Ok(Reply::error(status, message)),
        (Some(status), _, None) => Ok(Reply::status(status)),
        (None, Some(words), _) => Ok(Reply::text(words)),
        (None, None, message) => {
            Ok(Reply::structured(text("action").unwrap_or("query"), sql, message.unwrap_or_default()))
        }
    }
}

fn fault_named(fault: &str, value: &Value) -> Result<Reply, String> {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let statements = value["sqls"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(match fault {
        "hang" => Reply::hang(),
        "close" => Reply::close(),
        "html" => Reply::html(),
        "invalid_json" => Reply::invalid_json(),
        "invalid_utf8" => Reply::invalid_utf8(),
        "empty" => Reply::empty(),
        "huge" => Reply::huge(usize::try_from(value["bytes"].as_u64().unwrap_or(10 << 20)).unwrap_or(10 << 20)),
        "prose" => Reply::prose(text("sql")),
        "fences" => Reply::fences(&statements.collect::<Vec<_>>()),
        "unfinished" => Reply::unfinished(text("sql")),
        "declined" => Reply::declined(text("message")),
        other => return Err(format!("no fault is called {other:?}")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::reply::{Delivery, Kind};
    use super::*;

    #[test]
    fn every_way_to_write_a_reply() {
        let json = r#"{
            "one": "SELECT 1",
            "two": ["SELECT nope", {"sql": "SELECT 2", "after_ms": 5, "drip_ms": 1}],
            "asks back": {"action": "clarify", "message": "which year?"},
            "busy": {"status": 429, "retry_after": 1},
            "far": {"action": "look", "relations": ["a.b"]},
            "page": {"body": "<p>", "content_type": "text/html"},
            "hang": {"fault": "hang"}
        }"#;
        let answers = parse(json).unwrap();
        assert_eq!(answers.len(), 7);
        assert!(matches!(&answers[0].1[0].kind, Kind::Answer { sql, .. } if sql == "SELECT 1"));
        assert_eq!(answers[1].1.len(), 2);
        assert_ne!(answers[1].1[1].delivery, Delivery::Whole);
        assert!(matches!(&answers[2].1[0].kind, Kind::Answer { action, .. } if action == "clarify"));
        assert!(matches!(answers[3].1[0].kind, Kind::Error { status: 429, .. }));
        assert_eq!(answers[3].1[0].headers, [("retry-after".to_owned(), "1".to_owned())]);
        assert!(matches!(&answers[4].1[0].kind, Kind::Look(names) if names == &["a.b"]));
        assert!(matches!(answers[5].1[0].kind, Kind::Raw { status: 200, .. }));
        assert!(matches!(answers[6].1[0].kind, Kind::Hang));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parse("[]").is_err());
        assert!(parse(r#"{"q": []}"#).is_err());
        let error = parse(r#"{"q": {"sgl": "SELECT 1"}}"#).unwrap_err();
        assert!(error.contains("sgl"), "{error}");
        assert!(parse(r#"{"q": {"fault": "explode"}}"#).unwrap_err().contains("explode"));
    }
}
