//! The prompt: everything that a model is told in one request.

/// Rules and schema, and the conversation about one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub asks: Asks,
    /// Rules and schema.
    pub system: String,
    /// The question, then each draft that failed followed by what was wrong with it.
    pub turns: Vec<Turn>,
}

/// What a model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Sql,
    /// A statement in plain words.
    Words,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    User(String),
    /// A statement the model had drafted.
    Draft(String),
}

impl Prompt {
    /// The prompt as people read it: each part exactly as it is sent.
    pub fn as_text(&self) -> String {
        let mut text = self.system.clone();
        for turn in &self.turns {
            let (Turn::User(part) | Turn::Draft(part)) = turn;
            text.push('\n');
            text.push_str(part);
        }
        text
    }
}
