//! Words that ask for nothing: what they are passed over for takes no constraint with it.

use crate::lattice::lexicon::Category;

impl Category {
    /// Whether a phrase of it asks for nothing that a statement could hold.
    pub fn asks_for_nothing(self) -> bool {
        matches!(
            self,
            Category::Article
                | Category::Opener
                | Category::Which
                | Category::All
                | Category::Each
                | Category::HowMuch
                | Category::AllColumns
                | Category::And
                | Category::Comma
                | Category::Any
                | Category::Both
                | Category::Be
                | Category::Do
                | Category::Have
                | Category::That
                | Category::Whose
                | Category::Where
                | Category::With
                | Category::In
                | Category::Of
                | Category::Adverb
                | Category::Filler
                | Category::Pronoun
                | Category::FullStop
        )
    }
}

/// Whether a participle only says that there is something: "orders that were placed", "all notes that were recorded".
pub fn tells_beginning(word: &str) -> bool {
    const PLACED: [&str; 16] = [
        "placed",
        "made",
        "created",
        "recorded",
        "registered",
        "listed",
        "stored",
        "found",
        "held",
        "given",
        "done",
        "had",
        "taken",
        "offered",
        "involved",
        "used",
    ];
    PLACED.contains(&word)
}
