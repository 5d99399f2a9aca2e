//! The types a statement names, read from its raw parse tree: before the server analyzes it.
//!
//! Analysis already turns literals into values, and so runs the checks of domains inside array and row types. Types come
//! from casts and column definitions, and from the columns of relations, whose types literals take on beside them.

use std::ffi::c_void;

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

/// What the raw tree of a query names.
#[derive(Debug, Default)]
pub struct Named {
    /// The user-defined types of casts, and the row types of relations.
    pub types: Vec<u32>,
    /// How many common table expressions there are.
    pub ctes: usize,
}

/// Collects what a query names.
///
/// # Safety
/// `statement` is the raw parse tree of a query.
pub unsafe fn named(statement: *mut pg_sys::Node) -> Named {
    let mut named = Named::default();
    // SAFETY: the caller's promise; what is collected outlives the walk.
    unsafe { visit(statement, &mut named) };
    named.types.sort_unstable();
    named.types.dedup();
    named
}

/// # Safety
/// `node` is null or a live node or list of a raw parse tree.
unsafe fn visit(node: *mut pg_sys::Node, named: &mut Named) {
    if node.is_null() {
        return;
    }
    // SAFETY: the node's tag tells its type. The look-ups take no lock and are silent about what does not exist.
    unsafe {
        let oid = match (*node).type_ {
            NodeTag::T_TypeName => pg_sys::LookupTypeNameOid(std::ptr::null_mut(), node.cast(), true),
            NodeTag::T_RangeVar => {
                let flags = pg_sys::RVROption::RVR_MISSING_OK;
                let relation = pg_sys::RangeVarGetRelidExtended(
                    node.cast(),
                    pg_sys::NoLock as i32,
                    flags,
                    None,
                    std::ptr::null_mut(),
                );
                if relation == pg_sys::InvalidOid { relation } else { pg_sys::get_rel_type_id(relation) }
            }
            _ => pg_sys::InvalidOid,
        };
        if oid.to_u32() >= pg_sys::FirstNormalObjectId {
            named.types.push(oid.to_u32());
        }
        named.ctes += usize::from((*node).type_ == NodeTag::T_CommonTableExpr);
        pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *named).cast());
    }
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is what `named` collects.
    unsafe { visit(node, &mut *context.cast::<Named>()) };
    false
}
