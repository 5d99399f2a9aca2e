//! What an expression's value is made of.

use std::collections::BTreeSet;
use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, NodeTag, RTEKind};
use pgrx::{PgList, prelude::*};

use super::{Level, OF_CODE, Sources, Value, Walk, aggregates, carries, comparing};
use crate::pg::tree::type_code;
use crate::pg::tree::uses::view_of;

/// What a walk through an expression looks for.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// What its value is made of.
    Value,
    /// Everything that it names, subqueries included.
    Uses,
    /// In a subquery, the columns of the query at this level and of those around it. Whether it picks rows for a labelled
    /// column of its own.
    Around(usize, bool),
}

/// A column that is not a labelled value and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    pub level: usize,
    pub entry: usize,
    pub number: i16,
    /// It picks the rows of a subquery whose result is a labelled column.
    pub picks: bool,
}

/// What an expression has in it.
#[derive(Default)]
pub struct Found {
    pub labelled: Sources,
    /// The rows that labelled columns are of, by level and entry.
    pub rows: BTreeSet<(usize, usize)>,
    pub others: BTreeSet<Other>,
    /// The rows that labelled columns are of, by level and entry; where an entry is no single relation's row, its columns
    /// may be of different ones, and each stands for itself, by its number.
    pub entries: BTreeSet<(usize, usize, i16)>,
    /// Aggregates and subqueries that result in labelled values, each of a row of its own, for all that is known.
    pub picked: Vec<*mut pg_sys::Node>,
    /// Some labelled column in it is not one of a relation as it stands.
    pub has_computed: bool,
    /// Something else that differs from row to row: a count, a set of rows.
    pub has_foreign: bool,
    /// It is of a query with grouping sets, in which what is grouped by may be NULL.
    pub has_sets: bool,
}

impl Found {
    /// What the expression that was looked at is as a column.
    ///
    /// # Safety
    /// `node` is live.
    pub unsafe fn into_value(self, node: *mut pg_sys::Node) -> Value {
        let is_pure = !self.labelled.is_empty()
            && self.others.is_empty()
            && !self.has_foreign
            // SAFETY: the caller's promise.
            && unsafe { !pg_sys::contain_volatile_functions(node) && !self.puts_rows_together(node) };
        // SAFETY: the caller's promise.
        let is_whole = is_pure && !self.has_computed && unsafe { is_plain(node) };
        Value { labelled: self.labelled, is_pure, is_whole }
    }

    /// Notes an aggregate or subquery, once however often it stands there. More than two are not told apart.
    ///
    /// # Safety
    /// `node` and those noted before are live.
    pub unsafe fn pick(&mut self, node: *mut pg_sys::Node) {
        // SAFETY: the caller's promise.
        if self.picked.len() < 2 && !self.picked.iter().any(|known| unsafe { pg_sys::equal(known.cast(), node.cast()) })
        {
            self.picked.push(node);
        }
    }
}

/// Whether an expression is a column as it stands, or one of its values that an aggregate picks.
///
/// # Safety
/// `node` is live.
pub unsafe fn is_plain(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the node's tag tells its type.
    unsafe {
        let inner = match (*node).type_ {
            NodeTag::T_Var => return true,
            NodeTag::T_RelabelType => (*node.cast::<pg_sys::RelabelType>()).arg,
            NodeTag::T_CollateExpr => (*node.cast::<pg_sys::CollateExpr>()).arg,
            NodeTag::T_CoerceToDomain => (*node.cast::<pg_sys::CoerceToDomain>()).arg,
            NodeTag::T_Aggref => return aggregates::is_whole(node.cast()),
            _ => return false,
        };
        is_plain(inner.cast()) && orders_as(node, inner.cast())
    }
}

