//! How many columns the analysis of a raw parse tree has to make and look through, estimated before it starts.
//!
//! Analysis writes out every star and the columns of every join, compares the columns of a natural join with each other, and
//! looks for a name without a table in all tables around. With tables of a thousand columns and more, a short text takes
//! gigabytes and hours, and no cancel is looked for.

use std::ffi::{CStr, CString, c_char, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, prelude::*};

/// What is made, at most. Sizes may be beyond any integer.
#[derive(Debug, Default, Clone, Copy)]
pub struct Width {
    /// Columns that stars and joins stand for.
    pub columns: f64,
    /// Pairs of columns that natural joins compare, and columns that names are looked for among.
    pub comparisons: f64,
    /// Columns that joins merge.
    pub merged: f64,
    /// What is sorted, grouped and made distinct by: each is compared with all that is selected (findTargetlistEntrySQL99 in
    /// parse_clause.c).
    pub sorted: f64,
}

/// The most columns that something can have whose columns are not known here (MaxTupleAttributeNumber in htup_details.h).
const UNKNOWN: f64 = 1664.0;

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
                tag => {
                    self.width.sorted += match tag {
                        NodeTag::T_WindowDef => {
                            let window = &*node.cast::<pg_sys::WindowDef>();
                            length(window.partitionClause) + length(window.orderClause)
                        }
                        NodeTag::T_FuncCall => length((*node.cast::<pg_sys::FuncCall>()).agg_order),
                        NodeTag::T_GroupingSet => length((*node.cast::<pg_sys::GroupingSet>()).content),
                        _ => 0.0,
                    };
                    pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *self).cast());
                }
            }
        }
    }

    /// Estimates a query and returns its width.
    unsafe fn query(&mut self, query: *mut pg_sys::SelectStmt) -> f64 {
        self.scopes.push(Scope::default());
        // SAFETY: the caller's promise.
        let width = unsafe {
            pg_sys::check_stack_depth();
            let query = &*query;
            self.with(query.withClause);
            let width = if query.larg.is_null() {
                for item in PgList::<pg_sys::Node>::from_pg(query.fromClause).iter_ptr() {
                    let width = self.from(item);
                    self.add(width);
                }
                let lists = PgList::<pg_sys::List>::from_pg(query.valuesLists);
                let values = lists.get_ptr(0).map_or(0, |list| PgList::<pg_sys::Node>::from_pg(list).len());
                self.visit(query.valuesLists.cast());
                values as f64 + self.listed(query.targetList)
            } else {
                let width = self.query(query.larg);
                self.query(query.rarg);
                width
            };
            for part in [query.distinctClause, query.groupClause, query.windowClause, query.sortClause] {
                self.width.sorted += length(part);
                self.visit(part.cast());
            }
            if !query.distinctClause.is_null() {
                self.width.sorted += length(query.targetList);
            }
            for part in [query.whereClause, query.havingClause, query.limitCount, query.limitOffset] {
                self.visit(part);
            }
            width
        };
        self.scopes.pop();
        width
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
            let (width, alias) = match (*node).type_ {
                NodeTag::T_RangeVar => {
                    let table = &*node.cast::<pg_sys::RangeVar>();
                    let width = self.table(table);
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
    unsafe fn listed(&mut self, targets: *mut pg_sys::List) -> f64 {
        let mut width = 0.0;
        // SAFETY: the caller's promise; a select list has these items.
        unsafe {
            for target in PgList::<pg_sys::ResTarget>::from_pg(targets).iter_ptr() {
                let value = (*target).val;
                width += match (*value).type_ {
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
            width
        }
    }

    /// The star of a row writes the expression that makes the row out for each column.
    unsafe fn indirection(&mut self, node: *mut pg_sys::A_Indirection) {
        // SAFETY: the caller's promise.
        unsafe {
            if !is_star((*node).indirection) {
                self.visit((*node).arg);
                return self.visit((*node).indirection.cast());
            }
            let before = std::mem::take(&mut self.width);
            self.visit((*node).arg);
            let inner = std::mem::replace(&mut self.width, before);
            self.width.columns += UNKNOWN * (1.0 + inner.columns);
            self.width.comparisons += inner.comparisons;
            self.width.merged += UNKNOWN * inner.merged;
            self.width.sorted += UNKNOWN * inner.sorted;
        }
    }
}

/// # Safety
/// A list, or null.
unsafe fn length(list: *mut pg_sys::List) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { list.as_ref() }.map_or(0.0, |list| f64::from(list.length))
}

/// # Safety
/// `fields` is the list of a column's name or of an indirection.
unsafe fn is_star(fields: *mut pg_sys::List) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let fields = PgList::<pg_sys::Node>::from_pg(fields);
        let last = fields.len().checked_sub(1).and_then(|at| fields.get_ptr(at));
        last.is_some_and(|last| (*last).type_ == NodeTag::T_A_Star)
    }
}

/// # Safety
/// `node` is a live String of the server's.
unsafe fn name_of(node: *mut pg_sys::Node) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { (*node.cast::<pg_sys::String>()).sval }
}

/// # Safety
/// `table` is live, in a transaction.
unsafe fn relation_width(table: &pg_sys::RangeVar) -> f64 {
    // SAFETY: the caller's promise; the catalog row is held while its field is read.
    unsafe {
        let flags = pg_sys::RVROption::RVR_MISSING_OK;
        let (lock, none) = (pg_sys::NoLock as i32, std::ptr::null_mut());
        let relation = pg_sys::RangeVarGetRelidExtended(table, lock, flags, None, none);
        let key = pg_sys::Datum::from(relation);
        let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, key);
        if row.is_null() {
            return 1.0;
        }
        let columns = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(row)).relnatts;
        pg_sys::ReleaseSysCache(row);
        f64::from(columns)
    }
}

/// The server's own functions that are used as tables most, which return one column; of others nothing is known here.
const NARROW: [&CStr; 4] = [c"generate_series", c"unnest", c"regexp_split_to_table", c"string_to_table"];

/// # Safety
/// `function` is live.
unsafe fn function_width(function: &pg_sys::RangeFunction) -> f64 {
    // SAFETY: the caller's promise; each item is a list of a call and of its column definitions.
    unsafe {
        let mut width = PgList::<pg_sys::Node>::from_pg(function.coldeflist).len() as f64;
        for item in PgList::<pg_sys::List>::from_pg(function.functions).iter_ptr() {
            let parts = PgList::<pg_sys::Node>::from_pg(item);
            let call = parts.get_ptr(0).filter(|call| !call.is_null() && (**call).type_ == NodeTag::T_FuncCall);
            let name = call.and_then(|call| {
                let names = PgList::<pg_sys::Node>::from_pg((*call.cast::<pg_sys::FuncCall>()).funcname);
                names.get_ptr(names.len().checked_sub(1)?)
            });
            let is_narrow = name.is_some_and(|name| NARROW.contains(&CStr::from_ptr(name_of(name))));
            width += if is_narrow {
                2.0
            } else if width > 0.0 {
                0.0
            } else {
                UNKNOWN
            };
        }
        width
    }
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the WidthWalk that asked for the visit.
    unsafe { (*context.cast::<WidthWalk>()).visit(node) };
    false
}
