//! How it is said of a group that it is first or last: a country has the most orders, most orders are delivered, a category
//! sold the most units, a customer brings in the most revenue.

use super::columns::{Column, spoken, spoken_relation, top_select};
use super::places::PLACES;
use super::question_words::{are_people, has};
use super::single_row::is_plural;
use super::{Told, nouns};
use crate::outline::Expr;

/// The way to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    Has,
    /// The groups are states of the rows that are counted.
    Are,
    /// A preposition before the group: `by card`.
    Tied(&'static str),
    /// The groups are times of the day.
    Busy,
    Sold,
    BringsIn,
}

/// Words for money that comes in.
pub(super) const INCOME: [&str; 5] = ["revenue", "sales", "turnover", "income", "earnings"];

/// Whether a noun is money that comes in.
pub(super) fn is_income(noun: &str) -> bool {
    INCOME.contains(&noun)
}

impl Told<'_> {
    pub(super) fn saying(&self, column: &Column) -> Saying {
        let group = self.naming().map(|column| spoken(&column.name)).unwrap_or_default();
        let last = group.rsplit(' ').next().unwrap_or_default();
        match last {
            _ if column.noun == "units sold" => Saying::Sold,
            "hour" if column.counted.is_some() => Saying::Busy,
            "status" | "state" if column.counted.is_some() && self.are_states() => Saying::Are,
            "method" | "channel" => Saying::Tied("by"),
            _ if is_income(&column.noun) && self.named_rows().is_some_and(|rows| are_people(&rows)) => Saying::BringsIn,
            _ => Saying::Has,
        }
    }

    /// States are words in lower case; those of a country have names.
    fn are_states(&self) -> bool {
        self.naming().is_some_and(|column| column.labels.iter().all(|label| !label.starts_with(char::is_uppercase)))
    }

    /// `Novels sold the most units: 15,441`, without a full stop; `after` is what restricts all of them.
    pub(super) fn lead(&self, column: &Column, name: &str, descending: bool, value: &str) -> String {
        if let Some(share) = self.leading_share(column, name, descending, value) {
            return share;
        }
        if let Some(owned) = self.of_another(column, name, descending, value) {
            return owned;
        }
        let after = self.after(column);
        let many = column.counted.as_deref().or(is_plural(&column.noun).then_some(column.noun.as_str()));
        let most = if descending { "most" } else { "fewest" };
        match (self.saying(column), many) {
            (Saying::Are, Some(rows)) => format!("the {most} {rows}{after} are {name}: {value}"),
            (Saying::Tied(tie), Some(rows)) => {
                format!("the {most} {rows}{after} {} {tie} {name}: {value}", self.be_many())
            }
            (Saying::Busy, Some(rows)) => {
                let end = if descending { "busiest" } else { "quietest" };
                format!("the {end} hour{after} {} {name}, with {value} {rows}", self.be())
            }
            (Saying::Tied(tie), None) if column.adds_up => {
                let part = if descending { "largest" } else { "smallest" };
                let whole = nouns::whole(&column.noun);
                format!("the {part} part of {whole}{after} {} {tie} {name}: {value}", self.be())
            }
            (Saying::Tied(tie), None) => {
                let end = if descending { "highest" } else { "lowest" };
                format!("the {end} {}{after} {} {tie} {name}: {value}", column.noun, self.be())
            }
            (Saying::Sold, _) => format!("{name} sold the {most} units{after}: {value}"),
            (Saying::BringsIn, _) => {
                let most = if descending { "most" } else { "least" };
                format!("{name} {} in the {most} {}{after}: {value}", self.bring(), column.noun)
            }
            _ => format!("{name} {}{after}: {value}", self.has_most(column, descending)),
        }
    }

    /// `The biggest order in Spain is that of Tara Ivanova: 7,338`, where rows have their name from those whose they are.
    fn of_another(&self, column: &Column, name: &str, descending: bool, value: &str) -> Option<String> {
        let outputs = &top_select(&self.facts)?.columns;
        let entry = |of: &Column| match outputs.iter().find(|output| output.name == of.name)?.value {
            Expr::Column { entry, .. } => entry,
            _ => None,
        };
        let (row, owner) = (entry(column)?, entry(self.naming()?)?);
        // Of a subquery nobody knows whose its rows are.
        let row = self.facts.outline.entries.get(row).filter(|entry| entry.relation.is_some())?;
        let row = words::singular(&spoken_relation(&row.name));
        if self.is_grouped() || entry(column) == Some(owner) {
            return None;
        }
        let (after, be) = (self.scope.after_measure(), self.be());
        let words: &[&str] = match (nouns::is_price(&column.name), nouns::is_amount(column), descending) {
            (true, _, true) => &["most expensive"],
            (true, _, false) => &["cheapest"],
            (_, true, true) => &["biggest", "highest", "largest"],
            (_, true, false) => &["smallest", "lowest"],
            (_, false, _) => {
                let end = if descending { "highest" } else { "lowest" };
                return Some(format!("the {row} with the {end} {}{after} {be} that of {name}: {value}", column.noun));
            }
        };
        let said = words.iter().find(|word| has(self.facts.question, word));
        let word = said.or(if descending { words.last() } else { words.first() })?;
        if let Some(did) = super::question_words::who_did(self.facts.question) {
            return Some(format!("{name} {did} the {word} {row}{after}: {value}"));
        }
        Some(format!("the {word} {row}{after} {be} that of {name}: {value}"))
    }

    /// The other end of as many: `Headphones sold the fewest of the 8: 10,139`, without a full stop.
    pub(super) fn trail(&self, column: &Column, name: &str, descending: bool, many: &str, value: &str) -> String {
        let is_many = column.counted.is_some() || is_plural(&column.noun);
        let end = match (descending, is_many) {
            (true, true) => "the fewest",
            (true, false) => "the lowest",
            (false, true) => "the most",
            (false, false) => "the highest",
        };
        match self.saying(column) {
            Saying::Are => {
                format!("{end} {} {name}: {value}", self.be_many())
            }
            Saying::Busy => {
                let end = if descending { "quietest" } else { "busiest" };
                format!("the {end} {} {name}, with {value}", self.be())
            }
            Saying::Tied(tie) if column.adds_up && !is_many => {
                let part = if descending { "smallest" } else { "largest" };
                format!("the {part} part {} {tie} {name}: {value}", self.be())
            }
            Saying::Tied(tie) if is_many => format!("{end} {} {tie} {name}: {value}", self.be_many()),
            Saying::Tied(tie) => format!("{end} {} {tie} {name}: {value}", self.be()),
            Saying::Sold => format!("{name} sold {end} of the {many}: {value}"),
            Saying::BringsIn => {
                let end = if descending { "the least" } else { "the most" };
                format!("{name} {} in {end} of the {many}: {value}", self.bring())
            }
            Saying::Has => format!("{name} {} {end} of the {many}: {value}", self.has()),
        }
    }

    /// What stands before the name of a group: `in` a place or a category, `for` anything else.
    pub(super) fn tie(&self) -> &'static str {
        let column = self.naming().map(|column| spoken(&column.name)).unwrap_or_default();
        let rows = self.named_rows().unwrap_or_default();
        if tie_of(&column) == "in" { "in" } else { tie_of(&rows) }
    }

    pub(super) fn bring(&self) -> &'static str {
        if self.scope.is_over { "brought" } else { "brings" }
    }

    pub(super) fn be(&self) -> &'static str {
        if self.scope.is_over { "was" } else { "is" }
    }

    pub(super) fn be_many(&self) -> &'static str {
        if self.scope.is_over { "were" } else { "are" }
    }
}

/// What stands before the name of a group of this kind.
pub(super) fn tie_of(kind: &str) -> &'static str {
    const KINDS: [&str; 14] = [
        "category",
        "department",
        "segment",
        "group",
        "genre",
        "sector",
        "branch",
        "store",
        "shop",
        "warehouse",
        "section",
        "market",
        "class",
        "area",
    ];
    let kind = words::singular(kind.rsplit(' ').next().unwrap_or_default());
    if KINDS.contains(&kind.as_str()) || PLACES.contains(&kind.as_str()) { "in" } else { "for" }
}
