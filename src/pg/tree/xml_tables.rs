//! XML that the server works on in expressions, and XMLTABLE most of all: the server gives document and paths to libxml itself,
//! by no function that could look at their sizes.

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{FromDatum, PgList};

use crate::pg::running::arguments::xml_sizes::looks;

/// More bytes of paths are no paths.
const MAX_PATHS: usize = 10_000;
/// libxml compares each namespace with all before it.
const MAX_NAMESPACES: usize = 500;

/// Whether an expression parses XML of any size by itself.
pub fn parses(expression: &pg_sys::XmlExpr) -> bool {
    #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
    if expression.op == pg_sys::XmlExprOp::IS_XMLSERIALIZE && expression.indent {
        return true;
    }
    [pg_sys::XmlExprOp::IS_XMLPARSE, pg_sys::XmlExprOp::IS_DOCUMENT].contains(&expression.op)
}

/// Whether nothing about an XMLTABLE takes long: its document comes out of what bounds documents, its rows are found in one look at
/// that, and the columns of a row without a look beyond it.
///
/// # Safety
/// A live node of an analyzed tree.
pub unsafe fn is_quick(table: &pg_sys::TableFunc) -> bool {
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    if table.functype != pg_sys::TableFuncType::TFT_XMLTABLE {
        return true;
    }
    // SAFETY: the caller's promise: the list holds expressions, NULL for ordinal numbers.
    unsafe {
        let mut bytes = 0;
        let mut is_light = |path: *mut pg_sys::Node, most| {
            constant(path).is_some_and(|path| {
                bytes += path.len();
                let looks = looks(&path);
                looks.outside <= most && looks.inside == 0
            })
        };
        let columns = PgList::<pg_sys::Node>::from_pg(table.colexprs);
        let are_light = is_light(table.rowexpr, 1)
            && columns.iter_ptr().filter(|path| !path.is_null()).all(|path| is_light(path, 0));
        let namespaces = PgList::<pg_sys::Node>::from_pg(table.ns_uris).len();
        are_light && bytes <= MAX_PATHS && namespaces <= MAX_NAMESPACES && is_bounded(table.docexpr)
    }
}

/// A text that stands in the statement.
unsafe fn constant(node: *mut pg_sys::Node) -> Option<String> {
    // SAFETY: a live node or null, by the caller's promise; text constants are varlenas.
    unsafe {
        if node.is_null() || (*node).type_ != NodeTag::T_Const {
            return None;
        }
        let constant = &*node.cast::<pg_sys::Const>();
        if constant.consttype != pg_sys::TEXTOID {
            return None;
        }
        String::from_datum(constant.constvalue, constant.constisnull)
    }
}

/// A document that was text a moment ago, as a cast from text takes no large one.
unsafe fn is_bounded(node: *mut pg_sys::Node) -> bool {
    // SAFETY: a live node or null, by the caller's promise.
    unsafe {
        if node.is_null() {
            return false;
        }
        match (*node).type_ {
            NodeTag::T_Const => true,
            NodeTag::T_CoerceViaIO => true,
            NodeTag::T_FuncExpr => (*node.cast::<pg_sys::FuncExpr>()).funcid == pg_sys::Oid::from(pg_sys::F_XML),
            _ => false,
        }
    }
}
