//! The prompt: everything that a model is told in one request.

use serde::{Deserialize, Serialize};

/// Rules and schema, and the conversation about one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    pub task: Task,
    /// The rules and the schema.
    pub system: String,
    /// The question, then each draft that failed, followed by what was wrong with it, and each look at relations,
    /// followed by their detail.
    pub messages: Vec<Message>,
}

/// What a model is asked to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// A statement that answers a question. `may_look`: the model may ask for the detail of relations first.
    Statement { may_look: bool },
    /// An explanation of a statement in plain words.
    Explanation,
    /// The answer to a question in plain words, from its rows.
    Narration,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// What nl2sql says: the question, the detail that was asked for, or what was wrong with a draft.
    User(String),
    /// What the model said: a statement that it drafted.
    Assistant(String),
    /// What the model said: the relations that it wants to see in detail.
    Look(Vec<String>),
    /// What the model said: an answer in words.
    Narration(String),
}

impl Prompt {
    /// The prompt as people read it: each part exactly as it is sent.
    pub fn as_text(&self) -> String {
        let mut text = self.system.clone();
        for message in &self.messages {
            text.push('\n');
            match message {
                Message::User(part) | Message::Assistant(part) | Message::Narration(part) => text.push_str(part),
                Message::Look(relations) => text.push_str(&relations.join(", ")),
            }
        }
        text
    }
}
