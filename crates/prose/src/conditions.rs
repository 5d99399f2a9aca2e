//! Conditions as clauses: `orders.status is not 'cancelled'`.

use super::{Writer, listed};
use crate::outline::{Body, Comparison, Expr, Pattern, Query};

/// Lists up to this long are told as alternatives.
const MAX_ALTERNATIVES: usize = 3;

impl<'o> Writer<'o> {
    pub(super) fn condition(&self, condition: &'o Expr, negated: bool) -> String {
        let not = if negated { "not " } else { "" };
        match condition {
            Expr::Not(inner) => self.condition(inner, !negated),
            Expr::And(_) | Expr::Or(_) if negated => format!("not ({})", self.condition(condition, false)),
            Expr::And(list) => self.together(&list.iter().collect::<Vec<_>>(), "and"),
            Expr::Or(list) => self.together(&list.iter().collect::<Vec<_>>(), "or"),
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
                format!("{there_are} in {}", self.subquery(query, |query| self.place(query)))
            }
            Expr::Constant { text: Some(text), category: 'B' } => {
                let holds = (text == "true" || text == "t") != negated;
                if holds { "anything holds".to_owned() } else { "nothing ever holds".to_owned() }
            }
            Expr::Operator { symbol, args } => match (word_of(symbol), args.as_slice()) {
                (Some((yes, no)), [left, right]) => {
                    let word = if negated { no } else { yes };
                    format!("{} {word} {}", self.operand(left), self.operand(right))
                }
                _ => format!("{} is {not}true", self.operand(condition)),
            },
            other => format!("{} is {not}true", self.operand(other)),
        }
    }

    /// Conditions joined by `and` or `or`, with commas where one of them has such a word of its own.
    pub(super) fn together(&self, list: &[&'o Expr], word: &str) -> String {
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

    fn compare(&self, comparison: Comparison, category: char, sides: &'o (Expr, Expr), negated: bool) -> String {
        let (mut left, mut right, mut comparison) = (&sides.0, &sides.1, comparison);
        if is_constant(left) && !is_constant(right) {
            (left, right, comparison) = (right, left, mirrored(comparison));
        }
        let (comparison, negated) = if negated { opposite(comparison) } else { (comparison, false) };
        if let (Comparison::Equal | Comparison::Differs, Expr::Constant { text: Some(text), category: 'B' }) =
            (comparison, right)
        {
            let truth = text == "true" || text == "t";
            return format!(
                "{} is {}",
                self.value(left),
                if truth == (comparison == Comparison::Equal) { "true" } else { "false" }
            );
        }
        let constant = is_constant(right);
        let words = match comparison {
            Comparison::Equal if constant => "is",
            Comparison::Equal => "equals",
            Comparison::Differs if constant => "is not",
            Comparison::Differs => "differs from",
            Comparison::Distinct if negated => "is the same as",
            Comparison::Distinct => "is not the same as",
            ordered => ordered_words(ordered, category),
        };
        format!("{} {words} {}", self.compared(left), self.compared(right))
    }

    fn compared(&self, value: &'o Expr) -> String {
        let text = self.value(value);
        if text.starts_with("whether ") { format!("({text})") } else { text }
    }

    /// `'a', 'b' or 'c'`.
    fn alternatives(&self, list: &'o [Expr], negated: bool) -> String {
        let values = self.values(list);
        match (values.as_slice(), negated) {
            ([only], false) => only.clone(),
            ([only], true) => format!("not {only}"),
            (few, false) if few.len() <= MAX_ALTERNATIVES => listed(few, "or"),
            ([one, other], true) => format!("neither {one} nor {other}"),
            (many, false) => format!("one of {}", listed(many, "and")),
            (many, true) => format!("none of {}", listed(many, "and")),
        }
    }

    fn any(&self, symbol: &str, values: &'o [Expr], of: &'o Expr, all: bool, negated: bool) -> String {
        let value = match values {
            [only] => self.value(only),
            several => self.tuple(several),
        };
        let of = match of {
            Expr::Subquery(query) => self.subquery(query, |query| self.result(query)),
            other => self.value(other),
        };
        match (symbol, all, negated) {
            ("=", false, false) | ("<>", true, true) => format!("{value} is among {of}"),
            ("=", false, true) | ("<>", true, false) => format!("{value} is not among {of}"),
            ("~~", false, false) => format!("{value} is like any of {of}"),
            _ => {
                let words = match symbol {
                    "=" => "equals",
                    "<>" => "differs from",
                    "<" => "is less than",
                    "<=" => "is at most",
                    ">" => "is more than",
                    ">=" => "is at least",
                    other => other,
                };
                let each = if all { "every one of" } else { "at least one of" };
                let text = format!("{value} {words} {each} {of}");
                if negated { format!("not ({text})") } else { text }
            }
        }
    }

    fn like(&self, value: &'o Expr, pattern: &'o Expr, kind: Pattern, negated: bool) -> String {
        let value = self.value(value);
        let case = match kind {
            Pattern::AnyCase | Pattern::RegexAnyCase => " (in upper or lower case)",
            Pattern::Like | Pattern::Regex => "",
        };
        if matches!(kind, Pattern::Like | Pattern::AnyCase)
            && let Expr::Constant { text: Some(text), .. } = pattern
            && let Some((yes, no, part)) = plain_pattern(text)
        {
            let words = if negated { no } else { yes };
            return format!("{value} {words} {}{case}", super::expressions::quoted(&part));
        }
        let pattern = match pattern {
            Expr::Call { name, args } if name.starts_with("similar_") => self.values(args).swap_remove(0),
            other => self.value(other),
        };
        let words = if negated { "does not match the pattern" } else { "matches the pattern" };
        format!("{value} {words} {pattern}{case}")
    }

    /// The rows of a subquery: `orders where orders.total is more than 5`.
    fn place(&self, query: &'o Query) -> Option<String> {
        let Body::Select(select) = &query.body else { return None };
        if !select.grouping.is_empty() || select.having.is_some() || select.from.is_empty() {
            return None;
        }
        if query.limit.is_some() || query.offset.is_some() {
            return None;
        }
        let (from, conditions) = self.sources(select);
        Some(if conditions.is_empty() { from } else { format!("{from} where {}", self.all_of(&conditions)) })
    }
}

/// A word for an operator that tells true or false, and its opposite.
fn word_of(symbol: &str) -> Option<(&'static str, &'static str)> {
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

fn ordered_words(comparison: Comparison, category: char) -> &'static str {
    match (comparison, category) {
        (Comparison::Less, 'D') => "is before",
        (Comparison::LessOrEqual, 'D') => "is on or before",
        (Comparison::Greater, 'D') => "is after",
        (Comparison::GreaterOrEqual, 'D') => "is on or after",
        (Comparison::Less, 'S') => "comes before",
        (Comparison::Greater, 'S') => "comes after",
        (Comparison::Less, _) => "is less than",
        (Comparison::LessOrEqual, _) => "is at most",
        (Comparison::Greater, _) => "is more than",
        _ => "is at least",
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// The comparison that holds where this one does not, for values that are there; `true` where it stays negated.
fn opposite(comparison: Comparison) -> (Comparison, bool) {
    match comparison {
        Comparison::Equal => (Comparison::Differs, false),
        Comparison::Differs => (Comparison::Equal, false),
        Comparison::Less => (Comparison::GreaterOrEqual, false),
        Comparison::LessOrEqual => (Comparison::Greater, false),
        Comparison::Greater => (Comparison::LessOrEqual, false),
        Comparison::GreaterOrEqual => (Comparison::Less, false),
        Comparison::Distinct => (Comparison::Distinct, true),
    }
}

fn is_constant(value: &Expr) -> bool {
    match value {
        Expr::Constant { .. } => true,
        Expr::Cast { value, .. } => is_constant(value),
        _ => false,
    }
}

/// What a LIKE pattern asks for where it has no further wildcards: words, their opposite, and the text.
fn plain_pattern(pattern: &str) -> Option<(&'static str, &'static str, String)> {
    let start = pattern.starts_with('%');
    let mut chars = pattern.strip_prefix('%').unwrap_or(pattern).chars();
    let (mut text, mut end) = (String::new(), false);
    while let Some(c) = chars.next() {
        match c {
            _ if end => return None,
            '%' => end = true,
            '_' => return None,
            '\\' => text.push(chars.next()?),
            other => text.push(other),
        }
    }
    if text.is_empty() {
        return None;
    }
    Some(match (start, end) {
        (true, true) => ("contains", "does not contain", text),
        (false, true) => ("begins with", "does not begin with", text),
        (true, false) => ("ends with", "does not end with", text),
        (false, false) => ("is", "is not", text),
    })
}
