//! The providers: which wire format each speaks, and what the formats have in common.

use serde_json::{Value, json};

use crate::{Message, Prompt, Reply, Secret, Usage, anthropic, ollama, openai};

/// A wire format, and all endpoints that speak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    OpenAi,
    Anthropic,
    Ollama,
}

/// Where and how a model is asked.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The base URL, without a slash at its end.
    pub url: String,
    /// The name of the model, as the provider knows it.
    pub model: String,
    /// The longest reply, in tokens. `None` is the provider's default.
    pub max_tokens: Option<u32>,
    /// How freely the model chooses its words; reasoning models refuse any. `None` leaves it to the provider, but for Ollama,
    /// whose own is far from 0.
    pub temperature: Option<f64>,
    /// How long a reasoning model thinks: `minimal`, `low`, `medium`, `high` and others, as the provider names them.
    pub reasoning_effort: Option<String>,
    /// Several replies to the same prompt are wanted, which should differ where the model is not sure.
    pub is_varied: bool,
    /// The API key; `None` if the endpoint wants none.
    pub key: Option<Secret>,
}

/// One header of a request. Its value may be a key, so that it is a secret.
pub type Header = (&'static str, Secret);

impl Provider {
    /// The provider of this name, as the option `provider` of a foreign server gives it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "openai" => Some(Self::OpenAi),
            "anthropic" => Some(Self::Anthropic),
            "ollama" => Some(Self::Ollama),
            _ => None,
        }
    }

    /// The name of the provider.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
        }
    }

    /// The URL to which a prompt is sent.
    pub fn chat_url(self, endpoint: &Endpoint) -> String {
        let path = match self {
            Self::OpenAi => openai::CHAT,
            Self::Anthropic => anthropic::CHAT,
            Self::Ollama => ollama::CHAT,
        };
        format!("{}{path}", endpoint.url)
    }

    /// The URL that lists the models, where a request costs nothing.
    pub fn list_url(self, endpoint: &Endpoint) -> String {
        let path = match self {
            Self::OpenAi => openai::LIST,
            Self::Anthropic => anthropic::LIST,
            Self::Ollama => ollama::LIST,
        };
        format!("{}{path}", endpoint.url)
    }

    /// The headers of every request, besides the content type.
    pub fn headers(self, endpoint: &Endpoint) -> Vec<Header> {
        let mut headers = Vec::new();
        if self == Self::Anthropic {
            headers.push(("anthropic-version", Secret::new(anthropic::VERSION)));
        }
        if let Some(key) = &endpoint.key {
            headers.push(match self {
                Self::Anthropic => ("x-api-key", key.clone()),
                Self::OpenAi | Self::Ollama => ("authorization", Secret::new(format!("Bearer {}", key.reveal()))),
            });
        }
        headers
    }

    /// The body of a request.
    pub fn body(self, endpoint: &Endpoint, prompt: &Prompt) -> Value {
        match self {
            Self::OpenAi => openai::body(endpoint, prompt),
            Self::Anthropic => anthropic::body(endpoint, prompt),
            Self::Ollama => ollama::body(endpoint, prompt),
        }
    }

    /// Reads the body of a successful response. `None` if it does not have the documented shape.
    pub fn reply(self, body: &Value) -> Option<Reply> {
        let text = match self {
            Self::OpenAi => openai::text(body)?,
            Self::Anthropic => anthropic::text(body)?,
            Self::Ollama => ollama::text(body)?,
        };
        Some(Reply { text, usage: self.usage(body) })
    }

    /// The tokens that the provider counted for a response, also where there is nothing else in it.
    pub fn usage(self, body: &Value) -> Usage {
        match self {
            Self::OpenAi => Usage::openai(body),
            Self::Anthropic => Usage::anthropic(body),
            Self::Ollama => Usage::ollama(body),
        }
    }

    /// The message in the body of an error response, if there is one.
    pub fn error_text(body: &Value) -> Option<&str> {
        let error = body.get("error")?;
        error.as_str().or_else(|| error.get("message")?.as_str())
    }
}

/// The conversation as messages of a role and a content, which all three formats share. A draft is put in the form that
/// the model had to give it, so that it sees what it replied.
pub fn chat_messages(prompt: &Prompt) -> Vec<Value> {
    prompt
        .messages
        .iter()
        .map(|message| match message {
            Message::User(text) => json!({"role": "user", "content": text}),
            Message::Narration(text) => assistant(&json!({"action": "answer", "message": text})),
            Message::Assistant(sql) => assistant(&json!({"action": "query", "sql": sql, "message": ""})),
            Message::Look(relations) => {
                assistant(&json!({"action": "look", "sql": "", "message": "", "relations": relations}))
            }
        })
        .collect()
}

