//! Misspelt words: an unknown word that is nearly a known one is taken for it, if there is exactly one such word.
//!
//! A proper name is never corrected, nor is what is quoted, as a value that is not stored is no slip of the pen. The
//! reading says what was taken for what.

use crate::catalog::name_index::NameIndex;
use crate::catalog::schema_view::SchemaView;
use crate::interrupts::Interrupted;
use crate::lattice::Lattice;
use crate::lattice::lexicon::{self, Category};
use crate::lattice::stored_values::NoValues;
use std::collections::{BTreeSet, HashSet};
use words::{Word, WordKind, WordMatch};

/// A question with more unknown words is not English, or about something else.
const MAX_UNKNOWN: usize = 3;
/// A shorter word is near to too many others.
const MIN_LENGTH: usize = 4;
/// From this length on, two slips may be in one word.
const LONG: usize = 9;
/// No more candidates are looked at for one word.
const MAX_CANDIDATES: usize = 8;
/// Names of months and words for times, which are no phrases of the lexicon.
const TIMES: [&str; 15] = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "yesterday",
    "today",
    "month",
    "last",
];

/// A question whose misspelt words are replaced.
pub struct Corrected {
    pub question: String,
    /// Each unknown word with the one it was taken for.
    pub words: Vec<(String, String)>,
}

/// Corrects all unknown words of a question; `None` where one of them is near to no known word, or to several.
pub fn correct(
    question: &str,
    unknown: &[&Word],
    schema: &SchemaView,
    names: &NameIndex,
) -> Result<Option<Corrected>, Interrupted> {
    if unknown.len() > 2 * MAX_UNKNOWN || unknown.iter().any(|word| word.kind != WordKind::Word) {
        return Ok(None);
    }
    let vocabulary = Vocabulary::new(schema)?;
    // "How" alone says nothing, but "how mnay" may.
    let unknown: Vec<&Word> = unknown.iter().copied().filter(|word| !vocabulary.contains(&word.lower)).collect();
    if unknown.is_empty() || unknown.len() > MAX_UNKNOWN || unknown.iter().any(|word| !may_be_misspelt(word)) {
        return Ok(None);
    }
    let mut corrected = Corrected { question: question.to_owned(), words: Vec::new() };
    for word in unknown.iter().rev() {
        let Some(meant) = nearest(&word.lower, &vocabulary, schema, names)? else { return Ok(None) };
        let (Some(before), Some(after)) = (corrected.question.get(..word.start), corrected.question.get(word.end..))
        else {
            return Ok(None);
        };
        corrected.question = format!("{before}{meant}{after}");
        corrected.words.insert(0, (word.text.clone(), meant));
    }
    Ok(Some(corrected))
}

