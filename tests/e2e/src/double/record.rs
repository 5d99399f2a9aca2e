//! What the double remembers of a request.

use std::time::Instant;

use serde_json::Value;

use super::wire;

#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: String,
    pub path: String,
    /// In the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When the request had been read to its end.
    pub at: Instant,
    /// Connections are counted from 1.
    pub connection: u64,
}

impl Recorded {
    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text, for "this word was never sent".
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// (role, text) of the conversation, the system prompt first wherever the provider puts it.
    pub fn messages(&self) -> Vec<(String, String)> {
        wire::conversation(&self.json())
    }

    /// The conversation as one text, unescaped.
    pub fn conversation(&self) -> String {
        self.messages().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
    }
}
