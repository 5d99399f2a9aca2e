//! Schemas: their members, what their names share, and the joins found within each.

use crate::directory::Entry;
use crate::names::name_words;
use crate::word_table::WordTable;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// A beginning is shared where at least so many relations of a schema have it, and ...
const LEAST_SHARING: usize = 4;
/// ... so many of ten.
const SHARING_OF_TEN: usize = 6;
/// Letters of a shared beginning that no sign parts from the rest: `sbcustomer`.
const GLUED_BEGINNING: std::ops::RangeInclusive<usize> = 2..=4;

/// What most names of a schema begin with.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shared {
    /// As a word of its own: `sb_customer`.
    pub word: Option<String>,
    /// As letters of the first word: `sbcustomer`.
    pub letters: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Schema {
    name: Box<str>,
    /// Words of the name.
    parts: u8,
    members: Vec<u32>,
    edges: Vec<(u32, u32)>,
    shared: Shared,
    stale: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Schemas {
    all: Vec<Schema>,
    numbers: HashMap<String, u32>,
    /// For each word the schemas whose names have it.
    by_word: HashMap<u32, Vec<u32>>,
}

impl Schemas {
    /// Adds a relation to a schema, which is new or known; gives the schema's number.
    pub fn add(&mut self, name: &str, slot: u32, table: &mut WordTable) -> u32 {
        let number = match self.numbers.get(name) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
                let words: Vec<u32> = name_words(name).iter().map(|word| table.intern(word)).collect();
                for word in &words {
                    self.by_word.entry(*word).or_default().push(number);
                }
                let parts = u8::try_from(words.len()).unwrap_or(u8::MAX);
                self.all.push(Schema { name: name.into(), parts, ..Schema::default() });
                self.numbers.insert(name.to_owned(), number);
                number
            }
        };
        if let Some(schema) = self.all.get_mut(number as usize) {
            schema.members.push(slot);
            schema.stale = true;
        }
        number
    }

    pub fn remove(&mut self, schema: u32, slot: u32) {
        if let Some(schema) = self.all.get_mut(schema as usize) {
            schema.members.retain(|member| *member != slot);
            schema.stale = true;
        }
    }

    /// All words of schemas' names.
    pub fn words(&self) -> HashSet<u32> {
        self.by_word.keys().copied().collect()
    }

    /// Takes over new numbers of words.
    pub fn renumber(&mut self, number: impl Fn(&u32) -> Option<u32>) {
        let old = std::mem::take(&mut self.by_word);
        self.by_word = old.into_iter().filter_map(|(word, schemas)| Some((number(&word)?, schemas))).collect();
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn name(&self, number: u32) -> &str {
        self.all.get(number as usize).map_or("", |schema| &schema.name)
    }

    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn members(&self, number: usize) -> &[u32] {
        self.all.get(number).map_or(&[], |schema| &schema.members)
    }

    pub fn is_stale(&self, number: usize) -> bool {
        self.all.get(number).is_some_and(|schema| schema.stale)
    }

    pub fn set(&mut self, number: usize, edges: Vec<(u32, u32)>, shared: Shared) {
        if let Some(schema) = self.all.get_mut(number) {
            schema.edges = edges;
            schema.shared = shared;
            schema.stale = false;
        }
    }

    /// The joins found in all schemas.
    pub fn edges(&self) -> Vec<(u32, u32)> {
        self.all.iter().flat_map(|schema| schema.edges.iter().copied()).collect()
    }

    /// The schemas with a word in their names, and how many words each name has.
    pub fn with_word(&self, word: u32) -> impl Iterator<Item = (u32, u8)> + '_ {
        let numbers = self.by_word.get(&word).map_or(&[] as &[u32], Vec::as_slice);
        numbers.iter().map(|number| (*number, self.all.get(*number as usize).map_or(1, |schema| schema.parts)))
    }

    /// Whether most relations of a schema begin with a word that therefore says nothing.
    pub fn has_shared_word(&self, number: u32) -> bool {
        self.all.get(number as usize).is_some_and(|schema| schema.shared.word.is_some())
    }

    /// Whether most first words of names in some schema begin with these letters.
    pub fn shares_letters(&self, letters: &str) -> bool {
        GLUED_BEGINNING.contains(&letters.len())
            && self.all.iter().any(|schema| schema.shared.letters.iter().any(|shared| shared == letters))
    }

    pub fn bytes(&self) -> usize {
        let one = |schema: &Schema| schema.name.len() * 2 + schema.members.capacity() * 4 + schema.edges.capacity() * 8;
        let lists =
            self.all.capacity() * size_of::<Schema>() + self.numbers.capacity() * 33 + self.by_word.capacity() * 29;
        self.all.iter().map(one).sum::<usize>() + lists
    }
}

/// What most of these relations' names begin with.
pub(crate) fn shared_beginnings<'a>(entries: impl Iterator<Item = &'a Entry>) -> Shared {
    let names: Vec<Vec<String>> = entries.map(|entry| name_words(entry.name())).collect();
    let enough = (names.len() * SHARING_OF_TEN).div_ceil(10).max(LEAST_SHARING);
    let mut words: HashMap<&str, usize> = HashMap::new();
    let mut letters: HashMap<&str, usize> = HashMap::new();
    for first in names.iter().filter_map(|name| name.first().map(|first| (first, name.len()))) {
        let (first, length) = first;
        if length > 1 {
            *words.entry(first).or_default() += 1;
        }
        for end in GLUED_BEGINNING {
            // What is left must be long enough to be a word.
            if let Some(beginning) = first.get(..end).filter(|_| first.len() >= end + 3) {
                *letters.entry(beginning).or_default() += 1;
            }
        }
    }
    let word = words.iter().filter(|(_, count)| **count >= enough).map(|(word, _)| (*word).to_owned()).next();
    let mut letters: Vec<String> =
        letters.iter().filter(|(_, count)| **count >= enough).map(|(letters, _)| (*letters).to_owned()).collect();
    letters.sort();
    if word.is_some() {
        letters.clear();
    }
    Shared { word, letters }
}
