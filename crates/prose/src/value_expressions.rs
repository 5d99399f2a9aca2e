//! Describes values as noun phrases, such as `the sum of orders.total`.

use crate::constants::constant;
use crate::entry_names::format_name;
use crate::function_calls::ends_with_a_modifier;
use crate::outline::{Body, Expr, Query};
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    pub(crate) fn values(&self, values: &'o [Expr]) -> Vec<String> {
        values.iter().map(|value| self.value(value)).collect()
    }

    /// A value of any kind.
    pub(crate) fn value(&self, value: &'o Expr) -> String {
        match value {
            Expr::Column { entry, name } => self.column(*entry, name),
            Expr::Row(entry) => format!("the whole row of {}", self.display_name(*entry)),
            Expr::Constant { text, category, .. } => constant(text.as_deref(), *category),
            Expr::Call { name, args } => self.call(name, args),
            Expr::Operator { symbol, args } => self.operator(symbol, args, value),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Window(window) => self.window(window),
            Expr::GroupingOf(args) => format!("which of {} the row sums up", english_list(&self.values(args), "and")),
            Expr::Case { arms, otherwise, value } => self.case(arms, otherwise.as_deref(), value.as_deref()),
            Expr::CaseTest => "it".to_owned(),
            Expr::Subquery(query) => self.subquery(query, |query| self.result_phrase(query)),
            Expr::ArrayOf(query) => {
                format!("the list of {}", self.subquery(query, |query| self.result_phrase(query)))
            }
            Expr::Cast { value, type_name, category } => self.cast(value, type_name, *category),
            Expr::Array(values) => format!("[{}]", self.values(values).join(", ")),
            Expr::Tuple(values) => self.tuple(values),
            Expr::Element { value, indexes } => {
                format!("element {} of {}", self.values(indexes).join(" to "), self.value(value))
            }
            Expr::Field { value, name } => match &**value {
                Expr::Row(entry) => self.column(Some(*entry), name),
                other => format!("{} of {}", format_name(name), self.value(other)),
            },
            Expr::Other(text) => (*text).to_owned(),
            condition => format!("whether {}", self.condition(condition, false)),
        }
    }

    /// A column, qualified if more than one range table entry can be named here.
    pub(crate) fn column(&self, entry: Option<usize>, name: &str) -> String {
        let name = format_name(name);
        let Some((of, its)) = entry.and_then(|at| Some((at, self.outline.entries.get(at)?))) else { return name };
        let is_bare =
            its.scope == self.scope.get() && self.has_single_entry.get(its.scope).copied().unwrap_or_default();
        let label = self.display_name(of);
        // The only column of a function is named after the function's alias, so that qualifying it would repeat the
        // name.
        if is_bare || label.is_empty() || label == name { name } else { format!("{label}.{name}") }
    }

    pub(crate) fn tuple(&self, values: &'o [Expr]) -> String {
        format!("({})", self.values(values).join(", "))
    }

    /// A value as a part of a longer phrase, in parentheses if it consists of several words that could be misread
    /// there.
    pub(crate) fn operand(&self, value: &'o Expr) -> String {
        let text = self.value(value);
        let is_phrase = match value {
            Expr::Operator { args, .. } => args.len() > 1 && !text.starts_with("the "),
            Expr::Case { .. } => true,
            Expr::Aggregate(_) => text.contains(" where "),
            Expr::Call { name, .. } => ends_with_a_modifier(name),
            Expr::Cast { .. } => text.contains(" as "),
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Compare { .. } | Expr::IsNull(_) | Expr::Is { .. } => {
                true
            }
            Expr::Between { .. } | Expr::In { .. } | Expr::Any { .. } | Expr::Like { .. } | Expr::Exists(_) => true,
            _ => false,
        };
        if is_phrase { format!("({text})") } else { text }
    }

    fn operator(&self, symbol: &str, args: &'o [Expr], whole: &'o Expr) -> String {
        match (symbol, args) {
            ("@>" | "<@" | "&&" | "@@" | "?" | "^@", [_, _]) => format!("whether {}", self.condition(whole, false)),
            ("->" | "->>", [of, field]) => match field {
                Expr::Constant { category: 'N', .. } => {
                    format!("element {} of {}", self.value(field), self.operand(of))
                }
                _ => format!("field {} of {}", self.value(field), self.operand(of)),
            },
            ("||", [left, right]) => format!("{} followed by {}", self.concatenated(left), self.concatenated(right)),
            (_, [left, right]) => {
                if let Some(apart) = self.apart(symbol, left, right) {
                    return apart;
                }
                let (left, right) =
                    (self.arithmetic_operand(symbol, left, false), self.arithmetic_operand(symbol, right, true));
                format!("{left} {symbol} {right}")
            }
            (_, [only]) => format!("{symbol}{}", self.operand(only)),
            _ => format!("{symbol}({})", self.values(args).join(", ")),
        }
    }

    /// An operand of `||`. A nested concatenation needs no parentheses, since their order makes no difference.
    fn concatenated(&self, value: &'o Expr) -> String {
        match value {
            Expr::Operator { symbol, .. } if symbol == "||" => self.value(value),
            other => self.operand(other),
        }
    }

    /// An operand of an arithmetic operator, with parentheses only where precedence requires them.
    fn arithmetic_operand(&self, symbol: &str, value: &'o Expr, right: bool) -> String {
        let inner = match value {
            Expr::Cast { value: inner, category: 'N', .. } if is_number(value) => inner,
            other => other,
        };
        match inner {
            Expr::Operator { symbol: its, args } if args.len() == 2 => {
                let (outer, its) = (precedence(symbol), precedence(its));
                if its > outer || (its == outer && !right && outer > 0) {
                    self.value(value)
                } else {
                    self.operand(inner)
                }
            }
            Expr::Call { .. } => {
                let text = self.operand(inner);
                if text.starts_with("the ") { format!("({text})") } else { text }
            }
            _ => self.operand(inner),
        }
    }

    fn case(&self, arms: &'o [(Expr, Expr)], otherwise: Option<&'o Expr>, value: Option<&'o Expr>) -> String {
        let mut texts: Vec<String> = arms
            .iter()
            .map(|(when, then)| format!("{} where {}", self.operand(then), self.condition(when, false)))
            .collect();
        texts.extend(otherwise.map(|otherwise| format!("else {}", self.operand(otherwise))));
        let text = texts.join(", ");
        match value {
            Some(value) => format!("for {}: {text}", self.value(value)),
            None => text,
        }
    }

    fn cast(&self, value: &'o Expr, type_name: &str, category: char) -> String {
        let is_text = |value: &Expr| matches!(value, Expr::Constant { category: 'S' | 'X', .. });
        match (value, category) {
            // That a number may have a fraction goes without saying.
            (_, 'N') if is_number_type(type_name) && !is_text(value) => self.value(value),
            (Expr::Constant { .. }, _) => self.value(value),
            (_, 'D') if type_name == "date" => format!("the date of {}", self.operand(value)),
            _ => format!("{} as {type_name}", self.operand(value)),
        }
    }

    /// The result of a subquery, such as `the average of orders.total in orders where …`. `None` if it does not fit in
    /// a phrase.
    pub(crate) fn result_phrase(&self, query: &'o Query) -> Option<String> {
        let Body::Select(select) = &query.body else { return None };
        let columns =
            english_list(&select.columns.iter().map(|output| self.value(&output.value)).collect::<Vec<_>>(), "and");
        let (from, conditions) = self.describe_from_inline(select);
        let mut text = if from.is_empty() { columns } else { format!("{columns} in {from}") };
        if !conditions.is_empty() {
            text.push_str(&format!(" where {}", self.all_of(&conditions)));
        }
        if !select.grouping.is_empty() || select.having.is_some() {
            return None;
        }
        if let Some(order) = self.order_and_limit(query) {
            text.push_str(&format!(", {}", uncapitalized(order.trim_end_matches('.'))));
        }
        Some(format!("({text})"))
    }
}

/// The precedence of an arithmetic operator; 0 for all others.
fn precedence(symbol: &str) -> u8 {
    match symbol {
        "+" | "-" => 1,
        "*" | "/" | "%" => 2,
        "^" => 3,
        _ => 0,
    }
}

fn is_number(cast: &Expr) -> bool {
    matches!(cast, Expr::Cast { type_name, .. } if is_number_type(type_name))
}

fn is_number_type(name: &str) -> bool {
    matches!(name, "numeric" | "double precision" | "real")
}

fn uncapitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
