//! Subqueries in expressions.

use pgrx::{PgList, pg_sys, pg_sys::NodeTag};

use super::comparison::{comparison_of, operator_name};
use super::walk::OutlineWalk;
use prose::outline::Expr;

impl OutlineWalk {
    /// # Safety
    /// As for all functions here: the nodes are live expressions of the innermost level's query.
    pub(super) unsafe fn sublink(&mut self, node: &pg_sys::SubLink) -> Expr {
        use pg_sys::SubLinkType::*;
        // SAFETY: the caller's promise; a SubLink has an analyzed query.
        unsafe {
            let around = self.scope();
            let tests = self.tests(node.testexpr);
            let query = Box::new(self.query(node.subselect.cast(), around));
            let Some((symbol, values)) = tests else {
                return match node.subLinkType {
                    EXISTS_SUBLINK => Expr::Exists(query),
                    ARRAY_SUBLINK => Expr::ArrayOf(query),
                    _ => Expr::Subquery(query),
                };
            };
            let all = node.subLinkType == ALL_SUBLINK;
            let of = Box::new(Expr::Subquery(query));
            match comparison_of(&symbol).filter(|_| node.subLinkType == ROWCOMPARE_SUBLINK) {
                Some(comparison) => {
                    let sides = Box::new((Expr::Tuple(values), *of));
                    Expr::Compare { comparison, category: 'P', sides }
                }
                None => Expr::Any { symbol, values, of, all },
            }
        }
    }

    /// What a subquery's columns are compared with, and by which operator: the test is one comparison a column.
    unsafe fn tests(&mut self, node: *mut pg_sys::Node) -> Option<(String, Vec<Expr>)> {
        if node.is_null() {
            return None;
        }
        // SAFETY: the node's tag tells its type; operators have their left operand first.
        unsafe {
            let (operators, lefts): (Vec<pg_sys::Oid>, Vec<*mut pg_sys::Node>) = match (*node).type_ {
                NodeTag::T_RowCompareExpr => {
                    let node = &*node.cast::<pg_sys::RowCompareExpr>();
                    let operators = PgList::<pg_sys::Oid>::from_pg(node.opnos).iter_oid().collect();
                    (operators, PgList::<pg_sys::Node>::from_pg(node.largs).iter_ptr().collect())
                }
                NodeTag::T_BoolExpr => {
                    let tests = PgList::<pg_sys::Node>::from_pg((*node.cast::<pg_sys::BoolExpr>()).args);
                    tests.iter_ptr().filter_map(|test| left_of(test)).unzip()
                }
                _ => left_of(node).into_iter().unzip(),
            };
            let symbol = operator_name(*operators.first()?);
            Some((symbol, lefts.into_iter().map(|left| self.expr(left)).collect()))
        }
    }
}

/// The left operand of a test, with its operator.
unsafe fn left_of(node: *mut pg_sys::Node) -> Option<(pg_sys::Oid, *mut pg_sys::Node)> {
    // SAFETY: `node` is a live expression, whose tag tells its type.
    unsafe {
        if (*node).type_ != NodeTag::T_OpExpr {
            return None;
        }
        let node = &*node.cast::<pg_sys::OpExpr>();
        Some((node.opno, PgList::<pg_sys::Node>::from_pg(node.args).get_ptr(0)?))
    }
}
