//! How a question begins and ends that refers to the one before it, and what it says between.

use super::meaning::{Meaning, Top};
use crate::lattice::lexicon;
use crate::query::tree::Direction;

/// What is to happen to the part of the question before that speaks of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// "what about", "instead": it gives way.
    Replace,
    /// "also", "too": it stays.
    Add,
    /// "only": rows are left out.
    Narrow,
}

/// A question without the words that tie it to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    pub text: String,
    pub mode: Mode,
    /// It can't begin anew.
    pub is_certain: bool,
}

/// How a continuation begins: its mode, and whether no other question begins so.
#[rustfmt::skip]
const OPENERS: &[(&str, Mode, bool)] = &[
    ("what about", Mode::Replace, true), ("how about", Mode::Replace, true), ("and", Mode::Replace, true),
    ("but", Mode::Replace, true), ("same", Mode::Replace, true), ("the same", Mode::Replace, true),
    ("same for", Mode::Replace, true), ("the same for", Mode::Replace, true), ("make it", Mode::Replace, true),
    ("make that", Mode::Replace, true), ("break it down", Mode::Replace, true), ("break that down", Mode::Replace, true),
    ("break this down", Mode::Replace, true), ("broken down", Mode::Replace, true), ("split it", Mode::Replace, true),
    ("split that", Mode::Replace, true), ("split", Mode::Replace, true), ("group it", Mode::Replace, true),
    ("grouped", Mode::Replace, true), ("or", Mode::Replace, true),
    ("also", Mode::Add, true), ("add", Mode::Add, true), ("plus", Mode::Add, true), ("as well as", Mode::Add, true),
    ("only", Mode::Narrow, true), ("just", Mode::Narrow, false), ("only for", Mode::Narrow, true),
    ("just for", Mode::Narrow, true), ("only in", Mode::Narrow, true), ("restrict it to", Mode::Narrow, true),
    ("restrict that to", Mode::Narrow, true), ("restrict to", Mode::Narrow, true), ("limit it to", Mode::Narrow, true),
    ("limit that to", Mode::Narrow, true), ("limit to", Mode::Narrow, true), ("filter by", Mode::Narrow, true),
    ("filter on", Mode::Narrow, true),
    ("now", Mode::Replace, false), ("then", Mode::Replace, false), ("so", Mode::Replace, false), ("ok", Mode::Replace, false),
    ("okay", Mode::Replace, false), ("please", Mode::Replace, false), ("show", Mode::Replace, false),
    ("show me", Mode::Replace, false), ("show it", Mode::Replace, true), ("show them", Mode::Replace, true),
];

/// How one ends.
#[rustfmt::skip]
const ENDINGS: &[(&str, Mode, bool)] = &[
    ("instead", Mode::Replace, true), ("too", Mode::Add, true), ("as well", Mode::Add, true), ("only", Mode::Narrow, true),
    ("then", Mode::Replace, false), ("now", Mode::Replace, false), ("please", Mode::Replace, false),
    ("ones", Mode::Replace, false),
];

impl FollowUp {
    /// Takes off all that only ties the question to the one before.
    pub fn of(question: &str) -> Self {
        let mut found = Self { text: trimmed(question).to_owned(), mode: Mode::Replace, is_certain: false };
        while let Some((rest, mode, is_certain)) = opened(&found.text).or_else(|| ended(&found.text)) {
            // "and also in France" adds, "and only Germany" narrows.
            if mode != Mode::Replace {
                found.mode = mode;
            }
            found.is_certain |= is_certain;
            found.text = trimmed(&rest).to_owned();
        }
        found
    }
}

fn trimmed(text: &str) -> &str {
    text.trim().trim_matches([',', '?', '!', '.', ';', ' ', '…'])
}

/// The longest opener, with what follows it.
fn opened(text: &str) -> Option<(String, Mode, bool)> {
    let after = |opener: &str| after_words(text, opener).filter(|rest| !rest.is_empty());
    let found = OPENERS.iter().filter_map(|(opener, mode, certain)| Some((after(opener)?, *mode, *certain)));
    found.min_by_key(|(rest, ..)| rest.len()).map(|(rest, mode, certain)| (rest.to_owned(), mode, certain))
}

