//! Which phrases of a question may be stored values, and in which columns those values are.
//!
//! Enum labels and the planner's most common values come with the snapshot; phrases that name nothing else are looked up.

use crate::bounds;
use crate::catalog::comments;
use crate::catalog::name_index::Mention;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::interrupts::Interrupted;
use crate::lattice::stored_values::{Closeness, ValueLookup};
use crate::query::tree::ColumnId;
use std::cell::OnceCell;
use std::collections::HashMap;
use words::{Word, WordKind};

/// A stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredValue {
    pub column: ColumnId,
    pub value: String,
}

/// A phrase that may be a value: its first word, the one after its last, and its text.
#[derive(Debug, Clone)]
struct Phrase {
    start: usize,
    end: usize,
    text: String,
    /// Quoted or capitalised, and so a proper name: it may be spelled a little differently from what is stored.
    proper: bool,
    /// Quoted, and so spelled as it is meant.
    quoted: bool,
}

/// For each word the values that may begin there.
type Found = Vec<Vec<Mention<StoredValue>>>;

/// No more phrases than these are looked up.
const MAX_PHRASES: usize = 24;
/// No value has more words than this.
const MAX_WORDS: usize = 7;

/// The question's words and what is known of each before values are looked for.
pub struct Words<'a> {
    pub question: &'a str,
    pub words: &'a [Word],
    /// Whether the word means something else than a value.
    pub explained: &'a [bool],
    /// Whether it is a word of the language, such as "in", other than a mere verb.
    pub common: &'a [bool],
}

