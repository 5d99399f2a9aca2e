//! How many columns the analysis of a raw parse tree has to make and look through, estimated before it starts.
//!
//! Analysis writes out every star and the columns of every join, compares the columns of a natural join with each other, and
//! looks for a name without a table in all tables around. With tables of a thousand columns and more, a short text takes
//! gigabytes and hours, and no cancel is looked for.

use std::ffi::{CStr, CString, c_char, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, prelude::*};

use super::raw_columns::{UNKNOWN, function_width, is_star, name_of, relation_width};
use super::raw_searches::{self, Targets, items, length, sets};
use crate::limits::Width;

/// Estimates a query.
///
/// # Safety
/// `statement` is the raw parse tree of a query.
pub unsafe fn of(statement: *mut pg_sys::Node) -> Width {
    let mut walk = WidthWalk::default();
    // SAFETY: the caller's promise.
    unsafe { walk.visit(statement) };
    walk.width
}

/// A query around what is looked at.
#[derive(Default)]
struct Scope {
    /// Its common table expressions.
    ctes: Vec<(CString, f64)>,
    /// What its FROM clause has, by name.
    tables: Vec<(CString, f64)>,
    width: f64,
    /// Full joins that merge columns: each may put its COALESCE around a name.
    merging: f64,
}

#[derive(Default)]
struct WidthWalk {
    scopes: Vec<Scope>,
    width: Width,
}

