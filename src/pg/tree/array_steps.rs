//! Which parts of an expression go through a whole array by themselves: no function is called that could look for a cancel where
//! the elements are NULL, or none at all.
//!
//! One takes a second for a hundred million elements, and the server looks for no cancel between those of one expression
//! (ExecInterpExpr in execExprInterp.c). So they are counted.

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

/// What such a part counts: 1 where it may take an array of any length, a tenth where it no more than copies one, else 0.
///
/// # Safety
/// `node` is a live part of an analyzed tree.
pub unsafe fn of(node: *mut pg_sys::Node) -> f64 {
    // SAFETY: the caller's promise; the node's tag tells its type.
    unsafe {
        match (*node).type_ {
            NodeTag::T_ArrayCoerceExpr => {
                let cast = &*node.cast::<pg_sys::ArrayCoerceExpr>();
                if is_written_out(cast.arg.cast()) {
                    0.0
                } else if is_relabelled(cast.elemexpr.cast()) {
                    0.1
                } else {
                    1.0
                }
            }
            NodeTag::T_ScalarArrayOpExpr => {
                let arguments = PgList::<pg_sys::Node>::from_pg((*node.cast::<pg_sys::ScalarArrayOpExpr>()).args);
                let is_short = arguments.get_ptr(1).is_none_or(|array| is_written_out(array));
                if is_short { 0.0 } else { 1.0 }
            }
            NodeTag::T_ArrayExpr if (*node.cast::<pg_sys::ArrayExpr>()).multidims => {
                arrays_in((*node.cast::<pg_sys::ArrayExpr>()).elements)
            }
            NodeTag::T_XmlExpr => {
                let xml = &*node.cast::<pg_sys::XmlExpr>();
                arrays_in(xml.args) + arrays_in(xml.named_args)
            }
            #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
            NodeTag::T_JsonConstructorExpr => arrays_in((*node.cast::<pg_sys::JsonConstructorExpr>()).args),
            _ => 0.0,
        }
    }
}

/// Whether an array stands in the statement with all its elements; those of constants are bounded when they are read.
unsafe fn is_written_out(node: *mut pg_sys::Node) -> bool {
    // SAFETY: as for `of`.
    unsafe {
        match (*node).type_ {
            NodeTag::T_Const => true,
            NodeTag::T_ArrayExpr => !(*node.cast::<pg_sys::ArrayExpr>()).multidims,
            NodeTag::T_ArrayCoerceExpr => is_written_out((*node.cast::<pg_sys::ArrayCoerceExpr>()).arg.cast()),
            NodeTag::T_RelabelType => is_written_out((*node.cast::<pg_sys::RelabelType>()).arg.cast()),
            _ => false,
        }
    }
}

/// Whether the cast of an element changes nothing of it, so that the server copies the array as a whole.
unsafe fn is_relabelled(element: *mut pg_sys::Node) -> bool {
    // SAFETY: as for `of`.
    unsafe {
        match (*element).type_ {
            NodeTag::T_CaseTestExpr => true,
            NodeTag::T_RelabelType => is_relabelled((*element.cast::<pg_sys::RelabelType>()).arg.cast()),
            _ => false,
        }
    }
}

unsafe fn arrays_in(list: *mut pg_sys::List) -> f64 {
    // SAFETY: as for `of`; a list of expressions, looked up in a transaction.
    unsafe {
        let nodes = PgList::<pg_sys::Node>::from_pg(list);
        let arrays = nodes.iter_ptr().filter(|node| {
            let type_of = pg_sys::getBaseType(pg_sys::exprType(*node));
            pg_sys::get_element_type(type_of) != pg_sys::InvalidOid && !is_written_out(*node)
        });
        arrays.count() as f64
    }
}
