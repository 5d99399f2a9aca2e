//! Identifiers as words: what the names of a schema are made of, and which of them a word of a question may mean.
//!
//! A name is a list of word numbers here; which relation or column has the name, the caller keeps.

use crate::{synonyms, tokens};
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

/// The words of all names, each once.
#[derive(Default)]
pub struct Vocabulary {
    numbers: HashMap<String, usize>,
    words: Vec<String>,
    stems: HashMap<String, Vec<usize>>,
    /// The words of all identifiers as they are spelled, by which words written together are split. In order, so that
    /// the words with a certain beginning are found without looking at all.
    known: BTreeSet<String>,
}

/// The number of a word of the vocabulary, and how a word of the question came to mean it.
pub type Meaning = (usize, WordMatch);

/// How near a word of a question is to a word of a name, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordMatch {
    /// The same word, in singular or plural or as its usual abbreviation.
    Same,
    /// Another word of the same stem: "ordered" for `order`.
    SameStem,
    /// A word of the same meaning: "client" for `customer`.
    Synonym,
    /// A synonym of the question's word without its ending.
    SynonymOfStem,
    /// A word that means the same in some schemas only: "title" for `name`.
    WeakSynonym,
    /// A weak synonym of the question's word without its ending.
    WeakSynonymOfStem,
}

/// Words that end an identifier which is written without a separator: `countryname`, `stuid`.
const ENDINGS: [&str; 30] = [
    "name",
    "id",
    "type",
    "code",
    "date",
    "number",
    "num",
    "desc",
    "description",
    "time",
    "year",
    "title",
    "status",
    "price",
    "rate",
    "cost",
    "key",
    "count",
    "size",
    "level",
    "city",
    "country",
    "state",
    "address",
    "phone",
    "amount",
    "total",
    "value",
    "length",
    "points",
];
/// Words that begin such an identifier: `maxoccupancy`, `baseprice`.
const BEGINNINGS: [&str; 14] =
    ["max", "min", "avg", "base", "total", "first", "last", "full", "home", "start", "end", "num", "unit", "is"];

/// The most letters that may be the beginning of a longer word of the schema: `stu` of `student`.
const MAX_SHORTENED: usize = 5;

/// Longer words of one beginning are looked at up to so many, in the order of letters: this is asked for every word of a schema.
const MAX_LONGER: usize = 500;

/// Words of identifiers that a question may leave out or put elsewhere.
const STOP: [&str; 10] = ["of", "the", "and", "in", "for", "to", "by", "a", "per", "from"];

impl Vocabulary {
    /// Takes note of an identifier's words, by which others are split. All are to be learned before the first
    /// [`Vocabulary::name`].
    pub fn learn(&mut self, name: &str) {
        for word in tokens::identifier_words(name).into_iter().filter(|word| word.len() > 2) {
            self.known.insert(tokens::singular(&word));
            self.known.insert(word);
        }
    }

    /// The words of an identifier as numbers. Words written together are split, short forms are spelled out.
    pub fn name(&mut self, name: &str) -> Vec<usize> {
        let mut numbers = Vec::new();
        for word in tokens::identifier_words(name) {
            for part in self.parts(&word) {
                if !STOP.contains(&part.as_str()) {
                    numbers.push(self.number(&tokens::singular(&part)));
                }
            }
        }
        numbers.dedup();
        numbers
    }

    fn parts(&self, word: &str) -> Vec<String> {
        if let Some(parts) = synonyms::spelled_out(word) {
            return parts
                .iter()
                .filter(|part| **part != "of" && **part != "per")
                .map(|part| (*part).to_owned())
                .collect();
        }
        for ending in ENDINGS {
            let Some(before) = word.strip_suffix(ending).filter(|before| before.len() > 2) else { continue };
            if self.known.contains(before) || BEGINNINGS.contains(&before) {
                return [self.parts(before), vec![ending.to_owned()]].concat();
            }
            if let Some(full) = self.full(before) {
                return vec![full, ending.to_owned()];
            }
        }
        for beginning in BEGINNINGS {
            if let Some(after) = word.strip_prefix(beginning).filter(|after| after.len() > 3 && beginning != "is")
                && (beginning.len() > 3 || self.known.contains(after) || word.len() > 9)
            {
                return [self.parts(beginning), vec![after.to_owned()]].concat();
            }
        }
        vec![word.to_owned()]
    }

    /// The word of the schema that a few letters are the beginning of: `stu` of `student`.
    fn full(&self, part: &str) -> Option<String> {
        if part.len() > MAX_SHORTENED {
            return None;
        }
        let glued = |word: &str| word.strip_prefix(part).is_some_and(|rest| ENDINGS.contains(&rest));
        let from_here = self.known.range::<str, _>((Bound::Included(part), Bound::Unbounded));
        let same_beginning = from_here.take_while(|word| word.starts_with(part)).take(MAX_LONGER);
        let longer = same_beginning.filter(|word| word.len() > part.len() + 1 && !glued(word));
        longer.min_by_key(|word| (word.len(), word.as_str())).cloned()
    }

    fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len();
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        self.stems.entry(tokens::stem(word)).or_default().push(number);
        number
    }

    /// All words by their numbers.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The number of a word, if any name holds it.
    pub fn find(&self, word: &str) -> Option<usize> {
        self.numbers.get(word).copied()
    }

    /// The words that a word of a question may mean, each once, as it was found first: the nearest ways come first.
    pub fn meanings(&self, word: &tokens::Word) -> Vec<Meaning> {
        let mut found: Vec<Meaning> = Vec::new();
        let mut add = |number: Option<usize>, found_by: WordMatch| {
            if let Some(number) = number.filter(|number| !found.iter().any(|(other, _)| other == number)) {
                found.push((number, found_by));
            }
        };
        add(self.find(&word.lower), WordMatch::Same);
        add(self.find(&word.singular), WordMatch::Same);
        if let Some([short]) = synonyms::spelled_out(&word.lower) {
            add(self.find(short), WordMatch::Same);
        }
        let stem = tokens::stem(&word.singular);
        for number in self.stems.get(&stem).into_iter().flatten() {
            add(Some(*number), WordMatch::SameStem);
        }
        let by_strength = [WordMatch::Synonym, WordMatch::WeakSynonym];
        for (list, found_by) in synonyms::synonyms(&word.singular).into_iter().zip(by_strength) {
            list.iter().for_each(|other| add(self.find(other), found_by));
        }
        if stem != word.singular {
            let by_strength = [WordMatch::SynonymOfStem, WordMatch::WeakSynonymOfStem];
            for (list, found_by) in synonyms::synonyms(&stem).into_iter().zip(by_strength) {
                list.iter().for_each(|other| add(self.find(other), found_by));
            }
        }
        found
    }
}
