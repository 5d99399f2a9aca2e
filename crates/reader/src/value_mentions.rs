//! Which phrases of a question may be stored values, and where those values are.
//!
//! Typical values and enum labels come with the snapshot; phrases that name nothing else are looked up.

use super::costs;
use super::name_index::Mention;
use super::query_tree::ColumnId;
use super::schema_view::SchemaView;
use crate::stored_values::{Closeness, Values};
use std::collections::HashMap;
use words::{Word, WordKind};

/// A stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredValue {
    pub column: ColumnId,
    pub value: String,
}

/// A phrase that may be a value: where it stands and how it is spelled.
#[derive(Debug, Clone)]
struct Phrase {
    start: usize,
    end: usize,
    text: String,
    /// Quoted or capitalised: a slip of the pen is forgiven.
    proper: bool,
}

/// No more phrases than these are looked up.
const MAX_PHRASES: usize = 24;
/// No value has more words than this.
const MAX_WORDS: usize = 7;

/// The values that may begin at each word. `placed` tells the words that mean something else as
/// well, `general` those that are words of the language.
pub fn literals(
    question: &str,
    words: &[Word],
    placed: &[bool],
    general: &[bool],
    schema: &SchemaView,
    values: &dyn Values,
) -> Vec<Vec<Mention<StoredValue>>> {
    let mut found: Vec<Vec<Mention<StoredValue>>> = vec![Vec::new(); words.len()];
    let phrases = phrases(question, words, placed);
    shown(&phrases, schema, &mut found);
    let mut asked: Vec<&Phrase> = phrases.iter().filter(|phrase| is_worth_a_look(phrase, words, placed)).collect();
    asked.sort_by_key(|phrase| (!phrase.proper, phrase.start.wrapping_sub(phrase.end)));
    asked.truncate(MAX_PHRASES);
    let mut texts: Vec<String> = asked.iter().map(|phrase| phrase.text.clone()).collect();
    texts.dedup();
    let hits = if texts.is_empty() { Vec::new() } else { values.find(&texts) };
    for hit in hits {
        let column = schema.relation_named(&hit.schema, &hit.relation);
        let Some(column) = column.and_then(|relation| schema.column_named(relation, &hit.column)) else { continue };
        for phrase in asked.iter().filter(|phrase| phrase.text == hit.phrase) {
            if let Some(cost) = costs::of_value(hit.closeness, phrase.proper) {
                note(&mut found, phrase, StoredValue { column, value: hit.value.clone() }, cost);
            }
        }
    }
    // A word of the language is first of all that.
    for (start, mentions) in found.iter_mut().enumerate().filter(|(start, _)| general.get(*start) == Some(&true)) {
        mentions
            .iter_mut()
            .filter(|mention| mention.end == start + 1)
            .for_each(|mention| mention.cost += costs::COMMON_WORD_AS_VALUE);
    }
    found
}

fn note(found: &mut [Vec<Mention<StoredValue>>], phrase: &Phrase, target: StoredValue, cost: u32) {
    let Some(list) = found.get_mut(phrase.start) else { return };
    if !list.iter().any(|mention| mention.target == target && mention.end == phrase.end) {
        list.push(Mention { target, end: phrase.end, cost, qualified: false });
    }
}

/// Every run of words that is not made of small words alone, and each last word in its singular.
fn phrases(question: &str, words: &[Word], placed: &[bool]) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for start in 0..words.len() {
        for end in start + 1..=words.len().min(start + MAX_WORDS) {
            let span = words.get(start..end).unwrap_or_default();
            let (Some(first), Some(last)) = (span.first(), span.last()) else { continue };
            if span.iter().any(|word| word.kind == WordKind::Quoted) {
                if span.len() == 1 {
                    phrases.push(Phrase { start, end, text: first.text.clone(), proper: true });
                }
                break;
            }
            if first.kind == WordKind::Symbol || last.kind == WordKind::Symbol && last.lower != ")" && last.lower != "."
            {
                continue;
            }
            let Some(text) = question.get(first.start..last.end) else { continue };
            let text = text.strip_suffix("'s").unwrap_or(text);
            let proper = span.iter().all(|word| !word.text.starts_with(|c: char| c.is_lowercase())) && start > 0;
            phrases.push(Phrase { start, end, text: text.to_owned(), proper });
            if last.singular != last.lower
                && last.kind == WordKind::Word
                && !proper
                && let Some(before) = question.get(first.start..last.start)
            {
                phrases.push(Phrase { start, end, text: format!("{before}{}", last.singular), proper: false });
            }
        }
    }
    phrases.retain(|phrase| {
        !(phrase.start..phrase.end).all(|at| placed.get(at) == Some(&true) && is_small(words.get(at)))
    });
    phrases
}

fn is_small(word: Option<&Word>) -> bool {
    word.is_none_or(|word| word.kind == WordKind::Symbol || (word.kind == WordKind::Word && word.lower.len() < 3))
}

/// Quoted, capitalised, or with a word that means nothing else.
fn is_worth_a_look(phrase: &Phrase, words: &[Word], placed: &[bool]) -> bool {
    let numbers = (phrase.start..phrase.end).all(|at| words.get(at).is_some_and(|word| word.kind != WordKind::Word));
    let quoted = words.get(phrase.start).is_some_and(|word| word.kind == WordKind::Quoted);
    let free = |at: usize| placed.get(at) == Some(&false);
    let ends = free(phrase.start) && free(phrase.end.saturating_sub(1));
    quoted || (!numbers && (phrase.proper || ends))
}

/// Enum labels and typical values that a phrase spells, but for case.
fn shown(phrases: &[Phrase], schema: &SchemaView, found: &mut [Vec<Mention<StoredValue>>]) {
    let mut by_text: HashMap<String, Vec<&Phrase>> = HashMap::new();
    let mut lengths = [false; 256];
    let mut quoted: Vec<(String, &Phrase)> = Vec::new();
    for phrase in phrases {
        let lower = phrase.text.to_lowercase();
        if phrase.proper && phrase.end == phrase.start + 1 && lower.len() > 3 {
            quoted.push((letters(&lower), phrase));
        }
        if let Some(flag) = lengths.get_mut(lower.len()) {
            *flag = true;
        }
        by_text.entry(lower).or_default().push(phrase);
    }
    for (relation, data) in schema.relations() {
        for (number, column) in data.columns.iter().enumerate() {
            let values = match column.category {
                'E' => &column.labels,
                'S' => &column.common_values,
                _ => continue,
            };
            let column = ColumnId { relation, column: number };
            let stored = |value: &String| StoredValue { column, value: value.clone() };
            // A quoted name without its punctuation.
            let near = |value: &&String| {
                quoted.iter().any(|(text, _)| value.len() < text.len() + 4 && letters(value) == *text)
            };
            for value in values.iter().filter(near) {
                for (_, phrase) in quoted.iter().filter(|(text, phrase)| {
                    *text == letters(value) && phrase.text.to_lowercase() != value.to_lowercase()
                }) {
                    if let Some(cost) = costs::of_value(Closeness::Near, phrase.proper) {
                        note(found, phrase, stored(value), cost);
                    }
                }
            }
            for value in values.iter().filter(|value| lengths.get(value.len()) == Some(&true)) {
                for phrase in by_text.get(&value.to_lowercase()).into_iter().flatten() {
                    let closeness = if phrase.text == *value { Closeness::Exact } else { Closeness::Case };
                    if let Some(cost) = costs::of_value(closeness, phrase.proper) {
                        note(found, phrase, stored(value), cost);
                    }
                }
            }
        }
    }
}

/// A text in lower case without punctuation.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
