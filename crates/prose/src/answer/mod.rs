//! The answer to a question in one to four sentences, from its rows and the outline of its statement.
//!
//! Only what is in the rows is told, or what follows from them by a sum, a difference, a share, a mean or a comparison. The same
//! rows always give the same sentences. What kind of answer it is, its columns say: one value, one row, a ranking, a series over
//! time, groups over time, or a list.

mod agreement;
mod changes;
mod columns;
mod compared_times;
mod comparisons;
#[cfg(test)]
mod composition_tests;
mod conditions;
mod data_end;
pub(crate) mod dates;
mod events;
mod figures;
mod flags;
mod groups;
mod leaders;
mod list_details;
#[cfg(test)]
mod list_tests;
mod lists;
mod means;
mod noun_phrases;
mod nouns;
pub(crate) mod numbers;
mod one_row;
mod per_group;
#[cfg(test)]
mod per_group_tests;
mod phrases;
mod places;
mod plain_names;
mod question_words;
mod ranges;
mod ranking;
mod related_rows;
#[cfg(test)]
mod related_tests;
mod row_names;
#[cfg(test)]
mod row_tests;
mod series;
mod shares;
mod single_row;
#[cfg(test)]
mod speech_tests;
mod spoken_times;
mod subquery_phrases;
#[cfg(test)]
mod tests;
mod timed;
mod times;
mod units;
mod weekdays;
mod what_counts;
#[cfg(test)]
mod wording_tests;

use std::cell::Cell;

use schema::ResultShape;

use crate::outline::{Expr, Outline};
use columns::{Column, Role};
use conditions::Scope;
use dates::Date;
use times::Known;

pub use means::{Mean, mean_columns};
pub use numbers::exact as format_exact;
pub use times::{DataEnd, date_columns};
pub use what_counts::speaks_of;

/// What an answer is told from.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// In the words of the asker.
    pub question: &'a str,
    pub outline: &'a Outline,
    /// How the builtin model read the question, where it did.
    pub reading: Option<&'a str>,
    pub columns: &'a ResultShape,
    /// The values as the server prints them, dates in ISO style; `None` is NULL.
    pub rows: &'a [Vec<Option<String>>],
    /// There are more rows, which a limit cut off.
    pub is_cut: bool,
    /// What else is known of the answer, such as where the data ends, one line each.
    pub notes: &'a [String],
    /// Where the data ends in the columns of [`date_columns`], as far as that is known.
    pub ends: &'a [DataEnd],
    /// The means of [`mean_columns`], as far as they are known.
    pub means: &'a [Mean],
    /// The day as `2025-03-31`.
    pub today: &'a str,
}

/// The same with what is read of it once.
#[derive(Clone, Copy)]
struct Facts<'a> {
    question: &'a str,
    notes: &'a [String],
    ends: &'a [DataEnd],
    means: &'a [Mean],
    outline: &'a Outline,
    reading: Option<&'a str>,
    columns: &'a ResultShape,
    rows: &'a [Vec<Option<String>>],
    today: Option<Date>,
}

/// Of a longer question, in bytes, only the beginning is looked at for words that an answer takes up: it is looked through for each
/// column, of which there may be a thousand.
const MOST_QUESTION: usize = 1_000;

fn beginning(question: &str) -> &str {
    let end = (0..=MOST_QUESTION.min(question.len())).rev().find(|end| question.is_char_boundary(*end));
    question.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The answer in one to four sentences.
pub fn narrate(answer: &Answer) -> String {
    let facts = Facts {
        question: beginning(answer.question),
        notes: answer.notes,
        ends: answer.ends,
        means: answer.means,
        outline: answer.outline,
        reading: answer.reading,
        columns: answer.columns,
        rows: answer.rows,
        today: Date::of_moment(answer.today),
    };
    let (mut columns, scope, times) = (columns::columns(&facts), conditions::scope(&facts), times::known(&facts));
    for column in &mut columns {
        // Rows are counted by what is said before their noun, too: "the number of returned orders".
        // Those who did something for the first time are different ones anyway.
        if scope.is_of_firsts() {
            column.noun = column.noun.replacen("number of different ", "number of ", 1);
        }
        if let Some(rows) = column.counted.clone() {
            let called = scope.noun(&rows);
            column.noun = column.noun.replacen(&rows, &called, 1);
            column.counted = Some(called);
        }
    }
    let told = Told {
        facts,
        columns,
        scope,
        times,
        told_rows: Cell::new(usize::MAX),
        is_end_told: Cell::new(false),
        is_cut: answer.is_cut,
    };
    let mut sentences = told.sentences();
    sentences.extend(told.what_counts());
    sentences.extend(told.data_end().filter(|_| !told.is_end_told.get()));
    if told.is_empty() {
        sentences.extend(told.other_notes());
    }
    if answer.is_cut {
        let rows = numbers::exact(answer.rows.len() as f64);
        sentences.push(format!("There are more rows: only the first {rows} were looked at."));
    }
    sentences.join(" ")
}

/// An answer that is being told.
struct Told<'a> {
    facts: Facts<'a>,
    columns: Vec<Column>,
    scope: Scope,
    times: Vec<Known>,
    /// So many rows are named at most: names that are alike among these are told apart.
    told_rows: Cell<usize>,
    /// A sentence says already where the data ends.
    is_end_told: Cell<bool>,
    is_cut: bool,
}

