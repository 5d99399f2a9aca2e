//! What was read from the catalogs, kept for the session until anything in them may have changed.

use std::collections::BTreeMap;

use crate::pg::host::invalidation;

/// So many entries are kept at most; then it starts anew.
const MAX_ENTRIES: usize = 10_000;

pub struct FactCache<K, V> {
    current: fn() -> u64,
    generation: u64,
    entries: BTreeMap<K, V>,
}

impl<K: Ord + Clone, V: Clone> FactCache<K, V> {
    /// For what anything in the catalogs may change.
    pub const fn new() -> Self {
        Self { current: invalidation::generation, generation: 0, entries: BTreeMap::new() }
    }

    /// For what is told of functions, and changes with them alone.
    pub const fn of_functions() -> Self {
        Self { current: invalidation::generation_of_functions, generation: 0, entries: BTreeMap::new() }
    }

    /// What is known of these keys, and the keys of which nothing is.
    pub fn get(&mut self, keys: impl IntoIterator<Item = K>) -> (BTreeMap<K, V>, Vec<K>) {
        let generation = (self.current)();
        if self.generation != generation || self.entries.len() >= MAX_ENTRIES {
            self.entries.clear();
            self.generation = generation;
        }
        let (mut known, mut missing) = (BTreeMap::new(), Vec::new());
        for key in keys {
            match self.entries.get(&key) {
                Some(value) => drop(known.insert(key, value.clone())),
                None => missing.push(key),
            }
        }
        (known, missing)
    }

    /// Keeps what was read after the last [`FactCache::get`].
    pub fn keep<'v>(&mut self, read: impl IntoIterator<Item = (&'v K, &'v V)>)
    where
        K: 'v,
        V: 'v,
    {
        self.entries.extend(read.into_iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}