impl Words<'_> {
    /// The values that may begin at each word, one list a word.
    pub fn values(&self, schema: &SchemaView, lookup: &dyn ValueLookup) -> Result<Found, Interrupted> {
        let mut found: Found = vec![Vec::new(); self.words.len()];
        let phrases = self.phrases();
        find_in_snapshot(&phrases, schema, &mut found)?;
        let mut asked: Vec<&Phrase> = phrases.iter().filter(|phrase| self.is_to_be_looked_up(phrase)).collect();
        // Proper names first, then the longest phrases.
        asked.sort_by_key(|phrase| (!phrase.proper, phrase.start.wrapping_sub(phrase.end)));
        asked.truncate(MAX_PHRASES);
        let mut texts: Vec<String> = asked.iter().map(|phrase| phrase.text.clone()).collect();
        texts.dedup();
        let matches = if texts.is_empty() { Vec::new() } else { lookup.find(&texts)? };
        for one in matches {
            schema.watch().look()?;
            let relation = schema.relation_named(&one.schema, &one.relation);
            let Some(column) = relation.and_then(|relation| schema.column_named(relation, &one.column)) else {
                continue;
            };
            for phrase in asked.iter().filter(|phrase| phrase.text == one.phrase) {
                note(&mut found, phrase, column, &one.value, one.closeness);
            }
            found.iter_mut().filter(|list| bounds::is_full(list)).for_each(keep_most);
        }
        found.iter_mut().for_each(keep_most);
        for (start, mentions) in
            found.iter_mut().enumerate().filter(|(start, _)| self.common.get(*start) == Some(&true))
        {
            for mention in mentions.iter_mut().filter(|mention| mention.end == start + 1) {
                mention.cost += costs::COMMON_WORD_AS_VALUE;
            }
        }
        Ok(found)
    }

    /// Every run of words that is not made of small explained words alone; with the last word in the singular as well.
    fn phrases(&self) -> Vec<Phrase> {
        let mut phrases = Vec::new();
        for start in 0..self.words.len() {
            for end in start + 1..=self.words.len().min(start + MAX_WORDS) {
                let span = self.words.get(start..end).unwrap_or_default();
                if span.iter().any(|word| word.kind == WordKind::Quoted) {
                    if let [quoted] = span {
                        phrases.push(Phrase { start, end, text: quoted.text.clone(), proper: true, quoted: true });
                    }
                    break;
                }
                phrases.extend(self.phrases_of(start, span));
            }
        }
        let is_small = |at: usize| {
            self.words.get(at).is_none_or(|word| {
                word.kind == WordKind::Symbol || (word.kind == WordKind::Word && word.lower.len() < 3)
            })
        };
        phrases.retain(|phrase| {
            !(phrase.start..phrase.end).all(|at| self.explained.get(at) == Some(&true) && is_small(at))
        });
        phrases
    }

    /// The text of a run of words as it stands in the question, and with its last word in the singular.
    fn phrases_of(&self, start: usize, span: &[Word]) -> Vec<Phrase> {
        let (Some(first), Some(last)) = (span.first(), span.last()) else { return Vec::new() };
        let ends_in_symbol = last.kind == WordKind::Symbol && last.lower != ")" && last.lower != ".";
        if first.kind == WordKind::Symbol || ends_in_symbol {
            return Vec::new();
        }
        let Some(text) = self.question.get(first.start..last.end) else { return Vec::new() };
        let text = text.strip_suffix("'s").unwrap_or(text).to_owned();
        let end = start + span.len();
        // The first word of a question is capitalised anyway.
        let proper = span.iter().all(|word| !word.text.starts_with(|c: char| c.is_lowercase())) && start > 0;
        let mut phrases = vec![Phrase { start, end, text, proper, quoted: false }];
        if last.singular != last.lower
            && last.kind == WordKind::Word
            && !proper
            && let Some(before) = self.question.get(first.start..last.start)
        {
            phrases.push(Phrase {
                start,
                end,
                text: format!("{before}{}", last.singular),
                proper: false,
                quoted: false,
            });
        }
        // "a laptop" may mean what is stored as "Laptops".
        let single =
            last.singular == last.lower && last.kind == WordKind::Word && last.lower.len() > 3 && span.len() == 1;
        if single && !proper && self.explained.get(start) == Some(&false) {
            phrases.push(Phrase { start, end, text: format!("{}s", last.text), proper: false, quoted: false });
        }
        phrases
    }

    /// A look-up costs time: only for what is quoted, capitalised, or begins and ends with words that mean nothing else.
    fn is_to_be_looked_up(&self, phrase: &Phrase) -> bool {
        let kind = |at: usize| self.words.get(at).map(|word| word.kind);
        let no_words = (phrase.start..phrase.end).all(|at| kind(at).is_some_and(|kind| kind != WordKind::Word));
        let quoted = kind(phrase.start) == Some(WordKind::Quoted);
        let unexplained = |at: usize| self.explained.get(at) == Some(&false);
        let ends = unexplained(phrase.start) && unexplained(phrase.end.saturating_sub(1));
        quoted || (!no_words && (phrase.proper || ends))
    }
}

/// Adds a value to those that a phrase may mean, if the phrase can mean what is so close to it.
fn note(found: &mut Found, phrase: &Phrase, column: ColumnId, value: &str, closeness: Closeness) {
    let Some(cost) = costs::of_value(closeness, phrase.proper) else { return };
    // "Michael Goodrich" is no misspelt "Michael": a value that leaves a word out is another one.
    let count = |text: &str| text.split_whitespace().count();
    if closeness == Closeness::Near && (phrase.quoted || count(&phrase.text) != count(value)) {
        return;
    }
    let Some(list) = found.get_mut(phrase.start) else { return };
    let is_same = |mention: &Mention<StoredValue>| {
        mention.end == phrase.end && mention.target.column == column && mention.target.value == value
    };
    if !list.iter().any(is_same) {
        let target = StoredValue { column, value: value.to_owned() };
        list.push(Mention { target, end: phrase.end, cost, qualified: false });
    }
}

/// Where more values may begin at a word than are looked at, leaves some out.
fn keep_most(list: &mut Vec<Mention<StoredValue>>) {
    bounds::keep_most(list, |value| value.column.relation);
}

