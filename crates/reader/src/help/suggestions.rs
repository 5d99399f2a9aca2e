//! Questions near to one that is not answered, each of which is: what an analyst may ask in its place.
//!
//! Many are written, by leaving out of the question what could not be read and from the parts of the schema that its
//! words name. Those that share most with the question are read, and the ones that are answered are shown. None holds a
//! stored value that the question does not: what is suggested is logged with the error.

use crate::catalog::name_index::Mention;
use crate::help::examples::Example;
use crate::help::likeness::{Likeness, left_out};
use crate::help::question_templates::{Candidate, Form};
use crate::help::topics::Topics;
use crate::help::{contrary, edits};
use crate::interrupts::Interrupted;
use crate::lattice::Lattice;
use crate::lattice::misspelt_words;
use crate::lattice::stored_values::{Closeness, Match, ValueLookup};
use crate::{Abstention, MAX_WORDS, Reader, Reading};
use schema::sanitize::{is_one_line, one_line};
use std::collections::HashSet;

/// No more questions are suggested.
const MAX_SUGGESTIONS: usize = 3;
/// No more of those that were written are read: together they take a few milliseconds.
const MAX_READ: usize = 24;
/// Longer questions are not suggested, in characters.
pub const MAX_LENGTH: usize = 120;

/// A question to ask in place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub question: String,
    /// What it does not ask for, in the words of the question it stands for.
    pub leaves_out: Vec<String>,
    /// It only shows what can be asked here: nothing of the question was understood that another one could share.
    pub is_example: bool,
}

impl Reader<'_> {
    /// Up to three questions that are answered, the nearest first, each with what it leaves out. `accept` says of each whether
    /// it may be shown, and may look further than the reader can; it is asked of few.
    pub fn suggestions(
        &self,
        question: &str,
        abstention: &Abstention,
        lookup: &dyn ValueLookup,
        accept: &mut dyn FnMut(&str, &Reading) -> Result<bool, Interrupted>,
    ) -> Result<Vec<Suggestion>, Interrupted> {
        let words = words::split(question, MAX_WORDS + 1);
        if words.is_empty() || words.len() > MAX_WORDS {
            return self.plain_examples(accept);
        }
        let lattice = Lattice::new(question, words, &self.schema, self.names, lookup)?;
        // What is suggested is not misspelt as the question is.
        let corrected = misspelt_words::correct(question, &lattice.unknown(), &self.schema, self.names)?;
        if let Some(corrected) = corrected {
            return match self.read(&corrected.question, lookup)? {
                Ok(_) => self.nearest_to(question, abstention, &lattice, lookup, accept),
                Err(abstention) => self.suggestions(&corrected.question, &abstention, lookup, accept),
            };
        }
        self.nearest_to(question, abstention, &lattice, lookup, accept)
    }

    fn nearest_to(
        &self,
        question: &str,
        abstention: &Abstention,
        lattice: &Lattice,
        lookup: &dyn ValueLookup,
        accept: &mut dyn FnMut(&str, &Reading) -> Result<bool, Interrupted>,
    ) -> Result<Vec<Suggestion>, Interrupted> {
        let mut found: Vec<Suggestion> = Vec::new();
        for (text, reading) in self.nearest_answered(question, abstention, lattice)? {
            if found.len() == MAX_SUGGESTIONS {
                break;
            }
            // What it will be read as when it is asked, with all that can be looked up then.
            let again = self.read(&text, lookup)?.ok();
            // The top 5 and the top 10 are one suggestion.
            let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
            if found.iter().any(|other| letters(&other.question) == letters(&text)) {
                continue;
            }
            if again.as_ref() == Some(&reading) && accept(&text, &reading)? {
                found.push(Suggestion { leaves_out: left_out(question, &text), question: text, is_example: false });
            }
        }
        if found.is_empty() { self.plain_examples(accept) } else { self.schema.watch().whole(found) }
    }

    fn plain_examples(
        &self,
        accept: &mut dyn FnMut(&str, &Reading) -> Result<bool, Interrupted>,
    ) -> Result<Vec<Suggestion>, Interrupted> {
        let is_telling = |form: Form| matches!(form, Form::PerGroup | Form::PerTime | Form::Ranking);
        let examples =
            self.examples(MAX_SUGGESTIONS, &is_telling, &mut |example| accept(&example.question, &example.reading))?;
        let example =
            |example: Example| Suggestion { question: example.question, leaves_out: Vec::new(), is_example: true };
        Ok(examples.into_iter().map(example).collect())
    }

    /// The questions that are answered, of those most like the question, no two with the same statement. Where the
    /// question has several readings, those that have one of them come first.
    fn nearest_answered(
        &self,
        question: &str,
        abstention: &Abstention,
        lattice: &Lattice,
    ) -> Result<Vec<(String, Reading)>, Interrupted> {
        let readings: &[String] = if let Abstention::Ambiguous { readings } = abstention { readings } else { &[] };
        let mut candidates = edits::edits(question, lattice, abstention);
        candidates.extend(Topics::new(question, lattice, abstention, &self.schema).questions()?);
        let likeness = Likeness::new(lattice, &self.schema);
        let mut ranked: Vec<(i32, usize, Candidate)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::from([question.trim().to_lowercase()]);
        for (place, candidate) in candidates.into_iter().enumerate() {
            let long_enough = candidate.text.split_whitespace().nth(1).is_some();
            let sound = !contrary::stumbles(&candidate.text)
                && !contrary::is_contrary(question, &candidate.text)
                && (likeness.stays_near(&candidate.text) || !readings.is_empty());
            let fits = long_enough && sound && candidate.text.len() <= MAX_LENGTH && is_one_line(&candidate.text);
            if fits && seen.insert(candidate.text.to_lowercase()) {
                ranked.push((likeness.of(&candidate.text), place, candidate));
            }
        }
        ranked.sort_by_key(|(likeness, place, _)| (-likeness, *place));
        let known = Known::of(question, lattice, self);
        let mut statements: HashSet<String> = HashSet::new();
        let mut answered: Vec<(String, Reading)> = Vec::new();
        for (_, _, candidate) in ranked.into_iter().take(MAX_READ) {
            if let Some(reading) = self.answer(&candidate, &known)?
                && (readings.contains(&reading.summary) || !likeness.narrows(&candidate.text, &reading.summary))
                && statements.insert(reading.sql.clone())
            {
                answered.push((candidate.text, reading));
            }
        }
        answered.sort_by_key(|(_, reading)| !readings.contains(&reading.summary));
        Ok(answered)
    }
}