fn ended(text: &str) -> Option<(String, Mode, bool)> {
    let lower = text.to_ascii_lowercase();
    ENDINGS.iter().find_map(|(ending, mode, certain)| {
        let before = lower.strip_suffix(ending)?;
        let rest = text.get(..before.len())?;
        (before.ends_with([' ', ',']) && !rest.trim().is_empty()).then(|| (rest.to_owned(), *mode, *certain))
    })
}

/// What follows these words at the beginning of a text, whatever their case.
fn after_words<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let begins = text.get(..words.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(words));
    let rest = text.get(words.len()..)?;
    (begins && (rest.is_empty() || rest.starts_with([' ', ',', ':']))).then(|| trimmed(rest))
}

/// The first or the last of the groups of the answer before: "which month was best?", "and the worst?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BestOf {
    pub direction: Direction,
    /// What the groups are, where it is said: "month".
    pub noun: Option<String>,
}

pub fn best_of(follow_up: &FollowUp) -> Option<BestOf> {
    let way = |word: &str| match word {
        "best" | "highest" | "strongest" | "largest" | "biggest" => Some(Direction::Descending),
        "worst" | "lowest" | "weakest" | "smallest" => Some(Direction::Ascending),
        _ => None,
    };
    let words: Vec<words::Word> = words::split(&follow_up.text, 8);
    let words: Vec<&str> = words.iter().map(|word| word.lower.as_str()).filter(|word| *word != "the").collect();
    let asked = words.strip_prefix(&["which"]).or(words.strip_prefix(&["what"])).unwrap_or(&words);
    let asked = asked.strip_suffix(&["one"]).unwrap_or(asked);
    let (best, noun) = match asked {
        [best] | ["was" | "is", best] => (best, None),
        [best, noun] | ["was" | "is", best, noun] if way(best).is_some() => (best, Some(noun)),
        [noun, "was" | "is" | "did", best] => (best, Some(noun)),
        _ => return None,
    };
    Some(BestOf { direction: way(best)?, noun: noun.map(|noun| words::singular(noun)) })
}

/// Whether words mean the very rows of the answer before: "those from France", "of these".
pub fn points_back(text: &str) -> bool {
    let words: Vec<String> = words::split(text, 80).into_iter().map(|word| word.lower).collect();
    words.iter().any(|word| matches!(word.as_str(), "those" | "these" | "them" | "they" | "their"))
}

/// What is done to the rows of the answer before, whatever they are of: "top 3", "as a share".
pub fn directive(follow_up: &FollowUp, before: &Meaning) -> Option<Meaning> {
    let words: Vec<String> = words::split(&follow_up.text, 12).into_iter().map(|word| word.lower).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "the").collect();
    if matches!(words.as_slice(), ["all" | "everything"] | ["all", "of", "them"] | ["all", "rows"]) {
        return before.top.is_some().then(|| Meaning { top: None, ..before.clone() });
    }
    if let [way @ ("top" | "bottom" | "best" | "worst"), number] = words.as_slice() {
        let count =
            number.parse().ok().or_else(|| lexicon::number_word(number)).filter(|count| (1..=1000).contains(count))?;
        let direction = if matches!(*way, "top" | "best") { Direction::Descending } else { Direction::Ascending };
        return Some(before.limited_to(Top { count, direction }));
    }
    let share = match words.as_slice() {
        ["as" | "in", rest @ ..] => rest,
        _ => return None,
    };
    let share: Vec<&str> =
        share.iter().copied().filter(|word| !matches!(*word, "a" | "of" | "total" | "whole" | "all")).collect();
    let is_share = matches!(
        share.as_slice(),
        ["share" | "shares" | "percentage" | "percentages" | "percent" | "fraction" | "fractions" | "proportion" | "%"]
    );
    is_share.then(|| Meaning { share: true, ..before.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ties_a_question_to_another_is_taken_off() {
        for (question, text, mode, certain) in [
            ("What about 2024?", "2024", Mode::Replace, true),
            ("and only Germany", "Germany", Mode::Narrow, true),
            ("by month instead, please", "by month", Mode::Replace, true),
            ("and also France", "France", Mode::Add, true),
            ("France too", "France", Mode::Add, true),
            ("show me orders over 100", "orders over 100", Mode::Replace, false),
            ("Android phones", "Android phones", Mode::Replace, false),
            ("and", "and", Mode::Replace, false),
        ] {
            let found = FollowUp::of(question);
            assert_eq!((found.text.as_str(), found.mode, found.is_certain), (text, mode, certain), "{question}");
        }
    }
}
