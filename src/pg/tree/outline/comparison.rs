//! Comparisons and what is put together of them.

use pgrx::{PgList, pg_sys};

use super::constant::category;
use super::walk::OutlineWalk;
use crate::pg::host::text::owned;
use prose::outline::{Comparison, Expr, PatternKind};

impl OutlineWalk {
    /// # Safety
    /// As for all functions here: the nodes are live expressions of the innermost level's query.
    pub(super) unsafe fn operator(&mut self, node: &pg_sys::OpExpr) -> Expr {
        // SAFETY: the caller's promise.
        unsafe {
            let symbol = operator_name(node.opno);
            if let Some(comparison) = comparison_of(&symbol) {
                return self.comparison(comparison, node);
            }
            let mut args = self.list(node.args);
            let (Some((kind, negated)), 2) = (pattern_of(&symbol), args.len()) else {
                return Expr::Operator { symbol, args };
            };
            let pattern = args.swap_remove(1);
            let like = Expr::Like { value: Box::new(args.swap_remove(0)), pattern: Box::new(pattern), kind };
            if negated { Expr::Not(Box::new(like)) } else { like }
        }
    }

    pub(super) unsafe fn comparison(&mut self, comparison: Comparison, node: &pg_sys::OpExpr) -> Expr {
        // SAFETY: the caller's promise; a comparison has two operands.
        unsafe {
            let args = PgList::<pg_sys::Node>::from_pg(node.args);
            let (Some(left), Some(right)) = (args.get_ptr(0), args.get_ptr(1)) else {
                return Expr::Other("a comparison");
            };
            let category = category(pg_sys::exprType(left));
            Expr::Compare { comparison, category, sides: Box::new((self.expr(left), self.expr(right))) }
        }
    }

    pub(super) unsafe fn array_comparison(&mut self, node: &pg_sys::ScalarArrayOpExpr) -> Expr {
        // SAFETY: the caller's promise; it has a value and an array.
        unsafe {
            let symbol = operator_name(node.opno);
            let mut args = self.list(node.args);
            let (Some(of), Some(value)) = (args.pop(), args.pop()) else { return Expr::Other("a comparison") };
            match (of, symbol.as_str(), node.useOr) {
                (Expr::Array(list), "=", true) => Expr::In { value: Box::new(value), list },
                (Expr::Array(list), "<>", false) => Expr::Not(Box::new(Expr::In { value: Box::new(value), list })),
                (of, _, any) => Expr::Any { symbol, values: vec![value], of: Box::new(of), all: !any },
            }
        }
    }

    pub(super) unsafe fn row_comparison(&mut self, node: &pg_sys::RowCompareExpr) -> Expr {
        // SAFETY: the caller's promise; the operators are of one kind, that of the comparison.
        unsafe {
            let first = PgList::<pg_sys::Oid>::from_pg(node.opnos).iter_oid().next();
            let symbol = first.map(|oid| operator_name(oid)).unwrap_or_default();
            let (left, right) = (Expr::Tuple(self.list(node.largs)), Expr::Tuple(self.list(node.rargs)));
            match comparison_of(&symbol) {
                Some(comparison) => Expr::Compare { comparison, category: 'P', sides: Box::new((left, right)) },
                None => Expr::Operator { symbol, args: vec![left, right] },
            }
        }
    }

    pub(super) unsafe fn boolean(&mut self, node: &pg_sys::BoolExpr) -> Expr {
        // SAFETY: the caller's promise.
        let mut args = unsafe { self.list(node.args) };
        match node.boolop {
            pg_sys::BoolExprType::NOT_EXPR if args.len() == 1 => Expr::Not(Box::new(args.swap_remove(0))),
            pg_sys::BoolExprType::OR_EXPR => between(args, true).unwrap_or_else(Expr::Or),
            _ => between(args, false).unwrap_or_else(Expr::And),
        }
    }

    pub(super) unsafe fn truth(&mut self, node: &pg_sys::BooleanTest) -> Expr {
        use pg_sys::BoolTestType::*;
        let (truth, negated) = match node.booltesttype {
            IS_TRUE => (Some(true), false),
            IS_NOT_TRUE => (Some(true), true),
            IS_FALSE => (Some(false), false),
            IS_NOT_FALSE => (Some(false), true),
            kind => (None, kind == IS_NOT_UNKNOWN),
        };
        // SAFETY: the caller's promise.
        let test = Expr::Is { value: unsafe { self.boxed(node.arg) }, truth };
        if negated { Expr::Not(Box::new(test)) } else { test }
    }
}

pub(super) unsafe fn operator_name(operator: pg_sys::Oid) -> String {
    // SAFETY: in a transaction; an unknown oid gives null.
    unsafe { owned(pg_sys::get_opname(operator)) }.unwrap_or_default()
}

pub(super) fn comparison_of(symbol: &str) -> Option<Comparison> {
    Some(match symbol {
        "=" => Comparison::Equal,
        "<>" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn pattern_of(symbol: &str) -> Option<(PatternKind, bool)> {
    Some(match symbol {
        "~~" => (PatternKind::Like, false),
        "!~~" => (PatternKind::Like, true),
        "~~*" => (PatternKind::ILike, false),
        "!~~*" => (PatternKind::ILike, true),
        "~" => (PatternKind::Regex, false),
        "!~" => (PatternKind::Regex, true),
        "~*" => (PatternKind::RegexIgnoreCase, false),
        "!~*" => (PatternKind::RegexIgnoreCase, true),
        _ => return None,
    })
}

/// The two comparisons that BETWEEN, or NOT BETWEEN with `outside`, is made of; else the arguments back.
fn between(mut args: Vec<Expr>, outside: bool) -> Result<Expr, Vec<Expr>> {
    use Comparison::*;
    let wanted = if outside { (Less, Greater) } else { (GreaterOrEqual, LessOrEqual) };
    match args.as_slice() {
        [
            Expr::Compare { comparison: first, sides: low, .. },
            Expr::Compare { comparison: second, sides: high, .. },
        ] if (*first, *second) == wanted && low.0 == high.0 => {}
        _ => return Err(args),
    }
    let (Some(Expr::Compare { sides: high, .. }), Some(Expr::Compare { sides: low, .. })) = (args.pop(), args.pop())
    else {
        return Err(args);
    };
    let (value, low) = *low;
    let test = Expr::Between { value: Box::new(value), bounds: Box::new((low, high.1)) };
    Ok(if outside { Expr::Not(Box::new(test)) } else { test })
}
