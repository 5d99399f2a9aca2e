//! Walks the analyzed and rewritten query trees of a statement and notes what they use.
//!
//! It only collects; the guard decides what is allowed. Text that the model wrote is told apart from text that the
//! schema's owners wrote (view bodies, row-level-security policies), as their authors differ.

use std::collections::BTreeSet;
use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, prelude::*};

use crate::error::Error;
use crate::pg::host::text::{c_string, owned};
use crate::pg::running::query::StoredExpression;
use crate::pg::running::sandbox::Sandbox;
use crate::pg::tree::query_trees::{ExpressionTree, QueryTrees};

/// Whose text a part of the tree comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The statement itself.
    Statement,
    /// The body of this view.
    View(u32),
    /// A row-level-security policy of this table.
    Policy(u32),
    /// A domain check or a cast of this type.
    Type(u32),
    /// The default of an argument of this function.
    Default(u32),
}

/// A function, or what stands behind an operator, cast or aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionUse {
    pub oid: u32,
    pub origin: Origin,
    /// The input or output function of a cast between text and another type, whose type the tree fixes.
    pub by_cast: bool,
    /// Byte offset in the statement, where the parser noted one; meaningless outside [`Origin::Statement`].
    pub location: Option<u32>,
}

/// What the trees use. Oids, each once.
#[derive(Debug, Default)]
pub struct Uses {
    pub functions: Vec<FunctionUse>,
    pub relations: Vec<(u32, Origin)>,
    /// Those of the relations whose children are read with them.
    pub with_children: BTreeSet<u32>,
    /// The columns read of each, by relation and number; those behind views too. Number 0 is the whole row.
    pub columns: Vec<(u32, i16)>,
    /// As which role each relation is read, by oids; 0 is who asks.
    pub readers: BTreeSet<(u32, u32)>,
    /// User-defined types of values, directly.
    pub types: Vec<(u32, Origin)>,
    /// The settings that are read by `current_setting`; `None` for a name that is computed.
    pub settings: Vec<(Origin, Option<String>)>,
    /// Whose text asks for the role of the session, by a word of the grammar such as CURRENT_USER.
    pub asks_role: BTreeSet<Origin>,
    /// `INSERT`, `UPDATE`, … where a part of the tree is no SELECT.
    pub writes: Option<&'static str>,
    pub locks_rows: bool,
    pub advances_sequence: bool,
}

/// Collects from every tree of the statement.
pub fn uses(trees: &QueryTrees<'_>) -> Uses {
    let mut uses = Uses::default();
    add_queries(&mut uses, Origin::Statement, trees);
    uses.functions.sort_unstable();
    uses.functions.dedup_by_key(|used| (used.oid, used.origin, used.by_cast));
    uses.columns.sort_unstable();
    uses.columns.dedup();
    uses.relations.sort_unstable();
    uses.relations.dedup();
    uses.types.sort_unstable();
    uses.types.dedup();
    uses
}

/// Collects from trees of another origin too.
pub fn add_queries(uses: &mut Uses, origin: Origin, trees: &QueryTrees<'_>) {
    let mut walk = UsesWalk { uses: std::mem::take(uses), origin, location: None, in_cast: false };
    for query in trees.iter() {
        // SAFETY: a live tree of the statement; the walk only reads it.
        unsafe { walk.visit(query.cast()) };
    }
    *uses = walk.uses;
}

/// Collects from a stored expression too, for example a domain's check.
pub fn add_stored(
    _: &Sandbox<'_>,
    uses: &mut Uses,
    origin: Origin,
    expression: &StoredExpression,
) -> Result<(), Error> {
    let text = c_string(expression.as_text())?;
    // SAFETY: the text is a tree that the server itself wrote; the sandbox frees what is made of it.
    let tree = unsafe { ExpressionTree::new(pg_sys::stringToNode(text.as_ptr()).cast()) };
    if let Some(tree) = tree {
        add_tree(uses, origin, tree);
    }
    Ok(())
}

