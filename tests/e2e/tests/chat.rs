//! The document of nl_chat: its kinds, its shape, and what is no document but an error.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::quote;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../docs/chat.schema.json");

/// Holds a value against the parts of JSON Schema that our schema uses, and says where it does not fit.
fn misfit(value: &Value, schema: &Value, path: &str) -> Option<String> {
    let fails = |why: &str| format!("{path}: {why}: {value}");
    if schema.get("type").is_some_and(|types| !is_of_type(value, types)) {
        return Some(fails("another type"));
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|all| !all.contains(value)) {
        return Some(fails("none of the values"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some(fails("another value"));
    }
    wrong_size(value, schema)
        .map(fails)
        .or_else(|| misfit_of_properties(value, schema, path))
        .or_else(|| misfit_of_items(value, schema, path))
        .or_else(|| misfit_of_rules(value, schema, path))
}

/// Whether a value is of the type, or of one of the types, that a schema names.
fn is_of_type(value: &Value, types: &Value) -> bool {
    let named: Vec<&str> = match types {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    named.iter().any(|name| match *name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("the schema names the type {other}"),
    })
}

fn wrong_size(value: &Value, schema: &Value) -> Option<&'static str> {
    let size = value.as_str().map(|text| text.chars().count()).or(value.as_array().map(Vec::len)).unwrap_or(0) as u64;
    let limit = |name: &str| schema.get(name).and_then(Value::as_u64);
    let wrong = limit("minLength").is_some_and(|least| value.is_string() && size < least)
        || limit("maxLength").is_some_and(|most| value.is_string() && size > most)
        || limit("maxItems").is_some_and(|most| value.is_array() && size > most);
    let least = schema.get("minimum").and_then(Value::as_f64);
    let small = least.is_some_and(|least| value.as_f64().is_some_and(|it| it < least));
    if wrong { Some("another size") } else { small.then_some("too small") }
}

fn misfit_of_properties(value: &Value, schema: &Value, path: &str) -> Option<String> {
    let object = value.as_object()?;
    let known = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) = required.filter_map(Value::as_str).find(|name| !object.contains_key(*name)) {
        return Some(format!("{path}: without {missing}: {value}"));
    }
    object.iter().find_map(|(name, part)| match known.and_then(|known| known.get(name)) {
        Some(schema) => misfit(part, schema, &format!("{path}.{name}")),
        None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
            Some(format!("{path}: with {name}: {value}"))
        }
        None => None,
    })
}

fn misfit_of_items(value: &Value, schema: &Value, path: &str) -> Option<String> {
    let (items, schema) = (value.as_array()?, schema.get("items")?);
    items.iter().find_map(|item| misfit(item, schema, &format!("{path}[]")))
}

/// By the rules of what holds if something else does.
fn misfit_of_rules(value: &Value, schema: &Value, path: &str) -> Option<String> {
    let rules = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    rules.into_iter().find_map(|rule| {
        let branch = if misfit(value, &rule["if"], path).is_none() { "then" } else { "else" };
        rule.get(branch).and_then(|schema| misfit(value, schema, path))
    })
}

