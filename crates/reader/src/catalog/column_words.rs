//! Words in the names of columns that tell what these are, or what they are not.

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::ColumnId;

/// Last words of the names of columns that tell kinds of rows, or of what else than the row: nobody knows a row by them.
pub const KINDS: [&str; 14] = [
    "status", "type", "kind", "category", "class", "state", "gender", "sex", "level", "phone", "email", "address",
    "currency", "country",
];

/// Words of the names of dates that tell when something ended, or was last done.
pub const ENDS: [&str; 16] = [
    "end",
    "ended",
    "closed",
    "finish",
    "finished",
    "left",
    "leave",
    "cancelled",
    "canceled",
    "resolved",
    "last",
    "terminated",
    "churned",
    "until",
    "returned",
    "completed",
];

impl SchemaView<'_> {
    /// What people call a column by the custom of naming: `is_closed` tells what is closed, and `st` a status where its comment
    /// explains codes.
    pub fn names_in_short(&self, id: ColumnId) -> Vec<String> {
        match self.words(id) {
            [first, rest @ ..] if self.is_flag(id) && matches!(first.as_str(), "is" | "has" | "was") => {
                Some(rest.join(" ")).filter(|name| !name.is_empty()).into_iter().collect()
            }
            [only] if only == "st" && !self.codes(id).is_empty() => vec!["status".to_owned(), "state".to_owned()],
            _ => Vec::new(),
        }
    }
}