/// The stored values that the question's own words were found to mean, and no others: nothing is looked up again.
pub struct Known(Vec<Match>);

impl Known {
    /// Those of another question besides.
    pub fn and(self, other: Self) -> Self {
        Self([self.0, other.0].concat())
    }

    pub fn of(question: &str, lattice: &Lattice, reader: &Reader) -> Self {
        let mut found = Vec::new();
        for start in 0..lattice.len() {
            for Mention { target, end, .. } in &lattice.cell(start).values {
                let last = end.checked_sub(1).and_then(|at| lattice.words.get(at));
                let (Some(first), Some(last)) = (lattice.words.get(start), last) else { continue };
                let Some(phrase) = question.get(first.start..last.end) else { continue };
                let relation = reader.schema.relation(target.column.relation);
                let closeness = if phrase == target.value {
                    Closeness::Exact
                } else if phrase.to_lowercase() == target.value.to_lowercase() {
                    Closeness::Case
                } else {
                    Closeness::Near
                };
                found.push(Match {
                    phrase: phrase.to_owned(),
                    schema: relation.schema.clone(),
                    relation: relation.name.clone(),
                    column: reader.schema.column(target.column).name.clone(),
                    value: target.value.clone(),
                    closeness,
                });
            }
        }
        Self(found)
    }
}

impl ValueLookup for Known {
    fn find(&self, phrases: &[String]) -> Result<Vec<Match>, Interrupted> {
        Ok(self.0.iter().filter(|one| phrases.contains(&one.phrase)).cloned().collect())
    }
}

