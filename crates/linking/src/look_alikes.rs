//! Look-alikes: copies, yearly tables, tenants' schemas, or one owner's fifteen hundred tables of one name.
//!
//! Two relations are alike that have the same columns in the same order, wherever they are, or, within a schema, the same
//! name but for numbers and words such as `copy` and `old`. A group counts once where a word's rarity is judged, and its
//! later members step back so that they can't fill a prompt.

use crate::relation::Relation;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use words::identifier_words;

/// Words that tell a copy from its original.
const COPY: [&str; 12] =
    ["copy", "backup", "bak", "old", "new", "tmp", "temp", "archive", "archived", "hist", "history", "test"];

/// The two groups that a relation may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Keys {
    pub name: u64,
    pub columns: u64,
}

/// How many relations there are of every group.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct LookAlikes {
    counts: HashMap<u64, u32>,
}

impl LookAlikes {
    pub fn add(&mut self, keys: Keys) {
        for key in [keys.name, keys.columns] {
            *self.counts.entry(key).or_default() += 1;
        }
    }

    pub fn remove(&mut self, keys: Keys) {
        for key in [keys.name, keys.columns] {
            if let Some(count) = self.counts.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(&key);
                }
            }
        }
    }

    /// How many relations look like this one, itself included.
    pub fn size(&self, keys: Keys) -> u32 {
        let size = |key: u64| self.counts.get(&key).copied().unwrap_or(1);
        size(keys.name).max(size(keys.columns)).max(1)
    }

    pub fn bytes(&self) -> usize {
        self.counts.capacity() * 13
    }
}

/// The groups of a relation.
pub fn keys(relation: &Relation) -> Keys {
    let words: Vec<String> = identifier_words(&relation.name);
    let telling =
        words.iter().filter(|word| !COPY.contains(&word.as_str()) && !word.bytes().all(|byte| byte.is_ascii_digit()));
    let mut name = DefaultHasher::new();
    relation.schema.hash(&mut name);
    let mut any = false;
    for word in telling {
        word.hash(&mut name);
        any = true;
    }
    if !any {
        relation.name.hash(&mut name);
    }
    let mut columns = DefaultHasher::new();
    if relation.columns.len() < 3 {
        // So few columns are alike by chance.
        (relation.schema.as_str(), relation.name.as_str()).hash(&mut columns);
    }
    relation.columns.iter().for_each(|column| column.name.hash(&mut columns));
    Keys { name: name.finish(), columns: columns.finish() }
}
