//! The names of the schema that an unknown word of the question may have been meant for.

use crate::Nearest;
use crate::catalog::schema_view::SchemaView;
use crate::interrupts::Interrupted;
use words::NearestNames;

/// No more names than these are suggested for one word.
const MAX_NAMES: usize = 3;
/// No more words than these get suggestions.
const MAX_WORDS: usize = 8;
/// Longer words, in bytes, are no misspelled names.
const MAX_LENGTH: usize = 40;

/// The relations and columns that are spelled nearly alike, for each word the most alike first.
pub fn nearest(unknown: &[String], schema: &SchemaView) -> Result<Vec<Nearest>, Interrupted> {
    let mut found = Vec::new();
    for word in unknown.iter().filter(|word| word.len() <= MAX_LENGTH).take(MAX_WORDS) {
        let mut names = NearestNames::new(word);
        for (number, relation) in schema.relations() {
            names.offer(&words::identifier_words(&relation.name), || schema.shown_name(number).to_owned());
            for (id, _) in schema.columns(number) {
                names.offer(schema.words(id), || schema.spelled(id));
            }
        }
        found.extend(names.best(MAX_NAMES).into_iter().map(|name| Nearest { word: word.clone(), name }));
    }
    schema.watch().whole(found)
}
