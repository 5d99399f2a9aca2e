//! Describes constants.

use schema::sanitize::one_line;

/// Longer constants are cut to this many characters. The statement itself shows the rest.
const MAX_TEXT: usize = 80;

/// A constant of a type category. `None` is NULL.
pub(crate) fn constant(text: Option<&str>, category: char) -> String {
    let Some(text) = text else { return "no value".to_owned() };
    match category {
        'N' | 'T' | 'A' => shorten(text),
        'B' if text == "t" => "true".to_owned(),
        'B' if text == "f" => "false".to_owned(),
        'D' => without_midnight(text),
        _ => quoted(text),
    }
}

/// A text in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", shorten(text))
}

fn shorten(text: &str) -> String {
    let text = one_line(text);
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// A timestamp as a date if its time is midnight.
fn without_midnight(text: &str) -> String {
    let is_zone = |zone: &str| zone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ':'));
    match text.split_once(" 00:00:00") {
        Some((day, zone)) if is_zone(zone) => day.to_owned(),
        _ => one_line(text),
    }
}
