//! Describes the clauses of a SELECT, in the order in which they take effect.

use crate::outline::{Comparison, Distinct, EntryKind, Expr, FromItem, Grouping, Select};
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    /// The lines of a SELECT. `names` are the names that its columns have in the query around it.
    pub(crate) fn select(&self, select: &'o Select, names: &'o [String]) -> Vec<String> {
        if let [FromItem::Entry { kind: EntryKind::Values(rows), .. }] = select.from.as_slice()
            && self.has_only_columns(select)
        {
            return vec![format!("Shows the given rows {}.", self.values_rows(rows))];
        }
        let (mut lines, filters) = self.describe_from(select);
        if !filters.is_empty() {
            lines.push(format!("Keeps the rows where {}.", self.all_of(&filters)));
        }
        lines.extend(self.grouping_sentence(select));
        lines.push(self.output_sentence(select, names));
        lines
    }

    fn grouping_sentence(&self, select: &'o Select) -> Option<String> {
        let having = select.having.as_ref().map(|having| self.having(having));
        if select.grouping.is_empty() {
            return having.map(|having| format!("Keeps the result only if it is one {having}."));
        }
        let having = having.map(|having| format!(", and keeps the groups {having}")).unwrap_or_default();
        let by: Vec<String> = select.grouping.iter().map(|grouping| self.grouping(grouping)).collect();
        Some(format!("Groups them {}{having}.", by.join(", and within that ")))
    }

    fn grouping(&self, grouping: &'o Grouping) -> String {
        let names = |parts: &'o [Grouping]| -> Vec<String> { parts.iter().map(|part| self.grouped_by(part)).collect() };
        match grouping {
            Grouping::By(_) => match self.grouped_by(grouping).as_str() {
                "" => "all together".to_owned(),
                by => format!("by {by}"),
            },
            Grouping::Rollup(parts) => {
                format!("by {}, with subtotals level by level and a grand total", english_list(&names(parts), "and"))
            }
            Grouping::Cube(parts) => {
                format!(
                    "by every combination of {}, with all subtotals and a grand total",
                    english_list(&names(parts), "and")
                )
            }
            Grouping::Sets(parts) => {
                let ways: Vec<String> = parts.iter().map(|part| self.grouping(part)).collect();
                english_list(&ways, "and also")
            }
        }
    }

    fn grouped_by(&self, grouping: &'o Grouping) -> String {
        match grouping {
            Grouping::By(by) => english_list(&self.values(by), "and"),
            other => self.grouping(other),
        }
    }

    /// The condition of HAVING, such as `with more than 3 rows` or `where the sum of total is more than 10`.
    fn having(&self, having: &'o Expr) -> String {
        if let Expr::Compare { comparison, sides, .. } = having
            && let (Expr::Aggregate(aggregate), Expr::Constant { text: Some(text), .. }) = &**sides
            && aggregate.name == "count"
            && aggregate.args.is_empty()
            && aggregate.filter.is_none()
        {
            let rows = if text == "1" { "row" } else { "rows" };
            let how = match comparison {
                Comparison::Equal => "exactly ",
                Comparison::Less => "fewer than ",
                Comparison::LessOrEqual => "at most ",
                Comparison::Greater => "more than ",
                Comparison::GreaterOrEqual => "at least ",
                Comparison::NotEqual | Comparison::IsDistinct => "other than ",
            };
            return format!("with {how}{text} {rows}");
        }
        format!("where {}", self.condition(having, false))
    }

    /// Whether the query only reads its rows: it keeps all of them and computes nothing.
    fn has_only_columns(&self, select: &Select) -> bool {
        select.filter.is_none()
            && select.grouping.is_empty()
            && select.having.is_none()
            && select.distinct == Distinct::No
            && select.columns.iter().all(|output| matches!(output.value, Expr::Column { .. }))
    }
}
