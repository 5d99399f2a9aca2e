//! The trees of an analyzed and rewritten statement.

use std::marker::PhantomData;

use pgrx::pg_sys;

/// The trees of one statement, which live in the server's memory for as long as `'s`.
pub struct QueryTrees<'s> {
    queries: Vec<*mut pg_sys::Query>,
    alive: PhantomData<&'s ()>,
}

impl QueryTrees<'_> {
    /// # Safety
    /// These are all trees of one analyzed and rewritten statement. They live, and nothing changes them, for `'s`.
    pub unsafe fn new(queries: Vec<*mut pg_sys::Query>) -> Self {
        Self { queries, alive: PhantomData }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = *mut pg_sys::Query> {
        self.queries.iter().copied()
    }
}
