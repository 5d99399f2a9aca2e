//! Looks up which stored values the words of a question may mean, as the caller, bounded in time and rows.
//!
//! Statistics first, which are at hand; then the tables: small ones are read, of large ones an index is asked or a sample
//! is read, never the whole. No value that was read from a table is kept. What goes wrong on the way is no match; only a
//! cancel is handed on.

#![forbid(unsafe_code)]

mod known;
mod statements;
mod targets;
mod trigrams;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Instant;

use super::detail::Detail;
use super::{Context, array_literal};
use crate::error::{Error, Failure};
use crate::limits::Bounds;
use crate::pg::host::interrupts;
use crate::pg::running::query::{rows_in, rows_of};
use crate::pg::running::sandbox::{Sandbox, limit_waiting, sandboxed};
use crate::pg::running::timer::processor_ms;
use reader::Interrupted;
use reader::stored_values::{Closeness, Match, ValueLookup};
use schema::Column;
use statements::Statement;
pub use targets::Entry;
use targets::{Place, Targets};
use trigrams::{similarity, trigrams};
use words::phrases;

/// All statements of one lookup together get so long.
const BUDGET_MS: i32 = 120;
/// Those of one table so long. A table that computes most of that time, because of a policy perhaps, is not looked into
/// again; one that only waited for a busy machine is.
const SLICE_MS: i32 = 40;
/// And so much memory: a value of many megabytes that a policy looks at is not worth that.
const MEMORY_KB: i32 = 64 * 1024;
/// Of a large schema, the relations nearest to the question.
const MAX_TARGETS: usize = 100;
const MAX_PHRASES: usize = 200;
/// Bytes; longer phrases and values are not compared.
const MAX_LENGTH: usize = 100;
/// A phrase has to have so many characters to be nearly equal to anything.
const MIN_NEAR: usize = 4;
/// pg_trgm's similarity from which two texts are nearly equal.
const NEAR: f32 = 0.5;
/// So many nearly equal values of a phrase at most.
const MAX_NEAR: usize = 5;

/// A column whose values may be compared with words and shown.
pub fn is_comparable(column: &Column) -> bool {
    matches!(column.category, 'S' | 'E') && !column.masked
}

/// The stored values that words of the question may mean, each once with the phrase it is nearest to, to be told to a
/// model outside this server.
pub fn matches(question: &str, lookup: &Lookup) -> Result<Vec<Match>, Error> {
    let mut matches = match lookup.find(&phrases(question)) {
        Ok(matches) => matches,
        Err(Interrupted) => return Err(lookup.interruption()),
    };
    let place =
        |found: &Match| (found.schema.clone(), found.relation.clone(), found.column.clone(), found.value.clone());
    let far = |found: &Match| -similarity(&trigrams(&found.phrase), &trigrams(&found.value));
    matches.sort_by(|one, other| {
        place(one).cmp(&place(other)).then(one.closeness.cmp(&other.closeness)).then(far(one).total_cmp(&far(other)))
    });
    matches.dedup_by_key(|found| place(found));
    matches.sort_by_key(|found| found.closeness);
    Ok(matches)
}

/// The lookup for one question, in which each phrase is looked up once.
pub struct Lookup {
    /// The relations that were chosen for the question.
    details: Rc<[Rc<Detail>]>,
    /// The relations that the question may be about, nearest first.
    nearest: Vec<u32>,
    /// What was found for each phrase that was looked up.
    found: RefCell<HashMap<String, Vec<Match>>>,
    interrupted: RefCell<Option<Error>>,
}

impl Lookup {
    pub fn new(context: &Context) -> Self {
        Self {
            details: Rc::clone(&context.details),
            nearest: context.ranked.iter().map(|ranked| ranked.oid).collect(),
            found: RefCell::default(),
            interrupted: RefCell::default(),
        }
    }

    /// The cancel that ended a lookup early: the question has to end with it.
    pub fn interruption(&self) -> Error {
        self.interrupted.borrow().clone().unwrap_or_else(|| {
            let message = "canceling statement due to user request".to_owned();
            Error::Server(Failure { sqlstate: "57014".to_owned(), message, ..Failure::default() })
        })
    }

