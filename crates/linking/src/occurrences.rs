//! Where the terms that a word of a question may mean occur in the catalog.
//!
//! The places are walked through each time they are asked for and never listed: 300 tables of 1,600 columns that all have
//! the words of a long question would be half a gigabyte of them.

use crate::directory::Directory;
use crate::options::Options;
use crate::postings::{Place, Posting, WHOLE};

/// One place of the catalog that a word of the question met.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub slot: u32,
    pub column: u16,
    pub place: Place,
    pub strength: f32,
    /// The word of the catalog; `u32::MAX` for a value.
    pub word: u32,
}

impl Hit {
    /// A stored value that the question names.
    pub fn value(slot: u32, column: u16, options: &Options) -> Self {
        Self { slot, column, place: Place::Value, strength: options.weights.value, word: u32::MAX }
    }

    /// The column's position, unless the hit is about the relation itself.
    pub fn column(&self) -> Option<u16> {
        (self.column != WHOLE).then_some(self.column)
    }
}

/// A word of the catalog that has a term as its stem or as one of its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occurrence {
    pub word: u32,
    /// How many more parts it falls into than a plain word.
    more_parts: u8,
    strength: f32,
}

/// The words of the catalog that stand for a term.
pub(crate) fn words_of<'a>(
    term: u32,
    strength: f32,
    directory: &'a Directory,
    options: &Options,
) -> impl Iterator<Item = Occurrence> + 'a {
    let plain = directory.table.terms.get(term as usize).map_or(&[] as &[u32], |term| &term.words);
    let plain = plain.iter().map(move |word| Occurrence { word: *word, more_parts: 0, strength });
    let from = directory.parts.partition_point(|part| part.term < term);
    let tail = directory.parts.get(from..).filter(|_| options.glued).unwrap_or_default();
    let glued = tail.iter().take_while(move |part| part.term == term);
    plain.chain(glued.map(move |part| Occurrence {
        word: part.word,
        more_parts: part.parts.saturating_sub(1),
        strength,
    }))
}

impl Occurrence {
    /// Every place where the word stands.
    pub fn hits<'a>(self, directory: &'a Directory, options: &'a Options) -> impl Iterator<Item = Hit> + 'a {
        let postings = directory.table.word(self.word).map_or(&[] as &[Posting], |word| &word.postings);
        let wanted = |posting: &&Posting| options.comments || !is_described(posting);
        postings.iter().filter(wanted).map(move |posting| {
            let parts = if is_described(posting) {
                posting.parts
            } else {
                telling_parts(posting, directory, options).saturating_add(self.more_parts)
            };
            let strength = self.strength * options.weights.of(posting.place, parts);
            let Posting { slot, column, place, .. } = *posting;
            Hit { slot, column, place, strength, word: self.word }
        })
    }

    /// How much the word says of each schema that is called by it.
    pub fn schemas<'a>(self, directory: &'a Directory, options: &'a Options) -> impl Iterator<Item = (u32, f32)> + 'a {
        let schemas = options.schema_names.then(|| directory.schemas.with_word(self.word));
        let strength = move |parts| self.strength * options.weights.of(Place::Schema, parts);
        schemas.into_iter().flatten().map(move |(schema, parts)| (schema, strength(parts)))
    }
}

/// Whether a posting comes of a comment or a label, not of a name.
fn is_described(posting: &Posting) -> bool {
    !matches!(posting.place, Place::Name | Place::Column)
}

/// The number of words of a name that tell it from others of its schema.
fn telling_parts(posting: &Posting, directory: &Directory, options: &Options) -> u8 {
    let shared = posting.place == Place::Name
        && posting.parts > 1
        && options.shared_beginnings
        && directory.entry(posting.slot).is_some_and(|entry| directory.schemas.has_shared_word(entry.schema));
    posting.parts - u8::from(shared)
}
