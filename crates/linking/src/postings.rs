//! Postings: where a word occurs in the catalog.

use serde::{Deserialize, Serialize};
/// The part of a relation that a word was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Place {
    Name,
    Column,
    /// The phrase of the relation's own comment that says what it is.
    Comment,
    /// The rest of it.
    CommentRest,
    ColumnComment,
    ColumnCommentRest,
    Label,
    /// A stored value; never in the inverted index of words.
    Value,
    /// The name of the schema; kept per schema, never per relation.
    Schema,
}

/// The `column` of a posting that is about the relation itself.
pub const WHOLE: u16 = u16::MAX;

/// One occurrence: eight bytes, because there are some hundred thousands of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The relation's number in the directory.
    pub slot: u32,
    /// The position of the column, or [`WHOLE`].
    pub column: u16,
    /// How many words the name or the beginning of the comment has.
    pub parts: u8,
    pub place: Place,
}

/// How much an occurrence says, from 0 to 1. A word that is the whole name says more than one of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub name: f32,
    pub column: f32,
    pub schema: f32,
    pub comment: f32,
    pub comment_rest: f32,
    pub column_comment: f32,
    pub column_comment_rest: f32,
    pub label: f32,
    pub value: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            name: 1.0,
            column: 0.55,
            schema: 0.5,
            comment: 0.95,
            comment_rest: 0.375,
            column_comment: 0.5,
            column_comment_rest: 0.25,
            label: 0.25,
            value: 0.6,
        }
    }
}

impl Weights {
    /// The weight of a word that is one of `parts` of such a text.
    pub fn of(&self, place: Place, parts: u8) -> f32 {
        let parts = f32::from(parts.max(1));
        let share = 0.5 + 0.5 / parts;
        match place {
            Place::Name => self.name * share,
            Place::Column => self.column * share,
            Place::Schema => self.schema * share,
            Place::Comment => self.comment * share,
            Place::ColumnComment => self.column_comment * share,
            Place::CommentRest => self.comment_rest,
            Place::ColumnCommentRest => self.column_comment_rest,
            Place::Label => self.label,
            Place::Value => self.value,
        }
    }
}
