//! What a statement does, as plain values: what it reads, how that is joined, filtered, grouped, computed and ordered.
//!
//! It is read from the analyzed tree, in which every name is resolved and nothing is planned yet: views keep their names,
//! and no policy, plan or row of the tables shows. Parts that the outline has no form for are named by their kind, and are
//! never an error.

mod aggregate;
mod comparison;
mod constant;
mod expression;
#[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
mod json;
mod source;
mod subquery;
mod walk;

use crate::pg::tree::query_trees::QueryTrees;
use prose::outline::Outline;

/// Reads the outline from the trees of an analyzed statement.
pub fn of(trees: &QueryTrees<'_>) -> Outline {
    let mut walk = walk::OutlineWalk::default();
    // A statement that only reads has one tree.
    // SAFETY: a live tree of the statement, which the walk only reads.
    let query = trees.iter().next().map(|query| unsafe { walk.query(query, None) }).unwrap_or_default();
    walk.into_outline(query)
}
