//! Comments: which of their words say what the object is, and which only explain it.
//!
//! "customers and prospects of the utility" is a name in prose: its first phrase tells what the relation holds. So does a
//! phrase after a colon: "what the customer pays, in euros: the revenue of the order".

use crate::query_terms::is_stop;
use words::identifier_words;

/// Words of one phrase that still reads as a name.
const LONGEST_NAME: usize = 4;
/// Words of a comment that are looked at, and characters.
const MOST_WORDS: usize = 40;
const MOST_CHARACTERS: usize = 1000;

/// A word of a comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommentWord {
    pub text: String,
    /// The number of words of the phrase that names the object; `None` for a word that explains.
    pub name_of: Option<u8>,
}

/// The telling words of a comment in order, each once; a word that names comes before the same word that explains.
pub(crate) fn comment_words(comment: &str) -> Vec<CommentWord> {
    let text: String = comment.chars().take(MOST_CHARACTERS).collect();
    let mut found: Vec<CommentWord> = Vec::new();
    for (number, clause) in text.split([':', ';', '.', '=', '(']).enumerate() {
        let phrases = phrases(clause);
        for (place, (phrase, listed)) in phrases.iter().enumerate() {
            // The first phrase names, and so does one that is listed right after it: "tickets and complaints".
            let first = place == 0 || (place == 1 && *listed);
            let names = first && number < 3 && phrase.len() <= LONGEST_NAME;
            let name_of = names.then(|| u8::try_from(phrase.len()).unwrap_or(u8::MAX));
            for word in phrase {
                let full = found.len() >= MOST_WORDS;
                match found.iter_mut().find(|known| known.text == *word) {
                    Some(known) if known.name_of.is_none() => known.name_of = name_of,
                    Some(_) => {}
                    None if !full => found.push(CommentWord { text: word.clone(), name_of }),
                    None => {}
                }
            }
        }
    }
    found
}

/// Runs of telling words between words that name nothing and commas, and whether each follows an "and" or a comma.
fn phrases(clause: &str) -> Vec<(Vec<String>, bool)> {
    let mut phrases: Vec<(Vec<String>, bool)> = Vec::new();
    let mut listed = false;
    let mut open = false;
    for piece in clause.split_inclusive([' ', ',', '\n', '\t', '/']) {
        for word in identifier_words(piece) {
            if is_stop(&word) || word.len() < 2 {
                listed = !open && listed || matches!(word.as_str(), "and" | "or");
                open = false;
                continue;
            }
            if open {
                if let Some((phrase, _)) = phrases.last_mut() {
                    phrase.push(word);
                }
            } else {
                phrases.push((vec![word], listed));
                listed = false;
                open = true;
            }
        }
        if piece.ends_with([',', '/']) {
            listed = true;
            open = false;
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(comment: &str) -> Vec<(String, u8)> {
        comment_words(comment).into_iter().filter_map(|word| Some((word.text, word.name_of?))).collect()
    }

    #[test]
    fn the_first_phrase_names() {
        let name = |text: &str, parts: u8| (text.to_owned(), parts);
        assert_eq!(names("customers and prospects of the utility"), [name("customers", 1), name("prospects", 1)]);
        assert_eq!(names("the lines of an order"), [name("lines", 1)]);
        assert_eq!(
            names("Meter readings, in kilowatt hours"),
            [name("meter", 2), name("readings", 2), name("kilowatt", 2), name("hours", 2)]
        );
        assert_eq!(names("what is paid in euros: the revenue"), [name("paid", 1), name("revenue", 1)]);
        assert_eq!(comment_words("the lines of an order").last().map(|word| word.name_of), Some(None));
    }

    #[test]
    fn long_comments_are_read_to_a_bound() {
        let long: String = (0..500).map(|number| format!("word{} ", "x".repeat(number % 90))).collect();
        assert!(comment_words(&long).len() <= MOST_WORDS);
    }
}
