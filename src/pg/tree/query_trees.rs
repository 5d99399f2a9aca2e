//! The trees of an analyzed and rewritten statement, and expressions beside them, each with the time it lives for.

use std::marker::PhantomData;
use std::ptr::NonNull;

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

/// An analyzed expression or a list of them, which lives in the server's memory for as long as `'s`.
#[derive(Clone, Copy)]
pub struct ExpressionTree<'s> {
    node: NonNull<pg_sys::Node>,
    alive: PhantomData<&'s ()>,
}

impl ExpressionTree<'_> {
    /// `None` for null.
    ///
    /// # Safety
    /// `node` is null or an analyzed expression or list of them. It lives, and nothing changes it, for `'s`.
    pub unsafe fn new(node: *mut pg_sys::Node) -> Option<Self> {
        Some(Self { node: NonNull::new(node)?, alive: PhantomData })
    }

    /// Never null.
    pub fn as_ptr(self) -> *mut pg_sys::Node {
        self.node.as_ptr()
    }
}
