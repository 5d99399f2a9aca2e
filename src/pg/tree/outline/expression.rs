//! Expressions: columns resolved to what they name, operators and functions by their names, implicit casts left out.

use pgrx::{PgList, pg_sys, pg_sys::NodeTag, pg_sys::RTEKind};

use super::constant::{category, constant, function_name, type_name};
use super::walk::OutlineWalk;
use crate::pg::host::text::owned;
use prose::outline::{Comparison, Expr};

impl OutlineWalk {
    /// # Safety
    /// As for all functions here: `node` is a live expression of the innermost level's query.
    pub(super) unsafe fn expr(&mut self, node: *mut pg_sys::Node) -> Expr {
        if node.is_null() {
            return Expr::Other("a value");
        }
        // SAFETY: the caller's promise.
        let expr = self.deeper(|walk| unsafe {
            pg_sys::check_stack_depth();
            walk.expr_here(node)
        });
        expr.unwrap_or(Expr::Other("a long expression"))
    }

    pub(super) unsafe fn optional(&mut self, node: *mut pg_sys::Node) -> Option<Expr> {
        // SAFETY: the caller's promise.
        (!node.is_null()).then(|| unsafe { self.expr(node) })
    }

    pub(super) unsafe fn list(&mut self, list: *mut pg_sys::List) -> Vec<Expr> {
        // SAFETY: the caller's promise.
        unsafe {
            let nodes: Vec<_> = PgList::<pg_sys::Node>::from_pg(list).iter_ptr().collect();
            nodes.into_iter().map(|node| self.expr(node)).collect()
        }
    }

    pub(super) unsafe fn boxed(&mut self, node: *mut pg_sys::Expr) -> Box<Expr> {
        // SAFETY: the caller's promise.
        Box::new(unsafe { self.expr(node.cast()) })
    }

    unsafe fn expr_here(&mut self, node: *mut pg_sys::Node) -> Expr {
        use NodeTag::*;
        // SAFETY: the node's tag tells its type.
        unsafe {
            match (*node).type_ {
                T_Var => self.var(&*node.cast()),
                T_Const => constant(&*node.cast()),
                T_Param => Expr::Other("a parameter"),
                T_Aggref => self.aggregate(&*node.cast()),
                T_WindowFunc => self.window(&*node.cast()),
                T_GroupingFunc => Expr::GroupingOf(self.list((*node.cast::<pg_sys::GroupingFunc>()).args)),
                T_FuncExpr => self.call(&*node.cast()),
                T_OpExpr => self.operator(&*node.cast()),
                T_DistinctExpr => self.comparison(Comparison::IsDistinct, &*node.cast()),
                T_NullIfExpr => self.named("nullif", (*node.cast::<pg_sys::OpExpr>()).args),
                T_ScalarArrayOpExpr => self.array_comparison(&*node.cast()),
                T_BoolExpr => self.boolean(&*node.cast()),
                T_SubLink => self.sublink(&*node.cast()),
                T_CaseExpr => self.case(&*node.cast()),
                T_CaseTestExpr => self.tested(),
                T_CoalesceExpr => self.named("coalesce", (*node.cast::<pg_sys::CoalesceExpr>()).args),
                T_MinMaxExpr => {
                    let node = &*node.cast::<pg_sys::MinMaxExpr>();
                    let greatest = node.op == pg_sys::MinMaxOp::IS_GREATEST;
                    self.named(if greatest { "greatest" } else { "least" }, node.args)
                }
                T_SQLValueFunction => Expr::Call { name: value_function(&*node.cast()), args: Vec::new() },
                T_NullTest => {
                    let node = &*node.cast::<pg_sys::NullTest>();
                    let test = Expr::IsNull(self.boxed(node.arg));
                    if node.nulltesttype == pg_sys::NullTestType::IS_NULL { test } else { Expr::Not(Box::new(test)) }
                }
                T_BooleanTest => self.truth(&*node.cast()),
                T_ArrayExpr => Expr::Array(self.list((*node.cast::<pg_sys::ArrayExpr>()).elements)),
                T_RowExpr => Expr::Tuple(self.list((*node.cast::<pg_sys::RowExpr>()).args)),
                T_RowCompareExpr => self.row_comparison(&*node.cast()),
                T_SubscriptingRef => {
                    let node = &*node.cast::<pg_sys::SubscriptingRef>();
                    let value = self.boxed(node.refexpr);
                    let mut indexes = self.present(node.reflowerindexpr);
                    indexes.extend(self.present(node.refupperindexpr));
                    Expr::Element { value, indexes }
                }
                T_FieldSelect => self.field(&*node.cast()),
                T_TargetEntry => self.expr((*node.cast::<pg_sys::TargetEntry>()).expr.cast()),
                T_CollateExpr => self.expr((*node.cast::<pg_sys::CollateExpr>()).arg.cast()),
                T_NamedArgExpr => self.expr((*node.cast::<pg_sys::NamedArgExpr>()).arg.cast()),
                tag => self.cast_or_other(tag, node),
            }
        }
    }

