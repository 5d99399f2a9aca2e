//! Values of one relation that are known without reading it: enum labels and the planner's statistics, ready to be found.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::trigrams::{share, trigrams};

/// So many values are kept at most.
const MAX_VALUES: usize = 4000;
/// Bits that say which trigrams there may be, 64 in each; most relations have nothing like a phrase, and these tell.
const FILTER: usize = 128;

/// The values with two sorted lists to find them by.
#[derive(Debug, Default)]
pub struct Known {
    /// Each with its column.
    values: Vec<(u32, Box<str>)>,
    /// Hashes of the values in lower case, with their numbers.
    by_text: Vec<(u32, u16)>,
    by_trigram: Vec<(u32, u16)>,
    filter: Vec<u64>,
    /// How many trigrams each value has.
    sizes: Vec<u16>,
}

impl Known {
    /// The values of columns, each with its number.
    pub fn new<'v>(columns: impl Iterator<Item = (u32, &'v [String])>) -> Self {
        let mut known = Self::default();
        let values = columns.flat_map(|(column, values)| values.iter().map(move |value| (column, value)));
        let values = values.filter(|(_, value)| value.len() <= super::MAX_LENGTH);
        for (number, (column, value)) in (0..).zip(values.take(MAX_VALUES)) {
            let trigrams = trigrams(value);
            known.sizes.push(u16::try_from(trigrams.len()).unwrap_or(u16::MAX));
            known.by_trigram.extend(trigrams.iter().map(|trigram| (hash_of_trigram(*trigram), number)));
            known.by_text.push((hash(&value.to_lowercase()), number));
            known.values.push((column, value.as_str().into()));
        }
        if !known.values.is_empty() {
            known.filter = vec![0; FILTER];
        }
        for (hash, _) in &known.by_trigram {
            let (word, bit) = place(*hash);
            known.filter[word] |= bit;
        }
        known.by_text.sort_unstable();
        known.by_trigram.sort_unstable();
        known.by_trigram.shrink_to_fit();
        known
    }

    /// Values equal to a text but for case, with their columns; `folded` is in lower case.
    pub fn equal(&self, folded: &str) -> impl Iterator<Item = (u32, &str)> {
        let numbers = with_hash(&self.by_text, hash(folded));
        let values = numbers.iter().filter_map(|(_, number)| self.values.get(usize::from(*number)));
        values.filter(move |(_, value)| value.to_lowercase() == folded).map(|(column, value)| (*column, &**value))
    }

    /// Values similar to a text with these trigrams, with the similarity, down to `least`, which is at least one half.
    pub fn near(&self, trigrams: &[u64], least: f32) -> Vec<(f32, u32, &str)> {
        if self.values.is_empty() {
            return Vec::new();
        }
        let hashes: Vec<u32> = trigrams.iter().map(|trigram| hash_of_trigram(*trigram)).collect();
        let met = |hash: &&u32| {
            let (word, bit) = place(**hash);
            self.filter.get(word).is_some_and(|bits| bits & bit != 0)
        };
        // Half of all is at least half of either.
        if hashes.iter().filter(met).count() * 2 < hashes.len() {
            return Vec::new();
        }
        let found = hashes.iter().flat_map(|hash| with_hash(&self.by_trigram, *hash));
        let mut numbers: Vec<u16> = found.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        let same = numbers.chunk_by(|one, other| one == other);
        let near = same.filter_map(|same| {
            let number = usize::from(*same.first()?);
            let similarity = share(same.len(), trigrams.len(), usize::from(*self.sizes.get(number)?));
            let (column, value) = self.values.get(number).filter(|_| similarity >= least)?;
            Some((similarity, *column, &**value))
        });
        near.collect()
    }

    /// Bytes on the heap, nearly.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.values.iter().map(|(_, value)| value.len() + 24).sum();
        texts + (self.by_text.len() + self.by_trigram.len()) * 8 + self.filter.len() * 8 + self.sizes.len() * 2
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    upper_half(hasher.finish())
}

/// Multiplication by the golden ratio spreads what is already nearly distinct (Knuth, The Art of Computer Programming, 6.4).
fn hash_of_trigram(trigram: u64) -> u32 {
    upper_half(trigram.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn upper_half(number: u64) -> u32 {
    u32::try_from(number >> 32).unwrap_or_default()
}

/// The word and the bit of the filter.
fn place(hash: u32) -> (usize, u64) {
    (hash as usize / 64 % FILTER, 1 << (hash % 64))
}

fn with_hash(sorted: &[(u32, u16)], hash: u32) -> &[(u32, u16)] {
    let from = sorted.partition_point(|(other, _)| *other < hash);
    let tail = sorted.get(from..).unwrap_or_default();
    tail.get(..tail.partition_point(|(other, _)| *other == hash)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_case_and_by_likeness() {
        let values = ["Berlin".to_owned(), "Bern".into(), "Bergen".into()];
        let known = Known::new([(1, values.as_slice())].into_iter());
        assert_eq!(known.equal("berlin").collect::<Vec<_>>(), [(1, "Berlin")]);
        assert_eq!(known.equal("berli").count(), 0);
        let near = known.near(&trigrams("berlinn"), 0.5);
        assert_eq!(near.iter().map(|(_, column, value)| (*column, *value)).collect::<Vec<_>>(), [(1, "Berlin")]);
        assert!(known.near(&trigrams("tokyo"), 0.5).is_empty());
        assert!(Known::default().near(&trigrams("tokyo"), 0.5).is_empty());
    }

    #[test]
    fn the_filter_hides_nothing() {
        let values: Vec<String> = (0..2000).map(|number| format!("Town {}", number * 7919)).collect();
        let known = Known::new([(3, values.as_slice())].into_iter());
        for value in values.iter().step_by(97) {
            let near = known.near(&trigrams(value), 0.5);
            assert!(near.iter().any(|(similarity, _, found)| *similarity > 0.99 && found == value), "{value}");
        }
        assert!(known.bytes() < 2000 * 200);
    }
}
