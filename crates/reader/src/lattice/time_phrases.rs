//! Where a question tells a time: for whoever has to know which of its words do, without reading all of it.

use super::{relative_times, time_expressions};
use words::{Word, WordKind};

/// A time that a question tells, as SQL over dates and `current_date`: from its first moment, to the first one after it. At
/// least one of them is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimePhrase {
    pub from: Option<String>,
    pub to: Option<String>,
    /// The words that tell it, its preposition among them, by their positions: the first, and the one after the last.
    pub words: std::ops::Range<usize>,
}

/// The times that a question tells, in its order. A number that can be a year is one even without a preposition: whoever asks
/// has to know that it is meant as a time.
pub fn time_phrases(words: &[Word]) -> Vec<TimePhrase> {
    let mut phrases = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let said = [time_expressions::time_range(words, start), relative_times::time_range(words, start)];
        let longest = said.into_iter().flatten().max_by_key(|(_, end)| *end);
        let is_number = words.get(start).is_some_and(|word| word.kind == WordKind::Number);
        let bare = || time_expressions::bare_range(words, start).filter(|_| is_number);
        match longest.or_else(bare) {
            Some((range, end)) => {
                phrases.push(TimePhrase { from: range.from, to: range.to, words: start..end });
                start = end.max(start + 1);
            }
            None => start += 1,
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str) -> Vec<String> {
        let words = words::split(question, 40);
        let text =
            |range: std::ops::Range<usize>| words[range].iter().map(|word| word.text.as_str()).collect::<Vec<_>>();
        time_phrases(&words).into_iter().map(|phrase| text(phrase.words).join(" ")).collect()
    }

    #[test]
    fn times_are_found_wherever_they_stand() {
        assert_eq!(told("in 2025, revenue of the last 30 days"), ["in 2025", "of the last 30 days"]);
        assert_eq!(told("revenue 2024 by country since March 2025"), ["2024", "since March 2025"]);
        assert!(told("top 5 customers of Berlin").is_empty());
    }
}