    unsafe fn cast_or_other(&mut self, tag: NodeTag, node: *mut pg_sys::Node) -> Expr {
        use NodeTag::*;
        // SAFETY: the node's tag tells its type.
        unsafe {
            let (value, form, oid) = match tag {
                T_RelabelType => {
                    let node = &*node.cast::<pg_sys::RelabelType>();
                    (node.arg, node.relabelformat, node.resulttype)
                }
                T_CoerceViaIO => {
                    let node = &*node.cast::<pg_sys::CoerceViaIO>();
                    (node.arg, node.coerceformat, node.resulttype)
                }
                T_ArrayCoerceExpr => {
                    let node = &*node.cast::<pg_sys::ArrayCoerceExpr>();
                    (node.arg, node.coerceformat, node.resulttype)
                }
                T_ConvertRowtypeExpr => {
                    let node = &*node.cast::<pg_sys::ConvertRowtypeExpr>();
                    (node.arg, node.convertformat, node.resulttype)
                }
                T_CoerceToDomain => {
                    let node = &*node.cast::<pg_sys::CoerceToDomain>();
                    (node.arg, node.coercionformat, node.resulttype)
                }
                T_XmlExpr => return Expr::Other("an XML expression"),
                #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
                _ => return self.json(node).unwrap_or(Expr::Other("an expression")),
                #[cfg(not(any(feature = "pg16", feature = "pg17", feature = "pg18")))]
                _ => return Expr::Other("an expression"),
            };
            let inner = self.expr(value.cast());
            cast(inner, form, oid)
        }
    }

    unsafe fn named(&mut self, name: &str, args: *mut pg_sys::List) -> Expr {
        // SAFETY: the caller's promise.
        Expr::Call { name: name.to_owned(), args: unsafe { self.list(args) } }
    }

    /// The elements of a list in which some may be left out.
    unsafe fn present(&mut self, list: *mut pg_sys::List) -> Vec<Expr> {
        // SAFETY: the caller's promise.
        unsafe {
            let nodes: Vec<_> =
                PgList::<pg_sys::Node>::from_pg(list).iter_ptr().filter(|node| !node.is_null()).collect();
            nodes.into_iter().map(|node| self.expr(node)).collect()
        }
    }

    unsafe fn var(&mut self, var: &pg_sys::Var) -> Expr {
        let Some(at) = self.levels.len().checked_sub(1 + var.varlevelsup as usize) else {
            return Expr::Other("a column");
        };
        // SAFETY: the caller's promise.
        self.at_level(at, |walk| unsafe { walk.column(var.varno as usize, var.varattno) })
    }

    /// A column of an entry of the innermost level; number 0 is the whole row.
    unsafe fn column(&mut self, index: usize, number: i16) -> Expr {
        // SAFETY: the caller's promise; a column's number is one of its entry's.
        unsafe {
            let Some(entry) = self.entry(index) else { return Expr::Other("a column") };
            let node = &*entry;
            let at = usize::try_from(number).unwrap_or_default().checked_sub(1);
            if node.rtekind == RTEKind::RTE_JOIN
                && let Some(alias) = at.and_then(|at| PgList::<pg_sys::Node>::from_pg(node.joinaliasvars).get_ptr(at))
                && let Some(var) = plain_var(alias)
            {
                return self.deeper(|walk| walk.column(var.0, var.1)).unwrap_or(Expr::Other("a column"));
            }
            #[cfg(feature = "pg18")]
            if node.rtekind == RTEKind::RTE_GROUP
                && let Some(group) = at.and_then(|at| PgList::<pg_sys::Node>::from_pg(node.groupexprs).get_ptr(at))
            {
                return self.expr(group);
            }
            let known = self.levels.last().and_then(|level| level.entries.get(index - 1).copied().flatten());
            match known {
                Some(known) if number == 0 => Expr::Row(known),
                None if number == 0 => Expr::Other("the whole row"),
                entry_of => {
                    let name = owned(pg_sys::get_rte_attribute_name(entry, number)).unwrap_or_default();
                    Expr::Column { entry: entry_of, name }
                }
            }
        }
    }

