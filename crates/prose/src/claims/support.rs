//! What follows from the rows of a result: its values, and one step from them.

use std::cell::Cell;

use super::Source;
use super::numbers_in_text::{Kind, Said};
use crate::answer::numbers::parse;

/// Words that stand before a year, in the languages of models' answers.
pub const BEFORE_YEARS: &[&str] = &[
    "in", "of", "since", "from", "to", "until", "before", "after", "through", "during", "for", "and", "than", "year",
    "im", "seit", "bis", "vor", "nach", "jahr", "von", "und", "als", "en", "de", "depuis", "et", "que", "desde",
    "hasta", "del", "y",
];

/// Whether a sentence says that something grew or shrank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Unknown,
}

const UP: &[&str] = &[
    "more",
    "higher",
    "rose",
    "rise",
    "risen",
    "increase",
    "increased",
    "grew",
    "grown",
    "growth",
    "up",
    "above",
    "gained",
    "mehr",
    "höher",
    "gestiegen",
    "stieg",
    "plus",
    "hausse",
    "augmenté",
    "más",
    "aumentó",
];
const DOWN: &[&str] = &[
    "less",
    "fewer",
    "lower",
    "fell",
    "fall",
    "fallen",
    "decrease",
    "decreased",
    "declined",
    "decline",
    "dropped",
    "drop",
    "down",
    "below",
    "shrank",
    "lost",
    "weniger",
    "niedriger",
    "gesunken",
    "sank",
    "moins",
    "baisse",
    "menos",
    "bajó",
];

impl Direction {
    pub fn of(text: &str) -> Self {
        let has = |words: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        match (has(UP), has(DOWN)) {
            (true, false) => Self::Up,
            (false, true) => Self::Down,
            _ => Self::Unknown,
        }
    }

    fn allows(self, change: f64) -> bool {
        match self {
            Self::Up => change >= 0.0,
            Self::Down => change <= 0.0,
            Self::Unknown => true,
        }
    }
}

/// How often values are looked at for one text. Some hundred numbers in the sentences and some hundred columns in the rows could be
/// held against each other for hours; what is not found by then counts as not true.
const MOST_LOOKED_AT: usize = 10_000_000;

/// The numbers of a result.
pub struct Values {
    columns: Vec<Numbers>,
    rows: usize,
    /// How many different values each column has.
    distinct: Vec<usize>,
    /// How many values were looked at.
    looked_at: Cell<usize>,
}

/// A column that holds numbers.
struct Numbers {
    /// One a row.
    values: Vec<Option<f64>>,
    sum: f64,
    /// The sum and the mean, where there are values.
    of_all: Vec<f64>,
    /// The first, the last, the highest and the lowest.
    outstanding: Vec<f64>,
}

impl Numbers {
    fn of(values: Vec<Option<f64>>) -> Self {
        let present: Vec<f64> = values.iter().flatten().copied().collect();
        let sum: f64 = present.iter().sum();
        let (mut of_all, mut outstanding) = (Vec::new(), Vec::new());
        if let [first, ..] = present.as_slice() {
            let highest = present.iter().copied().fold(*first, f64::max);
            let lowest = present.iter().copied().fold(*first, f64::min);
            outstanding = vec![*first, present.last().copied().unwrap_or(*first), highest, lowest];
            of_all = vec![sum, sum / present.len() as f64];
        }
        Self { values, sum, of_all, outstanding }
    }

    fn at(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().flatten()
    }
}

