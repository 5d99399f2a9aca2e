//! Describes conditions as clauses, such as `orders.status is not 'cancelled'`.

use crate::Describer;
use crate::outline::{Body, Expr, Query};

impl<'o> Describer<'o> {
    /// A condition, or its opposite if `negated`.
    pub(crate) fn condition(&self, condition: &'o Expr, negated: bool) -> String {
        let not = if negated { "not " } else { "" };
        match condition {
            Expr::Not(inner) => self.condition(inner, !negated),
            Expr::And(_) | Expr::Or(_) if negated => format!("not ({})", self.condition(condition, false)),
            Expr::And(list) => self.join_conditions(&list.iter().collect::<Vec<_>>(), "and"),
            Expr::Or(list) => self.join_conditions(&list.iter().collect::<Vec<_>>(), "or"),
            Expr::Compare { comparison, category, sides } => self.compare(*comparison, *category, sides, negated),
            Expr::IsNull(value) => format!("{} has {} value", self.value(value), if negated { "a" } else { "no" }),
            Expr::Is { value, truth } => {
                let truth = match truth {
                    Some(true) => "true",
                    Some(false) => "false",
                    None => "unknown",
                };
                format!("{} is {not}{truth}", self.value(value))
            }
            Expr::Between { value, bounds } => {
                let (low, high) = (self.value(&bounds.0), self.value(&bounds.1));
                format!("{} is {not}between {low} and {high}", self.value(value))
            }
            Expr::In { value, list } => format!("{} is {}", self.value(value), self.alternatives(list, negated)),
            Expr::Any { symbol, values, of, all } => self.any(symbol, values, of, *all, negated),
            Expr::Like { value, pattern, kind } => self.like(value, pattern, *kind, negated),
            Expr::Exists(query) => {
                let there_are = if negated { "there are no rows" } else { "there are rows" };
                format!("{there_are} in {}", self.subquery(query, |query| self.rows_phrase(query)))
            }
            Expr::Constant { text: Some(text), category: 'B', .. } => {
                let holds = (text == "true" || text == "t") != negated;
                if holds { "anything holds".to_owned() } else { "nothing ever holds".to_owned() }
            }
            Expr::Operator { symbol, args } => match (verbs(symbol), args.as_slice()) {
                (Some((yes, no)), [left, right]) => {
                    let word = if negated { no } else { yes };
                    format!("{} {word} {}", self.operand(left), self.operand(right))
                }
                _ => format!("{} is {not}true", self.operand(condition)),
            },
            Expr::Call { name, args } => {
                let lies = self.lies(name, args, negated);
                lies.unwrap_or_else(|| format!("{} is {not}true", self.operand(condition)))
            }
            other => format!("{} is {not}true", self.operand(other)),
        }
    }

    /// Conditions joined by `word`, which is `and` or `or`. There is a comma before it if a condition contains such a
    /// word itself, so that the reader sees where one ends.
    pub(crate) fn join_conditions(&self, list: &[&'o Expr], word: &str) -> String {
        let mut commas = false;
        let mut texts = Vec::with_capacity(list.len());
        for part in list {
            let text = self.condition(part, false);
            let is_nested = matches!(part, Expr::And(_) | Expr::Or(_)) && list.len() > 1;
            commas |= !is_nested && [" and ", " or ", " nor "].iter().any(|word| text.contains(word));
            texts.push(if is_nested { format!("({text})") } else { text });
        }
        texts.join(&if commas { format!(", {word} ") } else { format!(" {word} ") })
    }

    /// The rows of a subquery, such as `orders where orders.total is more than 5`. `None` if they do not fit in a
    /// phrase.
    fn rows_phrase(&self, query: &'o Query) -> Option<String> {
        let Body::Select(select) = &query.body else { return None };
        if !select.grouping.is_empty() || select.having.is_some() || select.from.is_empty() {
            return None;
        }
        if query.limit.is_some() || query.offset.is_some() {
            return None;
        }
        let (from, conditions) = self.describe_from_inline(select);
        Some(if conditions.is_empty() { from } else { format!("{from} where {}", self.all_of(&conditions)) })
    }
}

/// The verb for an operator whose result is a boolean, and the verb for its opposite.
fn verbs(symbol: &str) -> Option<(&'static str, &'static str)> {
    Some(match symbol {
        "@>" => ("contains", "does not contain"),
        "<@" => ("lies within", "does not lie within"),
        "&&" => ("overlaps", "does not overlap"),
        "@@" => ("matches", "does not match"),
        "?" => ("has the key", "does not have the key"),
        "^@" => ("begins with", "does not begin with"),
        _ => return None,
    })
}
