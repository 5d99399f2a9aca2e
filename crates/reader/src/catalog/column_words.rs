//! Words in the names of columns that tell what these are, or what they are not.

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
