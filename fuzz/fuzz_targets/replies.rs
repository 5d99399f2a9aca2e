//! Reads random bodies as replies of every provider, and random texts as replies of a model. Nothing may panic, messages may
//! hold nothing that a terminal obeys, and a cost is a finite number.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use wire::reply::{NoStatement, Proposal, explanation, proposal};
use wire::{Price, Provider};

const PRICE: Price = Price { input: 3.0, output: 15.0, cached_input: Some(0.3), cache_write: None };

fuzz_target!(|input: (&str, &str)| {
    let (text, raw) = input;
    let json: Value = serde_json::from_str(raw).unwrap_or_default();
    for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Ollama] {
        for body in [&json, &body(text, &json)] {
            Provider::error_text(body);
            if let Some(reply) = provider.reply(body) {
                assert!(PRICE.cost(&reply.usage).is_none_or(f64::is_finite));
                read(&reply.text);
            }
        }
    }
    read(text);
    for action in ["query", "look", "clarify", "refuse", "explain", raw] {
        read(&json!({"action": action, "sql": text, "message": text, "relations": [text, raw]}).to_string());
    }
});

/// A body that has the shape of every provider's replies at once.
fn body(text: &str, usage: &Value) -> Value {
    json!({
        "choices": [{"message": {"content": text}}],
        "content": [{"type": "text", "text": text}],
        "message": {"content": text},
        "usage": usage,
        "prompt_eval_count": usage,
        "eval_count": usage,
    })
}

fn read(text: &str) {
    match proposal(text) {
        Ok(Proposal::Statement(sql)) => assert!(!sql.is_empty()),
        Ok(Proposal::Look(names)) => {
            assert!(!names.is_empty() && names.iter().all(|name| !name.contains(char::is_control)), "{names:?}");
        }
        Err(NoStatement::Clarify(message) | NoStatement::Declined(message) | NoStatement::Unusable(message)) => {
            assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
        }
    }
    if let Ok(text) = explanation(text) {
        assert!(text.lines().all(|line| !line.is_empty() && !line.contains(char::is_control)), "{text:?}");
    }
}
