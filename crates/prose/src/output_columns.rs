//! Describes the output columns of a query.

use crate::entry_names::format_name;
use crate::outline::{Body, Distinct, Expr, OutputColumn, Select};
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    /// The sentence about the select list and DISTINCT.
    pub(crate) fn output_sentence(&self, select: &'o Select, names: &'o [String]) -> String {
        let outputs = self.outputs(&select.columns, names);
        if outputs.is_empty() {
            return "Shows the rows without any column.".to_owned();
        }
        let several = select.columns.len() > 1;
        let once = match &select.distinct {
            Distinct::No => String::new(),
            Distinct::Rows if several => ", each combination once".to_owned(),
            Distinct::Rows => ", each value once".to_owned(),
            Distinct::On(by) => format!(", of each {} the first row only", english_list(&self.values(by), "and")),
        };
        format!("Shows {}{once}.", english_list(&outputs, "and"))
    }

    /// The output columns. All columns of a range table entry, in their order, become one phrase.
    fn outputs(&self, columns: &'o [OutputColumn], names: &'o [String]) -> Vec<String> {
        let mut phrases = Vec::new();
        let mut at = 0;
        while let Some((first, rest)) = columns.get(at..).and_then(<[OutputColumn]>::split_first) {
            let its_names = names.get(at..).unwrap_or_default();
            match self.all_columns_of_entry(first, rest, its_names) {
                Some((entry, width)) => {
                    phrases.push(format!("all columns of {}", self.display_name(entry)));
                    at += width;
                }
                None => {
                    phrases.push(self.output(first, its_names.first().unwrap_or(&first.name)));
                    at += 1;
                }
            }
        }
        phrases
    }

    /// If these output columns begin with all columns of a range table entry that has several, under their own names:
    /// the entry and the number of its columns.
    fn all_columns_of_entry(
        &self,
        first: &OutputColumn,
        rest: &[OutputColumn],
        given: &[String],
    ) -> Option<(usize, usize)> {
        let Expr::Column { entry: Some(of), .. } = &first.value else { return None };
        let names = &self.outline.entries.get(*of)?.columns;
        if names.len() > rest.len() + 1 || given.iter().zip(names).any(|(given, name)| given != name) {
            return None;
        }
        let is_same = |(output, name): (&OutputColumn, &String)| {
            output.name == *name
                && matches!(&output.value, Expr::Column { entry: Some(entry), name: column } if entry == of && column == name)
        };
        (names.len() > 1 && std::iter::once(first).chain(rest).zip(names).all(is_same)).then_some((*of, names.len()))
    }

    fn output(&self, output: &'o OutputColumn, name: &str) -> String {
        let value = self.value(&output.value);
        // Parentheses keep commas in the value apart from those between the columns.
        let is_list = matches!(output.value, Expr::Case { .. } | Expr::Call { .. }) && value.contains(", ");
        let value = if is_list { self.operand(&output.value) } else { value };
        if has_default_name(&output.value, name) { value } else { format!("{value} (as {})", format_name(name)) }
    }
}

/// Whether an output column has the name that the server would give it without AS (FigureColname in parse_target.c).
pub(crate) fn has_default_name(value: &Expr, name: &str) -> bool {
    name == "?column?" || default_name(value).is_none_or(|own| own == name)
}

/// The name that the server gives a value. `None` if it can't be known.
fn default_name(value: &Expr) -> Option<String> {
    Some(match value {
        Expr::Column { name, .. } | Expr::Field { name, .. } => name.clone(),
        Expr::Call { name, .. } => unqualified(name),
        Expr::Aggregate(aggregate) => unqualified(&aggregate.name),
        Expr::Window(window) => unqualified(&window.call.name),
        Expr::Cast { value, .. } | Expr::Element { value, .. } => match default_name(value)?.as_str() {
            "?column?" => return None,
            name => name.to_owned(),
        },
        Expr::Case { .. } => "case".to_owned(),
        Expr::Exists(_) => "exists".to_owned(),
        Expr::Array(_) | Expr::ArrayOf(_) => "array".to_owned(),
        Expr::Tuple(_) => "row".to_owned(),
        Expr::GroupingOf(_) => "grouping".to_owned(),
        Expr::Subquery(query) => match &query.body {
            Body::Select(select) => select.columns.first()?.name.clone(),
            _ => return None,
        },
        _ => "?column?".to_owned(),
    })
}

fn unqualified(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_owned()
}
