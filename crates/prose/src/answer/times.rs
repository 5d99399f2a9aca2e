//! The times that a statement asks for, and where the data ends: which columns, from when, until when.

use super::Facts;
use super::conditions::{bound, conjuncts};
use super::dates::{Date, Unit};
use super::events::Event;
use crate::outline::{Expr, FromItem, Grouping, Outline};

/// The last day that the data has in a column by which an answer is restricted or grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataEnd {
    /// Schema and name of the table or view.
    pub relation: (String, String),
    pub column: String,
    /// As `2025-03-31`.
    pub last: String,
}

/// The time that is asked for of one column; no bound where it is only grouped by.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub entry: usize,
    pub column: String,
    pub from: Option<Date>,
    /// The first day after it.
    pub to: Option<Date>,
}

/// The columns of tables and views by which a statement restricts or groups times, as schema, name and column, each once: an
/// answer by them has to say where their data ends.
pub fn date_columns(outline: &Outline, today: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for one in asked(outline, Date::of_moment(today)) {
        let Some((schema, name)) = outline.entries.get(one.entry).and_then(|entry| entry.relation.clone()) else {
            continue;
        };
        let column = (schema, name, one.column);
        if !found.contains(&column) {
            found.push(column);
        }
    }
    found
}

/// Each time that is asked for: by the conditions of the statement, by those of its aggregates, and by what it groups by.
pub fn asked(outline: &Outline, today: Option<Date>) -> Vec<Asked> {
    let crate::outline::Body::Select(select) = &outline.query.body else { return Vec::new() };
    let mut found = Vec::new();
    let all = select.filter.iter().chain(select.from.iter().flat_map(joined_on));
    merge(&mut found, all.flat_map(conjuncts), today);
    let mut parts = Vec::new();
    select.columns.iter().for_each(|column| filters(&column.value, &mut parts));
    for part in parts {
        let mut of_part = Vec::new();
        merge(&mut of_part, conjuncts(part).into_iter(), today);
        found.extend(of_part);
    }
    for grouping in &select.grouping {
        let Grouping::By(values) = grouping else { continue };
        for (entry, column) in values.iter().filter_map(truncated) {
            if !found.iter().any(|one| one.entry == entry && one.column == column) {
                found.push(Asked { entry, column: column.to_owned(), from: None, to: None });
            }
        }
    }
    found
}

/// The conditions of joins, which may restrict a time too.
fn joined_on(item: &FromItem) -> Vec<&Expr> {
    match item {
        FromItem::Join { left, right, on, .. } => on.iter().chain(joined_on(left)).chain(joined_on(right)).collect(),
        FromItem::Entry { .. } => Vec::new(),
    }
}

/// Conditions that hold together: each column has the narrowest bounds.
fn merge<'o>(found: &mut Vec<Asked>, conditions: impl Iterator<Item = &'o Expr>, today: Option<Date>) {
    for condition in conditions {
        let Some((Expr::Column { entry: Some(entry), name }, from, to)) = bound(condition, today) else { continue };
        match found.iter_mut().find(|one| one.entry == *entry && one.column == *name) {
            Some(one) => {
                one.from = one.from.max(from);
                one.to = [one.to, to].into_iter().flatten().min();
            }
            None => found.push(Asked { entry: *entry, column: name.clone(), from, to }),
        }
    }
}

/// The conditions of the aggregates in a value.
fn filters<'o>(value: &'o Expr, found: &mut Vec<&'o Expr>) {
    match value {
        Expr::Aggregate(call) => found.extend(call.filter.as_ref()),
        Expr::Cast { value, .. } => filters(value, found),
        Expr::Call { args, .. } | Expr::Operator { args, .. } => args.iter().for_each(|arg| filters(arg, found)),
        Expr::Case { arms, otherwise, .. } => {
            arms.iter().for_each(|(_, then)| filters(then, found));
            otherwise.iter().for_each(|value| filters(value, found));
        }
        _ => {}
    }
}

/// The column whose periods a value is: `date_trunc('month', orders.ordered_at)`.
fn truncated(value: &Expr) -> Option<(usize, &str)> {
    match value {
        Expr::Cast { value, .. } => truncated(value),
        Expr::Call { name, args } if name == "date_trunc" => args.get(1).and_then(|of| column(of)),
        _ => None,
    }
}

fn column(value: &Expr) -> Option<(usize, &str)> {
    match value {
        Expr::Column { entry: Some(entry), name } => Some((*entry, name)),
        Expr::Cast { value, .. } => column(value),
        Expr::Call { name, args } if name == "timezone" => args.last().and_then(column),
        _ => None,
    }
}

/// A time that is asked for, with what happens then and the last day of the data, where it is known.
#[derive(Debug, Clone)]
pub struct Known {
    pub from: Option<Date>,
    /// The first day after it.
    pub to: Option<Date>,
    pub event: Event,
    pub last: Option<Date>,
}

/// Ends that are only noted: the times are asked for in a part of the statement that is not looked at here.
fn of_notes<'f>(facts: &Facts<'f>) -> impl Iterator<Item = Known> + 'f {
    facts.notes.iter().filter_map(|note| {
        let (name, last) = note.split_once(" ends ")?;
        let (relation, column) = name.rsplit_once('.')?;
        Some(Known { from: None, to: None, event: Event::of(relation, column), last: Some(Date::parse(last)?) })
    })
}

/// The times that are asked for.
pub fn known(facts: &Facts) -> Vec<Known> {
    let all = asked(facts.outline, facts.today).into_iter();
    all.filter_map(|asked| {
        let entry = facts.outline.entries.get(asked.entry)?;
        let event = Event::of(&entry.name, &asked.column);
        let end =
            facts.ends.iter().find(|end| Some(&end.relation) == entry.relation.as_ref() && end.column == asked.column);
        let of_note = || {
            let names = facts.notes.iter().filter_map(|note| note.split_once(" ends "));
            let mut own = names.filter(|(name, _)| {
                let (relation, column) = name.rsplit_once('.').unwrap_or(("", name));
                column == asked.column && relation == entry.name
            });
            own.next().and_then(|(_, last)| Date::parse(last))
        };
        let last = end.and_then(|end| Date::parse(&end.last)).or_else(of_note);
        Some(Known { from: asked.from, to: asked.to, event, last })
    })
    .chain(of_notes(facts))
    .collect()
}

impl Known {
    /// The data ends before the time that is asked for does, or before yesterday where that is not over.
    pub fn ends_early(&self, today: Option<Date>) -> Option<Date> {
        let to = [self.to, today].into_iter().flatten().min()?;
        self.last.filter(|last| last.plus_days(1) < to)
    }

    /// All of the time that is asked for lies behind the last day of the data.
    pub fn is_beyond(&self) -> bool {
        matches!((self.from, self.last), (Some(from), Some(last)) if last < from)
    }

    /// Today is in the time that is asked for.
    pub fn is_running(&self, today: Option<Date>) -> bool {
        today.is_some_and(|today| self.from.is_some_and(|from| from <= today) && self.to.is_some_and(|to| today < to))
    }

    /// The first day and the unit of the period that the data stops in, where the time that is asked for is one.
    pub fn cut_period(&self, last: Date) -> Option<(Date, Unit)> {
        let (from, to) = (self.from?, self.to?);
        let units = [Unit::Year, Unit::Quarter, Unit::Month, Unit::Week];
        let unit = units.into_iter().find(|unit| from.first_of(*unit) == from && from.after(*unit) == to)?;
        (from <= last && last < to).then_some((from, unit))
    }
}
