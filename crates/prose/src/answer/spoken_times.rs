//! Times as the question says them, with the days that they are: `yesterday (22 November 2026)`, `last week (16 to 22 November
//! 2026)`.

use super::dates::{Date, Unit, stretch};
use super::question_words::has;

/// The words of the question for a time from a day to the first one after it, where they mean that time.
pub fn as_asked(question: &str, from: Option<Date>, to: Option<Date>, today: Option<Date>) -> Option<String> {
    let (from, to, today) = (from?, to?, today?);
    let week = today.first_of(Unit::Week);
    let known = [
        ("yesterday", today.plus_days(-1), today),
        ("today", today, today.plus_days(1)),
        ("last week", week.plus_days(-7), week),
        ("this week", week, week.plus_days(7)),
    ];
    let (words, ..) =
        known.into_iter().find(|(words, begin, end)| (*begin, *end) == (from, to) && has(question, words))?;
    let days = stretch(Some(from), Some(to))?;
    let days = ["from ", "on ", "in "].iter().find_map(|word| days.strip_prefix(word)).unwrap_or(&days).to_owned();
    Some(format!("{words} ({days})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_weeks_are_called_as_the_question_calls_them() {
        let date = |text: &str| Date::parse(text);
        let told = |question: &str, from: &str, to: &str| as_asked(question, date(from), date(to), date("2026-11-23"));
        assert_eq!(
            told("orders yesterday", "2026-11-22", "2026-11-23").as_deref(),
            Some("yesterday (22 November 2026)")
        );
        assert_eq!(
            told("page views last week", "2026-11-16", "2026-11-23").as_deref(),
            Some("last week (16 to 22 November 2026)")
        );
        assert_eq!(told("orders today", "2026-11-23", "2026-11-24").as_deref(), Some("today (23 November 2026)"));
        // Another time, or other words.
        assert_eq!(told("orders last week", "2026-11-15", "2026-11-22"), None);
        assert_eq!(told("orders on 22 November", "2026-11-22", "2026-11-23"), None);
    }
}
