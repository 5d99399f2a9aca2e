//! What only a server knows: which of several relations of the same words people use.

use crate::directory::Entry;
use crate::relation::Usage;

/// A relation that the planner believes to be empty.
const EMPTY: f32 = 0.8;
const READ: f32 = 0.04;
const DOCUMENTED: f32 = 0.03;
const REFERENCED: f32 = 0.02;
const ASKED: f32 = 0.05;

/// The factor of a relation's score. All factors are mild: words decide, and this settles what words leave open.
pub(crate) fn factor(entry: &Entry, joined: bool) -> f32 {
    let Usage { rows, reads, asked } = entry.usage;
    let empty = if rows.is_some_and(|rows| rows <= 0.0) { EMPTY } else { 1.0 };
    let documented = if entry.documented { DOCUMENTED } else { 0.0 };
    let referenced = if joined { REFERENCED } else { 0.0 };
    empty
        * (1.0
            + documented
            + referenced
            + READ * saturating(reads, 100_000.0)
            + ASKED * saturating(u64::from(asked), 100.0))
}

/// 0 for none, 1 for `full` and more, by magnitude.
fn saturating(count: u64, full: f32) -> f32 {
    if count == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "only the magnitude matters")]
    let count = count as f32;
    ((1.0 + count).ln() / (1.0 + full).ln()).min(1.0)
}
