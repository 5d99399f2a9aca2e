//! Names against words: which relations, columns and values the words of a question spell, and how closely.

use super::chart::{Mention, Value};
use super::lexicon::{self, Use};
use super::query::ColumnId;
use super::schema::Schema;
use crate::linking::words::{self, Kind, Word};

/// How a match was found; the number is its rank.
const EXACT: u32 = 0;
const STEM: u32 = 1;
const COMMENT: u32 = 2;
const SYNONYM: u32 = 3;
const WEAK: u32 = 4;

type Found<T> = Vec<(usize, Mention<T>)>;

/// Where the words name relations.
pub fn relations(words: &[Word], schema: &Schema) -> Found<usize> {
    let mut found = Vec::new();
    for (relation, data) in schema.relations() {
        let name = Name::new(&words::identifier_words(&data.name));
        found.extend(
            name.find(words, is_noun)
                .into_iter()
                .map(|(start, end, rank)| (start, Mention { target: relation, end, rank })),
        );
    }
    found
}

/// Where the words name columns.
pub fn columns(words: &[Word], schema: &Schema) -> Found<ColumnId> {
    let mut found = Vec::new();
    for (relation, _) in schema.relations() {
        for (id, _) in schema.columns(relation) {
            found.extend(
                column(words, schema, id)
                    .into_iter()
                    .map(|(start, end, rank)| (start, Mention { target: id, end, rank })),
            );
        }
    }
    found
}

/// The best match of one column at each span.
fn column(words: &[Word], schema: &Schema, id: ColumnId) -> Vec<(usize, usize, u32)> {
    let data = schema.column(id);
    let parts = words::identifier_words(&data.name);
    let mut spans = Name::new(&parts).find(words, |_| true);
    if schema.is_date(id)
        && parts.len() > 1
        && parts.last().is_some_and(|last| matches!(last.as_str(), "at" | "on" | "date" | "time"))
    {
        // Only as it is written: "orders" is no mention of ordered_at.
        let short = Name::new(parts.get(..parts.len() - 1).unwrap_or_default());
        spans.extend(short.find(words, |_| true).into_iter().filter(|(_, _, rank)| *rank == EXACT));
    }
    if schema.is_flag(id)
        && parts.len() > 1
        && parts.first().is_some_and(|first| matches!(first.as_str(), "is" | "has"))
    {
        spans.extend(Name::new(parts.get(1..).unwrap_or_default()).find(words, |_| true));
    }
    if let Some(comment) = data.comment.as_deref().filter(|_| schema.is_number(id) && !schema.is_key(id)) {
        spans.extend(commented(words, comment));
    }
    spans.sort_unstable();
    spans.dedup_by_key(|(start, end, _)| (*start, *end));
    spans
}

/// Words a comment explains a number by: a flow such as revenue anywhere in it, or its opening noun.
fn commented(words: &[Word], comment: &str) -> Vec<(usize, usize, u32)> {
    let comment: Vec<String> = words::split(comment, 200).into_iter().map(|word| word.lower).collect();
    let holds = |word: &str| comment.iter().any(|other| words::singular(other) == words::singular(word));
    let mut spans = Vec::new();
    for (start, word) in words.iter().enumerate().filter(|(_, word)| word.kind == Kind::Word) {
        let opening = comment.first().is_some_and(|first| words::singular(first) == words::singular(&word.lower));
        let general = !lexicon::uses(words, start).is_empty() || word.lower.len() < 3;
        if (lexicon::is_flow(&word.lower) && holds(&word.lower)) || (opening && !general) {
            spans.push((start, start + 1, COMMENT));
        } else if lexicon::is_flow(&word.lower) && lexicon::synonyms(&word.lower).0.iter().any(|other| holds(other)) {
            spans.push((start, start + 1, SYNONYM));
        }
    }
    spans
}

/// Participles and gerunds tell of an event, not of the thing: "ordered" is no mention of orders.
fn is_noun(word: &str) -> bool {
    !word.ends_with("ed") && !word.ends_with("ing") && !word.ends_with("er") && !word.ends_with("ly")
}

/// A name as its singular words.
struct Name {
    parts: Vec<String>,
    joined: String,
}

impl Name {
    fn new(parts: &[String]) -> Self {
        let parts: Vec<String> = parts.iter().map(|part| words::singular(part)).collect();
        Self { joined: parts.concat(), parts }
    }

