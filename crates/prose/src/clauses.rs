//! Filters, groups, output, order and limits of one query.

use super::relation_names::word;
use super::{Writer, listed};
use crate::outline::{Body, Comparison, Distinct, Expr, Grouping, Kind, Output, Query, Select, SortKey, Source};

impl<'o> Writer<'o> {
    pub(super) fn select(&self, select: &'o Select, names: &'o [String]) -> Vec<String> {
        if let [Source::Entry { kind: Kind::Values(rows), .. }] = select.from.as_slice()
            && self.shows_all(select)
        {
            return vec![format!("Shows the given rows {}.", self.rows(rows))];
        }
        let (mut lines, filters) = self.reads(select);
        if !filters.is_empty() {
            lines.push(format!("Keeps the rows where {}.", self.all_of(&filters)));
        }
        lines.extend(self.groups(select));
        lines.push(self.shows(select, names));
        lines
    }

    fn groups(&self, select: &'o Select) -> Option<String> {
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
                format!("by {}, with subtotals level by level and a grand total", listed(&names(parts), "and"))
            }
            Grouping::Cube(parts) => {
                format!(
                    "by every combination of {}, with all subtotals and a grand total",
                    listed(&names(parts), "and")
                )
            }
            Grouping::Sets(parts) => {
                let ways: Vec<String> = parts.iter().map(|part| self.grouping(part)).collect();
                listed(&ways, "and also")
            }
        }
    }

    fn grouped_by(&self, grouping: &'o Grouping) -> String {
        match grouping {
            Grouping::By(by) => listed(&self.values(by), "and"),
            other => self.grouping(other),
        }
    }

    /// `with more than 3 rows`, `where the sum of total is more than 10`.
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
                Comparison::Differs | Comparison::Distinct => "other than ",
            };
            return format!("with {how}{text} {rows}");
        }
        format!("where {}", self.condition(having, false))
    }

    fn shows(&self, select: &'o Select, names: &'o [String]) -> String {
        let outputs = self.outputs(&select.columns, names);
        if outputs.is_empty() {
            return "Shows the rows without any column.".to_owned();
        }
        let several = select.columns.len() > 1;
        let once = match &select.distinct {
            Distinct::No => String::new(),
            Distinct::Rows if several => ", each combination once".to_owned(),
            Distinct::Rows => ", each value once".to_owned(),
            Distinct::On(by) => format!(", of each {} the first row only", listed(&self.values(by), "and")),
        };
        format!("Shows {}{once}.", listed(&outputs, "and"))
    }

    /// The output columns; those that are all of an entry's in their order become one phrase.
    fn outputs(&self, columns: &'o [Output], names: &'o [String]) -> Vec<String> {
        let mut phrases = Vec::new();
        let mut at = 0;
        while let Some((first, rest)) = columns.get(at..).and_then(<[Output]>::split_first) {
            let its_names = names.get(at..).unwrap_or_default();
            match self.whole_entry(first, rest, its_names) {
                Some((entry, width)) => {
                    phrases.push(format!("all columns of {}", self.label(entry)));
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

    /// The entry whose columns, more than one, are the first of these and under their own names.
    fn whole_entry(&self, first: &Output, rest: &[Output], given: &[String]) -> Option<(usize, usize)> {
        let Expr::Column { entry: Some(of), .. } = &first.value else { return None };
        let names = &self.outline.entries.get(*of)?.columns;
        if names.len() > rest.len() + 1 || given.iter().zip(names).any(|(given, name)| given != name) {
            return None;
        }
        let is_same = |(output, name): (&Output, &String)| {
            output.name == *name
                && matches!(&output.value, Expr::Column { entry: Some(entry), name: column } if entry == of && column == name)
        };
        (names.len() > 1 && std::iter::once(first).chain(rest).zip(names).all(is_same)).then_some((*of, names.len()))
    }

    fn shows_all(&self, select: &Select) -> bool {
        select.filter.is_none()
            && select.grouping.is_empty()
            && select.having.is_none()
            && select.distinct == Distinct::No
            && select.columns.iter().all(|output| matches!(output.value, Expr::Column { .. }))
    }

    fn output(&self, output: &'o Output, name: &str) -> String {
        let value = self.value(&output.value);
        // Commas of its own would be taken for those of the list.
        let is_list = matches!(output.value, Expr::Case { .. } | Expr::Call { .. }) && value.contains(", ");
        let value = if is_list { self.operand(&output.value) } else { value };
        if is_own_name(&output.value, name) { value } else { format!("{value} (as {})", word(name)) }
    }

    /// `Sorted by revenue, highest first; the first 5 rows.`
    pub(super) fn order_and_limit(&self, query: &'o Query) -> Option<String> {
        let mut parts = Vec::new();
        if !query.order.is_empty() {
            parts.push(format!("sorted by {}", self.sort_keys(&query.order, Some(&query.body))));
        }
        let offset = query.offset.as_ref().map(|offset| format!("skips the first {}", self.rows_of(offset)));
        let limit = query.limit.as_ref().map(|limit| {
            let rows = match (query.order.is_empty(), offset.is_some()) {
                (_, true) => format!("then shows {}", self.rows_of(limit)),
                (true, _) => format!("only {}", self.rows_of(limit)),
                _ if is_one(limit) => "the first row".to_owned(),
                _ => format!("the first {}", self.rows_of(limit)),
            };
            if query.with_ties { format!("{rows} and those equal to the last of them") } else { rows }
        });
        let amount: Vec<String> = offset.into_iter().chain(limit).collect();
        if !amount.is_empty() {
            parts.push(amount.join(", "));
        }
        (!parts.is_empty()).then(|| format!("{}.", capital(&parts.join("; "))))
    }

    fn rows_of(&self, count: &'o Expr) -> String {
        if is_one(count) { "1 row".to_owned() } else { format!("{} rows", self.value(count)) }
    }

    /// `body`: the query whose output columns may be named in their place.
    pub(super) fn sort_keys(&self, keys: &'o [SortKey], body: Option<&'o Body>) -> String {
        let named = |key: &'o SortKey| {
            let name = key.output.as_ref()?;
            let Some(Body::Select(select)) = body else { return None };
            let output = select.columns.iter().find(|output| output.name == *name)?;
            (!is_own_name(&output.value, name)).then(|| word(name))
        };
        let texts: Vec<String> = keys
            .iter()
            .map(|key| {
                let value = named(key).unwrap_or_else(|| {
                    let text = self.value(&key.value);
                    if text.contains(", ") { self.operand(&key.value) } else { text }
                });
                let nulls = match key.nulls_first {
                    Some(true) => ", empty values first",
                    Some(false) => ", empty values last",
                    None => "",
                };
                format!("{value}, {}{nulls}", direction(key))
            })
            .collect();
        texts.join(", then by ")
    }
}

fn direction(key: &SortKey) -> &'static str {
    match (key.category, key.descending) {
        ('N', false) => "lowest first",
        ('N', true) => "highest first",
        ('D', false) => "earliest first",
        ('D', true) => "latest first",
        ('T', false) => "shortest first",
        ('T', true) => "longest first",
        ('S', false) => "A to Z",
        ('S', true) => "Z to A",
        (_, false) => "ascending",
        (_, true) => "descending",
    }
}

/// Whether an output column has the name that the server gives it by itself (FigureColname in parse_target.c).
fn is_own_name(value: &Expr, name: &str) -> bool {
    name == "?column?" || own_name(value).is_none_or(|own| own == name)
}

/// `None`: whatever the name, it says nothing new.
fn own_name(value: &Expr) -> Option<String> {
    Some(match value {
        Expr::Column { name, .. } | Expr::Field { name, .. } => name.clone(),
        Expr::Call { name, .. } => unqualified(name),
        Expr::Aggregate(aggregate) => unqualified(&aggregate.name),
        Expr::Window(window) => unqualified(&window.call.name),
        Expr::Cast { value, .. } | Expr::Element { value, .. } => match own_name(value)?.as_str() {
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

fn is_one(count: &Expr) -> bool {
    matches!(count, Expr::Constant { text: Some(text), .. } if text == "1")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
