//! Whether the numbers that a text tells of a result are true: a model that narrates invents numbers, so that each is looked for in
//! the rows, or in what follows from them by one named step.
//!
//! The steps are the count of rows, the sum and the mean of a column, and between two values a difference, a share, a ratio and a
//! change in percent; each may be rounded. What a step is taken of has to be named in the same sentence, by its label or its
//! period: among all values of a result, some two have any difference that one could invent. For the same reason a value of a row
//! has to stand beside the label of that row. What can't be told to be true is refused.

mod mentions;
mod numbers_in_text;
mod support;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use schema::ResultShape;

use mentions::{Mention, Names};
use numbers_in_text::{Kind, Said, numbers};
use support::Values;

/// What a text is held against.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub columns: &'a ResultShape,
    /// The rows that were told, as the server prints them.
    pub rows: &'a [Vec<Option<String>>],
    /// Texts whose numbers may be said again beside the word that stands beside them there: the question, and the
    /// conditions of the statement.
    pub said: &'a [&'a str],
}

/// A number that does not follow from the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// As it is written.
    pub number: String,
    /// Why, as a whole sentence that tells a model what it may say.
    pub why: &'static str,
}

/// Looks at every number of a text.
pub fn check(text: &str, source: &Source) -> Result<(), Unsupported> {
    let names = Names::of(&source.columns.0, source.rows);
    let (values, said_before) = (Values::of(source), SaidBefore::of(source));
    for sentence in sentences(text) {
        let lower = sentence.to_lowercase();
        // A letter that grows in lower case would move all places behind it.
        let lower = if lower.len() == sentence.len() { lower } else { sentence.to_owned() };
        let mentions = names.mentions(&lower);
        let Some(said) = numbers(&lower) else {
            return Err(Unsupported { number: lower, why: "Numbers are written in the digits 0 to 9." });
        };
        let claims: Vec<Said> = said
            .into_iter()
            .filter(|one| !mentions.iter().any(|mention| overlaps(&mention.place, &one.place)))
            .filter(|one| !said_before.says(&lower, one))
            .collect();
        hold(&lower, &claims, &mentions, &values)?;
    }
    Ok(())
}

/// Holds the claims of a sentence against the values.
fn hold(text: &str, claims: &[Said], mentions: &[Mention], values: &Values) -> Result<(), Unsupported> {
    let refused = |claim: &Said, why| {
        Err(Unsupported { number: text.get(claim.place.clone()).unwrap_or_default().to_owned(), why })
    };
    let named: Vec<usize> = {
        let mut rows: Vec<usize> = mentions.iter().flat_map(|mention| mention.rows.iter().copied()).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    };
    // Those that follow from all rows, or by a step from the rows that are named, need no place of their own.
    let direction = support::Direction::of(text);
    let of_rows: Vec<&Said> =
        claims.iter().filter(|claim| !values.is_of_all(claim) && !values.is_step(claim, &named, direction)).collect();
    let mut rows = Vec::with_capacity(of_rows.len());
    for claim in &of_rows {
        let with_it = values.rows_with(claim);
        if with_it.is_empty() {
            return refused(claim, "It is in no row, and follows from none that the sentence names.");
        }
        rows.push(with_it);
    }
    if mentions.is_empty() {
        return match of_rows.iter().find(|claim| !values.is_outstanding(claim)) {
            Some(claim) => refused(claim, "The sentence does not name the row it is of."),
            None => Ok(()),
        };
    }
    let stands_by = |pick: &dyn Fn(usize, &Said) -> Option<usize>| {
        of_rows.iter().zip(&rows).enumerate().all(|(at, (claim, rows))| {
            let mention = pick(at, claim).and_then(|at| mentions.get(at));
            mention.is_some_and(|mention| mention.rows.iter().any(|row| rows.binary_search(row).is_ok()))
        })
    };
    let before = |_: usize, claim: &Said| mentions.iter().rposition(|one| one.place.end <= claim.place.start);
    let after = |_: usize, claim: &Said| mentions.iter().position(|one| one.place.start >= claim.place.end);
    // "From January to May from 10 to 12": as many labels as numbers, in the same order.
    let in_order = |at: usize, _: &Said| (mentions.len() == of_rows.len()).then_some(at);
    if stands_by(&before) || stands_by(&after) || stands_by(&in_order) {
        return Ok(());
    }
    match of_rows.first() {
        Some(claim) => refused(claim, "It does not stand beside the name of the row it is of."),
        None => Ok(()),
    }
}

fn overlaps(one: &std::ops::Range<usize>, other: &std::ops::Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The numbers that the question or a condition says, each with the words beside it. They are read once: the question may be long.
struct SaidBefore(HashMap<(u64, Kind), HashSet<Beside>>);

/// The words before and after a number, and whether it may be a year.
type Beside = (Option<String>, Option<String>, bool);

impl SaidBefore {
    fn of(source: &Source) -> Self {
        let mut found: HashMap<(u64, Kind), HashSet<Beside>> = HashMap::new();
        for text in source.said {
            for one in numbers(text).unwrap_or_default() {
                found.entry(Self::key(&one)).or_default().insert(beside(text, &one));
            }
        }
        Self(found)
    }

    fn key(number: &Said) -> (u64, Kind) {
        (number.value.to_bits(), number.kind)
    }

    /// Whether a number of a text is said there beside the same word.
    fn says(&self, text: &str, claim: &Said) -> bool {
        let (before, after, is_year) = beside(text, claim);
        let is_year = is_year && before.as_deref().is_some_and(|word| support::BEFORE_YEARS.contains(&word));
        self.0.get(&Self::key(claim)).into_iter().flatten().any(|(other_before, other_after, may_be_year)| {
            let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
            same(&before, other_before) || same(&after, other_after) || is_year && *may_be_year
        })
    }
}

fn beside(text: &str, said: &Said) -> Beside {
    let (before, after) = (text.get(..said.place.start), text.get(said.place.end..));
    let before = before.unwrap_or_default().split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty());
    let after = after.unwrap_or_default().split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let is_year = said.is_bare && (1900.0..2200.0).contains(&said.value);
    (before.map(str::to_lowercase), after.map(str::to_lowercase), is_year)
}

/// The sentences of a text: up to a full stop, a question or exclamation mark or a line's end that is followed by a space or
/// nothing, and semicolons.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        let is_end = c == '\n' || matches!(c, '.' | '!' | '?' | ';' | '。') && next.is_none_or(char::is_whitespace);
        if is_end {
            found.push(text.get(start..end).unwrap_or_default());
            start = end;
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}