impl WidthWalk {
    /// # Safety
    /// As for all functions here: nodes are null or live parts of a raw parse tree.
    unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            match (*node).type_ {
                NodeTag::T_SelectStmt => drop(self.query(node.cast())),
                NodeTag::T_ColumnRef => drop(self.column(node.cast())),
                NodeTag::T_A_Indirection => self.indirection(node.cast()),
                NodeTag::T_A_Expr => self.operator(&*node.cast::<pg_sys::A_Expr>()),
                NodeTag::T_FuncCall => {
                    let order = length((*node.cast::<pg_sys::FuncCall>()).agg_order);
                    self.width.sorted += order;
                    let parts = self.visit_inside(node);
                    self.width.searched += order * parts;
                }
                NodeTag::T_WindowDef => {
                    let window = &*node.cast::<pg_sys::WindowDef>();
                    self.width.sorted += items(window.partitionClause) + length(window.orderClause);
                    self.width.windows += 1.0;
                    self.width.window_parts += self.visit_inside(node);
                }
                NodeTag::T_GroupingSet => {
                    self.width.sorted += items((*node.cast::<pg_sys::GroupingSet>()).content);
                    self.visit_inside(node);
                }
                _ => drop(self.visit_inside(node)),
            }
        }
    }

    /// Visits what is below a node; gives its parts and itself.
    unsafe fn visit_inside(&mut self, node: *mut pg_sys::Node) -> f64 {
        let before = self.width.parts;
        self.width.parts += 1.0;
        // SAFETY: the caller's promise.
        unsafe { pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *self).cast()) };
        self.width.parts - before
    }

    /// BETWEEN and lists of IN become comparisons of the same with each (transformAExprBetween and transformAExprIn in
    /// parse_expr.c), so those in one another double with every level.
    unsafe fn operator(&mut self, operator: &pg_sys::A_Expr) {
        use pg_sys::A_Expr_Kind::{
            AEXPR_BETWEEN, AEXPR_BETWEEN_SYM, AEXPR_IN, AEXPR_NOT_BETWEEN, AEXPR_NOT_BETWEEN_SYM,
        };
        self.width.parts += 1.0;
        // SAFETY: the caller's promise; the right side of IN and BETWEEN is a list.
        unsafe {
            let (left, right) = match operator.kind {
                AEXPR_BETWEEN | AEXPR_NOT_BETWEEN => (2.0, 1.0),
                AEXPR_BETWEEN_SYM | AEXPR_NOT_BETWEEN_SYM => (4.0, 2.0),
                _ => (1.0, 1.0),
            };
            let before = self.width.parts;
            self.times(left, |walk| walk.visit(operator.lexpr));
            if operator.kind == AEXPR_IN {
                let copies = length(operator.rexpr.cast()) - 1.0;
                self.width.parts += copies.max(0.0) * (self.width.parts - before);
            }
            self.times(right, |walk| walk.visit(operator.rexpr));
        }
    }

    /// Counts what `work` finds so often.
    fn times(&mut self, factor: f64, work: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.width);
        work(self);
        let inner = std::mem::replace(&mut self.width, before);
        self.width += inner * factor;
    }

    /// Estimates a query and returns its width.
    unsafe fn query(&mut self, query: *mut pg_sys::SelectStmt) -> f64 {
        self.scopes.push(Scope::default());
        // SAFETY: the caller's promise.
        let width = unsafe {
            pg_sys::check_stack_depth();
            let query = &*query;
            self.with(query.withClause);
            let width = if query.larg.is_null() { self.selected(query) } else { self.combined(query) };
            for part in [query.whereClause, query.limitCount, query.limitOffset] {
                self.visit(part);
            }
            width
        };
        self.scopes.pop();
        width
    }

    /// A set operation: what it is sorted by is looked for among its columns.
    unsafe fn combined(&mut self, query: &pg_sys::SelectStmt) -> f64 {
        // SAFETY: the caller's promise.
        unsafe {
            let width = self.query(query.larg);
            self.query(query.rarg);
            let before = self.width;
            self.width.sorted += length(query.sortClause);
            self.visit(query.sortClause.cast());
            let made = self.width - before;
            self.width.searched += made.sorted * (made.parts + width);
            width
        }
    }

    /// A query with a select list, or lists of values.
    unsafe fn selected(&mut self, query: &pg_sys::SelectStmt) -> f64 {
        // SAFETY: the caller's promise.
        unsafe {
            for item in PgList::<pg_sys::Node>::from_pg(query.fromClause).iter_ptr() {
                let width = self.from(item);
                self.add(width);
            }
            let lists = PgList::<pg_sys::List>::from_pg(query.valuesLists);
            let values = lists.get_ptr(0).map_or(0, |list| PgList::<pg_sys::Node>::from_pg(list).len());
            let before = self.width;
            self.visit(query.valuesLists.cast());
            let mut targets = Targets::default();
            let width = values as f64 + self.listed(query.targetList, &mut targets);
            self.width.sorted += raw_searches::distinct(query.distinctClause, width);
            self.visit(query.distinctClause.cast());
            let grouping = self.width.parts;
            self.width.sorted += items(query.groupClause);
            self.width.grouping_sets += sets(query.groupClause);
            self.visit(query.groupClause.cast());
            let grouped = self.width.parts - grouping + targets.grouped(query.groupClause);
            self.width.sorted += length(query.sortClause);
            for part in [query.windowClause, query.sortClause] {
                self.visit(part.cast());
            }
            self.visit(query.havingClause);
            self.width.searched += raw_searches::of(self.width - before, grouped);
            width
        }
    }

    unsafe fn with(&mut self, with: *mut pg_sys::WithClause) {
        if with.is_null() {
            return;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let ctes = PgList::<pg_sys::CommonTableExpr>::from_pg((*with).ctes);
            if (*with).recursive {
                for cte in ctes.iter_ptr() {
                    self.name_cte((*cte).ctename, UNKNOWN);
                }
            }
            for cte in ctes.iter_ptr() {
                let query = (*cte).ctequery;
                let width = match (*query).type_ {
                    NodeTag::T_SelectStmt => self.query(query.cast()),
                    _ => UNKNOWN,
                };
                self.name_cte((*cte).ctename, width);
            }
        }
    }

    unsafe fn name_cte(&mut self, name: *const c_char, width: f64) {
        // SAFETY: the caller's promise.
        let name = unsafe { CStr::from_ptr(name).to_owned() };
        if let Some(scope) = self.scopes.last_mut() {
            // The last of a name counts.
            scope.ctes.insert(0, (name, width));
        }
    }

    fn add(&mut self, width: f64) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.width += width;
        }
    }

    /// Estimates an item of a FROM clause and returns its width.
    unsafe fn from(&mut self, node: *mut pg_sys::Node) -> f64 {
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            self.width.relations += 1.0;
            let (width, alias) = match (*node).type_ {
                NodeTag::T_RangeVar => {
                    let table = &*node.cast::<pg_sys::RangeVar>();
                    let width = self.table(table);
                    self.width.columns += width;
                    let name = if table.alias.is_null() { table.relname } else { (*table.alias).aliasname };
                    self.name_table(name, width);
                    return width;
                }
                NodeTag::T_RangeTableSample => return self.from((*node.cast::<pg_sys::RangeTableSample>()).relation),
                NodeTag::T_JoinExpr => return self.join(&*node.cast::<pg_sys::JoinExpr>()),
                NodeTag::T_RangeSubselect => {
                    let subquery = &*node.cast::<pg_sys::RangeSubselect>();
                    (self.query(subquery.subquery.cast()), subquery.alias)
                }
                NodeTag::T_RangeFunction => {
                    let function = &*node.cast::<pg_sys::RangeFunction>();
                    self.visit(function.functions.cast());
                    (function_width(function), function.alias)
                }
                NodeTag::T_RangeTableFunc => {
                    let table = &*node.cast::<pg_sys::RangeTableFunc>();
                    self.visit(table.docexpr);
                    self.visit(table.rowexpr);
                    (PgList::<pg_sys::Node>::from_pg(table.columns).len() as f64, table.alias)
                }
                _ => {
                    self.visit(node);
                    (UNKNOWN, std::ptr::null_mut())
                }
            };
            if !alias.is_null() {
                self.name_table((*alias).aliasname, width);
            }
            width
        }
    }

    unsafe fn join(&mut self, join: &pg_sys::JoinExpr) -> f64 {
        // SAFETY: the caller's promise.
        unsafe {
            let (left, right) = (self.from(join.larg), self.from(join.rarg));
            self.width.columns += left + right;
            if join.isNatural {
                self.width.comparisons += left * right;
                self.width.merged += left.min(right);
            }
            let using = PgList::<pg_sys::Node>::from_pg(join.usingClause).len() as f64;
            if (join.isNatural || using > 0.0) && join.jointype == pg_sys::JoinType::JOIN_FULL {
                self.scopes.last_mut().into_iter().for_each(|scope| scope.merging += 1.0);
            }
            self.width.comparisons += using * (left + right);
            self.width.merged += using;
            // Names in the condition are looked for in what is joined so far, which is not known apart: in no more than this.
            self.add(left + right);
            self.visit(join.quals);
            self.add(-left - right);
            if !join.alias.is_null() {
                self.name_table((*join.alias).aliasname, left + right);
            }
            left + right
        }
    }

    unsafe fn name_table(&mut self, name: *const c_char, width: f64) {
        // SAFETY: the caller's promise.
        let name = unsafe { CStr::from_ptr(name).to_owned() };
        if let Some(scope) = self.scopes.last_mut() {
            scope.tables.push((name, width));
        }
    }

    unsafe fn table(&self, table: &pg_sys::RangeVar) -> f64 {
        // SAFETY: the caller's promise. The look-up takes no lock and is silent about what does not exist.
        unsafe {
            let name = CStr::from_ptr(table.relname);
            let mut ctes = self.scopes.iter().rev().flat_map(|scope| &scope.ctes);
            let cte = ctes.find(|cte| table.schemaname.is_null() && *cte.0 == *name);
            cte.map_or_else(|| relation_width(table), |cte| cte.1)
        }
    }

    /// Estimates a select list and returns its width.
    unsafe fn listed(&mut self, list: *mut pg_sys::List, targets: &mut Targets) -> f64 {
        let mut width = 0.0;
        // SAFETY: the caller's promise; a select list has these items.
        unsafe {
            for target in PgList::<pg_sys::ResTarget>::from_pg(list).iter_ptr() {
                let (value, before) = ((*target).val, self.width.parts);
                let wide = match (*value).type_ {
                    NodeTag::T_ColumnRef => self.column(value.cast()),
                    NodeTag::T_A_Indirection => {
                        self.visit(value);
                        if is_star((*value.cast::<pg_sys::A_Indirection>()).indirection) { UNKNOWN } else { 1.0 }
                    }
                    _ => {
                        self.visit(value);
                        1.0
                    }
                };
                width += wide;
                targets.add(target, self.width.parts - before, wide);
            }
        }
        width
    }

    /// A name or a star, and how many columns it is.
    unsafe fn column(&mut self, column: *mut pg_sys::ColumnRef) -> f64 {
        // SAFETY: the caller's promise; the fields are names, and a star at the end.
        unsafe {
            let fields = PgList::<pg_sys::Node>::from_pg((*column).fields);
            let around: f64 = self.scopes.iter().map(|scope| scope.width).sum();
            if !is_star((*column).fields) {
                self.width.parts += 1.0 + 2.0 * self.scopes.iter().map(|scope| scope.merging).sum::<f64>();
                self.width.comparisons += if fields.len() == 1 { around } else { UNKNOWN.min(around) };
                return 1.0;
            }
            let name = fields.get_ptr(fields.len().wrapping_sub(2)).map(|name| CStr::from_ptr(name_of(name)));
            let width = match name {
                None => self.scopes.last().map_or(0.0, |scope| scope.width),
                Some(name) => {
                    let tables = self.scopes.iter().rev().flat_map(|scope| &scope.tables);
                    tables.filter(|table| *table.0 == *name).map(|table| table.1).fold(1.0, f64::max)
                }
            };
            self.width.columns += width;
            self.width.parts += width;
            width
        }
    }

    /// The star of a row writes the expression that makes the row out for each column.
    unsafe fn indirection(&mut self, node: *mut pg_sys::A_Indirection) {
        // SAFETY: the caller's promise.
        unsafe {
            if !is_star((*node).indirection) {
                self.width.parts += 1.0;
                self.visit((*node).arg);
                return self.visit((*node).indirection.cast());
            }
            let before = std::mem::take(&mut self.width);
            self.visit((*node).arg);
            let inner = std::mem::replace(&mut self.width, before);
            // It is analyzed once and copied then, which looks for no name again and searches nothing.
            let once = Width { comparisons: inner.comparisons, searched: inner.searched, ..Width::default() };
            let copied = Width { columns: 1.0 + inner.columns, comparisons: 0.0, searched: 0.0, ..inner };
            self.width += once;
            self.width += copied * UNKNOWN;
        }
    }
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the WidthWalk that asked for the visit.
    unsafe { (*context.cast::<WidthWalk>()).visit(node) };
    false
}
