//! Names and constants, as the server's own functions give them.

use pgrx::pg_sys;

use crate::pg::host::text::owned;
use prose::outline::{Expr, Place};

/// A relation's schema and name, and whether the bare name finds it.
///
/// # Safety
/// As for all functions here: in a transaction; an oid that is in no catalog gives an empty name or the server's ERROR.
pub(super) unsafe fn name_of(relation: pg_sys::Oid) -> (String, String, bool) {
    // SAFETY: the caller's promise.
    unsafe {
        let schema = owned(pg_sys::get_namespace_name(pg_sys::get_rel_namespace(relation))).unwrap_or_default();
        let name = owned(pg_sys::get_rel_name(relation)).unwrap_or_default();
        (schema, name, pg_sys::RelationIsVisible(relation))
    }
}

pub(super) fn qualified(schema: String, name: String, visible: bool) -> String {
    if visible || schema.is_empty() { name } else { format!("{schema}.{name}") }
}

pub(super) unsafe fn function_name(function: pg_sys::Oid) -> String {
    // SAFETY: the caller's promise.
    unsafe {
        let schema = owned(pg_sys::get_namespace_name(pg_sys::get_func_namespace(function))).unwrap_or_default();
        let name = owned(pg_sys::get_func_name(function)).unwrap_or_default();
        qualified(schema, name, pg_sys::FunctionIsVisible(function))
    }
}

/// `pg_type.typcategory`, of a domain its base type's.
pub(super) unsafe fn category(oid: pg_sys::Oid) -> char {
    let (mut category, mut is_preferred) = (0, false);
    // SAFETY: the caller's promise.
    unsafe { pg_sys::get_type_category_preferred(pg_sys::getBaseType(oid), &mut category, &mut is_preferred) };
    char::from(category as u8)
}

/// The text of a node that is a string.
pub(super) unsafe fn text(node: *mut pg_sys::Node) -> Option<String> {
    // SAFETY: the caller's promise.
    unsafe { owned((*node.cast::<pg_sys::String>()).sval) }
}

pub(super) unsafe fn type_name(oid: pg_sys::Oid) -> String {
    // SAFETY: the caller's promise.
    unsafe { owned(pg_sys::format_type_be(oid)).unwrap_or_default() }
}

pub(super) unsafe fn constant(node: &pg_sys::Const) -> Expr {
    // SAFETY: the caller's promise; the value is one of its type, whose output function gives a string.
    unsafe {
        let at = Place(u32::try_from(node.location).ok());
        if node.constisnull {
            return Expr::Constant { text: None, category: 'X', at };
        }
        let (mut output, mut is_varlena) = (pg_sys::InvalidOid, false);
        pg_sys::getTypeOutputInfo(node.consttype, &mut output, &mut is_varlena);
        let _style = IsoStyle::begin();
        let text = owned(pg_sys::OidOutputFunctionCall(output, node.constvalue));
        Expr::Constant { text, category: category(node.consttype), at }
    }
}

/// Dates and intervals in one style, whatever the session's; put back when it is dropped.
struct IsoStyle {
    dates: i32,
    intervals: i32,
}

impl IsoStyle {
    fn begin() -> Self {
        // SAFETY: reads and sets variables of the backend, on its only thread.
        unsafe {
            let outer = Self { dates: pg_sys::DateStyle, intervals: pg_sys::IntervalStyle };
            pg_sys::DateStyle = pg_sys::USE_ISO_DATES as i32;
            pg_sys::IntervalStyle = pg_sys::INTSTYLE_POSTGRES as i32;
            outer
        }
    }
}

impl Drop for IsoStyle {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe {
            pg_sys::DateStyle = self.dates;
            pg_sys::IntervalStyle = self.intervals;
        }
    }
}
