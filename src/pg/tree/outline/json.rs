//! The SQL/JSON expressions of PostgreSQL 16 and later, which are neither functions nor operators, told like calls.

use pgrx::{pg_sys, pg_sys::NodeTag};

use super::walk::OutlineWalk;
use prose::outline::Expr;

impl OutlineWalk {
    /// `None` where the node is none of them.
    ///
    /// # Safety
    /// `node` is a live expression of the innermost level's query.
    pub(super) unsafe fn json(&mut self, node: *mut pg_sys::Node) -> Option<Expr> {
        // SAFETY: the node's tag tells its type.
        unsafe {
            match (*node).type_ {
                NodeTag::T_JsonConstructorExpr => Some(self.json_constructor(&*node.cast())),
                NodeTag::T_JsonIsPredicate => {
                    let value = self.expr((*node.cast::<pg_sys::JsonIsPredicate>()).expr);
                    Some(Expr::Call { name: "is_json".to_owned(), args: vec![value] })
                }
                NodeTag::T_JsonValueExpr => Some(self.expr((*node.cast::<pg_sys::JsonValueExpr>()).raw_expr.cast())),
                #[cfg(any(feature = "pg17", feature = "pg18"))]
                NodeTag::T_JsonExpr => Some(self.json_path(&*node.cast())),
                _ => None,
            }
        }
    }

    unsafe fn json_constructor(&mut self, node: &pg_sys::JsonConstructorExpr) -> Expr {
        use pg_sys::JsonConstructorType::*;
        let name = match node.type_ {
            JSCTOR_JSON_OBJECT => "json_object",
            JSCTOR_JSON_ARRAY => "json_array",
            // They stand around the aggregate that makes them, or the window function.
            // SAFETY: the caller's promise.
            JSCTOR_JSON_OBJECTAGG | JSCTOR_JSON_ARRAYAGG => return unsafe { self.expr(node.func.cast()) },
            #[cfg(not(feature = "pg16"))]
            JSCTOR_JSON_SCALAR => "json_scalar",
            #[cfg(not(feature = "pg16"))]
            JSCTOR_JSON_SERIALIZE => "json_serialize",
            _ => "json",
        };
        // SAFETY: the caller's promise.
        Expr::Call { name: name.to_owned(), args: unsafe { self.list(node.args) } }
    }

    /// JSON_EXISTS, JSON_QUERY and JSON_VALUE: of a document, a path in it, and what the path is given.
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    unsafe fn json_path(&mut self, node: &pg_sys::JsonExpr) -> Expr {
        let name = match node.op {
            pg_sys::JsonExprOp::JSON_EXISTS_OP => "json_exists",
            pg_sys::JsonExprOp::JSON_QUERY_OP => "json_query",
            _ => "json_value",
        };
        // SAFETY: the caller's promise.
        unsafe {
            let mut args = vec![self.expr(node.formatted_expr), self.expr(node.path_spec)];
            args.extend(self.list(node.passing_values));
            Expr::Call { name: name.to_owned(), args }
        }
    }
}