fn assistant(reply: &Value) -> Value {
    json!({"role": "assistant", "content": reply.to_string()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;

    fn endpoint() -> Endpoint {
        Endpoint {
            url: "http://h/v1".into(),
            model: "m".into(),
            max_tokens: None,
            temperature: None,
            reasoning_effort: None,
            is_varied: false,
            key: Some(Secret::new("k")),
        }
    }

    fn with_prompt(check: impl Fn(&Prompt)) {
        check(&Prompt {
            task: Task::Statement { may_look: false },
            system: "s".into(),
            messages: vec![Message::User("q".into()), Message::Assistant("SELECT".into())],
        });
    }

    #[test]
    fn each_provider_asks_for_structured_output_in_its_own_way() {
        with_prompt(|prompt| {
            let openai = Provider::OpenAi.body(&endpoint(), prompt);
            assert_eq!(openai["response_format"]["type"], "json_schema");
            assert_eq!(openai["messages"][0]["role"], "system");
            let anthropic = Provider::Anthropic.body(&endpoint(), prompt);
            assert_eq!(anthropic["tool_choice"]["name"], anthropic["tools"][0]["name"]);
            assert_eq!(anthropic["max_tokens"], 4096);
            let ollama = Provider::Ollama.body(&endpoint(), prompt);
            assert_eq!(ollama["stream"], false);
            assert_eq!(ollama["format"]["type"], "object");
        });
    }

    #[test]
    fn what_a_model_may_refuse_is_sent_only_where_it_is_set() {
        with_prompt(|prompt| {
            let plain = endpoint();
            let set = Endpoint { temperature: Some(0.5), reasoning_effort: Some("low".into()), ..endpoint() };
            for provider in [Provider::OpenAi, Provider::Anthropic] {
                assert_eq!(provider.body(&plain, prompt).get("temperature"), None);
                assert_eq!(provider.body(&set, prompt)["temperature"], 0.5);
            }
            assert_eq!(Provider::OpenAi.body(&plain, prompt).get("reasoning_effort"), None);
            assert_eq!(Provider::OpenAi.body(&set, prompt)["reasoning_effort"], "low");
            assert_eq!(Provider::Ollama.body(&plain, prompt)["options"]["temperature"], 0.0);
            assert_eq!(Provider::Ollama.body(&set, prompt)["options"]["temperature"], 0.5);
            let varied = Endpoint { is_varied: true, ..endpoint() };
            assert_eq!(Provider::Ollama.body(&varied, prompt)["options"].get("temperature"), None);
            assert_eq!(Provider::Ollama.body(&set, prompt)["think"], "low");
        });
    }

    #[test]
    fn the_part_that_stays_the_same_comes_first_and_is_marked_to_be_kept() {
        with_prompt(|prompt| {
            let anthropic = Provider::Anthropic.body(&endpoint(), prompt);
            assert_eq!(anthropic["system"][0]["cache_control"]["type"], "ephemeral");
            // The end of the conversation is marked too: a repair or a look reads all before it from the cache.
            let last = anthropic["messages"].as_array().unwrap().last().unwrap();
            assert_eq!(last["content"][0]["cache_control"]["type"], "ephemeral");
            let openai = Provider::OpenAi.body(&endpoint(), prompt);
            assert_eq!(openai["messages"][0]["content"], "s");
        });
    }

    #[test]
    fn a_look_is_told_in_the_form_in_which_the_model_asked_for_it() {
        let prompt = Prompt {
            task: Task::Statement { may_look: true },
            system: "s".into(),
            messages: vec![Message::User("q".into()), Message::Look(vec!["a.b".into()])],
        };
        let messages = chat_messages(&prompt);
        let replied: Value = serde_json::from_str(messages[1]["content"].as_str().unwrap()).unwrap();
        assert_eq!((&replied["action"], &replied["relations"]), (&json!("look"), &json!(["a.b"])));
        let schema = &Provider::OpenAi.body(&endpoint(), &prompt)["response_format"]["json_schema"]["schema"];
        assert!(schema["required"].as_array().unwrap().contains(&json!("relations")), "strict schemas name them all");
    }

    #[test]
    fn keys_go_where_each_provider_wants_them() {
        let names =
            |provider: Provider| provider.headers(&endpoint()).iter().map(|header| header.0).collect::<Vec<_>>();
        assert_eq!(names(Provider::OpenAi), ["authorization"]);
        assert_eq!(names(Provider::Anthropic), ["anthropic-version", "x-api-key"]);
    }

    #[test]
    fn tokens_are_counted_where_there_is_no_text() {
        let body = json!({"choices": [{"message": {"content": null}}], "content": [], "usage": {
            "prompt_tokens": 7, "completion_tokens": 2, "input_tokens": 7, "output_tokens": 2
        }, "prompt_eval_count": 7, "eval_count": 2});
        for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Ollama] {
            assert_eq!(provider.reply(&body), None);
            let usage = provider.usage(&body);
            assert_eq!((usage.input, usage.output), (Some(7), Some(2)), "{provider:?}");
        }
    }

    #[test]
    fn replies_of_another_shape_are_none() {
        for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Ollama] {
            for body in [json!({}), json!([]), json!({"choices": []}), json!({"content": "x"}), json!({"message": 1})] {
                assert_eq!(provider.reply(&body), None);
            }
        }
    }
}
