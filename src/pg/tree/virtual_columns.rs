//! The expressions of virtual columns, which PostgreSQL has from 18 on: the planner puts them in the place of the columns
//! (expand_virtual_generated_columns in prepjointree.c).

use pgrx::pg_sys;

/// For each column of a table, in order, what stands in its place; nothing for a table without virtual columns.
///
/// # Safety
/// The relation is open, in a transaction. What is given stays in the current memory context.
pub unsafe fn expressions(relation: pg_sys::Relation) -> Vec<Option<*mut pg_sys::Node>> {
    // SAFETY: the caller's promise; the columns of an open relation are those of its descriptor.
    #[cfg(feature = "pg18")]
    unsafe {
        let shape = (*relation).rd_att;
        if !(*shape).constr.as_ref().is_some_and(|constraints| constraints.has_generated_virtual) {
            return Vec::new();
        }
        let expression = |at: i32| {
            let is_virtual =
                (*pg_sys::TupleDescAttr(shape, at)).attgenerated as u8 == pg_sys::ATTRIBUTE_GENERATED_VIRTUAL;
            is_virtual.then(|| pg_sys::build_generation_expression(relation, at + 1))
        };
        (0..(*shape).natts).map(expression).collect()
    }
    #[cfg(not(feature = "pg18"))]
    {
        let _ = relation;
        Vec::new()
    }
}