    /// Every span of words that spells this name: itself, its stems (of words that pass `stems`), its synonyms.
    fn find(&self, words: &[Word], stems: impl Fn(&str) -> bool) -> Vec<(usize, usize, u32)> {
        let mut spans = Vec::new();
        for start in 0..words.len() {
            let mut spelled = String::new();
            for (end, word) in words.iter().enumerate().skip(start) {
                if !matches!(word.kind, Kind::Word | Kind::Number) || spelled.len() >= self.joined.len() {
                    break;
                }
                spelled.push_str(&word.singular);
                if !self.joined.starts_with(&spelled) {
                    break;
                }
                if spelled == self.joined {
                    spans.push((start, end + 1, EXACT));
                }
            }
            let span = words.get(start..start + self.parts.len()).filter(|span| !span.is_empty());
            let akin = |word: &Word, part: &String| {
                word.kind == Kind::Word
                    && (word.singular == *part || (stems(&word.lower) && words::akin(&word.lower, part)))
            };
            if span.is_some_and(|span| span.iter().zip(&self.parts).all(|(word, part)| akin(word, part))) {
                spans.push((start, start + self.parts.len(), STEM));
            }
            if let Some(rank) = words.get(start).and_then(|word| self.synonym(word)) {
                spans.push((start, start + 1, rank));
            }
        }
        spans.sort_unstable();
        spans.dedup_by_key(|(start, end, _)| (*start, *end));
        spans
    }

    fn synonym(&self, word: &Word) -> Option<u32> {
        let [only] = self.parts.as_slice() else { return None };
        let (strong, weak) = [word.lower.clone(), word.singular.clone()]
            .iter()
            .map(|word| lexicon::synonyms(word))
            .find(|(strong, _)| !strong.is_empty())?;
        let holds = |list: &[&str]| list.iter().any(|other| words::singular(other) == *only);
        if holds(strong) { Some(SYNONYM) } else { holds(weak).then_some(WEAK) }
    }
}

/// Where the words spell values that occur.
pub fn values(words: &[Word], schema: &Schema) -> Found<Value> {
    let mut found = Vec::new();
    let initials: Vec<char> = words.iter().filter_map(|word| word.lower.chars().next()).collect();
    let begins = |value: &str| value.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_lowercase().next());
    for (relation, _) in schema.relations() {
        for (id, column) in schema.columns(relation).filter(|(_, column)| matches!(column.category, 'S' | 'E')) {
            let stored = if column.labels.is_empty() { &column.common_values } else { &column.labels };
            for value in stored.iter().filter(|value| begins(value).is_some_and(|initial| initials.contains(&initial)))
            {
                found.extend(
                    spans(words, value)
                        .into_iter()
                        .map(|(start, end)| (start, Mention { target: (id, value.clone()), end, rank: EXACT })),
                );
            }
        }
    }
    found
}

/// Where the words spell a value, case aside. Values that look like numbers or grammar ("IN") are never recognised.
fn spans(words: &[Word], value: &str) -> Vec<(usize, usize)> {
    let parts = words::split(value, 12);
    let grammar =
        |start: usize| lexicon::uses(words, start).iter().any(|(one, end)| *end == start + 1 && is_function(*one));
    if value.len() > 100 || value.chars().count() < 2 || !parts.iter().any(|part| part.kind == Kind::Word) {
        return Vec::new();
    }
    let quoted = |word: &Word| word.kind == Kind::Quoted && word.lower == value.to_lowercase();
    let spelled = |start: usize| {
        let span = words.get(start..start + parts.len());
        span.is_some_and(|span| {
            span.iter().zip(&parts).all(|(word, part)| word.kind == part.kind && word.lower == part.lower)
        })
    };
    let mut found: Vec<(usize, usize)> = (0..words.len())
        .filter(|start| spelled(*start) && (parts.len() > 1 || !grammar(*start)))
        .map(|start| (start, start + parts.len()))
        .collect();
    found.extend(words.iter().enumerate().filter(|(_, word)| quoted(word)).map(|(start, _)| (start, start + 1)));
    found
}

/// Words that hold a sentence together, which no value may take away from it.
fn is_function(one: Use) -> bool {
    matches!(
        one,
        Use::Article
            | Use::Open
            | Use::Which
            | Use::All
            | Use::By
            | Use::Per
            | Use::And
            | Use::Or
            | Use::Not
            | Use::Be
            | Use::Have
            | Use::Where
            | Use::With
            | Use::Without
            | Use::In
            | Use::Of
            | Use::Who
            | Use::Between
    )
}
