//! Whether a later question asks the same as a taught one, and with which values.

use std::collections::{HashMap, HashSet};

use crate::calendar::{Day, Period};
use crate::pattern::{Element, Pattern, is_grammar, is_plain_number};
use crate::question::{Question, Token};

/// The most words that a text value has in a question.
const MAX_VALUE_WORDS: usize = 6;
/// More ways to lay a question over a pattern are not looked at: it would be ambiguous anyway.
const MAX_FITS: usize = 8;
/// In a question of more words that say what it is about, none is taken for a misspelt one: there would be many to look up.
const MOST_MISSPELT: usize = 12;
/// Shorter words are not taken for misspelt ones, in characters.
const MIN_MISSPELT: usize = 6;

/// One way to read a question as a taught one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// What it says in the place of each hole, in their order: a number, or the words of a text as they were written.
    pub said: Vec<String>,
    pub time: Option<Period>,
    /// Words that were taken for others: as written, and as taught.
    pub corrected: Vec<(String, String)>,
}

impl Pattern {
    /// The ways to read `question` as this one, on the day `today`. `is_known` says of a word that it is spelled as it is meant:
    /// only other words are taken for misspelt.
    pub fn fits(&self, question: &Question<'_>, today: Day, is_known: &dyn Fn(&str) -> bool) -> Vec<Fit> {
        let (tokens, time) = match &self.time {
            None => (question.tokens(), None),
            Some(hole) => {
                let Some(period) = question.only_time(today).filter(|period| hole.filled(*period).is_some()) else {
                    return Vec::new();
                };
                (question.tokens_without_time(), Some(period))
            }
        };
        let mut layout = Layout {
            pattern: self,
            question: question.text,
            tokens: &tokens,
            is_known,
            known: HashMap::new(),
            fits: Vec::new(),
            dead_ends: HashSet::new(),
        };
        let said = vec![String::new(); self.holes.len()];
        layout.lay(0, 0, &mut Fit { said, time, corrected: Vec::new() });
        layout.fits
    }
}

struct Layout<'a> {
    pattern: &'a Pattern,
    question: &'a str,
    tokens: &'a [Token],
    is_known: &'a dyn Fn(&str) -> bool,
    /// What it said of the words that it was asked of, each once: whoever answers may look through all names of a schema.
    known: HashMap<&'a str, bool>,
    fits: Vec<Fit>,
    /// An element and a token from which nothing fits, whatever came before them. Without these, values of one to six words each
    /// could be laid in more ways than anybody waits for.
    dead_ends: HashSet<(usize, usize)>,
}

impl<'a> Layout<'a> {
    /// Lays the tokens from `at` over the elements from `element`.
    fn lay(&mut self, element: usize, at: usize, fit: &mut Fit) {
        if self.dead_ends.contains(&(element, at)) {
            return;
        }
        let found = self.fits.len();
        self.lay_element(element, at, fit);
        if self.fits.len() == found && found < MAX_FITS {
            self.dead_ends.insert((element, at));
        }
    }

    fn lay_element(&mut self, element: usize, at: usize, fit: &mut Fit) {
        let left = self.tokens.len() - at;
        let wanted = self.pattern.elements.len() - element;
        if left < wanted || self.fits.len() >= MAX_FITS {
            return;
        }
        match self.pattern.elements.get(element) {
            None if left == 0 => self.fits.push(fit.clone()),
            None => {}
            Some(Element::Word(word)) => self.lay_word(word, element, at, fit),
            Some(Element::Hole(number)) => self.lay_value(*number, element, at, fit),
        }
    }

    fn lay_word(&mut self, word: &str, element: usize, at: usize, fit: &mut Fit) {
        let tokens = self.tokens;
        let Some(token) = tokens.get(at) else { return };
        let before_value = matches!(self.pattern.elements.get(element + 1), Some(Element::Hole(number))
            if self.pattern.holes.get(*number).is_some_and(|hole| hole.column.is_some()));
        if token.text == word || (before_value && names_a_place(word) && names_a_place(&token.text)) {
            self.lay(element + 1, at + 1, fit);
        } else if is_misspelt(&token.text, word) && !self.is_known(&token.text) {
            fit.corrected.push((token.text.clone(), word.to_owned()));
            self.lay(element + 1, at + 1, fit);
            fit.corrected.pop();
        }
    }

    fn is_known(&mut self, word: &'a str) -> bool {
        *self.known.entry(word).or_insert_with(|| (self.is_known)(word))
    }

    fn lay_value(&mut self, number: usize, element: usize, at: usize, fit: &mut Fit) {
        let Some(hole) = self.pattern.holes.get(number) else { return };
        let longest = if hole.column.is_some() { MAX_VALUE_WORDS } else { 1 };
        for length in 1..=longest {
            let Some((first, last)) = self.tokens.get(at).zip(self.tokens.get(at + length - 1)) else { return };
            let said = if hole.column.is_some() {
                let text = self.question.get(first.start..last.end).unwrap_or_default();
                let quotes = ['"', '\'', '“', '”', '‘', '’'];
                text.trim_matches(quotes).to_owned()
            } else {
                let whole = !hole.taught.contains('.');
                let fits = first.is_number && is_plain_number(&first.text) && !(whole && first.text.contains('.'));
                if !fits {
                    return;
                }
                first.text.clone()
            };
            if let Some(place) = fit.said.get_mut(number) {
                *place = said;
            }
            self.lay(element + 1, at + length, fit);
        }
    }
}

/// Prepositions that say the same before a value: "revenue in France", "of France", "for France".
fn names_a_place(word: &str) -> bool {
    matches!(word, "in" | "for" | "of")
}

/// A word, and where it is long enough to be a misspelt one, what it is with one letter less. Two words that are one edit apart have
/// one of these in common (the symmetric deletions of SymSpell).
pub fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if (MIN_MISSPELT..=30).contains(&word.chars().count()) && word.chars().all(char::is_alphabetic) {
        let less =
            |left_out: usize| word.chars().enumerate().filter(|(at, _)| *at != left_out).map(|(_, c)| c).collect();
        spellings.extend((1..word.chars().count()).map(less));
    }
    spellings
}

/// What the pairs are kept under that a question of these words may ask: two words of theirs as one text, in the order of their
/// bytes, one of which may be misspelt, or one word after a space.
pub fn shapes(words: &[String]) -> Vec<String> {
    let (grammar, content): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| is_grammar(word));
    let mut shapes = Vec::new();
    // The words of a pair are those that say what it is about, or, where none does, all.
    for group in [content, grammar] {
        let may_be_misspelt = group.len() <= MOST_MISSPELT;
        for word in &group {
            let forms = if may_be_misspelt { spellings(word) } else { vec![(*word).clone()] };
            for form in &forms {
                shapes.push(format!(" {form}"));
                let others = group.iter().filter(|other| *other != word);
                shapes.extend(others.map(|other| {
                    let (first, second) = if form <= *other { (form, *other) } else { (*other, form) };
                    format!("{first} {second}")
                }));
            }
        }
    }
    shapes.sort();
    shapes.dedup();
    shapes
}

/// One edit away, with the same first letter, and no plural of the other.
fn is_misspelt(word: &str, taught: &str) -> bool {
    let long = |text: &str| text.chars().count() >= MIN_MISSPELT && text.chars().all(char::is_alphabetic);
    long(word)
        && long(taught)
        && word.chars().next() == taught.chars().next()
        && words::singular(word) != words::singular(taught)
        && words::edits(word, taught) == 1
}
