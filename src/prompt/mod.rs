//! What the model is told: text files with gaps, filled from the context.
//!
//! What changes seldom comes first (rules, schema) and the question last, so that providers can cache the beginning.
//! It never calls anybody, and sees no row but for `narration`.

#![forbid(unsafe_code)]

mod budget;
mod chosen;
mod examples;
mod narration;
mod redact;
mod schema_levels;
mod schema_text;
mod second_look;
mod turns;

use crate::error::Error;
use crate::glossary::{self, Term};
use crate::grounding::Context;
use crate::settings::PromptSettings;
use crate::threads::Told;
pub use chosen::Chosen;
pub use examples::Example;
use linking::Check;
pub use narration::{Told as Narrated, add_untrue, narrate};
use reader::stored_values::Match;
use schema::{Placement, ResultShape};
use schema_levels::SchemaText;
pub use schema_text::{UnknownName, nearest_columns, unknown_name, without_estimates};
pub use second_look::{Shown, add_look, looked_at, named_in};
use wire::{Message, Prompt, Task};

/// What is said where the schema is not shown whole: how it is ordered, and that a model may look at more.
const LEVELS: &str = include_str!("levels.txt");
const LOOK: &str = include_str!("look.txt");

/// What a model is told besides the question and the schema.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'q> {
    /// Stored values that words of the question may mean, where models outside the server may be told of the data.
    pub shared: Option<&'q [Match]>,
    /// The columns that the answer should have.
    pub wanted: Option<&'q ResultShape>,
    /// Earlier questions of the thread, oldest first.
    pub turns: &'q [Told],
    /// Terms that the question says.
    pub terms: &'q [Term],
    /// Verified pairs near to the question, the nearest first.
    pub examples: &'q [Example],
}

/// Writes the prompt for a question, and says what it shows in full.
pub fn write(
    context: &Context,
    besides: Besides<'_>,
    settings: &PromptSettings,
    check: Check<'_>,
) -> Result<(Prompt, Shown), Error> {
    let Frame { mut rules, question, room } = frame(context, besides, settings);
    let schema = schema_levels::write(context, besides.shared.is_some(), room, remark(room), check)?;
    let may_look = schema.has_more && has_room_to_look(room);
    if may_look {
        rules.push_str(LOOK);
    }
    let task = Task::Statement { may_look };
    Ok((with_schema(task, rules, &schema, question), schema.in_full))
}

/// What [`write`] shows of each relation that it may show, nearest first.
pub fn choose(
    context: &Context,
    shared: Option<&[Match]>,
    settings: &PromptSettings,
    check: Check<'_>,
) -> Result<Vec<Chosen>, Error> {
    let room = frame(context, Besides { shared, ..Besides::default() }, settings).room;
    schema_levels::choose(context, shared.is_some(), room, remark(room), check)
}

/// A prompt without its schema.
struct Frame {
    rules: String,
    question: String,
    /// The tokens that are left for the schema.
    room: usize,
}

fn frame(context: &Context, besides: Besides<'_>, settings: &PromptSettings) -> Frame {
    let Besides { shared, wanted, turns, terms, examples } = besides;
    let snapshot = &context.snapshot;
    let mut rules = fill(include_str!("rules.txt"), &[("version", &snapshot.server_version)]);
    if shared.is_some() {
        rules.push_str(include_str!("samples.txt"));
    }
    if snapshot.relations.iter().any(|relation| matches!(relation.placement, Placement::By(_))) {
        rules.push_str(include_str!("distributed.txt"));
    }
    let mut question = fill(
        include_str!("facts.txt"),
        &[
            ("search_path", &snapshot.search_path.join(", ")),
            ("today", &snapshot.today),
            ("time_zone", &snapshot.time_zone),
        ],
    );
    question.push_str(&instructions(settings));
    if let Some(wanted) = wanted {
        question.push_str(&fill(include_str!("wanted.txt"), &[("columns", &wanted.to_string())]));
    }
    question.push_str(&schema_text::matches(context, shared.unwrap_or_default()));
    // Four characters are a token, and the terms get a quarter of the budget.
    let terms = glossary::prompt_lines(terms, settings.budget);
    if !terms.is_empty() {
        question.push_str(&fill(include_str!("terms.txt"), &[("terms", &terms)]));
    }
    question.push_str(&examples::write(examples, settings.budget / 8));
    question.push_str(&turns::write(turns, settings.budget / 4));
    question.push_str(&format!("Question: {}", context.question));
    let room = settings.budget.saturating_sub(budget::tokens(&rules) + budget::tokens(&question));
    Frame { rules, question, room }
}

/// The tokens of what is said only where the schema, in `room` tokens, is not shown whole.
fn remark(room: usize) -> usize {
    budget::tokens(LEVELS) + if has_room_to_look(room) { budget::tokens(LOOK) } else { 0 }
}

