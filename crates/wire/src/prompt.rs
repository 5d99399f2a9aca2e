//! The prompt: everything that a model is told in one request.

/// Rules and schema, and the conversation about one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub task: Task,
    /// The rules and the schema.
    pub system: String,
    /// The question, then each draft that failed, followed by what was wrong with it.
    pub messages: Vec<Message>,
}

/// What a model is asked to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A statement that answers a question.
    Statement,
    /// An explanation of a statement in plain words.
    Explanation,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What nl2sql says: the question, or what was wrong with a draft.
    User(String),
    /// What the model said: a statement that it drafted.
    Assistant(String),
}

impl Prompt {
    /// The prompt as people read it: each part exactly as it is sent.
    pub fn as_text(&self) -> String {
        let mut text = self.system.clone();
        for message in &self.messages {
            let (Message::User(part) | Message::Assistant(part)) = message;
            text.push('\n');
            text.push_str(part);
        }
        text
    }
}