    fn search(&self, phrases: &[Phrase]) -> Result<Vec<Match>, Error> {
        let targets = targets::of(&self.details)?;
        let mut found: Vec<(usize, Place, String, Closeness)> = Vec::new();
        for (at, phrase) in phrases.iter().enumerate() {
            found.extend(targets.equal(&phrase.folded).into_iter().map(|(place, value)| {
                (at, place, value.to_owned(), if value == phrase.text { Closeness::Exact } else { Closeness::Case })
            }));
        }
        // What statistics know for sure is not looked for in the tables.
        let known: BTreeSet<usize> = found.iter().map(|(at, ..)| *at).collect();
        let stored = if known.len() < phrases.len() { self.stored(&targets, phrases)? } else { Vec::new() };
        for (place, value) in stored {
            interrupts::serve();
            let trigrams = trigrams(&value);
            let close =
                phrases.iter().enumerate().filter_map(|(at, phrase)| Some((at, phrase.like(&value, &trigrams)?)));
            found.extend(close.map(|(at, closeness)| (at, place, value.clone(), closeness)));
        }
        let sure: BTreeSet<usize> =
            found.iter().filter(|(.., closeness)| *closeness < Closeness::Near).map(|(at, ..)| *at).collect();
        let unsure = phrases.iter().enumerate().filter(|(at, phrase)| phrase.is_long() && !sure.contains(at));
        for (at, phrase) in unsure {
            let near = targets.near(&phrase.trigrams, NEAR, MAX_NEAR).into_iter();
            found.extend(near.map(|(place, value)| (at, place, value.to_owned(), Closeness::Near)));
        }
        found.retain(|(at, _, _, closeness)| *closeness < Closeness::Near || !sure.contains(at));
        found.sort();
        found.dedup();
        Ok(found
            .into_iter()
            .map(|(at, place, value, closeness)| {
                let (schema, relation, column) = targets.names(place);
                Match { phrase: phrases[at].text.clone(), schema, relation, column, value, closeness }
            })
            .collect())
    }

    /// Values of the tables that are equal to a phrase or begin like one. An error in one statement ends that statement.
    fn stored(&self, targets: &Targets, phrases: &[Phrase]) -> Result<Vec<(Place, String)>, Error> {
        let arguments = Arguments::of(phrases);
        let statements = targets.statements(&self.nearest, MAX_TARGETS)?;
        let (mut found, mut next, started) = (Vec::new(), 0, Instant::now());
        while next < statements.len() {
            let left = BUDGET_MS - i32::try_from(started.elapsed().as_millis()).unwrap_or(BUDGET_MS);
            if left <= 0 {
                break;
            }
            let (first, mut begun, mut computed) = (next, Instant::now(), processor_ms());
            let bounds = Bounds { milliseconds: left.min(SLICE_MS), memory_kb: MEMORY_KB, temp_file_kb: 0 };
            let result = sandboxed(bounds, |sandbox| {
                limit_waiting(c"1ms");
                let mut by_index = false;
                while let Some((target, statement)) = statements.get(next) {
                    if statement.by_index && !by_index {
                        // The plan of such a statement must not read the table.
                        rows_in(sandbox, "SELECT pg_catalog.set_config('enable_seqscan', 'off', true)", &[])?;
                        by_index = true;
                    }
                    (begun, computed) = (Instant::now(), processor_ms());
                    arguments.run(sandbox, *target, statement, &mut found)?;
                    next += 1;
                }
                Ok(())
            });
            match result {
                Err(Error::QueryTimedOut { .. }) if left < SLICE_MS => break,
                // What began late in a slice gets a whole one.
                Err(Error::QueryTimedOut { .. })
                    if next > first && 2 * begun.elapsed().as_millis() < SLICE_MS as u128 => {}
                Err(error) if error.sqlstate() == "57014" => {
                    // Also where somebody cancelled the question: the next one shall not wait for the same table.
                    let is_slow = 2 * (processor_ms() - computed) > i64::from(SLICE_MS);
                    if let Some((target, _)) = statements.get(next).filter(|_| is_slow) {
                        targets.leave_out(*target);
                    }
                    if !matches!(error, Error::QueryTimedOut { .. }) {
                        return Err(error);
                    }
                    next += 1;
                }
                Err(error) => {
                    // It would take as much the next time.
                    let target = statements.get(next).filter(|_| matches!(error, Error::MemoryExceeded { .. }));
                    if let Some((target, _)) = target {
                        targets.leave_out(*target);
                    }
                    next += 1;
                }
                Ok(()) => {}
            }
        }
        Ok(found)
    }
}

