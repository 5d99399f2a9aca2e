//! Describes a SQL statement in plain English: one short sentence a line, in the order in which the clauses take
//! effect.
//!
//! The same outline always gives the same text, and every part of the outline is described: first what is read, then
//! what is kept of it, how it is grouped, what is shown, in which order and how much. Common table expressions and
//! subqueries in FROM have a name, so they are described before the query that uses them, indented. Subqueries in
//! expressions are described where they stand if they are short, else after the query.

#![forbid(unsafe_code)]

mod aggregates;
pub mod answer;

mod boolean_expressions;
pub mod claims;
mod comparisons;
mod constants;
mod entry_names;
mod from_clause;
mod function_calls;
pub mod outline;
mod output_columns;
mod patterns;
mod select_clauses;
mod shapes_and_vectors;
mod sorting;
#[cfg(test)]
mod tests;
mod value_expressions;
mod window_functions;

use std::cell::{Cell, RefCell};

use crate::outline::{Body, Cte, EntryKind, FromItem, Outline, Query, SetOperation};

/// Describes a statement. Each sentence is a line, and no name or constant in it adds a line.
pub fn describe(outline: &Outline) -> String {
    Describer::new(outline).query(&outline.query, &[]).join("\n")
}

/// Subqueries whose description has more characters than this get lines of their own.
const MAX_INLINE: usize = 200;
/// How deep subqueries may be nested in the sentence of the query around them.
const MAX_INLINE_DEPTH: usize = 2;

/// The state of a description. The methods that write its parts stand in the modules.
struct Describer<'o> {
    outline: &'o Outline,
    /// The name of each range table entry in the text.
    display_names: Vec<String>,
    /// For each scope, whether only one entry can be named in it, so that its columns need not be qualified.
    has_single_entry: Vec<bool>,
    /// The scope of the query that is being described.
    scope: Cell<usize>,
    /// Subqueries that have a number in the text and have still to be described.
    pending: RefCell<Vec<(usize, &'o Query)>>,
    /// The number of the last such subquery.
    last_number: Cell<usize>,
    /// How many subqueries are being described in the sentences of others.
    inline_depth: Cell<usize>,
}

impl<'o> Describer<'o> {
    fn new(outline: &'o Outline) -> Self {
        Self {
            outline,
            display_names: entry_names::display_names(outline),
            has_single_entry: entry_names::single_entry_scopes(outline),
            scope: Cell::new(0),
            pending: RefCell::default(),
            last_number: Cell::new(0),
            inline_depth: Cell::new(0),
        }
    }

    /// Runs `work` with names qualified as that scope requires.
    fn in_scope<T>(&self, scope: usize, work: impl FnOnce() -> T) -> T {
        let outer = self.scope.replace(scope);
        let result = work();
        self.scope.set(outer);
        result
    }

    /// The lines of a query. `names` are the names that its columns have in the query around it; empty if there are
    /// none.
    fn query(&self, query: &'o Query, names: &'o [String]) -> Vec<String> {
        self.in_scope(query.scope, || {
            let mut lines: Vec<String> = query.ctes.iter().flat_map(|cte| self.cte(cte)).collect();
            match &query.body {
                Body::Select(select) => lines.extend(self.select(select, names)),
                Body::Set { operation, all, parts } => lines.extend(self.set(*operation, *all, parts, names)),
                Body::TooDeep => lines.push("Reads a query that is nested too deep to be told.".to_owned()),
            }
            lines.extend(self.order_and_limit(query));
            let pending = std::mem::take(&mut *self.pending.borrow_mut());
            for (number, subquery) in pending {
                lines.push(format!("Subquery {number}:"));
                lines.extend(indent(self.query(subquery, &[])));
            }
            lines
        })
    }

    /// The lines of a common table expression.
    fn cte(&self, cte: &'o Cte) -> Vec<String> {
        let name = entry_names::format_name(&cte.name);
        let steps = match &cte.query.body {
            Body::Set { operation: SetOperation::Union, parts, all } if cte.recursive => Some((parts, *all)),
            _ => None,
        };
        let Some((parts, all)) = steps else {
            return std::iter::once(format!("Prepares {name}:"))
                .chain(indent(self.query(&cte.query, &cte.columns)))
                .collect();
        };
        let mut lines = vec![format!("Prepares {name}, step by step:")];
        lines.extend(indent(cte.query.ctes.iter().flat_map(|inner| self.cte(inner)).collect()));
        for (at, part) in parts.iter().enumerate() {
            let once = if all { "" } else { ", each different row once" };
            lines.push(match at {
                0 => "  Starts with:".to_owned(),
                _ => format!("  Adds, again and again from the rows added last, until there are no more{once}:"),
            });
            lines.extend(indent(indent(self.query(part, &cte.columns))));
        }
        lines
    }

    /// The lines of a set operation.
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
            lines.extend(indent(indent(self.query(part, names))));
        }
        lines
    }

    /// A subquery in an expression: as `write` puts it if that is short, else by a number, under which it is described
    /// after the query.
    fn subquery(&self, query: &'o Query, write: impl Fn(&'o Query) -> Option<String>) -> String {
        let (pending, last_number) = (self.pending.borrow().len(), self.last_number.get());
        let depth = self.inline_depth.get();
        self.inline_depth.set(depth + 1);
        let text = if depth < MAX_INLINE_DEPTH && has_no_named_parts(query) {
            self.in_scope(query.scope, || write(query)).filter(|text| text.chars().count() <= MAX_INLINE)
        } else {
            None
        };
        self.inline_depth.set(depth);
        text.unwrap_or_else(|| {
            // The subqueries inside this one were numbered for a text that is not used.
            self.pending.borrow_mut().truncate(pending);
            let number = last_number + 1;
            self.last_number.set(number);
            self.pending.borrow_mut().push((number, query));
            format!("subquery {number}")
        })
    }
}

/// Whether a query has no named parts, which would need lines of their own.
fn has_no_named_parts(query: &Query) -> bool {
    fn is_plain(item: &FromItem) -> bool {
        match item {
            FromItem::Entry { kind, .. } => !matches!(kind, EntryKind::Subquery(_)),
            FromItem::Join { left, right, .. } => is_plain(left) && is_plain(right),
        }
    }
    let Body::Select(select) = &query.body else { return false };
    query.ctes.is_empty() && select.from.iter().all(is_plain)
}

fn indent(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

/// A list in English, such as `a, b and c`. `last` is the word before the last item.
fn english_list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