/// Words of a question as they stand there, on one line.
pub fn text_of(question: &str, lattice: &Lattice, start: usize, end: usize) -> String {
    let last = end.checked_sub(1).and_then(|at| lattice.words.get(at));
    match (lattice.words.get(start), last) {
        (Some(first), Some(last)) => one_line(question.get(first.start..last.end).unwrap_or_default()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Prepared;
    use crate::lattice::stored_values::NoValues;
    use crate::never;
    use crate::tests::shop_fixture::{relation, shop, snapshot};
    use std::cell::Cell;

    fn suggestions(question: &str, snapshot: &schema::Snapshot) -> Vec<String> {
        let prepared = Prepared::new(snapshot, &never).unwrap();
        let reader = prepared.reader(&never);
        let abstention = reader.read(question, &NoValues).unwrap().expect_err("it is answered");
        let found = reader.suggestions(question, &abstention, &NoValues, &mut |_, _| Ok(true)).unwrap();
        let found: Vec<String> = found.into_iter().map(|one| one.question).collect();
        for text in &found {
            assert!(reader.read(text, &NoValues).unwrap().is_ok(), "{question}: {text} is not answered");
        }
        found
    }

    #[test]
    fn what_is_suggested_is_near_and_answered() {
        let shop = shop();
        for (question, near) in [
            ("revenue by customer gender", "revenue by customer"),
            ("revenue per marketing campaign in 2025", "revenue in 2025"),
            ("phone numbers of happy customers from Oslo", "customers from Oslo"),
            ("which unicorn rides the most orders with status paid", "orders with status paid"),
            ("products we never heard of with a low stock", "10 products with the lowest stock"),
            ("which unicorn brought in the most revenue", "revenue"),
        ] {
            let found = suggestions(question, &shop);
            assert!((1..=3).contains(&found.len()), "{question}: {found:?}");
            assert!(found.iter().any(|text| text.contains(near)), "{question}: {found:?}");
        }
    }

    #[test]
    fn nothing_is_suggested_that_asks_for_other_rows() {
        let found = suggestions("overdue orders", &shop());
        let labels = ["new", "paid", "shipped", "delivered", "cancelled", "returned"];
        assert!(!found.iter().any(|text| labels.iter().any(|label| text.contains(label))), "{found:?}");
        let found = suggestions("top 5 zzz by price of products", &shop());
        assert!(!found.iter().any(|text| text.contains("customer")), "{found:?}");
        assert!(suggestions("cancelled zzz orders", &shop()).iter().any(|text| text.contains("cancelled")));
    }

    #[test]
    fn what_has_lost_what_it_is_about_is_not_suggested() {
        for (question, lost) in [
            ("which product has the most one zzz reviews", "one reviews"),
            ("orders in zzz and February 2025", "orders and"),
            ("how many laptops did we zzz", "did we"),
            ("tell the product with the worst zzz", "the worst"),
            ("how many orders does each customer zzz", "does each"),
        ] {
            let found = suggestions(question, &shop());
            assert!(!found.iter().any(|text| text.contains(lost)), "{question}: {found:?}");
        }
        let found = suggestions("revenue by zzz and country", &shop());
        assert!(found.iter().any(|text| text == "revenue by country"), "{found:?}");
        let found = suggestions("top 5 zzz customers by revenue", &shop());
        assert!(found.iter().any(|text| text == "top 5 customers by revenue"), "{found:?}");
    }

    #[test]
    fn a_question_about_nothing_known_gets_examples() {
        let found = suggestions("Wie geht es uns?", &shop());
        assert_eq!(found.len(), 3);
        assert_eq!(suggestions("Wie geht es uns?", &snapshot(Vec::new())), Vec::<String>::new());
        let found = suggestions(&"revenue ".repeat(200), &shop());
        assert_eq!(found.len(), 3);
    }

    /// A suggestion is part of an error, which is logged: no value that only the data has may be in it.
    #[test]
    fn no_stored_value_is_suggested_that_was_not_asked_for() {
        let shop = shop();
        let values = ["Rosa Novak", "Oslo", "Lyon", "Hamburg", "Germany", "France", "Would buy it again."];
        for question in ["customers zzz", "cities zzz", "country zzz", "customers zzz in Berlin", "zzz"] {
            for text in suggestions(question, &shop) {
                assert!(!values.iter().any(|value| text.contains(value)), "{question}: {text}");
            }
        }
    }

    #[test]
    fn names_that_end_lines_or_hide_text_are_not_suggested() {
        let odd = relation("or\u{202e}ders\n", &["id integer!", "to\u{1b}tal numeric!"], &["id"], &[]);
        for text in suggestions("total of zzz", &snapshot(vec![odd])) {
            assert!(is_one_line(&text), "{text:?}");
        }
    }

    #[test]
    fn interrupts_end_the_search() {
        let shop = shop();
        let calls = Cell::new(0);
        let limit = Cell::new(usize::MAX);
        let interrupt = || {
            calls.set(calls.get() + 1);
            if calls.get() > limit.get() { Err(Interrupted) } else { Ok(()) }
        };
        let prepared = Prepared::new(&shop, &interrupt).unwrap();
        let reader = prepared.reader(&interrupt);
        let question = "revenue by customer gender";
        let abstention = reader.read(question, &NoValues).unwrap().unwrap_err();
        let suggest = || reader.suggestions(question, &abstention, &NoValues, &mut |_, _| Ok(true));
        calls.set(0);
        assert!(suggest().is_ok());
        let all = calls.get();
        for allowed in [0, 1, all / 2, all - 1] {
            calls.set(0);
            limit.set(allowed);
            assert_eq!(suggest(), Err(Interrupted), "{allowed} of {all}");
        }
    }
}
