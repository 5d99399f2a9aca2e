//! The words of a question that may name something, and how much each of them says.

use words::{Word, WordKind, split};

/// Of a longer question only the beginning is looked up.
pub const MOST_WORDS: usize = 60;
/// No name in a catalog is longer (NAMEDATALEN), so a longer word names nothing. Looking for its parts would take forever.
const LONGEST_WORD: usize = 63;
/// Words of one stored value.
const LONGEST_PHRASE: usize = 4;

/// Words that name nothing.
#[rustfmt::skip]
const STOP: &[&str] = &[
    "a", "about", "above", "all", "also", "am", "among", "an", "and", "another", "any", "are", "as", "at", "be", "been",
    "being", "below", "between", "both", "but", "by", "calculate", "can", "compute", "could", "determine", "did",
    "display", "distinct", "do", "does", "done", "down", "each", "either", "ever", "every", "far", "fewer", "fewest",
    "find", "for", "from", "get", "give", "had", "has", "have", "having", "he", "her", "here", "him", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "just", "least", "less", "list", "long", "many", "may", "me", "might", "more",
    "most", "much", "must", "my", "neither", "never", "no", "none", "nor", "not", "of", "often", "on", "one", "ones",
    "only", "or", "our", "out", "over", "own", "per", "please", "provide", "return", "same", "shall", "she", "should",
    "show", "so", "some", "such", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "to", "under", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom",
    "whose", "why", "will", "with", "without", "would", "you", "your",
];

/// Words that say little, though they may well be names of columns; words that say nothing but the order of an answer
/// have no weight at all.
#[rustfmt::skip]
const LIGHT: &[(&str, f32)] = &[
    ("name", 0.25), ("names", 0.25), ("number", 0.2), ("count", 0.15), ("total", 0.35), ("first", 0.35), ("last", 0.35),
    ("id", 0.25), ("ids", 0.25), ("average", 0.3), ("avg", 0.3), ("maximum", 0.3), ("minimum", 0.3), ("highest", 0.2),
    ("lowest", 0.2), ("other", 0.2), ("unique", 0.2), ("different", 0.2), ("value", 0.5), ("type", 0.5),
    ("information", 0.4), ("detail", 0.5), ("details", 0.5), ("record", 0.5), ("records", 0.5), ("report", 0.6),
    ("state", 0.8), ("order", 0.5), ("ordered", 0.3), ("sort", 0.2), ("sorted", 0.2), ("sum", 0.3), ("top", 0.3),
    ("descending", 0.0), ("ascending", 0.0), ("alphabetical", 0.0), ("alphabetically", 0.0), ("using", 0.0), ("use", 0.5),
    ("used", 0.5), ("belong", 0.3), ("greater", 0.1), ("larger", 0.1), ("higher", 0.1), ("lower", 0.1), ("common", 0.3),
    ("corresponding", 0.1), ("along", 0.1), ("result", 0.5), ("results", 0.5), ("today", 0.3), ("currently", 0.3), ("current", 0.4),
    ("date", 0.4), ("day", 0.4), ("days", 0.4), ("week", 0.4), ("weeks", 0.4), ("month", 0.4), ("months", 0.4),
    ("quarter", 0.4), ("year", 0.4), ("years", 0.4), ("time", 0.5), ("since", 0.0), ("ago", 0.0), ("before", 0.2),
    ("after", 0.2), ("during", 0.0), ("within", 0.0), ("until", 0.0), ("vs", 0.0), ("versus", 0.0), ("rank", 0.3),
    ("best", 0.3), ("worst", 0.3), ("new", 0.3), ("share", 0.5), ("rate", 0.5), ("compare", 0.1), ("compared", 0.1),
    ("past", 0.1), ("now", 0.1), ("yet", 0.0), ("still", 0.0), ("already", 0.0), ("excluding", 0.1), ("including", 0.1),
    ("inclusive", 0.0), ("exactly", 0.0), ("yesterday", 0.1), ("each", 0.0), ("together", 0.1), ("old", 0.4),
];