/// Collects from an expression that stands in no tree of the statement, for example a cast of its result.
pub fn add_tree(uses: &mut Uses, origin: Origin, tree: ExpressionTree<'_>) {
    let mut walk = UsesWalk { uses: std::mem::take(uses), origin, location: None, in_cast: false };
    // SAFETY: a live expression; the walk only reads it.
    unsafe { walk.visit(tree.as_ptr()) };
    *uses = walk.uses;
}

struct UsesWalk {
    uses: Uses,
    origin: Origin,
    location: Option<u32>,
    in_cast: bool,
}

impl UsesWalk {
    /// # Safety
    /// `node` is null or a live node or list of the tree.
    unsafe fn visit_as(&mut self, origin: Origin, node: *mut pg_sys::Node) {
        let outer = std::mem::replace(&mut self.origin, origin);
        // SAFETY: the caller's promise.
        unsafe { self.visit(node) };
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
                self.columns(node, &*entry);
                self.range_table_entry(entry);
            }
            let flags = pg_sys::QTW_IGNORE_RANGE_TABLE as c_int;
            pg_sys::query_tree_walker(query, Some(visit), (&raw mut *self).cast(), flags);
        }
    }

    /// Notes the columns that the entry's permission check asks for, those that are read, and as whom.
    ///
    /// # Safety
    /// `entry` is a live entry of `query`, which is analyzed.
    unsafe fn columns(&mut self, query: &pg_sys::Query, entry: &pg_sys::RangeTblEntry) {
        // SAFETY: reads the node's fields; the set is null or live.
        unsafe {
            #[cfg(feature = "pg15")]
            let (selected, reader) = {
                let _ = query;
                (entry.selectedCols, entry.checkAsUser)
            };
            #[cfg(not(feature = "pg15"))]
            let (selected, reader) = {
                let infos = PgList::<pg_sys::RTEPermissionInfo>::from_pg(query.rteperminfos);
                let index = (entry.perminfoindex as usize).checked_sub(1);
                let info = index.and_then(|at| infos.get_ptr(at));
                info.map_or((std::ptr::null_mut(), pg_sys::InvalidOid), |info| {
                    ((*info).selectedCols, (*info).checkAsUser)
                })
            };
            if entry.relid != pg_sys::InvalidOid {
                self.uses.readers.insert((entry.relid.to_u32(), reader.to_u32()));
            }
            let mut member = -1;
            loop {
                member = pg_sys::bms_next_member(selected, member);
                if member < 0 {
                    break;
                }
                let number = member + pg_sys::FirstLowInvalidHeapAttributeNumber;
                self.uses.columns.push((entry.relid.to_u32(), number as i16));
            }
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
                    if entry.inh {
                        self.uses.with_children.insert(entry.relid.to_u32());
                    }
                    // The old and new entries of a view's rule are no uses of the view.
                    if self.origin != Origin::View(entry.relid.to_u32()) {
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

    /// Notes what one node uses and goes on below it.
    ///
    /// # Safety
    /// `node` is null or a live node or list of the tree.
    unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type. The server's functions raise ERRORs as panics here, not as jumps.
        unsafe {
            match (*node).type_ {
                NodeTag::T_Query => self.query(node.cast()),
                NodeTag::T_RangeTblEntry => self.range_table_entry(node.cast()),
                tag => {
                    self.uses.advances_sequence |= tag == NodeTag::T_NextValueExpr;
                    self.note_types(tag, node);
                    if tag == NodeTag::T_FuncExpr {
                        self.note_setting(&*node.cast());
                    }
                    if tag == NodeTag::T_SQLValueFunction && names_role((*node.cast::<pg_sys::SQLValueFunction>()).op) {
                        self.uses.asks_role.insert(self.origin);
                    }
                    self.in_cast = tag == NodeTag::T_CoerceViaIO;
                    self.location = u32::try_from(pg_sys::exprLocation(node)).ok();
                    let context = (&raw mut *self).cast();
                    pg_sys::check_functions_in_node(node, Some(note_function), context);
                    pg_sys::expression_tree_walker(node, Some(visit), context);
                }
            }
        }
    }

    /// Notes the types of values that users defined: their domain checks and casts are functions that may run.
    ///
    /// # Safety
    /// `node` is a live node with this tag.
    unsafe fn note_types(&mut self, tag: NodeTag, node: *mut pg_sys::Node) {
        use NodeTag::*;
        // SAFETY: exprType knows all of these; the lists are lists of oids.
        unsafe {
            match tag {
                T_Var | T_Const | T_Param | T_FuncExpr | T_Aggref | T_WindowFunc | T_OpExpr | T_CoerceToDomain
                | T_CoerceViaIO | T_RelabelType | T_ArrayCoerceExpr | T_ConvertRowtypeExpr | T_RowExpr
                | T_ArrayExpr | T_SubscriptingRef | T_FieldSelect | T_CaseExpr | T_CoalesceExpr | T_MinMaxExpr => {
                    self.note_type(pg_sys::exprType(node));
                }
                #[cfg(any(feature = "pg17", feature = "pg18"))]
                T_JsonExpr | T_JsonConstructorExpr => self.note_type(pg_sys::exprType(node)),
                T_RangeTblFunction => {
                    let function = &*node.cast::<pg_sys::RangeTblFunction>();
                    PgList::<pg_sys::Oid>::from_pg(function.funccoltypes)
                        .iter_oid()
                        .for_each(|oid| self.note_type(oid));
                }
                T_TableFunc => {
                    let table = &*node.cast::<pg_sys::TableFunc>();
                    PgList::<pg_sys::Oid>::from_pg(table.coltypes).iter_oid().for_each(|oid| self.note_type(oid));
                }
                _ => {}
            }
        }
    }

    /// Notes which setting a call reads, if it reads one.
    ///
    /// # Safety
    /// `call` is a live node.
    unsafe fn note_setting(&mut self, call: &pg_sys::FuncExpr) {
        /// The oids of current_setting with one argument and with two, fixed in pg_proc.dat.
        const CURRENT_SETTING: [u32; 2] = [2077, 3294];
        if !CURRENT_SETTING.contains(&call.funcid.to_u32()) {
            return;
        }
        // SAFETY: the first argument is a live node; a constant of type text that is not null points to a varlena.
        unsafe {
            let name = PgList::<pg_sys::Node>::from_pg(call.args).get_ptr(0);
            let name =
                name.filter(|node| (**node).type_ == NodeTag::T_Const).map(|node| &*node.cast::<pg_sys::Const>());
            let name = name.filter(|name| !name.constisnull && name.consttype == pg_sys::TEXTOID);
            let name = name.and_then(|name| {
                owned(pg_sys::text_to_cstring(pg_sys::pg_detoast_datum_packed(name.constvalue.cast_mut_ptr()).cast()))
            });
            self.uses.settings.push((self.origin, name));
        }
    }

    fn note_type(&mut self, oid: pg_sys::Oid) {
        if oid.to_u32() >= pg_sys::FirstNormalObjectId {
            self.uses.types.push((oid.to_u32(), self.origin));
        }
    }
}

/// The walker that the server calls for every node below one; never stops early. The guard is for that call alone: it
/// turns a panic into the server's jump, which must not cross our own frames.
#[pg_guard]
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the UsesWalk of `uses`.
    unsafe { (*context.cast::<UsesWalk>()).visit(node) };
    false
}

/// The view whose body a subquery is, if it is one.
///
/// # Safety
/// `entry` is an RTE_SUBQUERY entry of a rewritten tree.
pub unsafe fn view_of(entry: &pg_sys::RangeTblEntry) -> Option<u32> {
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

fn names_role(function: pg_sys::SQLValueFunctionOp::Type) -> bool {
    use pg_sys::SQLValueFunctionOp::*;
    matches!(function, SVFOP_CURRENT_ROLE | SVFOP_CURRENT_USER | SVFOP_USER | SVFOP_SESSION_USER)
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

/// Called by check_functions_in_node for each function a node calls.
#[pg_guard]
unsafe extern "C-unwind" fn note_function(function: pg_sys::Oid, context: *mut c_void) -> bool {
    // SAFETY: context is the UsesWalk of `uses`.
    let walk = unsafe { &mut *context.cast::<UsesWalk>() };
    let location = walk.location.filter(|_| walk.origin == Origin::Statement);
    walk.uses.functions.push(FunctionUse {
        oid: function.to_u32(),
        origin: walk.origin,
        by_cast: walk.in_cast,
        location,
    });
    false
}