/// Whether values keep their order and equality under another collation or type. With a collation that somebody made, whole
/// alphabets may be equal.
///
/// # Safety
/// Both are live expressions.
pub unsafe fn orders_as(node: *mut pg_sys::Node, inner: *mut pg_sys::Node) -> bool {
    // SAFETY: the caller's promise; both functions know every expression.
    unsafe {
        let (collation, of) = (pg_sys::exprCollation(node), pg_sys::getBaseType(pg_sys::exprType(node)));
        (collation == pg_sys::exprCollation(inner) || collation.to_u32() < pg_sys::FirstNormalObjectId)
            && (of == pg_sys::getBaseType(pg_sys::exprType(inner)) || of.to_u32() < pg_sys::FirstNormalObjectId)
    }
}

impl Walk<'_> {
    /// What an expression of the innermost level is made of.
    pub(super) unsafe fn made_of(&mut self, node: *mut pg_sys::Node) -> Found {
        let outer = (std::mem::take(&mut self.found), std::mem::replace(&mut self.mode, Mode::Value));
        self.found.has_sets = self.levels.last().is_some_and(|level| level.has_sets);
        // SAFETY: the caller's promise.
        unsafe { self.visit(node) };
        self.mode = outer.1;
        std::mem::replace(&mut self.found, outer.0)
    }

    /// Adds everything that a query uses, subqueries included.
    pub(super) unsafe fn used_in(&mut self, query: *mut pg_sys::Query) {
        self.levels.push(Level::new(query));
        // SAFETY: the caller's promise. The range table is gone through here: a join's columns and a view's body are no
        // uses by themselves.
        unsafe {
            let flags = (pg_sys::QTW_IGNORE_RANGE_TABLE | pg_sys::QTW_IGNORE_CTE_SUBQUERIES) as c_int;
            pg_sys::query_tree_walker(query, Some(visit), (&raw mut *self).cast(), flags);
            for cte in PgList::<pg_sys::CommonTableExpr>::from_pg((*query).cteList).iter_ptr() {
                self.used_in((*cte).ctequery.cast());
            }
            for entry in PgList::<pg_sys::RangeTblEntry>::from_pg((*query).rtable).iter_ptr() {
                let entry = &*entry;
                match entry.rtekind {
                    RTEKind::RTE_SUBQUERY if view_of(entry).is_none() => self.used_in(entry.subquery),
                    RTEKind::RTE_SUBQUERY | RTEKind::RTE_JOIN => {}
                    RTEKind::RTE_CTE => {
                        if let Mode::Around(floor, _) = self.mode {
                            self.note_cte(entry, floor);
                        }
                    }
                    RTEKind::RTE_FUNCTION => {
                        for function in PgList::<pg_sys::RangeTblFunction>::from_pg(entry.functions).iter_ptr() {
                            self.visit_untyped((*function).funcexpr);
                        }
                    }
                    _ => super::entries::parts(entry).into_iter().for_each(|part| self.visit(part)),
                }
            }
        }
        self.levels.pop();
    }

    /// Visits a node whose own row type is no use of the whole row: somebody takes single columns of it.
    pub(super) unsafe fn visit_untyped(&mut self, node: *mut pg_sys::Node) {
        self.typed = node;
        // SAFETY: the caller's promise.
        unsafe { self.visit(node) };
        self.typed = std::ptr::null_mut();
    }

    /// Notes a labelled column, or the whole row of a relation with labels.
    pub(super) fn note(&mut self, column: (u32, i16)) {
        if matches!(self.mode, Mode::Around(..)) {
            return;
        }
        if carries(self.sought.columns, column) {
            self.found.labelled.insert(column);
        }
    }

    pub(super) unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        let is_value = self.mode == Mode::Value;
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            pgrx::check_for_interrupts!();
            match (*node).type_ {
                NodeTag::T_Var => return self.visit_column(node.cast()),
                NodeTag::T_Query => return self.used_in(node.cast()),
                NodeTag::T_SubLink if is_value => return self.visit_subquery(node.cast()),
                NodeTag::T_FieldSelect => return self.visit_field(node.cast()),
                NodeTag::T_Aggref | NodeTag::T_WindowFunc if is_value && tells_only_how_many(node) => {
                    self.found.has_foreign = true;
                    return self.decide_count(node);
                }
                NodeTag::T_Aggref if is_value => return self.visit_aggregate(node.cast()),
                NodeTag::T_WindowFunc if is_value => self.found.has_foreign = true,
                NodeTag::T_GroupingFunc if self.mode != Mode::Uses => {
                    // It differs from grouping set to grouping set, and tells nothing of the values.
                    self.found.has_foreign = true;
                    return;
                }
                NodeTag::T_Aggref => self.found.has_foreign |= self.is_of_around(node.cast()),
                NodeTag::T_FuncExpr if is_value => {
                    self.found.has_foreign |= (*node.cast::<pg_sys::FuncExpr>()).funcretset;
                }
                NodeTag::T_OpExpr if is_value => {
                    self.found.has_foreign |= (*node.cast::<pg_sys::OpExpr>()).opretset;
                }
                tag if is_value => self.found.has_foreign |= !comparing::is_made_of_its_parts(tag),
                _ => {}
            }
            self.visit_parts(node);
        }
    }

    /// What a node does by itself, and everything below it.
    pub(super) unsafe fn visit_parts(&mut self, node: *mut pg_sys::Node) {
        let context = (&raw mut *self).cast();
        // SAFETY: the node's tag tells its type.
        unsafe {
            if self.mode != Mode::Uses && !(self.sought.code.is_empty() && self.sought.strange.is_empty()) {
                pg_sys::check_functions_in_node(node, Some(note_code), context);
            }
            if has_type((*node).type_) && self.typed != node {
                self.note_rows_of_type(pg_sys::exprType(node));
            }
            pg_sys::expression_tree_walker(node, Some(visit), context);
        }
    }

    unsafe fn visit_column(&mut self, var: *mut pg_sys::Var) {
        // SAFETY: the caller's promise.
        unsafe {
            let (entry, number) = ((*var).varno as usize, (*var).varattno);
            let Some(level) = self.levels.len().checked_sub(1 + (*var).varlevelsup as usize) else { return };
            let (is_inside, picks) = match self.mode {
                Mode::Around(floor, _) if level > floor => return,
                Mode::Around(_, picks) => (true, picks),
                _ => (false, false),
            };
            let is_typed = self.typed != var.cast() && number != 0;
            if let Some(alias) = self.alias(level, entry, number) {
                self.at_level(level, |walk| walk.visit(alias));
                self.found.has_computed |= !is_plain(alias);
                // From 18 on, what is grouped by has columns of its own, which grouping sets may leave out.
                self.found.has_foreign |= self.levels[level].has_sets && !is_plain(alias);
                return;
            }
            let value = self.column(level, entry, number);
            let is_labelled = !value.labelled.is_empty();
            if is_labelled && self.is_row(level, entry) {
                self.found.rows.insert((level, entry));
            }
            if !value.is_pure {
                self.found.others.insert(Other { level, entry, number, picks });
            }
            if !is_inside {
                if is_labelled {
                    let column = if self.is_row(level, entry) { 0 } else { number };
                    self.found.entries.insert((level, entry, column));
                    self.found.has_computed |= !value.is_whole;
                }
                self.found.labelled.extend(value.labelled);
                if is_typed {
                    self.note_rows_of_type((*var).vartype);
                }
            }
        }
    }

    /// A subquery in an expression: its columns, what decides about its rows, and the columns around it that it uses.
    unsafe fn visit_subquery(&mut self, link: *mut pg_sys::SubLink) {
        // SAFETY: the caller's promise; the subquery of an analyzed link is a Query.
        unsafe {
            self.visit((*link).testexpr);
            let query = (*link).subselect.cast::<pg_sys::Query>();
            let rows = self.rows(query);
            self.found.labelled.extend(&rows.decided_by);
            let has_result = (*link).subLinkType != pg_sys::SubLinkType::EXISTS_SUBLINK;
            if has_result && rows.columns.iter().any(|value| !value.labelled.is_empty()) {
                rows.columns.iter().for_each(|value| self.found.labelled.extend(&value.labelled));
                self.found.pick(link.cast());
            }
            let picks = has_result && rows.columns.iter().all(|value| value.is_whole);
            let is_total = has_result && rows.decided_by.is_empty() && aggregates::lists_totals(query, &rows.columns);
            self.found.has_computed |= !(picks || is_total);
            self.mode = Mode::Around(self.levels.len().saturating_sub(1), picks);
            self.used_in(query);
            self.mode = Mode::Value;
        }
    }

    /// One column of a row: of a table's row type it is that column, whoever made the row.
    unsafe fn visit_field(&mut self, field: *mut pg_sys::FieldSelect) {
        // SAFETY: the caller's promise; exprType knows every expression.
        unsafe {
            let row: *mut pg_sys::Node = (*field).arg.cast();
            let relation = relation_of_type(pg_sys::exprType(row));
            if relation != 0 {
                self.note((relation, (*field).fieldnum));
            }
            self.note_rows_of_type((*field).resulttype);
            self.visit_untyped(row);
        }
    }

    /// Notes the relations whose rows a value of this type holds, in arrays, columns and ranges, and as domains too.
    pub(super) fn note_rows_of_type(&mut self, of: pg_sys::Oid) {
        let (mut open, mut seen) = (vec![of.to_u32()], BTreeSet::new());
        while let Some(of) = open.pop() {
            if of < pg_sys::FirstNormalObjectId || !seen.insert(of) {
                continue;
            }
            let of = pg_sys::Oid::from(of);
            let relation = relation_of_type(of);
            if relation != 0 {
                self.note((relation, 0));
            }
            // SAFETY: in a transaction, on the backend's only thread.
            unsafe { type_code::parts(of, &mut open) };
        }
    }
}