/// The unknown words, and those that name something only as they have the stem of a word with that meaning: "revenu". In their
/// order.
pub fn doubtful<'w>(lattice: &'w Lattice, unknown: &[&'w Word], names: &NameIndex) -> Vec<&'w Word> {
    let by_stem = |at: usize, word: &Word| {
        let meanings = names.vocabulary.meanings(word);
        let known = names.vocabulary.words();
        let stems = |number: usize, found: WordMatch| match found {
            WordMatch::SynonymOfStem | WordMatch::WeakSynonymOfStem => true,
            WordMatch::SameStem => known.get(number).is_some_and(|other| words::edits(&word.lower, other) == 1),
            _ => false,
        };
        let cell = lattice.cell(at);
        cell.categories.is_empty()
            && cell.values.is_empty()
            && !meanings.is_empty()
            && meanings.iter().all(|(number, found)| stems(*number, *found))
            && word.lower == word.singular
    };
    let words = lattice.words.iter().enumerate();
    let is_doubtful = |(at, word): &(usize, &Word)| {
        unknown.iter().any(|one| one.start == word.start) || word.kind == WordKind::Word && by_stem(*at, word)
    };
    words.filter(is_doubtful).map(|(_, word)| word).collect()
}

/// Whether a word has letters alone, is long enough, and is no proper name. The first word is capitalised anyway.
fn may_be_misspelt(word: &Word) -> bool {
    let capital = word.text.starts_with(char::is_uppercase) && word.start > 0;
    word.kind == WordKind::Word
        && !capital
        && word.lower.chars().count() >= MIN_LENGTH
        && word.lower.chars().all(char::is_alphabetic)
}

/// The words that may have been meant.
struct Vocabulary {
    /// Those of the language, of all names, and of the values that the snapshot shows.
    all: BTreeSet<String>,
    /// Those of names and values alone.
    named: HashSet<String>,
}

impl Vocabulary {
    fn new(schema: &SchemaView) -> Result<Self, Interrupted> {
        let mut named: HashSet<String> = HashSet::new();
        for (number, relation) in schema.relations() {
            named.extend(words::identifier_words(&relation.name));
            for (id, column) in schema.columns(number) {
                named.extend(schema.words(id).iter().cloned());
                let values = match column.category {
                    'E' => &column.labels,
                    'S' => &column.common_values,
                    _ => continue,
                };
                let words = values.iter().filter(|value| value.chars().all(char::is_alphabetic));
                named.extend(words.map(|value| value.to_lowercase()));
            }
        }
        let language = lexicon::all_words().chain(words::words_with_synonyms()).chain(TIMES);
        let names = named.iter().filter(|_| schema.watch().look().is_ok()).cloned();
        let all = language.map(str::to_owned).chain(names).collect();
        schema.watch().whole(Self { all, named })
    }

    fn contains(&self, word: &str) -> bool {
        self.all.contains(word)
    }

    /// Whether a word that is spelled nearly like another one may have been meant for it.
    ///
    /// One letter in the place of another makes another word more often than a slip does: "whale" is no misspelt "while". And what is
    /// taken for a word that asks for nothing vanishes from the question, so that only swapped letters are taken for such a word.
    fn may_mean(&self, word: &str, other: &str) -> bool {
        let named = self.named.contains(other) || self.named.contains(&words::singular(other));
        let swapped = sorted(word) == sorted(other);
        named || swapped || word.len() != other.len() && !asks_for_nothing(other)
    }
}

/// Whether a word of the language alone asks for nothing, so that a reading may pass over it.
fn asks_for_nothing(word: &str) -> bool {
    let words = words::split(word, 1);
    let alone = lexicon::categories(&words, 0);
    let passed_over = |one: &Category| one.asks_for_nothing() || *one == Category::RelationVerb;
    Lattice::is_structure(word) || !alone.is_empty() && alone.iter().all(|(one, _)| passed_over(one))
}

/// The one known word that is nearest: with the same letters in another order, else by the number of edits.
fn nearest(
    word: &str,
    vocabulary: &Vocabulary,
    schema: &SchemaView,
    names: &NameIndex,
) -> Result<Option<String>, Interrupted> {
    let most = if word.len() >= LONG { 2 } else { 1 };
    let mut near: Vec<(usize, String)> = Vec::new();
    for other in
        vocabulary.all.iter().filter(|other| other.len() + most >= word.len() && other.len() <= word.len() + most)
    {
        schema.watch().look()?;
        let singular = words::singular(word);
        let plural = other.len() > 3 && !other.ends_with('s') && singular != word;
        let edits = words::edits(word, other);
        let (edits, other) = match words::edits(&singular, other) {
            of_singular if plural && of_singular < edits && is_likely(&singular, other) => {
                (of_singular, format!("{other}s"))
            }
            _ => (edits, other.clone()),
        };
        if (1..=most).contains(&edits) && is_likely(word, &other) {
            near.push((2 * edits + usize::from(sorted(word) != sorted(&other)), other));
        }
    }
    near.sort();
    near.dedup();
    near.truncate(MAX_CANDIDATES);
    let text = near.iter().map(|(_, other)| other.as_str()).collect::<Vec<_>>().join(" ");
    let known = Lattice::new(&text, words::split(&text, MAX_CANDIDATES), schema, names, &NoValues)?;
    let unknown: Vec<&str> = known.unknown().into_iter().map(|word| word.lower.as_str()).collect();
    let phrase = |word: &str| lexicon::all_words().any(|other| other == word);
    near.retain(|(_, other)| !unknown.contains(&other.as_str()) || phrase(other));
    let Some((least, best)) = near.first().cloned() else { return Ok(None) };
    let stem = |word: &str| words::stem(&words::singular(word));
    let rival = near.iter().any(|(distance, other)| *distance == least && stem(other) != stem(&best));
    Ok(Some(best).filter(|best| !rival && vocabulary.may_mean(word, best)))
}

/// Slips keep the first letter, or swap it; short words have a letter left out or swapped, not another one in its place.
fn is_likely(word: &str, other: &str) -> bool {
    let same_letters = sorted(word) == sorted(other);
    let same_start = word.chars().next() == other.chars().next();
    let longer = other.len() > word.len();
    // "Director" is no misspelt "directed": another ending makes another word.
    let shared = word.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let ending = word.len() == other.len() && shared + 2 >= word.len();
    same_letters || (same_start && !ending && (word.len() > MIN_LENGTH || longer))
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}