/// Whether a word names nothing, in questions and in comments.
pub fn is_stop(word: &str) -> bool {
    STOP.binary_search(&word).is_ok()
}

/// How much a word of a question says, from 0 to 1.
pub fn lightness(word: &str) -> f32 {
    LIGHT.iter().find(|(light, _)| *light == word).map_or(1.0, |(_, weight)| *weight)
}

/// A question as far as it can be looked up.
#[derive(Debug, Default)]
pub struct QueryTerms {
    /// All words in lower case, in order; joined neighbours may be one word of the catalog.
    pub words: Vec<String>,
    /// What may be a stored value, in lower case, with how likely that is.
    pub phrases: Vec<(String, f32)>,
}

impl QueryTerms {
    pub fn new(question: &str) -> Self {
        let mut pieces: Vec<Word> = Vec::new();
        let mut quoted = Vec::new();
        for piece in split(question, MOST_WORDS) {
            match piece.kind {
                WordKind::Quoted => {
                    quoted.push((piece.lower.clone(), 1.3));
                    // What is quoted is a phrase already; its words have no place in the question.
                    let inside = split(&piece.text, MOST_WORDS).into_iter().filter(is_word);
                    pieces.extend(inside.map(|word| Word { start: 0, end: 0, ..word }));
                }
                _ if is_word(&piece) => pieces.push(piece),
                _ => {}
            }
        }
        pieces.truncate(MOST_WORDS);
        let mut phrases = quoted;
        for start in 0..pieces.len() {
            for length in (1..=LONGEST_PHRASE).rev() {
                let Some(run) = pieces.get(start..start + length) else { continue };
                let capital =
                    run.iter().any(|word| word.text.chars().any(char::is_uppercase)) && (start > 0 || length > 1);
                let plain = run.first().is_some_and(|word| is_stop(&word.lower) || lightness(&word.lower) < 1.0);
                if length > 1 || capital || !plain {
                    let text = as_written(question, run);
                    phrases.push((text, if capital || length > 1 { 1.0 } else { 0.8 }));
                }
            }
        }
        let mut seen = std::collections::HashSet::new();
        phrases.retain(|(text, _)| text.chars().nth(1).is_some() && seen.insert(text.clone()));
        Self { words: pieces.into_iter().map(|word| word.lower).collect(), phrases }
    }
}

/// Neighbouring words as the question has them, hyphens and all, in lower case.
fn as_written(question: &str, run: &[Word]) -> String {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return String::new() };
    let written = question.get(first.start..last.end).filter(|_| first.end > 0).unwrap_or_default().to_lowercase();
    if !last.possessive {
        return written;
    }
    let whole = written.trim_end_matches(['\'', '’']);
    whole.strip_suffix("'s").or_else(|| whole.strip_suffix("’s")).unwrap_or(whole).to_owned()
}

fn is_word(piece: &Word) -> bool {
    matches!(piece.kind, WordKind::Word | WordKind::Number | WordKind::Date) && piece.lower.len() <= LONGEST_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(STOP.is_sorted());
    }

    #[test]
    fn words_and_phrases() {
        let terms = QueryTerms::new("How many orders went to 'New York' in May?");
        assert_eq!(terms.words, ["how", "many", "orders", "went", "to", "new", "york", "in", "may"]);
        assert_eq!(terms.phrases.first(), Some(&("new york".to_owned(), 1.3)));
        assert!(!terms.phrases.iter().any(|(text, _)| text == "many"));
        assert!(terms.phrases.contains(&("orders".to_owned(), 0.8)), "{:?}", terms.phrases);
        let terms = QueryTerms::new("Which country is Kaiga-4's owner in?");
        assert!(terms.phrases.contains(&("kaiga-4".to_owned(), 1.0)), "{:?}", terms.phrases);
    }
}
