//! Synonyms: words of a question that are put in the place of others before it is read.
//!
//! Anybody may define some that stand for each other, so what a synonym stands for in the end is bounded.

use std::collections::HashMap;

use super::{MAX_WORDS, Terms, key, said};
use words::{Word, WordKind};

/// So many synonyms are followed from one to the next.
const MAX_FOLLOWED: usize = 8;
/// What a synonym stands for has no more words once others are followed.
const MAX_MEANT: usize = 80;

/// Words that stand for others.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Synonym {
    key: Vec<String>,
    meaning: String,
    /// The key of the meaning.
    meant: Vec<String>,
}

impl Synonym {
    pub(super) fn new(key: Vec<String>, meaning: String) -> Self {
        let meant = self::key(&meaning);
        Self { key, meaning, meant }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Synonyms {
    pub(super) all: Vec<Synonym>,
    /// Their places by the first word of their keys.
    by_first: HashMap<String, Vec<usize>>,
}

impl Synonyms {
    pub(super) fn new(all: Vec<Synonym>) -> Self {
        let mut by_first: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, synonym) in all.iter().enumerate() {
            let first = synonym.key.first().cloned();
            first.into_iter().for_each(|first| by_first.entry(first).or_default().push(place));
        }
        Self { all, by_first }
    }

    /// The longest that is said by the words from `at` on, with the position after it.
    fn said_at(&self, words: &SaidWords<'_>, at: usize, is_used: &[bool]) -> Option<(usize, usize)> {
        let places = words.keys.get(at).and_then(|first| self.by_first.get(first)).into_iter().flatten();
        let open = places.filter(|place| is_used.get(**place) == Some(&false));
        let said = open.filter_map(|place| {
            let synonym = self.all.get(*place)?;
            let end = words.matches(at, &synonym.key)?;
            (!is_said_within(words, at, synonym)).then_some((end, *place))
        });
        said.max_by_key(|(end, _)| *end)
    }
}

/// The words of a text, with what they are compared by.
pub(super) struct SaidWords<'w> {
    words: &'w [Word],
    keys: Vec<String>,
}

impl<'w> SaidWords<'w> {
    pub(super) fn new(words: &'w [Word]) -> Self {
        Self { words, keys: words.iter().map(said).collect() }
    }

    /// The position after the words of a key that stand here.
    pub(super) fn matches(&self, start: usize, key: &[String]) -> Option<usize> {
        let end = start + key.len();
        // What stands in quotation marks is a value.
        let is_said = |word: &Word| matches!(word.kind, WordKind::Word | WordKind::Number);
        let same = self.keys.get(start..end)? == key && self.words.get(start..end)?.iter().all(is_said);
        (same && !key.is_empty()).then_some(end)
    }

    fn is_plural(&self, end: usize) -> bool {
        end.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|last| last.lower != last.singular)
    }
}

impl Terms {
    /// Has each synonym stand for what the words of its meaning stand for, where synonyms are between. One that comes back to itself
    /// ends there.
    pub(super) fn follow_synonyms(&mut self) {
        let followed = (0..self.synonyms.all.len()).filter_map(|place| self.followed(place)).collect();
        self.synonyms = Synonyms::new(followed);
    }

    fn followed(&self, place: usize) -> Option<Synonym> {
        let synonym = self.synonyms.all.get(place)?;
        let mut is_used = vec![false; self.synonyms.all.len()];
        *is_used.get_mut(place)? = true;
        let mut meaning = synonym.meaning.clone();
        for _ in 0..MAX_FOLLOWED {
            let (followed, said) = self.with_meanings(&meaning, &is_used);
            if words::split(&followed, MAX_MEANT + 1).len() > MAX_MEANT {
                break;
            }
            meaning = followed;
            if said.is_empty() {
                break;
            }
            for place in said {
                is_used.get_mut(place).into_iter().for_each(|is_used| *is_used = true);
            }
        }
        Some(Synonym::new(synonym.key.clone(), meaning))
    }

    /// A question with the words that synonyms stand for in their place, the longest synonym first.
    pub fn spelled_out(&self, question: &str) -> String {
        self.with_meanings(question, &vec![false; self.synonyms.all.len()]).0
    }

    /// A text with the words that the synonyms not used yet stand for in their place, and the places of those that it says.
    fn with_meanings(&self, question: &str, is_used: &[bool]) -> (String, Vec<usize>) {
        let words = words::split(question, MAX_WORDS);
        let all = SaidWords::new(&words);
        let (mut text, mut said) = (String::new(), Vec::new());
        let (mut at, mut copied) = (0, 0);
        while let Some(first) = words.get(at) {
            let other = self.others.iter().filter_map(|key| all.matches(at, key)).max().unwrap_or_default();
            let synonym = self.synonyms.said_at(&all, at, is_used).filter(|(end, _)| *end >= other);
            let found = match synonym {
                Some((end, place)) => {
                    said.push(place);
                    self.synonyms.all.get(place).map(|synonym| (end, &synonym.meaning))
                }
                None => {
                    let plural = |key: &[String]| all.matches(at, key).filter(|end| all.is_plural(*end));
                    let nouns = self.nouns.iter().filter_map(|(key, meaning)| Some((plural(key)?, meaning)));
                    nouns.max_by_key(|(end, _)| *end).filter(|(end, _)| *end >= other)
                }
            };
            let Some((end, meaning)) = found else {
                at = other.max(at + 1);
                continue;
            };
            text.push_str(question.get(copied..first.start).unwrap_or_default());
            text.push_str(meaning);
            copied = words.get(end - 1).map_or(copied, |last| last.end);
            at = end;
        }
        text.push_str(question.get(copied..).unwrap_or_default());
        (text, said)
    }
}

/// Whether the words of a synonym that stand here are a part of its meaning, all of which stands around them: where "sales" means "net
/// sales", "net sales" is said already.
fn is_said_within(words: &SaidWords<'_>, at: usize, Synonym { key, meant, .. }: &Synonym) -> bool {
    let places = (0..meant.len()).filter(|place| meant.get(*place..place + key.len()) == Some(key));
    let mut starts = places.filter_map(|place| at.checked_sub(place));
    starts.any(|start| words.matches(start, meant).is_some())
}