fn chat(fixture: &mut Fixture, message: &str) -> Value {
    let text = fixture.session.text(&format!("SELECT nl_chat({})", quote(message)));
    let document: Value = serde_json::from_str(&text).expect("a document");
    let schema: Value = serde_json::from_str(SCHEMA).expect("a schema");
    assert_eq!(misfit(&document, &schema, "chat"), None);
    document
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut fixture = Fixture::shop("chat_schema");
    fixture.session.run("SET nl2sql.model = 'builtin'");
    let good = chat(&mut fixture, "how many orders are there");
    for (path, value) in [
        ("/kind", Value::from("maybe")),
        ("/message", Value::from("")),
        ("/rows", Value::from(7)),
        ("/usage/calls", Value::from(-1)),
        ("/milliseconds/total", Value::Null),
        ("/error", serde_json::json!({"sqlstate": "00000", "message": "m", "detail": null, "hint": null})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(misfit(&bad, &schema, "chat").is_some(), "{path}");
    }
    let mut bad = good.clone();
    bad.as_object_mut().unwrap().remove("thread");
    assert!(misfit(&bad, &schema, "chat").is_some());
    bad["thread"] = Value::Null;
    bad["more"] = Value::Null;
    assert!(misfit(&bad, &schema, "chat").is_some());
}

#[test]
fn every_kind_of_reply_of_a_model_is_a_document() {
    let mut fixture = Fixture::shop("chat_kinds");
    fixture.session.run("SET nl2sql.cache_ttl = 0; SET nl2sql.max_attempts = 1");
    let sql = "SELECT city, count(*) AS n FROM customers GROUP BY city ORDER BY n DESC";
    for (reply, kind) in [
        (Reply::sql(sql), "answer"),
        (Reply::clarify("Which year do you mean?"), "clarify"),
        (Reply::refuse("There is no weather here."), "refuse"),
        (Reply::sql("DELETE FROM customers"), "refuse"),
        (Reply::sql("SELECT nope FROM customers"), "error"),
        (Reply::sql("SELECT 1 / (id - id) FROM customers"), "error"),
        (Reply::status(401), "error"),
        (Reply::html(), "error"),
    ] {
        fixture.double.answer("flibbertigibbet", reply);
        let document = chat(&mut fixture, "flibbertigibbet quotient");
        assert_eq!(document["kind"], kind, "{document:#}");
        assert_eq!(document["usage"]["calls"], 1);
    }
    fixture.double.answer("flibbertigibbet", Reply::clarify("Which year do you mean?"));
    assert_eq!(chat(&mut fixture, "flibbertigibbet quotient")["message"], "Which year do you mean?");
    fixture.double.answer("flibbertigibbet", Reply::sql(sql));
    let document = chat(&mut fixture, "flibbertigibbet quotient");
    assert_eq!((&document["model"], &document["columns"][0]["type"]), (&Value::from("gpt"), &Value::from("text")));
    assert!(document["chart"].is_object() && document["usage"]["tokens_in"].as_u64() > Some(0), "{document:#}");
}

/// Nobody can answer a cancel with other words, so that it is an error as everywhere.
#[test]
fn cancels_are_errors_and_no_documents() {
    let mut fixture = Fixture::shop("chat_cancel");
    fixture.double.answer("flibbertigibbet", Reply::hang());
    fixture.session.run("SET statement_timeout = '300ms'");
    fixture.session.error("SELECT nl_chat('flibbertigibbet quotient')", "57014");
}

/// A verified pair answers as what it is.
#[test]
fn verified_answers_say_who_taught_them() {
    let mut fixture = Fixture::shop("chat_verified");
    fixture.session.run("SELECT nl2sql.teach('how big are we', 'SELECT count(*) AS people FROM customers')");
    let document = chat(&mut fixture, "how big are we");
    assert_eq!(document["kind"], "answer");
    assert!(document["verified"]["by"].is_string() && document["model"].is_null(), "{document:#}");
    assert_eq!(fixture.double.chats().len(), 0);
}

/// The document becomes jsonb in one go, outside of the limits on statements: it has no more rows than that may take.
#[test]
fn a_document_is_never_large() {
    let mut fixture = Fixture::empty("chat_large");
    fixture.session.run("SET nl2sql.max_attempts = 1; SET nl2sql.max_cost = 0");
    for (sql, rows, truncated) in [
        ("SELECT ('[' || repeat('{},', 1000000) || '1]')::json AS a FROM generate_series(1, 3)", 0..=0, true),
        ("SELECT repeat('x', 100000) AS a FROM generate_series(1, 100)", 5..=10, true),
        ("SELECT repeat('x', 1000) AS a FROM generate_series(1, 10)", 10..=10, false),
    ] {
        fixture.double.answer("large", Reply::sql(sql));
        let document = fixture.session.text("SELECT nl_chat('large')");
        assert!(document.len() < 4 << 20, "{sql}: {}", document.len());
        let document: Value = serde_json::from_str(&document).expect("json");
        let shown = document["rows"].as_array().expect("rows").len();
        assert!(rows.contains(&shown), "{sql}: {shown} rows");
        assert_eq!(document["truncated"], truncated, "{sql}");
    }
    let peak = "SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'VmHWM:\\s*(\\d+) kB')";
    let peak: u64 = fixture.session.text(peak).parse().expect("a number");
    assert!(peak < 1 << 20, "{peak} kB");
}
