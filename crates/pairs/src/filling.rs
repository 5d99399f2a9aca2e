//! The SQL of a pair with other values in its holes.

use crate::calendar::Period;
use crate::pattern::{Pattern, Span};

/// What a later question says in the place of each hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// In the order of the holes: numbers in digits, texts as they are stored.
    pub texts: Vec<String>,
    pub time: Option<Period>,
}

impl Pattern {
    /// The SQL with these values; `None` where one does not fit.
    pub fn filled(&self, sql: &str, values: &Values) -> Option<String> {
        let mut parts: Vec<(&Span, String)> = Vec::new();
        for (hole, text) in self.holes.iter().zip(&values.texts) {
            let written = if hole.column.is_some() { text.replace('\'', "''") } else { text.clone() };
            // A backslash means something where standard_conforming_strings is off.
            if written.contains(['\\', '\0']) {
                return None;
            }
            parts.extend(hole.spans.iter().map(|span| (span, written.clone())));
        }
        if let Some(hole) = &self.time {
            parts.extend(hole.filled(values.time?)?);
        }
        (values.texts.len() == self.holes.len()).then(|| splice(sql, parts.into_iter()))
    }
}

/// The text with other texts in some places. Places that overlap, or are none of the text, leave it as it is.
pub(crate) fn splice<'s>(sql: &str, parts: impl Iterator<Item = (&'s Span, String)>) -> String {
    let mut parts: Vec<(&Span, String)> = parts.collect();
    parts.sort_by_key(|(span, _)| span.start);
    let (mut text, mut end) = (String::with_capacity(sql.len() + 32), 0);
    for (span, value) in parts {
        let Some(between) = sql.get(end..span.start).filter(|_| sql.is_char_boundary(span.end)) else { continue };
        text.push_str(between);
        text.push_str(&span.before);
        text.push_str(&value);
        text.push_str(&span.after);
        end = span.end;
    }
    text.push_str(sql.get(end..).unwrap_or_default());
    text
}
