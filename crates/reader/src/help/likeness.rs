//! How much a question that could be asked instead shares with the one that was asked.

use crate::lattice::Lattice;
use crate::lattice::lexicon::{self, Category};
use std::collections::BTreeSet;
use words::{Word, WordKind, singular, split, stem};

/// What a question says, as words that can be compared: those of one meaning are one word.
pub struct Likeness {
    asked: BTreeSet<String>,
    /// The words of the question that the schema or the data know: sharing these counts most.
    named: BTreeSet<String>,
}

/// A word of the schema that both questions have.
const SHARED_NAME: i32 = 6;
/// Another word that both have: what is done with the names.
const SHARED_WORD: i32 = 3;
/// A word that was not asked for.
const ADDED_WORD: i32 = 2;

impl Likeness {
    pub fn new(lattice: &Lattice) -> Self {
        let mut named = BTreeSet::new();
        for start in 0..lattice.len() {
            let cell = lattice.cell(start);
            let ends = cell.relations.iter().map(|m| m.end).chain(cell.columns.iter().map(|m| m.end));
            let end = ends.chain(cell.values.iter().map(|m| m.end)).chain(cell.time_ranges.iter().map(|t| t.1)).max();
            named.extend(lattice.words.get(start..end.unwrap_or(start)).into_iter().flatten().filter_map(said));
        }
        Self { asked: lattice.words.iter().filter_map(said).collect(), named }
    }

    /// Higher is nearer.
    pub fn of(&self, candidate: &str) -> i32 {
        let words = split(candidate, 40);
        let candidate: BTreeSet<String> = words.iter().filter_map(said).collect();
        let each = |word: &String| match (self.asked.contains(word), self.named.contains(word)) {
            (true, true) => SHARED_NAME,
            (true, false) => SHARED_WORD,
            (false, _) => -ADDED_WORD,
        };
        candidate.iter().map(each).sum()
    }
}

/// What a word says; `None` for one that says nothing by itself ("the", "in", "show").
fn said(word: &Word) -> Option<String> {
    const SAME: &[(&str, &[&str])] = &[
        ("per", &["per", "by", "each", "every"]),
        ("count", &["many", "number", "count"]),
        ("most", &["most", "top", "best", "highest", "largest", "biggest", "greatest"]),
        ("least", &["least", "worst", "lowest", "smallest", "fewest", "low"]),
        ("average", &["average", "avg", "mean", "median"]),
        ("share", &["share", "percentage", "percent", "fraction", "proportion", "rate", "ratio", "%"]),
        ("last", &["last", "latest", "newest", "recent", "past", "lately"]),
        ("not", &["not", "no", "never", "without", "n't", "haven't", "don't", "none"]),
        ("total", &["total", "sum", "overall"]),
    ];
    if matches!(word.kind, WordKind::Symbol) && word.lower != "%" {
        return None;
    }
    if let Some((same, _)) = SAME.iter().find(|(_, words)| words.contains(&word.lower.as_str())) {
        return Some((*same).to_owned());
    }
    let means_little = |one: &Category| {
        matches!(
            one,
            Category::Article
                | Category::Opener
                | Category::Be
                | Category::Do
                | Category::In
                | Category::Of
                | Category::With
                | Category::Filler
                | Category::That
                | Category::Adverb
                | Category::Pronoun
                | Category::And
                | Category::Which
        )
    };
    let categories = lexicon::categories(std::slice::from_ref(word), 0);
    if categories.iter().any(|(one, _)| means_little(one)) {
        return None;
    }
    Some(stem(&singular(&word.lower)))
}
