//! Identifiers as words: what the names of a schema are made of, and which of them a word of a question may mean.
//!
//! Knows no relation and no column: a name is a list of word numbers here.

use crate::{synonyms, tokens};
use std::collections::{HashMap, HashSet};

/// The words of all names, each once.
#[derive(Default)]
pub struct Vocabulary {
    numbers: HashMap<String, usize>,
    words: Vec<String>,
    stems: HashMap<String, Vec<usize>>,
    /// The words of all identifiers as they are spelled, to split glued ones by.
    known: HashSet<String>,
}

/// A word of the vocabulary and how far a word of the question is from it: 0 is the same word.
pub type Meaning = (usize, u32);

/// The same stem.
pub const AKIN: u32 = 1;
/// A true synonym.
pub const SYNONYM: u32 = 4;
/// A word that only may mean the same.
pub const WEAK: u32 = 9;

/// What ends a glued identifier: `countryname`, `stuid`.
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
/// What begins one: `maxoccupancy`, `baseprice`.
const BEGINNINGS: [&str; 14] =
    ["max", "min", "avg", "base", "total", "first", "last", "full", "home", "start", "end", "num", "unit", "is"];

/// Words of identifiers that a question may leave out or put elsewhere.
const STOP: [&str; 10] = ["of", "the", "and", "in", "for", "to", "by", "a", "per", "from"];

impl Vocabulary {
    /// A vocabulary that knows the words of these identifiers.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut known = HashSet::new();
        for word in names.flat_map(tokens::identifier_words).filter(|word| word.len() > 2) {
            known.insert(tokens::singular(&word));
            known.insert(word);
        }
        Self { known, ..Self::default() }
    }

    /// The words of an identifier as numbers: split where glued, short forms spelled out.
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
        let glued = |word: &str| word.strip_prefix(part).is_some_and(|rest| ENDINGS.contains(&rest));
        let long =
            self.known.iter().filter(|word| word.len() > part.len() + 1 && word.starts_with(part) && !glued(word));
        long.filter(|_| part.len() <= 5).min_by_key(|word| (word.len(), (*word).clone())).cloned()
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

    /// The words that a word of a question may mean, each once with its least distance.
    pub fn meanings(&self, word: &tokens::Word) -> Vec<Meaning> {
        let mut found: Vec<Meaning> = Vec::new();
        let mut add = |number: Option<usize>, distance: u32| {
            if let Some(number) = number.filter(|number| !found.iter().any(|(other, _)| other == number)) {
                found.push((number, distance));
            }
        };
        add(self.find(&word.lower), 0);
        add(self.find(&word.singular), 0);
        if let Some([short]) = synonyms::spelled_out(&word.lower) {
            add(self.find(short), 0);
        }
        let stem = tokens::stem(&word.singular);
        for number in self.stems.get(&stem).into_iter().flatten() {
            add(Some(*number), AKIN);
        }
        for (list, distance) in synonyms::synonyms(&word.singular).into_iter().zip([SYNONYM, WEAK]) {
            list.iter().for_each(|other| add(self.find(other), distance));
        }
        if stem != word.singular {
            for (list, distance) in synonyms::synonyms(&stem).into_iter().zip([SYNONYM + AKIN, WEAK + AKIN]) {
                list.iter().for_each(|other| add(self.find(other), distance));
            }
        }
        found
    }
}
