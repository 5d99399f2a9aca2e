//! A question as the words that carry its meaning.
//!
//! Politeness and words that only begin a question are left out. Everything else stands, in its order: "by", "without", "most",
//! a plural, who asks for how many.

use crate::calendar::{Day, Period};
use reader::{TimePhrase, time_phrases};
use words::{Word, WordKind};

/// Longer questions are not taught and not recognized, in words.
pub const MAX_WORDS: usize = 100;

/// Words that say nothing where a question begins.
const OPENING: [&str; 46] = [
    "please",
    "kindly",
    "hi",
    "hello",
    "hey",
    "ok",
    "so",
    "can",
    "could",
    "would",
    "will",
    "you",
    "i",
    "we",
    "want",
    "need",
    "like",
    "d",
    "to",
    "see",
    "know",
    "have",
    "look",
    "at",
    "show",
    "give",
    "tell",
    "list",
    "display",
    "print",
    "get",
    "find",
    "fetch",
    "return",
    "compute",
    "calculate",
    "me",
    "us",
    "what",
    "is",
    "are",
    "was",
    "were",
    "a",
    "an",
    "the",
];

/// Words that say nothing wherever they stand.
const EMPTY: [&str; 15] =
    ["please", "pls", "kindly", "thanks", "thank", "you", "the", "a", "an", "is", "are", "was", "were", "there", "our"];

/// A word, number or value of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// In lower case, a number in digits.
    pub text: String,
    pub is_number: bool,
    /// Its place in the question, in bytes.
    pub start: usize,
    pub end: usize,
}

/// A question taken apart.
#[derive(Debug)]
pub struct Question<'q> {
    pub text: &'q str,
    words: Vec<Word>,
    phrases: Vec<TimePhrase>,
}

impl<'q> Question<'q> {
    /// `None` where it is too long.
    pub fn new(text: &'q str) -> Option<Self> {
        let words = words::split(text, MAX_WORDS + 1);
        let phrases = if words.len() > MAX_WORDS { Vec::new() } else { time_phrases(&words) };
        (words.len() <= MAX_WORDS).then_some(Self { text, words, phrases })
    }

    /// The only time it tells, on a given day.
    pub fn only_time(&self, today: Day) -> Option<Period> {
        let [phrase] = self.phrases.as_slice() else { return None };
        Period::of(phrase.from.as_deref(), phrase.to.as_deref(), today)
    }

    /// The words that carry meaning, those of times among them.
    pub fn tokens(&self) -> Vec<Token> {
        tokens(&self.words, true)
    }

    /// The same without the only time it tells.
    pub fn tokens_without_time(&self) -> Vec<Token> {
        let said = self.phrases.first().map_or(0..0, |phrase| phrase.words.clone());
        let others: Vec<Word> =
            (0..).zip(&self.words).filter(|(at, _)| !said.contains(at)).map(|(_, word)| word.clone()).collect();
        tokens(&others, true)
    }
}

/// The words of a value, none of them left out for what it says.
pub fn value_tokens(text: &str) -> Vec<Token> {
    tokens(&words::split(text, MAX_WORDS), false)
}

fn tokens(words: &[Word], opens: bool) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for word in words {
        if is_punctuation(word) {
            continue;
        }
        let said = word.lower.as_str();
        let is_word = word.kind == WordKind::Word;
        if is_word && (EMPTY.contains(&said) || (opens && tokens.is_empty() && OPENING.contains(&said))) {
            continue;
        }
        if word.kind == WordKind::Quoted {
            // A value in quotes is the same value without them.
            let inside = self::tokens(&words::split(&word.text, MAX_WORDS), false);
            tokens.extend(inside.into_iter().map(|token| Token { start: word.start, end: word.end, ..token }));
            continue;
        }
        let digits = number_word(said).filter(|_| is_word);
        tokens.push(Token {
            text: digits.map_or_else(|| said.to_owned(), str::to_owned),
            is_number: word.kind == WordKind::Number || digits.is_some(),
            start: word.start,
            end: word.end,
        });
    }
    tokens
}

fn is_punctuation(word: &Word) -> bool {
    word.kind == WordKind::Symbol
        && matches!(word.text.as_str(), "," | "." | "?" | "!" | ";" | ":" | "\"" | "'" | "(" | ")")
}

fn number_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        "ten" => "10",
        "twelve" => "12",
        "twenty" => "20",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str) -> String {
        let tokens = Question::new(question).expect("short enough").tokens();
        tokens.into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn politeness_is_no_meaning() {
        for asked in [
            "Revenue by country?",
            "please show me the revenue by country",
            "What is our revenue by country, please?",
            "can you give us revenue by country. Thanks!",
        ] {
            assert_eq!(told(asked), "revenue by country", "{asked}");
        }
    }

    #[test]
    fn what_carries_meaning_stays() {
        assert_eq!(told("how many orders were not paid"), "how many orders not paid");
        assert_eq!(
            told("top five customers without orders in 'New York'"),
            "top 5 customers without orders in new york"
        );
        assert_eq!(told("customers to list"), "customers to list");
        assert_eq!(told("over 1,000 > 5"), "over 1000 > 5");
    }

    #[test]
    fn the_only_time_is_known() {
        let today = Day::parse("2026-11-21").expect("a day");
        let question = Question::new("revenue last month in France").expect("short");
        let period = question.only_time(today).expect("a time");
        assert_eq!(period.from.map(|day| day.to_string()).as_deref(), Some("2026-10-01"));
        let rest: Vec<String> = question.tokens_without_time().into_iter().map(|token| token.text).collect();
        assert_eq!(rest, ["revenue", "in", "france"]);
        assert!(Question::new("orders in 2024 and in 2025").expect("short").only_time(today).is_none());
        assert!(Question::new(&"word ".repeat(MAX_WORDS + 1)).is_none());
    }
}
