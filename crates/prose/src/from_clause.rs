//! Describes FROM clauses: what is read and how it is joined.

use crate::entry_names::format_name;
use crate::outline::{Comparison, EntryKind, Expr, FromItem, JoinType, Select};
use crate::{Describer, english_list, indent};

/// VALUES lists are shown up to this many rows.
const MAX_ROWS: usize = 5;

/// The parts of the description of a FROM clause.
#[derive(Default)]
struct FromClause<'o> {
    /// Lines about subqueries, which are described before they are used.
    subqueries: Vec<String>,
    /// What is read in the first sentence: everything up to the first outer join.
    joined: Vec<String>,
    /// The conditions of those inner joins.
    on: Vec<&'o Expr>,
    /// A sentence for each item after that.
    added: Vec<String>,
}

impl<'o> Describer<'o> {
    /// The lines about FROM, and the conditions of WHERE that are not part of them.
    pub(crate) fn describe_from(&self, select: &'o Select) -> (Vec<String>, Vec<&'o Expr>) {
        let mut from = FromClause::default();
        select.from.iter().for_each(|item| self.add_from_item(item, &mut from));
        let mut rest = conjuncts(select.filter.as_ref());
        // Tables that are listed with commas are joined by conditions of WHERE.
        if from.joined.len() > from.on.len() + 1 {
            let (joins, filters) = rest.into_iter().partition(|condition| joins_columns(condition));
            from.on.extend::<Vec<_>>(joins);
            rest = filters;
        }
        let mut lines = from.subqueries;
        let on = self.all_of(&from.on);
        match from.joined.as_slice() {
            [] => {}
            [only] if on.is_empty() => lines.push(format!("Reads {only}.")),
            several if on.is_empty() => {
                lines.push(format!("Reads every combination of {}.", english_list(several, "and")))
            }
            several => lines.push(format!("Reads {}, joined where {on}.", english_list(several, "and"))),
        }
        lines.extend(from.added);
        (lines, rest)
    }

    /// Adds one item of the clause to its description.
    fn add_from_item(&self, item: &'o FromItem, from: &mut FromClause<'o>) {
        match item {
            FromItem::Entry { .. } => {
                let name = self.join_side(item, from);
                if from.added.is_empty() && (from.joined.is_empty() || !is_lateral(item)) {
                    from.joined.push(name);
                } else if is_lateral(item) {
                    from.added.push(format!("Adds {name}, dropping rows without any."));
                } else {
                    from.added.push(format!("Combines every row with every row of {name}."));
                }
            }
            FromItem::Join { kind, left, right, on } => {
                self.add_from_item(left, from);
                if *kind == JoinType::Inner && from.added.is_empty() && is_inner(right) && !is_lateral(right) {
                    self.add_from_item(right, from);
                    from.on.extend(conjuncts(on.as_ref()));
                    return;
                }
                let of = match from.joined.as_slice() {
                    [only] if from.added.is_empty() && matches!(**left, FromItem::Entry { .. }) => only.clone(),
                    _ => "rows".to_owned(),
                };
                let name = self.join_side(right, from);
                let on = on.as_ref().map(|on| format!(" where {}", self.condition(on, false))).unwrap_or_default();
                from.added.push(match kind {
                    JoinType::Inner => format!("Adds {name}{on}, dropping {of} without any."),
                    JoinType::Left => format!("Adds {name}{on}, keeping {of} without any."),
                    JoinType::Full => {
                        format!("Adds {name}{on}, keeping {of} without any, and also those that match no row.")
                    }
                });
            }
        }
    }

    /// One side of a join as a phrase. Subqueries in it are described in `from.subqueries`.
    fn join_side(&self, item: &'o FromItem, from: &mut FromClause<'o>) -> String {
        match item {
            FromItem::Entry { entry, kind, sampled, lateral } => {
                if let EntryKind::Subquery(query) = kind {
                    let each = if *lateral { " for each row" } else { "" };
                    from.subqueries.push(format!("Prepares {}{each}:", self.display_name(*entry)));
                    let names = self.outline.entries.get(*entry).map(|entry| entry.columns.as_slice());
                    from.subqueries.extend(indent(self.query(query, names.unwrap_or_default())));
                }
                let name = self.entry(*entry, kind);
                if *sampled { format!("a sample of {name}") } else { name }
            }
            FromItem::Join { kind, left, right, on } => {
                let (left, right) = (self.join_side(left, from), self.join_side(right, from));
                let on = on.as_ref().map(|on| format!(" where {}", self.condition(on, false))).unwrap_or_default();
                match kind {
                    JoinType::Inner => format!("({left} with {right}{on})"),
                    JoinType::Left => format!("({left} with {right}{on}, if any)"),
                    JoinType::Full => format!("({left} with {right}{on}, if any, and either alone)"),
                }
            }
        }
    }

