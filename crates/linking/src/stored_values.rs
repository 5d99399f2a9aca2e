//! Stored values by their text in lower case, as hashes: what is looked up is known, what is stored need not be kept.

use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longer texts are prose, and no question repeats one.
const LONGEST: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    hash: u32,
    slot: u32,
    column: u16,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredValues {
    entries: Vec<Entry>,
    unsorted: bool,
}

impl StoredValues {
    /// Adds the values of a column. Numbers, dates and single characters are no words of a question.
    pub fn add<'a>(&mut self, slot: u32, column: u16, values: impl Iterator<Item = &'a str>) {
        for value in values {
            let text = value.trim().to_lowercase();
            let length = text.chars().count();
            let numeric = text.chars().all(|c| c.is_ascii_digit() || ".,:/ -".contains(c));
            if length > 1 && length <= LONGEST && !numeric {
                self.entries.push(Entry { hash: hash(&text), slot, column });
                self.unsorted = true;
            }
        }
    }

    /// Forgets the values of a relation.
    pub fn remove(&mut self, slot: u32) {
        self.entries.retain(|entry| entry.slot != slot);
    }

    pub fn sort(&mut self) {
        if self.unsorted {
            self.entries.sort();
            self.entries.dedup();
            self.unsorted = false;
        }
    }

    /// The relations and columns that hold this value, which is in lower case.
    pub fn find(&self, text: &str) -> impl Iterator<Item = (u32, u16)> + '_ {
        let wanted = hash(text);
        let from = self.entries.partition_point(|entry| entry.hash < wanted);
        let tail = self.entries.get(from..).unwrap_or_default();
        tail.iter().take_while(move |entry| entry.hash == wanted).map(|entry| (entry.slot, entry.column))
    }

    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }

    pub fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    // The upper half is as good as any; two texts in four thousand million share it.
    u32::try_from(hasher.finish() >> 32).unwrap_or_default()
}
