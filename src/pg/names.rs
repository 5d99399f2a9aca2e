//! The types a statement names, read from its raw parse tree: before the server analyzes it.
//!
//! Analysis already turns literals into values, and so runs the checks of domains inside array and row types. Types come
//! from casts and column definitions, and from the columns of relations, whose types literals take on beside them.

use std::ffi::c_void;

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

/// The user-defined types that casts in the statement name, and the row types of the relations it names.
///
/// # Safety
/// `statement` is the raw parse tree of a query.
pub unsafe fn types(statement: *mut pg_sys::Node) -> Vec<u32> {
    let mut types = Vec::new();
    // SAFETY: the caller's promise; the vector outlives the walk.
    unsafe { visit(statement, &mut types) };
    types.sort_unstable();
    types.dedup();
    types
}

/// # Safety
/// `node` is null or a live node or list of a raw parse tree.
unsafe fn visit(node: *mut pg_sys::Node, types: &mut Vec<u32>) {
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
            types.push(oid.to_u32());
        }
        pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *types).cast());
    }
}

/// The walker that the server calls for every node below one; see `tree::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the vector of `types`.
    unsafe { visit(node, &mut *context.cast::<Vec<u32>>()) };
    false
}