/// The phrases by what the values of the snapshot are compared with.
struct PhraseTable<'a> {
    /// In lower case.
    by_text: HashMap<String, Vec<&'a Phrase>>,
    /// Proper names of one word, by their letters and digits alone in lower case.
    by_letters: Vec<(String, &'a Phrase)>,
    /// Which lengths in bytes the phrases have in lower case: most values have none of them and need no comparison.
    lengths: [bool; 256],
    phrases: &'a [Phrase],
    /// The stems of each phrase, once a column with codes was met.
    stems: OnceCell<Vec<Vec<String>>>,
}

impl<'a> PhraseTable<'a> {
    fn new(phrases: &'a [Phrase]) -> Self {
        let (by_text, by_letters) = (HashMap::new(), Vec::new());
        let mut table = Self { by_text, by_letters, lengths: [false; 256], phrases, stems: OnceCell::new() };
        for phrase in phrases {
            let lower = phrase.text.to_lowercase();
            if phrase.proper && phrase.end == phrase.start + 1 && lower.len() > 3 {
                table.by_letters.push((letters(&lower), phrase));
            }
            if let Some(flag) = table.lengths.get_mut(lower.len()) {
                *flag = true;
            }
            table.by_text.entry(lower).or_default().push(phrase);
        }
        table
    }

    /// The phrases that say what a code means: "paid" where a comment explains `P` as paid.
    fn meaning<'t>(&'t self, meaning: &'t [String]) -> impl Iterator<Item = &'a Phrase> + use<'a, 't> {
        let stems = self
            .stems
            .get_or_init(|| self.phrases.iter().map(|phrase| comments::stems(&phrase.text.to_lowercase())).collect());
        self.phrases.iter().zip(stems).filter(move |(_, stems)| *stems == meaning).map(|(phrase, _)| phrase)
    }

    /// The phrases that spell a value but for punctuation and case.
    fn near(&self, value: &str) -> Vec<&'a Phrase> {
        let shortest = value.len().saturating_sub(3);
        if !self.by_letters.iter().any(|(text, _)| text.len() >= shortest) {
            return Vec::new();
        }
        let (own, lower) = (letters(value), value.to_lowercase());
        let alike = self.by_letters.iter().filter(|(text, _)| *text == own && text.len() >= shortest);
        alike.map(|(_, phrase)| *phrase).filter(|phrase| phrase.text.to_lowercase() != lower).collect()
    }

    /// The phrases that spell a value but for case.
    fn equal(&self, value: &str) -> &[&'a Phrase] {
        if self.lengths.get(value.len()) != Some(&true) {
            return &[];
        }
        self.by_text.get(&value.to_lowercase()).map_or(&[], Vec::as_slice)
    }
}

/// Finds the phrases among the enum labels and most common values that the snapshot holds.
fn find_in_snapshot(phrases: &[Phrase], schema: &SchemaView, found: &mut Found) -> Result<(), Interrupted> {
    let table = PhraseTable::new(phrases);
    for (relation, _) in schema.relations() {
        for (id, column) in schema.columns(relation) {
            // What was noted of other columns is no value of this one.
            let mut own: Found = vec![Vec::new(); found.len()];
            for code in schema.codes(id).iter().filter(|_| matches!(column.category, 'S' | 'E' | 'N' | 'D')) {
                for phrase in table.meaning(&code.stems) {
                    note(&mut own, phrase, id, &code.code, Closeness::Case);
                }
            }
            let values = match column.category {
                'E' => &column.labels,
                'S' => &column.common_values,
                _ => &Vec::new(),
            };
            for value in values {
                table.near(value).into_iter().for_each(|phrase| note(&mut own, phrase, id, value, Closeness::Near));
            }
            for value in values {
                for phrase in table.equal(value) {
                    let closeness = if phrase.text == *value { Closeness::Exact } else { Closeness::Case };
                    note(&mut own, phrase, id, value, closeness);
                }
            }
            for (list, own) in found.iter_mut().zip(&mut own) {
                list.append(own);
                if bounds::is_full(list) {
                    keep_most(list);
                }
            }
        }
    }
    schema.watch().whole(())
}

/// The letters and digits of a text in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
