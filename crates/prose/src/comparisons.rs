//! Describes comparisons: of two values, with a list, and with the rows of a subquery or the elements of an array.

use crate::outline::{Comparison, Expr};
use crate::{Describer, english_list};

/// Longer lists are introduced by `one of`.
const MAX_ALTERNATIVES: usize = 3;

impl<'o> Describer<'o> {
    /// A comparison of two values, with a constant on the right side.
    pub(crate) fn compare(
        &self,
        comparison: Comparison,
        category: char,
        sides: &'o (Expr, Expr),
        negated: bool,
    ) -> String {
        let (mut left, mut right, mut comparison) = (&sides.0, &sides.1, comparison);
        if is_constant(left) && !is_constant(right) {
            (left, right, comparison) = (right, left, commute(comparison));
        }
        let (comparison, negated) = if negated { negate(comparison) } else { (comparison, false) };
        if let (Comparison::Equal | Comparison::NotEqual, Expr::Constant { text: Some(text), category: 'B', .. }) =
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
            Comparison::NotEqual if constant => "is not",
            Comparison::NotEqual => "differs from",
            Comparison::IsDistinct if negated => "is the same as",
            Comparison::IsDistinct => "is not the same as",
            ordered => order_verb(ordered, category),
        };
        format!("{} {words} {}", self.compared(left), self.compared(right))
    }

    /// A value that is compared. Parentheses keep a condition apart from the verb that follows.
    fn compared(&self, value: &'o Expr) -> String {
        let text = self.value(value);
        if text.starts_with("whether ") { format!("({text})") } else { text }
    }

    /// The values of an IN list, such as `'a', 'b' or 'c'`.
    pub(crate) fn alternatives(&self, list: &'o [Expr], negated: bool) -> String {
        let values = self.values(list);
        match (values.as_slice(), negated) {
            ([only], false) => only.clone(),
            ([only], true) => format!("not {only}"),
            (few, false) if few.len() <= MAX_ALTERNATIVES => english_list(few, "or"),
            ([one, other], true) => format!("neither {one} nor {other}"),
            (many, false) => format!("one of {}", english_list(many, "and")),
            (many, true) => format!("none of {}", english_list(many, "and")),
        }
    }

    /// A comparison with ANY or ALL.
    pub(crate) fn any(&self, symbol: &str, values: &'o [Expr], of: &'o Expr, all: bool, negated: bool) -> String {
        let value = match values {
            [only] => self.value(only),
            several => self.tuple(several),
        };
        let of = match of {
            Expr::Subquery(query) => self.subquery(query, |query| self.result_phrase(query)),
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
}

/// The verb of `<`, `<=`, `>` and `>=` for values of a type category.
fn order_verb(comparison: Comparison, category: char) -> &'static str {
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

/// The comparison that holds after its sides are exchanged.
fn commute(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// The comparison that holds for two values if this one does not. For IS DISTINCT FROM, which has no opposite of its
/// own, it is the same one and `true`.
fn negate(comparison: Comparison) -> (Comparison, bool) {
    match comparison {
        Comparison::Equal => (Comparison::NotEqual, false),
        Comparison::NotEqual => (Comparison::Equal, false),
        Comparison::Less => (Comparison::GreaterOrEqual, false),
        Comparison::LessOrEqual => (Comparison::Greater, false),
        Comparison::Greater => (Comparison::LessOrEqual, false),
        Comparison::GreaterOrEqual => (Comparison::Less, false),
        Comparison::IsDistinct => (Comparison::IsDistinct, true),
    }
}

/// Whether a value is a constant, perhaps cast to another type.
fn is_constant(value: &Expr) -> bool {
    match value {
        Expr::Constant { .. } => true,
        Expr::Cast { value, .. } => is_constant(value),
        _ => false,
    }
}
