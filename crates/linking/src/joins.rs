//! Joins that no foreign key declares, judged by names within one schema.

use crate::directory::Entry;
use crate::names::name_words;
use crate::relation::{Check, Interrupted};
use crate::word_table::WordTable;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use words::spelled_out;

/// Names of columns that many relations have without meaning one another.
const COMMON: [&str; 6] = ["id", "name", "code", "date", "type", "year"];
/// What a column that refers to a relation ends with after the relation's name.
const KEY_ENDINGS: [&str; 8] = ["_id", "_code", "_key", "_no", "_nr", "_num", "_ref", "id"];
/// A name that more relations have as a key joins nothing.
const MOST_OWNERS: usize = 4;

/// Pairs of relations one of which has a column named as the other's key, or as the other itself with `_id` after it.
pub(crate) fn inferred(
    members: &[u32],
    entries: &[Option<Entry>],
    table: &WordTable,
    check: Check<'_>,
) -> Result<Vec<(u32, u32)>, Interrupted> {
    let relations = || members.iter().filter_map(|slot| Some((*slot, entries.get(*slot as usize)?.as_ref()?)));
    let mut owners: HashMap<u64, Vec<u32>> = HashMap::new();
    for (count, (slot, entry)) in relations().enumerate() {
        if count % 64 == 0 {
            check()?;
        }
        let mut names: Vec<u64> = (0..)
            .zip(entry.column_names())
            .filter(|(position, _)| *position == 0 || Some(*position) == entry.key)
            .map(|(_, name)| name.to_lowercase())
            .filter(|name| !COMMON.contains(&name.as_str()))
            .map(|name| hash_name(&name))
            .collect();
        names.push(hash_terms(entry.name(), table));
        names.sort_unstable();
        names.dedup();
        for name in names {
            owners.entry(name).or_default().push(slot);
        }
    }
    let mut edges = Vec::new();
    for (count, (slot, entry)) in relations().enumerate() {
        if count % 64 == 0 {
            check()?;
        }
        for column in entry.column_names() {
            let column = column.to_lowercase();
            let stem = KEY_ENDINGS.iter().find_map(|end| column.strip_suffix(end)).filter(|stem| !stem.is_empty());
            let keys = [Some(hash_name(&column)), stem.map(|stem| hash_terms(stem, table))];
            for owners in keys.into_iter().flatten().filter_map(|key| owners.get(&key)) {
                let others = owners.iter().filter(|owner| **owner != slot);
                if owners.len() <= MOST_OWNERS {
                    edges.extend(others.map(|owner| (slot.min(*owner), slot.max(*owner))));
                }
            }
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges.shrink_to_fit();
    Ok(edges)
}

fn hash_name(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (0u8, name).hash(&mut hasher);
    hasher.finish()
}

/// A name by its stems, short forms spelled out: `custs` and `customer` are one.
fn hash_terms(name: &str, table: &WordTable) -> u64 {
    let mut hasher = DefaultHasher::new();
    1u8.hash(&mut hasher);
    let mut stem = |word: &str| match table.find(word) {
        Some(word) => table.term(word.term).hash(&mut hasher),
        None => crate::word_table::normal(word).hash(&mut hasher),
    };
    for word in name_words(name) {
        match spelled_out(&word) {
            Some(full) => full.iter().for_each(|part| stem(part)),
            None => stem(&word),
        }
    }
    hasher.finish()
}
