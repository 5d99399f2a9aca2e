//! Conditions that are a yes or a no, and states that have a word of their own: `discontinued products`, `that are not
//! discontinued`, `who get the newsletter`, `returned orders`.

use super::Facts;
use super::columns::counted_rows;
use super::phrases::Phrase;
use super::question_words;
use crate::english_list;

/// Participles that do not end in -ed, and other words that stand before a noun.
const ADJECTIVES: &[&str] = &[
    "paid",
    "sent",
    "sold",
    "shown",
    "hidden",
    "written",
    "read",
    "won",
    "lost",
    "built",
    "held",
    "open",
    "active",
    "public",
    "pending",
    "inactive",
    "overdue",
    "void",
    "draft",
    "urgent",
    "unpaid",
    "running",
    "new",
    "born",
    "broken",
    "frozen",
    "stolen",
    "chosen",
    "torn",
    "worn",
    "shorn",
    "known",
    "unknown",
    "taken",
    "bought",
    "available",
    "visible",
    "free",
    "online",
];

/// A condition that is a yes or a no.
pub fn boolean(facts: &Facts, name: &str, is_true: bool) -> Phrase {
    let not = if is_true { "" } else { "not " };
    if let Some(rest) = name.strip_prefix("is ").or_else(|| name.strip_prefix("was ")) {
        return Phrase::That(format!("are {not}{rest}"));
    }
    let bare = name.strip_prefix("has ").unwrap_or(name);
    let bare = bare.strip_suffix(" at").or_else(|| bare.strip_suffix(" on")).unwrap_or(bare);
    let first = bare.split(' ').next().unwrap_or_default();
    let is_whole = bare == name.strip_suffix(" at").or_else(|| name.strip_suffix(" on")).unwrap_or(name);
    if is_whole && (is_adjective(first) || first.ends_with("able")) {
        return match (is_true, bare == first) {
            (true, true) => Phrase::Adjective(bare.to_owned()),
            _ => Phrase::That(format!("are {not}{bare}")),
        };
    }
    let the = format!("the {bare}");
    let thing = if question_words::has(facts.question, &the) { the } else { bare.to_owned() };
    match (question_words::deed(facts.question, bare), is_true) {
        (Some(deed), true) => Phrase::That(deed),
        (Some(deed), false) => Phrase::That(format!("do not {deed}")),
        (None, true) => Phrase::With(thing),
        (None, false) => Phrase::Without(thing),
    }
}

/// A value that is said before the rows that have it: a state that is a participle, or what the question puts there.
pub fn adjective(facts: &Facts, column: &str, values: &[&str]) -> Option<Phrase> {
    if values.len() > 1 && is_state(column) && values.iter().all(|value| is_adjective(value)) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        return Some(Phrase::Adjective(english_list(&values, "or")));
    }
    let [value] = values else { return None };
    let value = schema::sanitize::one_line(value);
    let is_state = is_state(column) && is_adjective(&value);
    let rows = counted_rows(facts);
    let is_said = value.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-')
        && rows.is_some_and(|rows| question_words::has(facts.question, &format!("{value} {rows}")));
    (is_state || is_said).then_some(Phrase::Adjective(value))
}

/// Whether a column says in which state a row is.
pub fn is_state(column: &str) -> bool {
    matches!(column.rsplit(' ').next(), Some("status" | "state" | "condition"))
}

/// Whether a word stands before the noun that it tells of.
pub fn is_adjective(word: &str) -> bool {
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_lowercase());
    is_word && (word.ends_with("ed") || ADJECTIVES.contains(&word))
}