    /// A range table entry as a phrase.
    fn entry(&self, entry: usize, kind: &'o EntryKind) -> String {
        let display_name = self.display_name(entry);
        let name = self.outline.entries.get(entry).map(|entry| format_name(&entry.name)).unwrap_or_default();
        let named = if name == display_name { name } else { format!("{name} (as {display_name})") };
        match kind {
            EntryKind::Table | EntryKind::Cte | EntryKind::Subquery(_) => named,
            EntryKind::View => format!("the view {named}"),
            EntryKind::Functions(calls) => {
                let calls: Vec<String> = calls.iter().map(|call| self.value(call)).collect();
                let calls = english_list(&calls, "and");
                let is_named = calls.starts_with(&format!("{display_name}(")) || display_name.is_empty();
                if is_named {
                    format!("the rows of {calls}")
                } else {
                    format!("the rows of {calls} (as {display_name})")
                }
            }
            EntryKind::Values(rows) => format!("the given rows {} (as {display_name})", self.values_rows(rows)),
            EntryKind::Other(text) => format!("{text} (as {display_name})"),
        }
    }

    /// The rows of a VALUES list.
    pub(crate) fn values_rows(&self, rows: &'o [Vec<Expr>]) -> String {
        let mut texts: Vec<String> = rows.iter().take(MAX_ROWS).map(|row| self.tuple(row)).collect();
        if rows.len() > MAX_ROWS {
            texts.push(format!("{} more", rows.len() - MAX_ROWS));
        }
        english_list(&texts, "and")
    }

    /// The name of a range table entry in the text.
    pub(crate) fn display_name(&self, entry: usize) -> String {
        self.display_names.get(entry).cloned().unwrap_or_default()
    }

    /// Conditions that all have to hold, joined by `and`.
    pub(crate) fn all_of(&self, conditions: &[&'o Expr]) -> String {
        self.join_conditions(conditions, "and")
    }

    /// The FROM clause of a subquery as one phrase, and the conditions that are not part of it.
    pub(crate) fn describe_from_inline(&self, select: &'o Select) -> (String, Vec<&'o Expr>) {
        let mut from = FromClause::default();
        let rest = conjuncts(select.filter.as_ref());
        if !select.from.iter().all(is_inner) {
            let sides: Vec<String> = select.from.iter().map(|item| self.join_side(item, &mut from)).collect();
            return (english_list(&sides, "and"), rest);
        }
        select.from.iter().for_each(|item| self.add_from_item(item, &mut from));
        let mut conditions = from.on;
        conditions.extend(rest);
        (english_list(&from.joined, "and"), conditions)
    }
}

/// Whether all joins in an item are inner joins.
fn is_inner(item: &FromItem) -> bool {
    match item {
        FromItem::Entry { .. } => true,
        FromItem::Join { kind, left, right, .. } => *kind == JoinType::Inner && is_inner(left) && is_inner(right),
    }
}

fn is_lateral(item: &FromItem) -> bool {
    matches!(item, FromItem::Entry { lateral: true, .. })
}

/// The conditions that a condition joins by AND.
fn conjuncts(filter: Option<&Expr>) -> Vec<&Expr> {
    match filter {
        None => Vec::new(),
        Some(Expr::And(conditions)) => conditions.iter().collect(),
        Some(other) => vec![other],
    }
}

/// Whether a condition compares columns of two range table entries.
fn joins_columns(condition: &Expr) -> bool {
    let Expr::Compare { comparison: Comparison::Equal, sides, .. } = condition else { return false };
    match &**sides {
        (Expr::Column { entry: Some(one), .. }, Expr::Column { entry: Some(other), .. }) => one != other,
        _ => false,
    }
}
