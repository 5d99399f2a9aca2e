//! The names of the schema that an unknown word may be meant for: those spelled nearly alike.

use super::Nearest;
use super::schema_view::SchemaView;

/// How alike two words have to be, from 0 to 1.
const ALIKE: f64 = 0.7;
/// No more names than these for one word.
const MAX_NAMES: usize = 3;
/// No more words than these are looked up, and none longer than this.
const MAX_WORDS: usize = 8;
const MAX_LENGTH: usize = 40;

/// The nearest names for each word, the most alike first.
pub fn nearest(unknown: &[String], schema: &SchemaView) -> Vec<Nearest> {
    let mut found = Vec::new();
    for word in unknown.iter().filter(|word| word.len() <= MAX_LENGTH).take(MAX_WORDS) {
        let single = words::singular(&word.to_lowercase());
        let mut names: Vec<(f64, String)> = Vec::new();
        for (number, relation) in schema.relations() {
            names.extend(
                likeness(&single, &words::identifier_words(&relation.name)).map(|like| (like, relation.name.clone())),
            );
            for (id, _) in schema.columns(number) {
                names.extend(likeness(&single, schema.words(id)).map(|like| (like, schema.spelled(id))));
            }
        }
        names.sort_by(|one, two| two.0.total_cmp(&one.0));
        found.extend(names.into_iter().take(MAX_NAMES).map(|(_, name)| Nearest { word: word.clone(), name }));
    }
    found
}

/// How alike a word is to the nearest word of a name, if it is alike at all.
fn likeness(word: &str, name: &[String]) -> Option<f64> {
    let like = name.iter().map(|part| strsim::normalized_damerau_levenshtein(word, &words::singular(part)));
    like.filter(|like| *like >= ALIKE).max_by(f64::total_cmp)
}
