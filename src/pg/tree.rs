//! Walks the analyzed and rewritten query trees of a statement and notes what they use.
//!
//! It only collects; what is allowed is the guard's affair. Text that the model wrote is told apart from text that the
//! schema's owners wrote (view bodies, row-level-security policies), as their authors differ.

use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, prelude::*};

use super::statement::Prepared;

/// Whose text a part of the tree comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The statement itself.
    Statement,
    /// The body of this view.
    View(u32),
    /// A row-level-security policy of this table.
    Policy(u32),
}

/// A function, or what stands behind an operator, cast or aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionUse {
    pub oid: u32,
    pub origin: Origin,
    /// Byte offset in the statement, where the parser noted one; meaningless outside [`Origin::Statement`].
    pub location: Option<u32>,
}

/// What the trees use. Oids, each once.
#[derive(Debug, Default)]
pub struct Uses {
    pub functions: Vec<FunctionUse>,
    pub relations: Vec<(u32, Origin)>,
    /// `INSERT`, `UPDATE`, … where a part of the tree is no SELECT.
    pub writes: Option<&'static str>,
    pub locks_rows: bool,
    pub advances_sequence: bool,
}

/// Collects from every tree of the statement.
pub fn uses(statement: &Prepared<'_>) -> Uses {
    let mut walk = Walk { uses: Uses::default(), origin: Origin::Statement, location: None };
    for query in statement.queries() {
        // SAFETY: a live tree of the statement; the walk only reads it.
        unsafe { visit(query.cast(), (&raw mut walk).cast()) };
    }
    let mut uses = walk.uses;
    uses.functions.sort_unstable();
    uses.functions.dedup_by_key(|used| (used.oid, used.origin));
    uses.relations.sort_unstable();
    uses.relations.dedup();
    uses
}

struct Walk {
    uses: Uses,
    origin: Origin,
    location: Option<u32>,
}

impl Walk {
    /// # Safety
    /// `node` is null or a live node or list of the tree.
    unsafe fn visit_as(&mut self, origin: Origin, node: *mut pg_sys::Node) {
        let outer = std::mem::replace(&mut self.origin, origin);
        // SAFETY: the caller's promise.
        unsafe { visit(node, (&raw mut *self).cast()) };
        self.origin = outer;
    }

    /// # Safety
    /// `query` is a live Query.
    unsafe fn query(&mut self, query: *mut pg_sys::Query) {
        // SAFETY: reads the node's fields; the range table is walked here, so the server's walker must leave it out.
        unsafe {
            let node = &*query;
            self.uses.writes = self.uses.writes.or(written_by(node.commandType));
            self.uses.locks_rows |= !node.rowMarks.is_null();
            for entry in PgList::<pg_sys::RangeTblEntry>::from_pg(node.rtable).iter_ptr() {
                self.range_table_entry(entry);
            }
            let flags = pg_sys::QTW_IGNORE_RANGE_TABLE as c_int;
            pg_sys::query_tree_walker(query, Some(visit), (&raw mut *self).cast(), flags);
        }
    }

    /// # Safety
    /// `entry` is a live RangeTblEntry.
    unsafe fn range_table_entry(&mut self, entry: *mut pg_sys::RangeTblEntry) {
        use pg_sys::RTEKind::*;
        // SAFETY: reads the node's fields, each of which is null or a live node.
        unsafe {
            let entry = &*entry;
            let mut origin = self.origin;
            match entry.rtekind {
                RTE_RELATION => {
                    // The old and new entries of a view's rule are no uses of the view.
                    if entry.relkind != pg_sys::RELKIND_VIEW as std::ffi::c_char || self.origin == Origin::Statement {
                        self.uses.relations.push((entry.relid.to_u32(), self.origin));
                    }
                    self.visit_as(origin, entry.tablesample.cast());
                }
                RTE_SUBQUERY => {
                    if let Some(view) = view_of(entry) {
                        self.uses.relations.push((view, self.origin));
                        origin = Origin::View(view);
                    }
                    self.visit_as(origin, entry.subquery.cast());
                }
                RTE_FUNCTION => self.visit_as(origin, entry.functions.cast()),
                RTE_TABLEFUNC => self.visit_as(origin, entry.tablefunc.cast()),
                RTE_VALUES => self.visit_as(origin, entry.values_lists.cast()),
                RTE_JOIN => self.visit_as(origin, entry.joinaliasvars.cast()),
                #[cfg(feature = "pg18")]
                RTE_GROUP => self.visit_as(origin, entry.groupexprs.cast()),
                _ => {}
            }
            self.visit_as(Origin::Policy(entry.relid.to_u32()), entry.securityQuals.cast());
        }
    }
}

/// The view whose body a subquery is, if it is one.
///
/// # Safety
/// `entry` is an RTE_SUBQUERY entry of a rewritten tree.
unsafe fn view_of(entry: &pg_sys::RangeTblEntry) -> Option<u32> {
    // From 16 on the rewriter leaves the view's oid in place; before, a view's body starts with the rule's "old" entry,
    // the only way an unexpanded view can stand in a rewritten tree (ApplyRetrieveRule in rewriteHandler.c).
    if entry.relid != pg_sys::InvalidOid {
        return Some(entry.relid.to_u32());
    }
    // SAFETY: the subquery of an RTE_SUBQUERY entry is a live Query.
    unsafe {
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*entry.subquery).rtable);
        let first = &*entries.get_ptr(0)?;
        let is_view =
            first.rtekind == pg_sys::RTEKind::RTE_RELATION && first.relkind == pg_sys::RELKIND_VIEW as std::ffi::c_char;
        is_view.then(|| first.relid.to_u32())
    }
}

fn written_by(command: pg_sys::CmdType::Type) -> Option<&'static str> {
    use pg_sys::CmdType::*;
    match command {
        CMD_SELECT => None,
        CMD_INSERT => Some("INSERT"),
        CMD_UPDATE => Some("UPDATE"),
        CMD_DELETE => Some("DELETE"),
        CMD_UTILITY => Some("a utility command"),
        _ => Some("MERGE"),
    }
}

/// The walker the server calls for every node; never stops early.
#[pg_guard]
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: context is the Walk of `uses`; node is a live node whose tag tells its type.
    unsafe {
        let walk = &mut *context.cast::<Walk>();
        match (*node).type_ {
            NodeTag::T_Query => walk.query(node.cast()),
            NodeTag::T_RangeTblEntry => walk.range_table_entry(node.cast()),
            tag => {
                walk.uses.advances_sequence |= tag == NodeTag::T_NextValueExpr;
                let location = pg_sys::exprLocation(node);
                walk.location = u32::try_from(location).ok();
                pg_sys::check_functions_in_node(node, Some(note_function), context);
                pg_sys::expression_tree_walker(node, Some(visit), context);
            }
        }
    }
    false
}

/// Called by check_functions_in_node for each function a node calls.
#[pg_guard]
unsafe extern "C-unwind" fn note_function(function: pg_sys::Oid, context: *mut c_void) -> bool {
    // SAFETY: context is the Walk of `uses`.
    let walk = unsafe { &mut *context.cast::<Walk>() };
    let location = walk.location.filter(|_| walk.origin == Origin::Statement);
    walk.uses.functions.push(FunctionUse { oid: function.to_u32(), origin: walk.origin, location });
    false
}
