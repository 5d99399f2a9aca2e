//! The tokens that a reply used, as the providers report them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Tokens of one request and its reply. `None` is what the provider does not report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All tokens of the prompt, including those in the next two counts.
    pub input: Option<u64>,
    /// Tokens of the prompt that the provider read from its cache.
    pub cached_input: Option<u64>,
    /// Tokens of the prompt that the provider wrote to its cache, which some providers bill apart.
    pub cache_write: Option<u64>,
    /// Tokens of the reply, including those of reasoning that is not shown.
    pub output: Option<u64>,
}

impl Usage {
    /// With no count above what a call of so many tokens can have taken, whatever its server says.
    pub fn at_most(self, input: u64, output: u64) -> Self {
        let of = |count: Option<u64>, most| count.map(|count: u64| count.min(most));
        Self {
            input: of(self.input, input),
            cached_input: of(self.cached_input, input),
            cache_write: of(self.cache_write, input),
            output: of(self.output, output),
        }
    }

    /// From `usage` of a chat completion (OpenAI API reference, "The chat completion object"; guide "Prompt caching").
    /// `cache_write_tokens` comes from compatible endpoints, such as OpenRouter in front of other providers' models.
    pub(crate) fn openai(body: &Value) -> Self {
        let Some(usage) = body.get("usage") else { return Self::default() };
        let detail = |field| count(usage.get("prompt_tokens_details")?, field);
        Self {
            input: count(usage, "prompt_tokens"),
            cached_input: detail("cached_tokens"),
            cache_write: detail("cache_write_tokens"),
            output: count(usage, "completion_tokens"),
        }
    }

    /// From `usage` of a message (Anthropic API reference, "Messages"; guide "Prompt caching"). Its `input_tokens` are
    /// only those after the last cache breakpoint, so the cached ones are added.
    pub(crate) fn anthropic(body: &Value) -> Self {
        let Some(usage) = body.get("usage") else { return Self::default() };
        let cached_input = count(usage, "cache_read_input_tokens");
        let cache_write = count(usage, "cache_creation_input_tokens");
        let cached = cached_input.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
        Self {
            input: count(usage, "input_tokens").map(|input| input.saturating_add(cached)),
            cached_input,
            cache_write,
            output: count(usage, "output_tokens"),
        }
    }

    /// From the end of a chat (Ollama API documentation, "Generate a chat completion").
    pub(crate) fn ollama(body: &Value) -> Self {
        Self { input: count(body, "prompt_eval_count"), output: count(body, "eval_count"), ..Self::default() }
    }
}

/// A number of tokens. Compatible endpoints may send null or anything else, which is no count.
fn count(object: &Value, field: &str) -> Option<u64> {
    object.get(field)?.as_u64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Provider;

    fn usage(provider: Provider, body: &Value) -> Usage {
        provider.reply(body).unwrap().usage
    }

    #[test]
    fn openai_counts_cached_tokens_as_part_of_the_prompt() {
        // The example of OpenAI's guide "Prompt caching".
        let body = json!({
            "choices": [{"message": {"role": "assistant", "content": "x"}}],
            "usage": {
                "prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
                "prompt_tokens_details": {"cached_tokens": 1920},
                "completion_tokens_details": {
                    "reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0
                }
            }
        });
        let expected = Usage { input: Some(2006), cached_input: Some(1920), cache_write: None, output: Some(300) };
        assert_eq!(usage(Provider::OpenAi, &body), expected);
    }

    #[test]
    fn anthropic_counts_cached_tokens_beside_the_prompt() {
        // The examples of Anthropic's guide "Prompt caching": the first request writes the cache, the second reads it.
        let body = |written: u64, read: u64| {
            json!({
                "content": [{"type": "text", "text": "x"}],
                "usage": {
                    "cache_creation_input_tokens": written, "cache_read_input_tokens": read,
                    "input_tokens": 21, "output_tokens": 393
                }
            })
        };
        let total = Some(188_107);
        let first = Usage { input: total, cached_input: Some(0), cache_write: Some(188_086), output: Some(393) };
        assert_eq!(usage(Provider::Anthropic, &body(188_086, 0)), first);
        let second = Usage { input: total, cached_input: Some(188_086), cache_write: Some(0), output: Some(393) };
        assert_eq!(usage(Provider::Anthropic, &body(0, 188_086)), second);
    }

    #[test]
    fn ollama_reports_evaluations() {
        // The example of Ollama's API documentation, "Chat request (No streaming)".
        let body = json!({
            "message": {"role": "assistant", "content": "Hello! How are you today?"}, "done": true,
            "prompt_eval_count": 26, "prompt_eval_duration": 383_809_000, "eval_count": 298, "eval_duration": 4_799_921_000_u64
        });
        assert_eq!(usage(Provider::Ollama, &body), Usage { input: Some(26), output: Some(298), ..Usage::default() });
    }

    #[test]
    fn no_count_is_above_what_a_call_can_take() {
        let said = Usage { input: Some(9_000_000), cached_input: None, cache_write: Some(5), output: Some(u64::MAX) };
        let expected = Usage { input: Some(1000), cached_input: None, cache_write: Some(5), output: Some(40) };
        assert_eq!(said.at_most(1000, 40), expected);
    }

    #[test]
    fn what_is_not_reported_is_not_known() {
        let openai = |usage: Value| json!({"choices": [{"message": {"content": "x"}}], "usage": usage});
        for reported in [Value::Null, json!({}), json!([]), json!({"prompt_tokens": null, "completion_tokens": "7"})] {
            assert_eq!(usage(Provider::OpenAi, &openai(reported)), Usage::default());
        }
        let routed = openai(json!({"prompt_tokens": 9, "prompt_tokens_details": {"cache_write_tokens": 8}}));
        assert_eq!(
            usage(Provider::OpenAi, &routed),
            Usage { input: Some(9), cache_write: Some(8), ..Usage::default() }
        );
        let partly = openai(json!({"prompt_tokens": 7, "prompt_tokens_details": null, "completion_tokens": -1}));
        assert_eq!(usage(Provider::OpenAi, &partly), Usage { input: Some(7), ..Usage::default() });
        let most = json!({"content": [{"type": "text", "text": "x"}], "usage": {
            "input_tokens": u64::MAX, "cache_read_input_tokens": u64::MAX
        }});
        assert_eq!(usage(Provider::Anthropic, &most).input, Some(u64::MAX));
    }
}
