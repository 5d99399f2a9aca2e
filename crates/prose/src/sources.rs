//! What is read and how it is joined.

use super::relation_names::word;
use super::{Writer, indented, listed};
use crate::outline::{Comparison, Expr, Join, Kind, Select, Source};

/// Given rows are shown up to this many.
const MAX_ROWS: usize = 5;

/// What is read together, and what is added to it afterwards.
#[derive(Default)]
struct Reads<'o> {
    prepared: Vec<String>,
    together: Vec<String>,
    on: Vec<&'o Expr>,
    added: Vec<String>,
}

impl<'o> Writer<'o> {
    /// The lines about FROM, and the conditions of WHERE that they do not tell.
    pub(super) fn reads(&self, select: &'o Select) -> (Vec<String>, Vec<&'o Expr>) {
        let mut reads = Reads::default();
        select.from.iter().for_each(|source| self.read(source, &mut reads));
        let mut rest = conjuncts(select.filter.as_ref());
        if reads.together.len() > reads.on.len() + 1 {
            let (joins, filters) = rest.into_iter().partition(|condition| joins_columns(condition));
            reads.on.extend::<Vec<_>>(joins);
            rest = filters;
        }
        let mut lines = reads.prepared;
        let on = self.all_of(&reads.on);
        match reads.together.as_slice() {
            [] => {}
            [only] if on.is_empty() => lines.push(format!("Reads {only}.")),
            several if on.is_empty() => lines.push(format!("Reads every combination of {}.", listed(several, "and"))),
            several => lines.push(format!("Reads {}, joined where {on}.", listed(several, "and"))),
        }
        lines.extend(reads.added);
        (lines, rest)
    }

    fn read(&self, source: &'o Source, reads: &mut Reads<'o>) {
        match source {
            Source::Entry { .. } => {
                let name = self.side(source, reads);
                if reads.added.is_empty() && (reads.together.is_empty() || !is_lateral(source)) {
                    reads.together.push(name);
                } else if is_lateral(source) {
                    reads.added.push(format!("Adds {name}, dropping rows without any."));
                } else {
                    reads.added.push(format!("Combines every row with every row of {name}."));
                }
            }
            Source::Join { kind, left, right, on } => {
                self.read(left, reads);
                if *kind == Join::Inner && reads.added.is_empty() && is_inner(right) && !is_lateral(right) {
                    self.read(right, reads);
                    reads.on.extend(conjuncts(on.as_ref()));
                    return;
                }
                let of = match reads.together.as_slice() {
                    [only] if reads.added.is_empty() && matches!(**left, Source::Entry { .. }) => only.clone(),
                    _ => "rows".to_owned(),
                };
                let name = self.side(right, reads);
                let on = on.as_ref().map(|on| format!(" where {}", self.condition(on, false))).unwrap_or_default();
                reads.added.push(match kind {
                    Join::Inner => format!("Adds {name}{on}, dropping {of} without any."),
                    Join::Left => format!("Adds {name}{on}, keeping {of} without any."),
                    Join::Full => {
                        format!("Adds {name}{on}, keeping {of} without any, and also those that match no row.")
                    }
                });
            }
        }
    }

    /// One side of a join in a phrase; what has to be told before goes to `prepared`.
    fn side(&self, source: &'o Source, reads: &mut Reads<'o>) -> String {
        match source {
            Source::Entry { entry, kind, sampled, lateral } => {
                if let Kind::Subquery(query) = kind {
                    let each = if *lateral { " for each row" } else { "" };
                    reads.prepared.push(format!("Prepares {}{each}:", self.label(*entry)));
                    let names = self.outline.entries.get(*entry).map(|entry| entry.columns.as_slice());
                    reads.prepared.extend(indented(self.query(query, names.unwrap_or_default())));
                }
                let name = self.entry(*entry, kind);
                if *sampled { format!("a sample of {name}") } else { name }
            }
            Source::Join { kind, left, right, on } => {
                let (left, right) = (self.side(left, reads), self.side(right, reads));
                let on = on.as_ref().map(|on| format!(" where {}", self.condition(on, false))).unwrap_or_default();
                match kind {
                    Join::Inner => format!("({left} with {right}{on})"),
                    Join::Left => format!("({left} with {right}{on}, if any)"),
                    Join::Full => format!("({left} with {right}{on}, if any, and either alone)"),
                }
            }
        }
    }

    fn entry(&self, entry: usize, kind: &'o Kind) -> String {
        let label = self.label(entry);
        let name = self.outline.entries.get(entry).map(|entry| word(&entry.name)).unwrap_or_default();
        let named = if name == label { name } else { format!("{name} (as {label})") };
        match kind {
            Kind::Table | Kind::Cte | Kind::Subquery(_) => named,
            Kind::View => format!("the view {named}"),
            Kind::Functions(calls) => {
                let calls: Vec<String> = calls.iter().map(|call| self.value(call)).collect();
                let calls = listed(&calls, "and");
                let is_named = calls.starts_with(&format!("{label}(")) || label.is_empty();
                if is_named { format!("the rows of {calls}") } else { format!("the rows of {calls} (as {label})") }
            }
            Kind::Values(rows) => format!("the given rows {} (as {label})", self.rows(rows)),
            Kind::Other(text) => format!("{text} (as {label})"),
        }
    }

    pub(super) fn rows(&self, rows: &'o [Vec<Expr>]) -> String {
        let mut texts: Vec<String> = rows.iter().take(MAX_ROWS).map(|row| self.tuple(row)).collect();
        if rows.len() > MAX_ROWS {
            texts.push(format!("{} more", rows.len() - MAX_ROWS));
        }
        listed(&texts, "and")
    }

    pub(super) fn label(&self, entry: usize) -> String {
        self.labels.get(entry).cloned().unwrap_or_default()
    }

    /// Conditions that all have to hold.
    pub(super) fn all_of(&self, conditions: &[&'o Expr]) -> String {
        self.together(conditions, "and")
    }

    /// What is read, in one phrase, for a subquery told in passing; and the conditions it does not tell.
    pub(super) fn sources(&self, select: &'o Select) -> (String, Vec<&'o Expr>) {
        let mut reads = Reads::default();
        let rest = conjuncts(select.filter.as_ref());
        let inner = select.from.iter().all(is_inner);
        if !inner {
            let sides: Vec<String> = select.from.iter().map(|source| self.side(source, &mut reads)).collect();
            return (listed(&sides, "and"), rest);
        }
        select.from.iter().for_each(|source| self.read(source, &mut reads));
        let mut conditions = reads.on;
        conditions.extend(rest);
        (listed(&reads.together, "and"), conditions)
    }
}

fn is_inner(source: &Source) -> bool {
    match source {
        Source::Entry { .. } => true,
        Source::Join { kind, left, right, .. } => *kind == Join::Inner && is_inner(left) && is_inner(right),
    }
}

fn is_lateral(source: &Source) -> bool {
    matches!(source, Source::Entry { lateral: true, .. })
}

fn conjuncts(filter: Option<&Expr>) -> Vec<&Expr> {
    match filter {
        None => Vec::new(),
        Some(Expr::And(list)) => list.iter().collect(),
        Some(other) => vec![other],
    }
}

/// Whether a condition compares columns of two entries.
fn joins_columns(condition: &Expr) -> bool {
    let Expr::Compare { comparison: Comparison::Equal, sides, .. } = condition else { return false };
    match &**sides {
        (Expr::Column { entry: Some(one), .. }, Expr::Column { entry: Some(other), .. }) => one != other,
        _ => false,
    }
}