impl ValueLookup for Lookup {
    fn find(&self, phrases: &[String]) -> Result<Vec<Match>, Interrupted> {
        let usable = phrases.iter().filter(|text| !text.trim().is_empty() && text.len() <= MAX_LENGTH);
        let usable: Vec<&String> = usable.take(MAX_PHRASES).collect();
        let mut found = self.found.borrow_mut();
        let new: Vec<Phrase> =
            usable.iter().filter(|text| !found.contains_key(**text)).map(|text| Phrase::new(text)).collect();
        if !new.is_empty() && self.interrupted.borrow().is_none() {
            match self.search(&new) {
                Ok(matches) => {
                    found.extend(new.into_iter().map(|phrase| (phrase.text, Vec::new())));
                    for of in matches {
                        found.entry(of.phrase.clone()).or_default().push(of);
                    }
                }
                Err(error) if error.sqlstate() == "57014" => drop(self.interrupted.replace(Some(error))),
                Err(_) => {}
            }
        }
        if self.interrupted.borrow().is_some() {
            return Err(Interrupted);
        }
        Ok(usable.iter().filter_map(|text| found.get(*text)).flatten().cloned().collect())
    }
}

struct Phrase {
    text: String,
    folded: String,
    trigrams: Vec<u64>,
}

impl Phrase {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), folded: text.to_lowercase(), trigrams: trigrams(text) }
    }

    fn is_long(&self) -> bool {
        self.text.chars().count() >= MIN_NEAR
    }

    fn like(&self, value: &str, trigrams: &[u64]) -> Option<Closeness> {
        if value == self.text {
            Some(Closeness::Exact)
        } else if value.to_lowercase() == self.folded {
            Some(Closeness::Case)
        } else {
            (self.is_long() && similarity(&self.trigrams, trigrams) >= NEAR).then_some(Closeness::Near)
        }
    }
}

/// The arrays the statements take, as literals.
struct Arguments {
    /// Phrases with ASCII in lower case: the one folding that every collation makes fast and alike. Other letters come
    /// in all spellings.
    folded: String,
    /// How those begin that may be nearly equal.
    beginnings: String,
    /// Every usual spelling, for an index, which knows no case.
    spelled: String,
}

impl Arguments {
    fn of(phrases: &[Phrase]) -> Self {
        let literal = |texts: BTreeSet<String>| array_literal(&texts.into_iter().collect::<Vec<_>>());
        let spelled: BTreeSet<String> = phrases.iter().flat_map(|phrase| spellings(&phrase.text)).collect();
        let folded: BTreeSet<String> = spelled.iter().map(|text| text.to_ascii_lowercase()).collect();
        let beginnings = phrases
            .iter()
            .filter(|phrase| phrase.is_long())
            .map(|phrase| phrase.text.to_ascii_lowercase().chars().take(3).collect());
        Self { beginnings: literal(beginnings.collect()), folded: literal(folded), spelled: literal(spelled) }
    }

    fn run(
        &self,
        sandbox: &Sandbox<'_>,
        target: u32,
        statement: &Statement,
        found: &mut Vec<(Place, String)>,
    ) -> Result<(), Error> {
        let arguments: &[&str] = if statement.by_index { &[&self.spelled] } else { &[&self.folded, &self.beginnings] };
        for row in rows_of(sandbox, &statement.sql, arguments)? {
            if let [Some(column), Some(value), ..] = row.as_slice() {
                let column = column.parse().unwrap_or_default();
                found.push((Place { target, column }, value.clone()));
            }
        }
        Ok(())
    }
}

/// As given, in lower and upper case, and with capitals.
fn spellings(text: &str) -> [String; 5] {
    let capital = |word: &str| {
        let mut rest = word.chars();
        rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
    };
    let lower = text.to_lowercase();
    let title = lower.split(' ').map(capital).collect::<Vec<_>>().join(" ");
    [text.to_owned(), text.to_uppercase(), capital(&lower), title, lower]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_tried_in_every_usual_spelling() {
        let spellings = spellings("new York");
        for expected in ["new York", "new york", "New york", "New York", "NEW YORK"] {
            assert!(spellings.iter().any(|spelling| spelling == expected), "{expected}");
        }
        let folded = Arguments::of(&[Phrase::new("École")]).folded;
        assert!(folded.contains("École".to_ascii_lowercase().as_str()) && folded.contains("école"), "{folded}");
    }

    #[test]
    fn closeness_is_equality_then_case_then_trigrams() {
        let like = |phrase: &str, value: &str| Phrase::new(phrase).like(value, &trigrams(value));
        assert_eq!(like("Berlin", "Berlin"), Some(Closeness::Exact));
        assert_eq!(like("berlin", "Berlin"), Some(Closeness::Case));
        assert_eq!(like("Berlinn", "Berlin"), Some(Closeness::Near));
        assert_eq!(like("Bern", "Berlin"), None);
        assert_eq!(like("NY", "NYC"), None);
    }
}
