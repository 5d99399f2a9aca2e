//! What the double answers: a statement, free text, an error of the service, or a fault of the line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

/// One reply. Wherever a text holds `{key}`, the double puts the key of the request: a careless service echoes keys.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) kind: Kind,
    pub(super) wait: Wait,
    pub(super) delivery: Delivery,
    pub(super) headers: Vec<(String, String)>,
}

/// What a reply waits for: some time, and a gate to be opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Wait {
    pub time: Duration,
    pub gate: Option<Gate>,
}

/// Holds replies back until it is opened: what a test looks at meanwhile is under way however slow the machine is.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    pub fn closed() -> Gate {
        Gate::default()
    }

    pub fn open(&self) {
        self.0.store(true, SeqCst);
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.load(SeqCst)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The structured answer that was asked for.
    Answer { action: String, sql: String, message: String },
    /// The structured answer that asks for the detail of these relations.
    Look(Vec<String>),
    /// Free text in place of the structured answer.
    Text(String),
    /// Free text that ends because the reply's token limit was reached.
    Unfinished(String),
    /// The service's own refusal, outside the structured answer.
    Declined(String),
    /// An HTTP error in the provider's shape.
    Error { status: u16, message: String },
    /// Any bytes at all.
    Raw { status: u16, content_type: String, body: Vec<u8> },
    /// Never answered.
    Hang,
    /// Closed without a byte of reply.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delivery {
    Whole,
    /// One byte, then a pause.
    Drip(Duration),
    /// The head promises more than is sent.
    CutOff,
    /// All of it, and the connection is closed without a word about it in the head.
    ThenClose,
}

impl Reply {
    fn new(kind: Kind) -> Reply {
        Reply { kind, wait: Wait::default(), delivery: Delivery::Whole, headers: Vec::new() }
    }

    pub fn structured(action: &str, sql: &str, message: &str) -> Reply {
        Self::new(Kind::Answer { action: action.into(), sql: sql.into(), message: message.into() })
    }

    pub fn sql(sql: &str) -> Reply {
        Self::structured("query", sql, "")
    }

    pub fn clarify(question: &str) -> Reply {
        Self::structured("clarify", "", question)
    }

    pub fn refuse(reason: &str) -> Reply {
        Self::structured("refuse", "", reason)
    }

    pub fn look(relations: &[&str]) -> Reply {
        Self::new(Kind::Look(relations.iter().map(|&name| name.into()).collect()))
    }

    /// Content that is this text as it stands, not the structured answer.
    pub fn text(text: &str) -> Reply {
        Self::new(Kind::Text(text.into()))
    }

    /// The statement in a fence, with chatter around it.
    pub fn prose(sql: &str) -> Reply {
        Self::text(&format!(
            "Sure! Here is the query you asked for:\n\n```sql\n{sql}\n```\n\nIt reads only. Let me know if it helps."
        ))
    }

    /// Several fenced statements: which one is meant is anybody's guess.
    pub fn fences(statements: &[&str]) -> Reply {
        let blocks: Vec<String> = statements.iter().map(|sql| format!("```sql\n{sql}\n```")).collect();
        Self::text(&format!("You could use one of these:\n\n{}\n", blocks.join("\n\nor\n\n")))
    }

    /// No content at all.
    pub fn empty() -> Reply {
        Self::text("")
    }

    /// A structured answer that stops in the middle of the statement, as the token limit was reached.
    pub fn unfinished(sql: &str) -> Reply {
        Self::new(Kind::Unfinished(format!(r#"{{"action":"query","sql":"{sql}"#)))
    }

    /// The service declines to answer, by its own mechanism (OpenAI's `refusal`, Anthropic's stop reason).
    pub fn declined(text: &str) -> Reply {
        Self::new(Kind::Declined(text.into()))
    }

    /// An error status with the provider's error body.
    pub fn status(status: u16) -> Reply {
        Self::error(status, "the double was told to fail")
    }

    pub fn error(status: u16, message: &str) -> Reply {
        Self::new(Kind::Error { status, message: message.into() })
    }

    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        Self::new(Kind::Raw { status, content_type: content_type.into(), body: body.into() })
    }

    /// A page for people, with status 200: what a captive portal or a wrong endpoint sends.
    pub fn html() -> Reply {
        let page =
            "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>\n";
        Self::raw(200, "text/html; charset=utf-8", page)
    }

    pub fn invalid_json() -> Reply {
        Self::raw(200, "application/json", r#"{"choices": [{"message": {"content": "SELECT 1" "#)
    }

    /// A statement with bytes in it that no UTF-8 text has.
    pub fn invalid_utf8() -> Reply {
        Self::raw(
            200,
            "application/json",
            b"{\"choices\":[{\"message\":{\"content\":\"SELECT '\xff\xfe'\"}}]}".to_vec(),
        )
    }

    /// A well-formed answer of about this many bytes.
    pub fn huge(bytes: usize) -> Reply {
        Self::structured("query", "SELECT 1", &"x".repeat(bytes))
    }

    pub fn hang() -> Reply {
        Self::new(Kind::Hang)
    }

    pub fn close() -> Reply {
        Self::new(Kind::Close)
    }

    /// Waits that many milliseconds before the reply.
    pub fn after(mut self, milliseconds: u64) -> Reply {
        self.wait.time = Duration::from_millis(milliseconds);
        self
    }

    /// Waits before the reply until the gate is open.
    pub fn behind(mut self, gate: &Gate) -> Reply {
        self.wait.gate = Some(gate.clone());
        self
    }

    /// Sends one byte each so many milliseconds.
    pub fn drip(mut self, milliseconds: u64) -> Reply {
        self.delivery = Delivery::Drip(Duration::from_millis(milliseconds));
        self
    }

    /// Sends half of the body its head promises, then closes.
    pub fn cut_off(mut self) -> Reply {
        self.delivery = Delivery::CutOff;
        self
    }

    /// Closes the connection after the reply, which its head does not announce: what an idle timeout looks like.
    pub fn then_close(mut self) -> Reply {
        self.delivery = Delivery::ThenClose;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn retry_after(self, seconds: u64) -> Reply {
        self.header("retry-after", &seconds.to_string())
    }
}

/// One reply or several, so that [`super::Double::answer`] takes either.
pub struct Replies(pub Vec<Reply>);

impl From<Reply> for Replies {
    fn from(reply: Reply) -> Replies {
        Replies(vec![reply])
    }
}

impl From<Vec<Reply>> for Replies {
    fn from(replies: Vec<Reply>) -> Replies {
        Replies(replies)
    }
}

impl<const N: usize> From<[Reply; N]> for Replies {
    fn from(replies: [Reply; N]) -> Replies {
        Replies(replies.into())
    }
}