/// The relation whose row type a type is, or a domain over it; 0 where it is none.
pub fn relation_of_type(of: pg_sys::Oid) -> u32 {
    if of.to_u32() < pg_sys::FirstNormalObjectId {
        return 0;
    }
    // SAFETY: in a transaction; looks types up.
    unsafe { pg_sys::get_typ_typrelid(pg_sys::getBaseType(of)).to_u32() }
}

/// The expressions that make values of types which a column does not tell.
fn has_type(tag: NodeTag) -> bool {
    use NodeTag::*;
    matches!(
        tag,
        T_FuncExpr
            | T_OpExpr
            | T_Aggref
            | T_WindowFunc
            | T_SubscriptingRef
            | T_CoerceViaIO
            | T_ConvertRowtypeExpr
            | T_ArrayCoerceExpr
    )
}

/// The walker that the server calls for every node below one; see `tree::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the Walk that asked for the visit.
    unsafe { (*context.cast::<Walk<'_>>()).visit(node) };
    false
}

/// Called for each function that a node calls.
#[pg_guard]
unsafe extern "C-unwind" fn note_code(function: pg_sys::Oid, context: *mut c_void) -> bool {
    // SAFETY: as for `visit`.
    let walk = unsafe { &mut *context.cast::<Walk<'_>>() };
    if walk.mode == Mode::Value && walk.sought.code.contains(&function.to_u32()) {
        walk.found.labelled.insert(OF_CODE);
    }
    walk.found.has_foreign |= walk.sought.strange.contains(&function.to_u32());
    false
}

/// # Safety
/// `node` is a live Aggref or WindowFunc.
unsafe fn tells_only_how_many(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the node's tag tells its type.
    let function = unsafe {
        match (*node).type_ {
            NodeTag::T_Aggref => (*node.cast::<pg_sys::Aggref>()).aggfnoid,
            _ => (*node.cast::<pg_sys::WindowFunc>()).winfnoid,
        }
    };
    [pg_sys::F_COUNT_, pg_sys::F_COUNT_ANY].contains(&function.to_u32())
}
