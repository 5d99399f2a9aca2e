//! Values that are known without reading a table: enum labels and the planner's statistics, ready to be found.

use std::collections::HashMap;

use super::trigrams::{share, trigrams};

/// A column of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub target: u32,
    pub column: u32,
}

/// So many values are kept at most; those of the first relations.
const MAX_VALUES: usize = 20_000;

#[derive(Default)]
pub struct Known {
    values: Vec<(Place, String)>,
    /// Numbers of values by the value in lower case.
    by_text: HashMap<String, Vec<u32>>,
    by_trigram: HashMap<u64, Vec<u32>>,
    /// How many trigrams each value has.
    sizes: Vec<usize>,
}

impl Known {
    pub fn add(&mut self, place: Place, values: &[String]) {
        for value in values.iter().filter(|value| value.len() <= super::MAX_LENGTH) {
            let Some(number) = u32::try_from(self.values.len()).ok().filter(|_| self.values.len() < MAX_VALUES) else {
                return;
            };
            let trigrams = trigrams(value);
            self.sizes.push(trigrams.len());
            for trigram in trigrams {
                self.by_trigram.entry(trigram).or_default().push(number);
            }
            self.by_text.entry(value.to_lowercase()).or_default().push(number);
            self.values.push((place, value.clone()));
        }
    }

    /// Values equal to a text but for case; `folded` is in lower case.
    pub fn equal(&self, folded: &str) -> impl Iterator<Item = (Place, &str)> {
        self.by_text.get(folded).into_iter().flatten().filter_map(|number| self.value(*number))
    }

    /// The `most` values most similar to a text with these trigrams, down to a similarity of `least`.
    pub fn near(&self, trigrams: &[u64], least: f32, most: usize) -> impl Iterator<Item = (Place, &str)> {
        let mut common: HashMap<u32, usize> = HashMap::new();
        for number in trigrams.iter().filter_map(|trigram| self.by_trigram.get(trigram)).flatten() {
            *common.entry(*number).or_default() += 1;
        }
        let size = |number: u32| self.sizes.get(number as usize).copied().unwrap_or_default();
        let mut near: Vec<(f32, u32)> = common
            .into_iter()
            .map(|(number, common)| (share(common, trigrams.len(), size(number)), number))
            .filter(|(similarity, _)| *similarity >= least)
            .collect();
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        near.into_iter().take(most).filter_map(|(_, number)| self.value(number))
    }

    fn value(&self, number: u32) -> Option<(Place, &str)> {
        self.values.get(number as usize).map(|(place, value)| (*place, value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_case_and_by_likeness() {
        let mut known = Known::default();
        let place = Place { target: 0, column: 1 };
        known.add(place, &["Berlin".into(), "Bern".into(), "Bergen".into()]);
        assert_eq!(known.equal("berlin").collect::<Vec<_>>(), [(place, "Berlin")]);
        assert_eq!(known.near(&trigrams("berlinn"), 0.5, 5).collect::<Vec<_>>(), [(place, "Berlin")]);
        assert_eq!(known.near(&trigrams("tokyo"), 0.5, 5).count(), 0);
    }
}