impl Values {
    pub fn of(source: &Source) -> Self {
        let texts = |at: usize| source.rows.iter().map(move |row| row.get(at).and_then(Option::as_deref));
        let width = source.columns.0.len();
        let is_number = |at: &usize| source.columns.0.get(*at).is_some_and(|column| column.category == 'N');
        let numbers = |at: usize| Numbers::of(texts(at).map(|text| parse(text?)).collect());
        let columns = (0..width).filter(is_number).map(numbers).collect();
        let distinct = |at: usize| {
            let mut all: Vec<_> = texts(at).flatten().collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let distinct = (0..width).map(distinct).collect();
        Self { columns, rows: source.rows.len(), distinct, looked_at: Cell::new(0) }
    }

    /// Whether so many more values may be looked at.
    fn may_look_at(&self, values: usize) -> bool {
        self.looked_at.set(self.looked_at.get().saturating_add(values));
        self.looked_at.get() <= MOST_LOOKED_AT
    }

    /// The rows that have the claimed value.
    pub fn rows_with(&self, claim: &Said) -> Vec<usize> {
        if !self.may_look_at(self.rows * self.columns.len()) {
            return Vec::new();
        }
        let has = |row: &usize| self.columns.iter().filter_map(|column| column.at(*row)).any(|value| is(claim, value));
        (0..self.rows).filter(has).collect()
    }

    /// Whether it follows from all rows together: how many they are, their sum and mean, or the one value that there is.
    pub fn is_of_all(&self, claim: &Said) -> bool {
        let mut counts = [self.rows].into_iter().chain(self.distinct.iter().copied());
        claim.kind == Kind::Number && counts.any(|count| claim.value == count as f64)
            || self.columns.iter().flat_map(|column| &column.of_all).any(|value| is(claim, *value))
            || self.rows == 1 && self.is_step(claim, &[0], Direction::Unknown)
    }

    /// Whether it is the highest, the lowest, the first or the last of a column, of which a sentence can speak without a label.
    pub fn is_outstanding(&self, claim: &Said) -> bool {
        self.columns.iter().flat_map(|column| &column.outstanding).any(|value| is(claim, *value))
    }

    /// Whether it is one step from values of the rows that are named, or of those that need no name where none is.
    pub fn is_step(&self, claim: &Said, named: &[usize], direction: Direction) -> bool {
        self.is_within_rows(claim, named, direction)
            || self.columns.iter().any(|column| self.is_step_in(column, claim, named, direction))
    }

    fn is_step_in(&self, column: &Numbers, claim: &Said, named: &[usize], direction: Direction) -> bool {
        let own: Vec<f64> = named.iter().filter_map(|row| column.at(*row)).collect();
        let (values, others) = match own.len() {
            0 => (&column.outstanding, &column.outstanding),
            // The one that is named is compared with those that need no name.
            1 => (&own, &column.outstanding),
            _ => (&own, &own),
        };
        if !self.may_look_at(values.len() * others.len()) {
            return false;
        }
        let together: f64 = own.iter().sum();
        let mut of_sum = own.iter().copied().chain((own.len() > 1).then_some(together));
        (own.len() > 1 && claim.kind == Kind::Number && is(claim, together))
            || column.sum != 0.0 && of_sum.any(|value| is_share(claim, value / column.sum))
            || values.iter().any(|one| {
                others.iter().any(|other| {
                    // "Since January": the one that is named is what the last is compared with.
                    let (first, last) = (column.values.first(), column.values.last());
                    let is_begin = own.len() != 1 || first == Some(&Some(*one)) && last == Some(&Some(*other));
                    follows(claim, *one, *other, direction) || is_begin && follows(claim, *other, *one, direction)
                })
            })
    }

    /// A step between two numbers of one row, such as revenue by orders.
    fn is_within_rows(&self, claim: &Said, named: &[usize], direction: Direction) -> bool {
        named.iter().any(|row| {
            let values: Vec<f64> = self.columns.iter().filter_map(|column| column.at(*row)).collect();
            if !self.may_look_at(values.len() * values.len()) {
                return false;
            }
            let pairs = || values.iter().flat_map(|one| values.iter().map(move |other| (*one, *other)));
            pairs().any(|(one, other)| {
                follows(claim, one, other, direction)
                    || other != 0.0 && claim.kind == Kind::Number && is(claim, one / other)
                    || other != 0.0 && is_share(claim, one / other)
            })
        })
    }
}

/// Whether a claim is this value, perhaps rounded; of a fraction, as percent too.
fn is(claim: &Said, value: f64) -> bool {
    match claim.kind {
        Kind::Number => is_near(claim, value) || is_near(claim, value.abs()),
        Kind::Percent => is_near(claim, value) || value.abs() <= 10.0 && is_near(claim, (value * 100.0).abs()),
        Kind::Times => false,
    }
}

fn is_share(claim: &Said, share: f64) -> bool {
    match claim.kind {
        Kind::Percent => (0.0..=1.0).contains(&share) && is_near(claim, share * 100.0),
        Kind::Times => (0.0..=1.0).contains(&share) && is_near(claim, share),
        Kind::Number => false,
    }
}

/// Whether a claim is a step to `new` from `old`: their difference, the change in percent, or how many times as much it is.
fn follows(claim: &Said, new: f64, old: f64, direction: Direction) -> bool {
    if new == old || !direction.allows(new - old) {
        return false;
    }
    match claim.kind {
        Kind::Number => is_near(claim, (new - old).abs()),
        Kind::Percent if old != 0.0 => {
            // Of fractions and percentages, points are told too.
            let points = (new - old).abs() * if new.abs() <= 1.0 && old.abs() <= 1.0 { 100.0 } else { 1.0 };
            let are_parts = new.abs() <= 100.0 && old.abs() <= 100.0 && (new.fract() != 0.0 || old.fract() != 0.0);
            is_near(claim, ((new - old) / old * 100.0).abs()) || are_parts && is_near(claim, points)
        }
        Kind::Times if old != 0.0 => is_near(claim, new / old),
        _ => false,
    }
}

/// Equal up to the rounding that the claim was written with.
fn is_near(claim: &Said, value: f64) -> bool {
    // A little more than half a digit, for what doubles can't hold.
    (claim.value - value).abs() <= claim.tolerance * (1.0 + 1e-9) + value.abs() * 1e-12
}
