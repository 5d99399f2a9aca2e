//! Describes LIKE, SIMILAR TO and regular expressions.

use crate::Describer;
use crate::constants::quoted;
use crate::outline::{Expr, PatternKind};

impl<'o> Describer<'o> {
    /// A match of a value against a pattern. Simple LIKE patterns get a verb, such as `begins with`.
    pub(crate) fn like(&self, value: &'o Expr, pattern: &'o Expr, kind: PatternKind, negated: bool) -> String {
        let value = self.value(value);
        let case = match kind {
            PatternKind::ILike | PatternKind::RegexIgnoreCase => " (in upper or lower case)",
            PatternKind::Like | PatternKind::Regex => "",
        };
        if matches!(kind, PatternKind::Like | PatternKind::ILike)
            && let Expr::Constant { text: Some(text), .. } = pattern
            && let Some((yes, no, part)) = simple_pattern(text)
        {
            let words = if negated { no } else { yes };
            return format!("{value} {words} {}{case}", quoted(&part));
        }
        let pattern = match pattern {
            Expr::Call { name, args } if name.starts_with("similar_") => self.values(args).swap_remove(0),
            other => self.value(other),
        };
        let words = if negated { "does not match the pattern" } else { "matches the pattern" };
        format!("{value} {words} {pattern}{case}")
    }
}

/// Reads a LIKE pattern whose only wildcards are a `%` at either end. Returns the verb for it, the verb for its
/// opposite and the text without wildcards and escapes.
fn simple_pattern(pattern: &str) -> Option<(&'static str, &'static str, String)> {
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