    unsafe fn call(&mut self, node: &pg_sys::FuncExpr) -> Expr {
        // SAFETY: the caller's promise.
        unsafe {
            let mut args = self.list(node.args);
            let is_cast = node.funcformat == pg_sys::CoercionForm::COERCE_EXPLICIT_CAST
                || node.funcformat == pg_sys::CoercionForm::COERCE_IMPLICIT_CAST;
            if is_cast && !args.is_empty() {
                return cast(args.swap_remove(0), node.funcformat, node.funcresulttype);
            }
            Expr::Call { name: function_name(node.funcid), args }
        }
    }

    unsafe fn case(&mut self, node: &pg_sys::CaseExpr) -> Expr {
        // SAFETY: the caller's promise.
        unsafe {
            let value = self.optional(node.arg.cast());
            // A column can be named in every arm; anything longer is named once.
            self.cases.push(match &value {
                Some(Expr::Column { entry, name }) => Expr::Column { entry: *entry, name: name.clone() },
                _ => Expr::CaseTest,
            });
            let mut arms = Vec::new();
            for arm in PgList::<pg_sys::CaseWhen>::from_pg(node.args).iter_ptr() {
                arms.push((self.expr((*arm).expr.cast()), self.expr((*arm).result.cast())));
            }
            self.cases.pop();
            let otherwise = self.optional(node.defresult.cast());
            let otherwise = otherwise.filter(|value| !matches!(value, Expr::Constant { text: None, .. }));
            let value = value.filter(|value| !matches!(value, Expr::Column { .. }));
            Expr::Case { arms, otherwise: otherwise.map(Box::new), value: value.map(Box::new) }
        }
    }

    fn tested(&self) -> Expr {
        match self.cases.last() {
            Some(Expr::Column { entry, name }) => Expr::Column { entry: *entry, name: name.clone() },
            _ => Expr::CaseTest,
        }
    }

    unsafe fn field(&mut self, node: &pg_sys::FieldSelect) -> Expr {
        // SAFETY: the caller's promise; a row type that no relation has names no fields.
        unsafe {
            let relation = pg_sys::get_typ_typrelid(pg_sys::getBaseType(pg_sys::exprType(node.arg.cast())));
            let name = if relation == pg_sys::InvalidOid {
                None
            } else {
                owned(pg_sys::get_attname(relation, node.fieldnum, true))
            };
            let name = name.unwrap_or_else(|| format!("field {}", node.fieldnum));
            Expr::Field { value: self.boxed(node.arg), name }
        }
    }
}

/// The entry and number of a column of the same level, casts of the server's own making aside.
unsafe fn plain_var(node: *mut pg_sys::Node) -> Option<(usize, i16)> {
    // SAFETY: `node` is a live expression, whose tag tells its type.
    unsafe {
        let mut node = node;
        while (*node).type_ == NodeTag::T_RelabelType {
            node = (*node.cast::<pg_sys::RelabelType>()).arg.cast();
        }
        if (*node).type_ != NodeTag::T_Var {
            return None;
        }
        let var = &*node.cast::<pg_sys::Var>();
        (var.varlevelsup == 0).then_some((var.varno as usize, var.varattno))
    }
}

unsafe fn cast(value: Expr, form: pg_sys::CoercionForm::Type, oid: pg_sys::Oid) -> Expr {
    if form == pg_sys::CoercionForm::COERCE_IMPLICIT_CAST {
        return value;
    }
    // SAFETY: in a transaction; the type stands in an analyzed tree.
    let (type_name, category) = unsafe { (type_name(oid), category(oid)) };
    match value {
        // A length or precision is a second cast to the same type.
        Expr::Cast { value, type_name: inner, .. } if inner == type_name => Expr::Cast { value, type_name, category },
        value => Expr::Cast { value: Box::new(value), type_name, category },
    }
}

fn value_function(node: &pg_sys::SQLValueFunction) -> String {
    use pg_sys::SQLValueFunctionOp::*;
    let name = match node.op {
        SVFOP_CURRENT_DATE => "current_date",
        SVFOP_CURRENT_TIME | SVFOP_CURRENT_TIME_N | SVFOP_LOCALTIME | SVFOP_LOCALTIME_N => "current_time",
        SVFOP_CURRENT_TIMESTAMP | SVFOP_CURRENT_TIMESTAMP_N | SVFOP_LOCALTIMESTAMP | SVFOP_LOCALTIMESTAMP_N => {
            "current_timestamp"
        }
        SVFOP_CURRENT_CATALOG => "current_catalog",
        SVFOP_CURRENT_SCHEMA => "current_schema",
        SVFOP_SESSION_USER => "session_user",
        _ => "current_user",
    };
    name.to_owned()
}
