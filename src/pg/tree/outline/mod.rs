//! What a statement does, as plain values: what it reads, how that is joined, filtered, grouped, computed and ordered.
//!
//! It is read from the analyzed tree, in which every name is resolved and nothing is planned yet: views keep their names,
//! and no policy, plan or row of the tables shows. Parts it has no form for are told by their kind, never an error.

mod aggregate;
mod comparison;
mod constant;
mod expression;
mod source;
mod subquery;
mod walk;

use pgrx::pg_sys;
use prose::outline::Outline;

/// Reads the outline from the trees of an analyzed statement.
///
/// # Safety
/// The queries are live trees of one statement, in a transaction.
pub unsafe fn of(queries: &[*mut pg_sys::Query]) -> Outline {
    let mut walk = walk::Walk::default();
    // SAFETY: the caller's promise; a query that only reads is one tree.
    let query = queries.first().map(|query| unsafe { walk.query(*query, None) }).unwrap_or_default();
    walk.into_outline(query)
}