/// Telling a model that it may look takes the room of a relation or two: only where the schema has room for several.
fn has_room_to_look(room: usize) -> bool {
    room >= 4 * budget::tokens(LOOK)
}

/// Writes the prompt for a statement, the question of its context, that is to be told in plain words; `description` is
/// what the server knows of it.
pub fn explain(
    context: &Context,
    description: &str,
    settings: &PromptSettings,
    check: Check<'_>,
) -> Result<Prompt, Error> {
    let rules = fill(include_str!("explain.txt"), &[("version", &context.snapshot.server_version)]);
    let mut question = String::new();
    question.push_str(&instructions(settings));
    let gaps = [("description", description), ("sql", context.question.as_str())];
    question.push_str(&fill(include_str!("described.txt"), &gaps));
    let room = settings.budget.saturating_sub(budget::tokens(&rules) + budget::tokens(&question));
    let schema = schema_levels::write(context, false, room, budget::tokens(LEVELS), check)?;
    Ok(with_schema(Task::Explanation, rules, &schema, question))
}

/// A schema that is told whole is the same for every question and stands before it, where providers cache it. What was
/// chosen for the question stands with it, so that the system text stays the same.
fn with_schema(task: Task, rules: String, schema: &SchemaText, question: String) -> Prompt {
    let text = fill(include_str!("schema.txt"), &[("schema", &schema.text)]);
    let (system, question) = if schema.in_full == Shown::Everything {
        (format!("{rules}\n{text}"), question)
    } else {
        (rules, format!("{}{text}{question}", LEVELS))
    };
    Prompt { task, system, messages: vec![Message::User(question)] }
}

/// The rules of the database's owner and, labelled apart, the wishes of whoever asks.
fn instructions(settings: &PromptSettings) -> String {
    let mut text = String::new();
    if !settings.instructions.is_empty() {
        text.push_str(&format!("Instructions of the database's owner: {}\n", settings.instructions));
    }
    if !settings.user_instructions.is_empty() {
        let weaker = if text.is_empty() { "" } else { ", which never override the owner's" };
        text.push_str(&format!("Wishes of the asker{weaker}: {}\n", settings.user_instructions));
    }
    text
}

/// Adds a failed draft and the reason, so that the model can correct it. `help`: what is known of the names in
/// it, as whole lines.
pub fn repair(prompt: &mut Prompt, sql: &str, error: &Error, help: &str) {
    let (message, mut facts) = redact::told(sql, error);
    facts.push_str(help);
    prompt.messages.push(Message::Assistant(beginning(sql)));
    prompt.messages.push(Message::User(fill(
        include_str!("repair.txt"),
        &[("sqlstate", &redact::sqlstate(error)), ("message", &message), ("facts", &facts)],
    )));
}

/// Of a failed draft, so many bytes are shown.
const MOST_SHOWN: usize = 16 * 1024;

fn beginning(sql: &str) -> String {
    if sql.len() <= MOST_SHOWN {
        return sql.to_owned();
    }
    let end = (0..=MOST_SHOWN).rev().find(|at| sql.is_char_boundary(*at)).unwrap_or_default();
    format!("{} … (the beginning of {} bytes)", &sql[..end], sql.len())
}

/// Tells a stronger model what a weaker one asked back.
pub fn add_question_back(prompt: &mut Prompt, question: &str) {
    if let Some(Message::User(last)) = prompt.messages.last_mut() {
        last.push_str(&fill(include_str!("question_back.txt"), &[("question", question)]));
    }
}

/// Puts values into the `{gaps}` of a template in one pass, so that a value's own braces stay as they are.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        text.push_str(before);
        let gap = values.iter().find_map(|(name, value)| {
            from.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}').map(|after| (*value, after))
        });
        match gap {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Failure;

    #[test]
    fn gaps_are_filled_once_and_other_braces_stay() {
        assert_eq!(fill("{a} {\"b\"} {c}", &[("a", "{c}"), ("c", "x")]), "{c} {\"b\"} x");
    }

    #[test]
    fn a_repair_names_sqlstate_and_position() {
        let mut prompt =
            Prompt { task: Task::Statement { may_look: false }, system: String::new(), messages: Vec::new() };
        let failure = Failure {
            sqlstate: "42703".into(),
            message: "no column".into(),
            position: Some(8),
            names_only: true,
            ..Failure::default()
        };
        repair(&mut prompt, "SELECT nmae FROM t", &Error::Server(failure), "");
        let Some(Message::User(text)) = prompt.messages.last() else { panic!("no message") };
        assert!(text.contains("SQLSTATE 42703: no column"), "{text}");
        assert!(text.contains("character 8 of the statement: nmae FROM t"), "{text}");
    }
}
