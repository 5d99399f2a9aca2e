//! Describes ORDER BY, OFFSET and LIMIT.

use crate::Describer;
use crate::entry_names::format_name;
use crate::outline::{Body, Expr, Query, SortKey};
use crate::output_columns::has_default_name;

impl<'o> Describer<'o> {
    /// The sentence about order and limits, such as `Sorted by revenue, highest first; the first 5 rows.`
    pub(crate) fn order_and_limit(&self, query: &'o Query) -> Option<String> {
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
        (!parts.is_empty()).then(|| format!("{}.", capitalized(&parts.join("; "))))
    }

    fn rows_of(&self, count: &'o Expr) -> String {
        if is_one(count) { "1 row".to_owned() } else { format!("{} rows", self.value(count)) }
    }

    /// Sort keys. Those that are output columns of `body` with a name of their own are described by that name.
    pub(crate) fn sort_keys(&self, keys: &'o [SortKey], body: Option<&'o Body>) -> String {
        let named = |key: &'o SortKey| {
            let name = key.output.as_ref()?;
            let Some(Body::Select(select)) = body else { return None };
            let output = select.columns.iter().find(|output| output.name == *name)?;
            (!has_default_name(&output.value, name)).then(|| format_name(name))
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

/// The direction of a sort key, in words that suit its type category.
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

fn is_one(count: &Expr) -> bool {
    matches!(count, Expr::Constant { text: Some(text), .. } if text == "1")
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
