//! A statement in plain words: one short sentence a line, in the order in which a reader thinks of it.
//!
//! Deterministic and complete: every part of the outline is told. What is read comes first, then what is kept, how it is
//! grouped, what is shown, in which order and how much of it. Named parts (common table expressions, subqueries in FROM)
//! are told before they are used, indented; long subqueries in expressions after it.

#![forbid(unsafe_code)]

mod aggregates;
mod calls;
mod clauses;
mod conditions;
mod expressions;
pub mod outline;
mod relation_names;
mod sources;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};

use crate::outline::{Body, Cte, Kind, Outline, Query, SetOperation, Source};

/// The statement in sentences, each on a line of its own.
pub fn describe(outline: &Outline) -> String {
    Writer::new(outline).query(&outline.query, &[]).join("\n")
}

/// Subqueries longer than this, in characters, are told in lines of their own.
const MAX_INLINE: usize = 200;
/// Inside a subquery that is told in passing, one more may be.
const MAX_INLINE_DEPTH: usize = 2;

struct Writer<'o> {
    outline: &'o Outline,
    /// What each entry is called.
    labels: Vec<String>,
    /// For each scope, whether its columns need no label inside it.
    bare: Vec<bool>,
    /// The scope of the query that is being told.
    scope: Cell<usize>,
    /// Subqueries that were named and have still to be told.
    pending: RefCell<Vec<(usize, &'o Query)>>,
    named: Cell<usize>,
    inline_depth: Cell<usize>,
}

impl<'o> Writer<'o> {
    fn new(outline: &'o Outline) -> Self {
        Self {
            outline,
            labels: relation_names::labels(outline),
            bare: relation_names::bare_scopes(outline),
            scope: Cell::new(0),
            pending: RefCell::default(),
            named: Cell::new(0),
            inline_depth: Cell::new(0),
        }
    }

    /// Runs `work` with names as they are seen from `scope`.
    fn in_scope<T>(&self, scope: usize, work: impl FnOnce() -> T) -> T {
        let outer = self.scope.replace(scope);
        let result = work();
        self.scope.set(outer);
        result
    }

    /// The lines of a query. `names`: what its columns are called outside, where that is not what they are called inside.
    fn query(&self, query: &'o Query, names: &'o [String]) -> Vec<String> {
        self.in_scope(query.scope, || {
            let mut lines: Vec<String> = query.ctes.iter().flat_map(|cte| self.cte(cte)).collect();
            match &query.body {
                Body::Select(select) => lines.extend(self.select(select, names)),
                Body::Set { operation, all, parts } => lines.extend(self.set(*operation, *all, parts, names)),
                Body::Deep => lines.push("Reads a query that is nested too deep to be told.".to_owned()),
            }
            lines.extend(self.order_and_limit(query));
            let pending = std::mem::take(&mut *self.pending.borrow_mut());
            for (number, subquery) in pending {
                lines.push(format!("Subquery {number}:"));
                lines.extend(indented(self.query(subquery, &[])));
            }
            lines
        })
    }

    fn cte(&self, cte: &'o Cte) -> Vec<String> {
        let name = relation_names::word(&cte.name);
        let steps = match &cte.query.body {
            Body::Set { operation: SetOperation::Union, parts, all } if cte.recursive => Some((parts, *all)),
            _ => None,
        };
        let Some((parts, all)) = steps else {
            return std::iter::once(format!("Prepares {name}:"))
                .chain(indented(self.query(&cte.query, &cte.columns)))
                .collect();
        };
        let mut lines = vec![format!("Prepares {name}, step by step:")];
        lines.extend(indented(cte.query.ctes.iter().flat_map(|inner| self.cte(inner)).collect()));
        for (at, part) in parts.iter().enumerate() {
            let once = if all { "" } else { ", each different row once" };
            lines.push(match at {
                0 => "  Starts with:".to_owned(),
                _ => format!("  Adds, again and again from the rows added last, until there are no more{once}:"),
            });
            lines.extend(indented(indented(self.query(part, &cte.columns))));
        }
        lines
    }

    fn set(&self, operation: SetOperation, all: bool, parts: &'o [Query], names: &'o [String]) -> Vec<String> {
        let how = match (operation, all) {
            (SetOperation::Union, true) => "Puts the rows of these together",
            (SetOperation::Union, false) => "Puts the rows of these together, each different row once",
            (SetOperation::Intersect, true) => "Keeps the rows that all of these have, as often as all have them",
            (SetOperation::Intersect, false) => "Keeps the rows that all of these have, each different row once",
            (SetOperation::Except, true) => "Takes the rows of the first of these, less those of the others one by one",
            (SetOperation::Except, false) => "Keeps the rows of the first of these that the others do not have",
        };
        let mut lines = vec![format!("{how}:")];
        for (number, part) in (1..).zip(parts) {
            lines.push(format!("  Part {number}:"));
            lines.extend(indented(indented(self.query(part, names))));
        }
        lines
    }

    /// A subquery in passing, in parentheses, or the name under which it is told afterwards.
    fn subquery(&self, query: &'o Query, write: impl Fn(&'o Query) -> Option<String>) -> String {
        let (pending, named) = (self.pending.borrow().len(), self.named.get());
        let depth = self.inline_depth.get();
        self.inline_depth.set(depth + 1);
        let text = if depth < MAX_INLINE_DEPTH && is_short(query) {
            self.in_scope(query.scope, || write(query)).filter(|text| text.chars().count() <= MAX_INLINE)
        } else {
            None
        };
        self.inline_depth.set(depth);
        text.unwrap_or_else(|| {
            self.pending.borrow_mut().truncate(pending);
            self.named.set(named + 1);
            self.pending.borrow_mut().push((named + 1, query));
            format!("subquery {}", named + 1)
        })
    }
}

/// Whether a query can be told in one phrase.
fn is_short(query: &Query) -> bool {
    fn is_plain(source: &Source) -> bool {
        match source {
            Source::Entry { kind, .. } => !matches!(kind, Kind::Subquery(_)),
            Source::Join { left, right, .. } => is_plain(left) && is_plain(right),
        }
    }
    let Body::Select(select) = &query.body else { return false };
    query.ctes.is_empty() && select.from.iter().all(is_plain)
}

fn indented(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
