//! What the analysis of a query compares part by part, without looking for a cancel, told from its raw parse tree.
//!
//! Each expression that is sorted, grouped or made distinct by is looked for among all that is selected (findTargetlistEntrySQL99 in
//! parse_clause.c). Each part of what is selected is looked for among what is grouped by (check_ungrouped_columns in parse_agg.c), and
//! each window among all before it (transformWindowFuncCall). Expressions that differ in their last constant are compared as a whole,
//! so their sizes count: 1,600 expressions of a dozen parts beside 15,000 selected took more than two minutes.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::raw_columns::name_of;
use crate::limits::Width;

/// How many parts are compared for a query that has `made` so much, in whose GROUP BY clause there are `grouped` parts.
pub fn of(made: Width, grouped: f64) -> f64 {
    (made.sorted + grouped) * made.parts + made.windows * made.window_parts
}

/// How many columns a query of this width is made distinct by.
///
/// # Safety
/// `clause` is that of a live query.
pub unsafe fn distinct(clause: *mut pg_sys::List, width: f64) -> f64 {
    // SAFETY: the caller's promise. DISTINCT without ON is a list of a single null pointer.
    unsafe {
        match PgList::<pg_sys::Node>::from_pg(clause).get_ptr(0) {
            Some(first) if first.is_null() => width,
            _ => length(clause),
        }
    }
}

/// What is selected, as GROUP BY may name it.
#[derive(Default)]
pub struct Targets {
    /// Each with its parts and columns.
    listed: Vec<(*mut pg_sys::ResTarget, f64, f64)>,
}

impl Targets {
    pub fn add(&mut self, target: *mut pg_sys::ResTarget, parts: f64, columns: f64) {
        self.listed.push((target, parts, columns));
    }

    /// The parts of what a GROUP BY clause names instead of saying it again, by a name or a number.
    ///
    /// # Safety
    /// The clause and what was added are live parts of a raw parse tree.
    pub unsafe fn grouped(&self, clause: *mut pg_sys::List) -> f64 {
        let mut named = Named::default();
        // SAFETY: the caller's promise.
        unsafe { named.add(clause) };
        // The server gives what has no name one; it compares none of what is grouped by twice.
        let is_named = |target: *mut pg_sys::ResTarget| {
            // SAFETY: the caller's promise; the name is a constant or part of the tree.
            let name = unsafe {
                let given = (*target).name;
                CStr::from_ptr(if given.is_null() { FigureColname((*target).val) } else { given })
            };
            named.names.contains(name)
        };
        let (mut place, mut is_sure, mut sum) = (0.0, true, 0.0);
        for (target, parts, columns) in &self.listed {
            place += 1.0;
            // What stands behind a star has a place that is not known for sure.
            is_sure &= *columns == 1.0;
            let is_here = |number: &f64| if is_sure { *number == place } else { *number >= place };
            let is_numbered = named.numbers.iter().any(is_here);
            if is_numbered || !named.names.is_empty() && is_named(*target) {
                sum += parts;
            }
        }
        sum
    }
}

/// What stands for itself in a GROUP BY clause.
#[derive(Default)]
struct Named<'t> {
    names: BTreeSet<&'t CStr>,
    numbers: Vec<f64>,
}

impl Named<'_> {
    /// # Safety
    /// `list` is null or a live list of a raw parse tree.
    unsafe fn add(&mut self, list: *mut pg_sys::List) {
        // SAFETY: the caller's promise; the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            for item in PgList::<pg_sys::Node>::from_pg(list).iter_ptr() {
                match (*item).type_ {
                    NodeTag::T_RowExpr => self.add((*item.cast::<pg_sys::RowExpr>()).args),
                    NodeTag::T_GroupingSet => self.add((*item.cast::<pg_sys::GroupingSet>()).content),
                    NodeTag::T_ColumnRef => {
                        let fields = PgList::<pg_sys::Node>::from_pg((*item.cast::<pg_sys::ColumnRef>()).fields);
                        let name = fields.get_ptr(0).filter(|name| (**name).type_ == NodeTag::T_String);
                        let name = name.filter(|_| fields.len() == 1);
                        self.names.extend(name.map(|name| CStr::from_ptr(name_of(name))));
                    }
                    NodeTag::T_A_Const => {
                        let value = &(*item.cast::<pg_sys::A_Const>()).val;
                        if value.node.type_ == NodeTag::T_Integer {
                            self.numbers.push(f64::from(value.ival.ival));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The items of a GROUP BY or PARTITION BY clause; those of a row in parentheses are items too (flatten_grouping_sets in
/// parse_clause.c). What grouping sets have is not counted.
///
/// # Safety
/// A list of a live raw parse tree, or null.
pub unsafe fn items(list: *mut pg_sys::List) -> f64 {
    // SAFETY: the caller's promise; the node's tag tells its type.
    unsafe {
        pg_sys::check_stack_depth();
        let items = PgList::<pg_sys::Node>::from_pg(list);
        let counted = items.iter_ptr().map(|item| match (*item).type_ {
            NodeTag::T_RowExpr => items_of_row(&*item.cast()),
            _ => 1.0,
        });
        counted.sum()
    }
}

/// # Safety
/// As for [`items`].
unsafe fn items_of_row(row: &pg_sys::RowExpr) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { items(row.args) }.max(1.0)
}

/// How many sets a GROUP BY clause stands for; see `planned_lists::grouping_sets`, which counts them once more, those of views too.
/// The server looks for each item of one in all the others (parseCheckAggregates in parse_agg.c).
///
/// # Safety
/// As for [`items`].
pub unsafe fn sets(clause: *mut pg_sys::List) -> f64 {
    // SAFETY: the caller's promise.
    unsafe {
        if clause.is_null() {
            return 0.0;
        }
        PgList::<pg_sys::Node>::from_pg(clause).iter_ptr().map(|item| sets_of(item)).product()
    }
}

/// # Safety
/// As for [`items`].
unsafe fn sets_of(item: *mut pg_sys::Node) -> f64 {
    use pg_sys::GroupingSetKind::{GROUPING_SET_CUBE, GROUPING_SET_ROLLUP, GROUPING_SET_SETS};
    // SAFETY: the caller's promise; the node's tag tells its type.
    unsafe {
        pg_sys::check_stack_depth();
        if (*item).type_ != NodeTag::T_GroupingSet {
            return 1.0;
        }
        let set = &*item.cast::<pg_sys::GroupingSet>();
        let parts = PgList::<pg_sys::Node>::from_pg(set.content);
        match set.kind {
            GROUPING_SET_CUBE => 2_f64.powi(parts.len() as i32),
            GROUPING_SET_ROLLUP => parts.len() as f64 + 1.0,
            GROUPING_SET_SETS => parts.iter_ptr().map(|part| sets_of(part)).sum(),
            _ => 1.0,
        }
    }
}

/// # Safety
/// A list, or null.
pub unsafe fn length(list: *mut pg_sys::List) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { list.as_ref() }.map_or(0.0, |list| f64::from(list.length))
}

unsafe extern "C-unwind" {
    /// The name that the server gives to what has none, in parser/parse_target.h; it raises nothing.
    fn FigureColname(node: *mut pg_sys::Node) -> *mut c_char;
}
