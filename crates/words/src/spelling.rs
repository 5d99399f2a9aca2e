//! Which names are spelled nearly like a word: for misspelled words of a question and for names that a server did not find.

use std::collections::HashMap;

use crate::singular;

/// The edits between two names, a swap of neighbouring letters counted as one (Damerau's distance, as optimal string
/// alignment). Halved where one name contains the other, as `revenue` is near to `total_revenue`.
pub fn distance(unknown: &str, name: &str) -> usize {
    let edits = strsim::osa_distance(unknown, name);
    if name.contains(unknown) || unknown.contains(name) { edits / 2 } else { edits }
}

/// The edits between two words, a swap of neighbouring letters counted as one.
pub fn edits(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

/// How alike two words have to be, from 0 to 1: one edit in four letters is too many, three in ten are not.
const ALIKE: f64 = 0.7;

/// Collects the names that hold a word spelled nearly like a given one.
///
/// Each different word of the names is compared once, so that a schema of 10,000 tables that all have an `id` and a
/// `name` costs little more than one table.
pub struct NearestNames<T> {
    word: String,
    likeness: HashMap<String, Option<f64>>,
    found: Vec<(f64, T)>,
}

impl<T> NearestNames<T> {
    /// Names like this word, in upper or lower case and in singular or plural.
    pub fn new(word: &str) -> Self {
        Self { word: singular(&word.to_lowercase()), likeness: HashMap::new(), found: Vec::new() }
    }

    /// Takes a name, given by its words, if one of them is alike.
    pub fn offer(&mut self, words: &[String], name: impl FnOnce() -> T) {
        let mut nearest: Option<f64> = None;
        for word in words {
            let likeness = match self.likeness.get(word) {
                Some(known) => *known,
                None => {
                    let likeness = likeness(&self.word, &singular(word)).filter(|likeness| *likeness >= ALIKE);
                    self.likeness.insert(word.clone(), likeness);
                    likeness
                }
            };
            nearest = likeness.into_iter().chain(nearest).max_by(f64::total_cmp);
        }
        self.found.extend(nearest.map(|likeness| (likeness, name())));
    }

    /// At most `most` names, the most alike first, among equals in the order they were offered.
    pub fn best(mut self, most: usize) -> Vec<T> {
        self.found.sort_by(|one, other| other.0.total_cmp(&one.0));
        self.found.into_iter().take(most).map(|(_, name)| name).collect()
    }
}

/// How alike two words are, from 0 to 1; `None` where their lengths alone differ too much.
fn likeness(one: &str, other: &str) -> Option<f64> {
    let (short, long) = (one.chars().count(), other.chars().count());
    let (short, long) = (short.min(long), short.max(long));
    let possible = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    if long > 0 && 1.0 - possible(long - short) / possible(long) < ALIKE {
        return None;
    }
    Some(strsim::normalized_damerau_levenshtein(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(word: &str, names: &[&str]) -> Vec<String> {
        let mut nearest = NearestNames::new(word);
        for name in names {
            nearest.offer(&crate::identifier_words(name), || (*name).to_owned());
        }
        nearest.best(3)
    }

    #[test]
    fn a_contained_name_is_near() {
        assert_eq!(distance("totl", "total"), 1);
        assert_eq!(distance("revneue", "revenue"), 1);
        assert_eq!(distance("revenue", "total_revenue"), 3);
    }

    #[test]
    fn names_with_a_word_spelled_alike_are_found() {
        assert_eq!(
            nearest("Custmers", &["id", "customers", "customer_id", "costume", "mers"]),
            ["customers", "customer_id"]
        );
        assert_eq!(nearest("prodct", &["products", "order_products", "product", "production"]).len(), 3);
        assert_eq!(nearest("unicorns", &["customers", "orders", "", "_"]), Vec::<String>::new());
    }

    #[test]
    fn a_word_that_recurs_is_compared_once() {
        let mut nearest = NearestNames::new("custmer");
        for number in 0..1000 {
            nearest.offer(&["customer".to_owned(), "id".to_owned()], || number);
        }
        assert_eq!(nearest.likeness.len(), 2);
        assert_eq!(nearest.best(3), [0, 1, 2]);
    }

    #[test]
    fn a_difference_in_length_rules_out_what_the_comparison_would() {
        for (one, other) in
            [("abc", "abcd"), ("abcdefg", "abcdefghij"), ("abcdefg", "abcdefghijk"), ("a", ""), ("", "")]
        {
            let compared = strsim::normalized_damerau_levenshtein(one, other);
            assert_eq!(
                likeness(one, other).filter(|likeness| *likeness >= ALIKE).is_some(),
                compared >= ALIKE,
                "{one} {other}"
            );
        }
    }
}
