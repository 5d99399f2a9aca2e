//! Values as noun phrases: `the sum of orders.total`.

use super::relation_names::{flat, word};
use super::{Writer, listed};
use crate::outline::{Body, Expr, Query};

/// Longer texts are cut: what a statement holds of them is seen in the statement.
const MAX_TEXT: usize = 80;

impl<'o> Writer<'o> {
    pub(super) fn values(&self, values: &'o [Expr]) -> Vec<String> {
        values.iter().map(|value| self.value(value)).collect()
    }

    pub(super) fn value(&self, value: &'o Expr) -> String {
        match value {
            Expr::Column { entry, name } => self.column(*entry, name),
            Expr::Row(entry) => format!("the whole row of {}", self.label(*entry)),
            Expr::Constant { text, category } => constant(text.as_deref(), *category),
            Expr::Call { name, args } => self.call(name, args),
            Expr::Operator { symbol, args } => self.operator(symbol, args, value),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Window(window) => self.window(window),
            Expr::GroupingOf(args) => format!("which of {} the row sums up", listed(&self.values(args), "and")),
            Expr::Case { arms, otherwise, value } => self.case(arms, otherwise.as_deref(), value.as_deref()),
            Expr::It => "it".to_owned(),
            Expr::Subquery(query) => self.subquery(query, |query| self.result(query)),
            Expr::ArrayOf(query) => {
                format!("the list of {}", self.subquery(query, |query| self.result(query)))
            }
            Expr::Cast { value, type_name, category } => self.cast(value, type_name, *category),
            Expr::Array(values) => format!("[{}]", self.values(values).join(", ")),
            Expr::Tuple(values) => self.tuple(values),
            Expr::Element { value, indexes } => {
                format!("element {} of {}", self.values(indexes).join(" to "), self.value(value))
            }
            Expr::Field { value, name } => match &**value {
                Expr::Row(entry) => self.column(Some(*entry), name),
                other => format!("{} of {}", word(name), self.value(other)),
            },
            Expr::Other(text) => (*text).to_owned(),
            condition => format!("whether {}", self.condition(condition, false)),
        }
    }

    pub(super) fn column(&self, entry: Option<usize>, name: &str) -> String {
        let name = word(name);
        let Some((of, its)) = entry.and_then(|at| Some((at, self.outline.entries.get(at)?))) else { return name };
        let is_bare = its.scope == self.scope.get() && self.bare.get(its.scope).copied().unwrap_or_default();
        let label = self.label(of);
        // A function that gives one column names it by its alias.
        if is_bare || label.is_empty() || label == name { name } else { format!("{label}.{name}") }
    }

    pub(super) fn tuple(&self, values: &'o [Expr]) -> String {
        format!("({})", self.values(values).join(", "))
    }

    /// A value inside a longer phrase: in parentheses where it is one itself.
    pub(super) fn operand(&self, value: &'o Expr) -> String {
        let text = self.value(value);
        let is_phrase = match value {
            Expr::Operator { args, .. } => args.len() > 1,
            Expr::Case { .. } => true,
            Expr::Aggregate(_) => text.contains(" where "),
            Expr::Call { name, .. } => super::calls::is_postfix(name),
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
            ("||", [left, right]) => format!("{} followed by {}", self.piece(left), self.piece(right)),
            (_, [left, right]) => {
                let (left, right) = (self.side_of(symbol, left, false), self.side_of(symbol, right, true));
                format!("{left} {symbol} {right}")
            }
            (_, [only]) => format!("{symbol}{}", self.operand(only)),
            _ => format!("{symbol}({})", self.values(args).join(", ")),
        }
    }

    /// A part of a concatenation, which needs no parentheses in another one.
    fn piece(&self, value: &'o Expr) -> String {
        match value {
            Expr::Operator { symbol, .. } if symbol == "||" => self.value(value),
            other => self.operand(other),
        }
    }

    fn side_of(&self, symbol: &str, value: &'o Expr, right: bool) -> String {
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
            // Fractions are what anybody expects of a number.
            (_, 'N') if is_number_type(type_name) && !is_text(value) => self.value(value),
            (Expr::Constant { .. }, _) => self.value(value),
            (_, 'D') if type_name == "date" => format!("the date of {}", self.operand(value)),
            _ => format!("{} as {type_name}", self.operand(value)),
        }
    }

    /// The result of a subquery: `the average of orders.total in orders where …`.
    pub(super) fn result(&self, query: &'o Query) -> Option<String> {
        let Body::Select(select) = &query.body else { return None };
        let columns = listed(&select.columns.iter().map(|output| self.value(&output.value)).collect::<Vec<_>>(), "and");
        let (from, conditions) = self.sources(select);
        let mut text = if from.is_empty() { columns } else { format!("{columns} in {from}") };
        if !conditions.is_empty() {
            text.push_str(&format!(" where {}", self.all_of(&conditions)));
        }
        if !select.grouping.is_empty() || select.having.is_some() {
            return None;
        }
        if let Some(order) = self.order_and_limit(query) {
            text.push_str(&format!(", {}", lower(order.trim_end_matches('.'))));
        }
        Some(format!("({text})"))
    }
}

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

pub(super) fn constant(text: Option<&str>, category: char) -> String {
    let Some(text) = text else { return "no value".to_owned() };
    match category {
        'N' | 'T' | 'A' => shortened(text),
        'B' if text == "t" => "true".to_owned(),
        'B' if text == "f" => "false".to_owned(),
        'D' => without_midnight(text),
        _ => quoted(text),
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", shortened(text))
}

fn shortened(text: &str) -> String {
    let text = flat(text);
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// A moment at the start of a day is told as the day.
fn without_midnight(text: &str) -> String {
    let is_zone = |zone: &str| zone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ':'));
    match text.split_once(" 00:00:00") {
        Some((day, zone)) if is_zone(zone) => day.to_owned(),
        _ => flat(text),
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
