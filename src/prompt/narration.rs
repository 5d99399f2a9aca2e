//! What a model is told that puts an answer into words: the rows themselves.

use super::{fill, instructions};
use crate::settings::PromptSettings;
use schema::ResultShape;
use wire::{Message, Prompt, Task};

/// An answer that a model is to tell.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub question: &'a str,
    pub reading: Option<&'a str>,
    pub columns: &'a ResultShape,
    /// All of them, each a json array; masked values are masked.
    pub rows: &'a [String],
    /// The answer in sentences that are right.
    pub summary: &'a str,
}

/// Writes the prompt; `None` where the rows do not fit.
pub fn narrate(told: &Told, settings: &PromptSettings) -> Option<Prompt> {
    let mut question = instructions(settings);
    question.push_str(&fill(
        include_str!("narrated.txt"),
        &[
            ("question", told.question),
            ("reading", told.reading.unwrap_or("as it says")),
            ("columns", &told.columns.to_string()),
            ("rows", &told.rows.join("\n")),
            ("summary", told.summary),
        ],
    ));
    let system = include_str!("narrate.txt").to_owned();
    let fits = super::budget::tokens(&system) + super::budget::tokens(&question) <= settings.budget;
    fits.then(|| Prompt { task: Task::Narration, system, messages: vec![Message::User(question)] })
}

/// Adds what the model told, and which number of it is not true.
pub fn add_untrue(prompt: &mut Prompt, text: &str, number: &str, why: &str) {
    prompt.messages.push(Message::Narration(text.to_owned()));
    prompt.messages.push(Message::User(fill(include_str!("untrue.txt"), &[("number", number), ("why", why)])));
}