impl Told<'_> {
    fn sentences(&self) -> Vec<String> {
        let rows = self.facts.rows.len();
        if rows == 0 || self.columns.is_empty() {
            return vec![self.nothing()];
        }
        if rows == 1 {
            return self.single_row();
        }
        if let Some(sentences) = self.first_of_each_group() {
            return sentences;
        }
        let measures: Vec<&Column> = self.columns.iter().filter(|column| column.role == Role::Measure).collect();
        let period = self.columns.iter().find(|column| matches!(column.role, Role::Period(..)));
        let labels: Vec<&Column> = self.columns.iter().filter(|column| column.role == Role::Label).collect();
        let is_grouped = self.is_grouped();
        let is_pair = self.columns.len() == 2 && labels.len() == 1;
        match (period, measures.is_empty()) {
            (Some(period), false) if is_grouped && labels.is_empty() => self.series(period, &measures),
            _ if !measures.is_empty() && (is_grouped || is_pair || self.ranked_by().is_some()) => {
                self.ranking(&measures)
            }
            _ => self.list(),
        }
    }

    /// Whether there is nothing to tell of: no row, or nothing but NULLs and a count of zero.
    fn is_empty(&self) -> bool {
        let is_nothing = |value: &Option<String>| value.as_deref().is_none_or(|text| text == "0");
        self.facts.rows.iter().flatten().all(is_nothing)
    }

    /// The rows are one for each value of something, rather than rows of a table.
    fn is_grouped(&self) -> bool {
        let Some(select) = columns::top_select(&self.facts) else { return true };
        let is_computed = |value: &Expr| !matches!(value, Expr::Column { .. });
        !select.grouping.is_empty() || select.columns.iter().any(|column| is_computed(&column.value))
    }

    /// The measure by which the rows are sorted, and whether the highest comes first.
    fn ranked_by(&self) -> Option<(&Column, bool)> {
        // What comes after rows that are skipped is neither the highest nor the lowest.
        let key = self.facts.outline.query.order.first().filter(|_| self.facts.outline.query.offset.is_none())?;
        let name = match (&key.output, &key.value) {
            (Some(name), _) => name,
            (None, Expr::Column { name, .. }) => name,
            _ => return None,
        };
        let column = self.columns.iter().find(|column| column.name == *name && column.role == Role::Measure)?;
        Some((column, key.descending))
    }

    /// What the rows are, many of them: `customers`.
    fn rows_noun(&self) -> String {
        columns::counted_rows(&self.facts).map_or_else(|| "rows".to_owned(), |rows| self.scope.noun(&rows))
    }

    /// A noun that is no row with what restricts it, and a comma where a verb follows a condition.
    fn restricted(&self, noun: &str) -> String {
        let comma = if self.scope.conditions.is_some() { "," } else { "" };
        // The only row is that of who is named.
        let is_of_row = self.facts.rows.len() == 1 && !self.is_grouped();
        if let Some(name) = self.scope.only_name().filter(|_| is_of_row) {
            return format!("the {noun} of {name}");
        }
        format!("{}{}{comma}", with_the(noun), self.scope.after_measure())
    }

    fn nothing(&self) -> String {
        match self.counted_nouns() {
            Some(rows) => self.there_is_none(&rows, &self.scope.after_noun()),
            None => format!("Nothing was found{}.", self.scope.after_noun()),
        }
    }

    /// `There are no orders in Oslo.` In a time that is not over, there have been none so far.
    fn there_is_none(&self, rows: &str, scope: &str) -> String {
        let (are, so_far) = match self.scope.running {
            Some(goes_on) => ("have been", if goes_on { " so far" } else { "" }),
            None => (self.are(), ""),
        };
        // Two denials are easier to follow from the other side.
        if let Some((kept, has)) = self.scope.two_denials() {
            return format!("None: all {rows}{kept} {has}.");
        }
        if let Some(has) = self.scope.only_lack() {
            return format!("None: all {rows} have {has}.");
        }
        if let Some(done) = related_rows::done_with_all(&self.facts).filter(|_| self.scope.is_only_undone()) {
            return format!("None: all {rows} {done} at least once.");
        }
        format!("There {are} no {rows}{scope}{so_far}.")
    }

    /// The rows, by what is read or by the time that is asked for.
    fn counted_nouns(&self) -> Option<String> {
        columns::counted_rows(&self.facts)
            .map(|rows| self.scope.noun(&rows))
            .or_else(|| self.times.first().map(|time| time.event.rows.clone()))
    }

    fn are(&self) -> &'static str {
        let is_told = self.scope.event.as_ref().is_some_and(events::Event::is_beginning);
        if self.scope.is_over && !is_told { "were" } else { "are" }
    }

    fn has(&self) -> &'static str {
        if self.scope.is_over { "had" } else { "has" }
    }
}

/// With a capital at the beginning and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// A noun with its article at the beginning of a sentence: `the average price`, but `revenue`.
fn with_the(noun: &str) -> String {
    // "Total shipping" takes none either.
    let bare = noun.strip_prefix("total ").unwrap_or(noun);
    let is_bare = !bare.contains(' ') && (phrases::MASS_NOUNS.contains(&bare) || words::singular(bare) != bare);
    let is_plural = noun.split(' ').next().is_some_and(|first| words::singular(first) != first && noun.contains(' '));
    // What has no number, behind what it is compared with: "month-on-month growth".
    let is_growth = noun.split_once(' ').is_some_and(|(first, last)| first.contains("-on-") && last == "growth");
    if is_bare || is_plural || is_growth { noun.to_owned() } else { format!("the {noun}") }
}

/// The noun for so many.
fn counted(number: f64, nouns: &str) -> String {
    if number == 0.0 {
        return format!("no {}", nouns.strip_prefix("different ").unwrap_or(nouns));
    }
    if number == 1.0 {
        let (before, last) = nouns.rsplit_once(' ').map_or(("", nouns), |(before, last)| (before, last));
        let space = if before.is_empty() { "" } else { " " };
        return format!("{} {before}{space}{}", numbers::exact(number), words::singular(last));
    }
    format!("{} {nouns}", numbers::exact(number))
}

/// With a capital at the beginning.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
