//! The columns of the entries of a range table: relations, subqueries, common table expressions, joins and functions.

use std::ffi::CStr;
use std::rc::Rc;

use pgrx::PgList;
use pgrx::pg_sys::{self, RTEKind};

use super::values::relation_of_type;
use super::{Rows, Sources, Value, Walk, carries};
use crate::pg::tree::uses::view_of;

impl Walk<'_> {
    /// One column of an entry of the range table of level `at`; entries are counted from 1, and column 0 is all of them.
    pub(super) unsafe fn column(&mut self, at: usize, index: usize, number: i16) -> Value {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(entry) = self.table_entry(at, index) else { return Value::default() };
            match (*entry).rtekind {
                RTEKind::RTE_RELATION => {
                    let column = ((*entry).relid.to_u32(), number);
                    let is_labelled = carries(self.sought.columns, column);
                    let labelled = if is_labelled { Sources::from([column]) } else { Sources::new() };
                    let is_pure = is_labelled && number != 0;
                    // Where only some children have the label, their values stand among known ones.
                    let is_whole = is_pure && carries(self.sought.throughout, column);
                    Value { labelled, is_pure, is_whole }
                }
                RTEKind::RTE_FUNCTION => {
                    let mut value = self.entry(at, index).columns.first().cloned().unwrap_or_default();
                    value.labelled.extend(self.column_of_row_type(&*entry, number));
                    value
                }
                RTEKind::RTE_TABLEFUNC | RTEKind::RTE_VALUES => {
                    self.entry(at, index).columns.first().cloned().unwrap_or_default()
                }
                _ => {
                    let columns = &self.entry(at, index).columns;
                    match usize::try_from(number).unwrap_or(0).checked_sub(1) {
                        Some(column) => columns.get(column).cloned().unwrap_or_default(),
                        None => {
                            let labelled = columns.iter().flat_map(|value| value.labelled.iter().copied()).collect();
                            Value { labelled, ..Value::default() }
                        }
                    }
                }
            }
        }
    }

    /// What an entry that is no relation results in. Of functions and lists of values, one column stands for all.
    pub(super) unsafe fn entry(&mut self, at: usize, index: usize) -> Rc<Rows> {
        if let Some(known) = self.levels[at].entries.get(&index) {
            return Rc::clone(known);
        }
        // SAFETY: the caller's promise.
        let rows = unsafe {
            let Some(entry) = self.table_entry(at, index) else { return Rc::default() };
            match (*entry).rtekind {
                RTEKind::RTE_SUBQUERY => self.at_level(at, |walk| walk.subquery(&*entry)),
                RTEKind::RTE_CTE => self.cte(at, &*entry),
                RTEKind::RTE_FUNCTION | RTEKind::RTE_TABLEFUNC | RTEKind::RTE_VALUES => {
                    self.at_level(at, |walk| Rc::new(walk.generated(&*entry)))
                }
                _ => Rc::default(),
            }
        };
        if self.recursive.is_empty() {
            self.levels[at].entries.insert(index, Rc::clone(&rows));
        }
        rows
    }

    pub(super) unsafe fn table_entry(&self, at: usize, index: usize) -> Option<*mut pg_sys::RangeTblEntry> {
        // SAFETY: the caller's promise.
        unsafe {
            let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*self.levels.get(at)?.query).rtable);
            entries.get_ptr(index.checked_sub(1)?)
        }
    }

    /// What a join's column, or from 18 on that of a grouping, stands for.
    pub(super) unsafe fn alias(&self, at: usize, index: usize, number: i16) -> Option<*mut pg_sys::Node> {
        // SAFETY: the caller's promise.
        unsafe {
            let entry = self.table_entry(at, index)?;
            let aliases = match (*entry).rtekind {
                RTEKind::RTE_JOIN => (*entry).joinaliasvars,
                #[cfg(feature = "pg18")]
                RTEKind::RTE_GROUP => (*entry).groupexprs,
                _ => return None,
            };
            if number == 0 {
                return (!aliases.is_null()).then(|| aliases.cast());
            }
            PgList::<pg_sys::Node>::from_pg(aliases).get_ptr(usize::try_from(number).ok()?.checked_sub(1)?)
        }
    }

    unsafe fn subquery(&mut self, entry: &pg_sys::RangeTblEntry) -> Rc<Rows> {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(view) = view_of(entry) else { return self.rows(entry.subquery) };
            self.views += 1;
            let rows = self.rows(entry.subquery);
            self.views -= 1;
            let mut rows = (*rows).clone();
            for (number, value) in (1..).zip(&mut rows.columns) {
                if carries(self.sought.columns, (view, number)) {
                    // Whoever labels a view's column means what it shows, however it is made.
                    value.labelled.insert((view, number));
                }
            }
            Rc::new(rows)
        }
    }

    /// Rows of functions and lists of values. What a function is given may decide how many it returns.
    unsafe fn generated(&mut self, entry: &pg_sys::RangeTblEntry) -> Rows {
        let (mut value, mut rows) = (Value::default(), Rows::default());
        // SAFETY: the caller's promise.
        unsafe {
            for function in PgList::<pg_sys::RangeTblFunction>::from_pg(entry.functions).iter_ptr() {
                self.typed = (*function).funcexpr;
                let found = self.made_of((*function).funcexpr);
                self.typed = std::ptr::null_mut();
                if pg_sys::expression_returns_set((*function).funcexpr) {
                    rows.decided_by.extend(&found.labelled);
                }
                value.labelled.extend(found.labelled);
            }
            for part in parts(entry) {
                let found = self.made_of(part);
                if entry.rtekind == RTEKind::RTE_TABLEFUNC {
                    rows.decided_by.extend(&found.labelled);
                }
                value.labelled.extend(found.labelled);
            }
        }
        rows.counted_by = rows.decided_by.clone();
        rows.columns = vec![value];
        rows
    }

    /// The column of a relation's row type that a column of a function's rows is.
    unsafe fn column_of_row_type(&self, entry: &pg_sys::RangeTblEntry, number: i16) -> Option<(u32, i16)> {
        let mut before = 0;
        // SAFETY: the caller's promise; exprType knows every expression.
        unsafe {
            for function in PgList::<pg_sys::RangeTblFunction>::from_pg(entry.functions).iter_ptr() {
                let relation = relation_of_type(pg_sys::exprType((*function).funcexpr));
                let column = (relation, number.saturating_sub(before).max(0));
                let is_here = number == 0 || number > before && i32::from(number - before) <= (*function).funccolcount;
                if relation != 0 && is_here && carries(self.sought.columns, column) {
                    return Some(column);
                }
                before = before.saturating_add((*function).funccolcount as i16);
            }
        }
        None
    }

    /// The common table expression that an entry of level `at` refers to, and its level.
    pub(super) unsafe fn cte_of(
        &self,
        at: usize,
        entry: &pg_sys::RangeTblEntry,
    ) -> Option<(usize, *mut pg_sys::CommonTableExpr)> {
        let at = at.checked_sub(entry.ctelevelsup as usize)?;
        // SAFETY: the caller's promise; a reference to a common table expression names one of that level.
        unsafe {
            let name = CStr::from_ptr(entry.ctename);
            let ctes = PgList::<pg_sys::CommonTableExpr>::from_pg((*self.levels.get(at)?.query).cteList);
            let cte = ctes.iter_ptr().find(|cte| CStr::from_ptr((**cte).ctename) == name)?;
            Some((at, cte))
        }
    }

    unsafe fn cte(&mut self, at: usize, entry: &pg_sys::RangeTblEntry) -> Rc<Rows> {
        // SAFETY: the caller's promise.
        unsafe {
            let Some((at, cte)) = self.cte_of(at, entry) else { return Rc::default() };
            let name = CStr::from_ptr((*cte).ctename).to_owned();
            if let Some(known) = self.levels[at].ctes.get(&name) {
                return Rc::clone(known);
            }
            let query = (*cte).ctequery;
            if let Some((_, known)) = self.recursive.iter().find(|(running, _)| *running == query) {
                return Rc::clone(known);
            }
            let rows = if (*cte).cterecursive {
                self.recursion(at, query)
            } else {
                self.at_level(at, |walk| walk.rows(query.cast()))
            };
            if self.recursive.is_empty() {
                self.levels[at].ctes.insert(name, Rc::clone(&rows));
            }
            rows
        }
    }

    /// What a recursive query adds to itself only grows: round after round until nothing is new.
    unsafe fn recursion(&mut self, at: usize, query: *mut pg_sys::Node) -> Rc<Rows> {
        let outer = self.round;
        let mut known = Rc::<Rows>::default();
        loop {
            self.rounds += 1;
            self.round = self.rounds;
            self.recursive.push((query, Rc::clone(&known)));
            // SAFETY: the caller's promise.
            let rows = unsafe { self.at_level(at, |walk| walk.rows(query.cast())) };
            self.recursive.pop();
            self.round = outer;
            if rows == known {
                return rows;
            }
            known = rows;
        }
    }
}

/// The expressions of an entry that is no relation, subquery, join or function.
pub fn parts(entry: &pg_sys::RangeTblEntry) -> Vec<*mut pg_sys::Node> {
    let mut parts = vec![entry.tablefunc.cast(), entry.values_lists.cast(), entry.tablesample.cast()];
    #[cfg(feature = "pg18")]
    parts.push(entry.groupexprs.cast());
    parts.retain(|part: &*mut pg_sys::Node| !part.is_null());
    parts
}
