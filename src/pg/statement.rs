//! A statement on its way through the server: parsed, analyzed, planned, run, each step only after the one before.
//!
//! The plan that was judged is the plan that runs: a [`Planned`] holds a reference on the cached plan and is executed
//! from it, so that no invalidation in between can bring in another one.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ffi::CString;
use std::marker::PhantomData;

use pgrx::pg_sys;
use pgrx::{PgList, pg_sys::NodeTag};

use crate::error::Error;
use crate::limits::{RowLimits, Width};
use crate::pg::host::text::{c_string, owned};
use crate::pg::rows::receiver::{Outcome, Receiver, RowTransform, Sink};
use crate::pg::running::cursor::DetachedPlan;
use crate::pg::running::remote::cluster_transactions;
use crate::pg::running::sandbox::Sandbox;
use crate::pg::running::watching::analysis_hooks;
use crate::pg::running::watching::labelled_reads;
use crate::pg::running::watching::plan_hooks::{Judged, judge_planned_catalogs};
use crate::pg::running::watching::watch_state::Analysis;
use crate::pg::tree::named_types;
use crate::pg::tree::outline;
use crate::pg::tree::query_trees::QueryTrees;
use crate::pg::tree::raw_candidates;
use crate::pg::tree::raw_width;
use crate::pg::tree::uses::{self, Origin};
use prose::outline::Outline;
use schema::ResultShape;

/// A text as the server's grammar sees it.
pub struct Parsed {
    /// The command tags, one a statement: `SELECT` for a query and for nothing else.
    pub tags: Vec<String>,
    /// The user-defined types that the queries among them name, directly or through a relation.
    pub types: Vec<u32>,
    /// The types of what functions and operators may give that have a name among theirs.
    pub given_types: BTreeSet<u32>,
    /// How many common table expressions they have.
    pub ctes: usize,
    /// What their analysis would make of them.
    pub width: Width,
}

/// An analyzed and rewritten statement inside the sandbox.
pub struct Prepared<'s> {
    plan: pg_sys::SPIPlanPtr,
    text: CString,
    inside: PhantomData<&'s ()>,
}

/// A planned statement; it holds its plan until the sandbox ends.
pub struct Planned<'s> {
    statement: *mut pg_sys::PlannedStmt,
    plan: pg_sys::SPIPlanPtr,
    text: CString,
    /// The planner's estimates for the whole statement.
    pub rows: f64,
    pub cost: f64,
    inside: PhantomData<&'s ()>,
}

/// Reads `sql` with the server's grammar alone. A syntax error arrives as the server's own.
pub fn parse(_: &Sandbox<'_>, sql: &str) -> Result<Parsed, Error> {
    let text = c_string(sql)?;
    // SAFETY: raw_parser only allocates in the current memory context; its result is a list of RawStmt nodes.
    unsafe {
        let list = pg_sys::raw_parser(text.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT);
        let statements = PgList::<pg_sys::RawStmt>::from_pg(list);
        let tags: Vec<String> = statements.iter_ptr().map(|raw| tag((*raw).stmt)).collect();
        let queries = statements.iter_ptr().zip(&tags).filter(|(_, tag)| *tag == "SELECT");
        let named: Vec<named_types::Named> = queries.map(|(raw, _)| named_types::named((*raw).stmt)).collect();
        let ctes = named.iter().map(|named| named.ctes).sum();
        // There may be many statements, which are refused; one is judged.
        let (width, given_types) = match (statements.get_ptr(0), tags.as_slice()) {
            (Some(raw), [tag]) if tag == "SELECT" => {
                let (candidates, given_types) = raw_candidates::of((*raw).stmt);
                let width = raw_width::of((*raw).stmt);
                (Width { candidates: candidates.looks, default_bytes: candidates.bytes, ..width }, given_types)
            }
            _ => Default::default(),
        };
        let types = named.into_iter().flat_map(|named| named.types).collect();
        Ok(Parsed { types, given_types, ctes, width, tags })
    }
}

/// # Safety
/// `statement` is the raw parse tree of one statement.
unsafe fn tag(statement: *mut pg_sys::Node) -> String {
    // SAFETY: the node's own tag says what it is; for set operations, INTO stands in the leftmost query.
    unsafe {
        let mut query = statement.cast::<pg_sys::SelectStmt>();
        while (*query).type_ == NodeTag::T_SelectStmt && !(*query).larg.is_null() {
            query = (*query).larg;
        }
        if (*query).type_ == NodeTag::T_SelectStmt && !(*query).intoClause.is_null() {
            return "SELECT INTO".to_owned();
        }
        owned(pg_sys::GetCommandTagName(pg_sys::CreateCommandTag(statement))).unwrap_or_default()
    }
}

impl<'s> Prepared<'s> {
    /// Analyzes and rewrites one statement; nothing is planned or run yet.
    pub fn new(_: &'s Sandbox<'_>, sql: &str) -> Result<Self, Error> {
        let text = c_string(sql)?;
        let _analysis = Analysis::begin();
        // SAFETY: an SPI connection is open (the sandbox made it). The plan lives in its memory.
        let plan = unsafe {
            let (set_up, options) = (Some(analysis_hooks::set_up_parser as _), pg_sys::CURSOR_OPT_PARALLEL_OK as i32);
            pg_sys::SPI_prepare_params(text.as_ptr(), set_up, std::ptr::null_mut(), options)
        };
        if plan.is_null() {
            return Err(Error::internal("the statement could not be prepared"));
        }
        Ok(Self { plan, text, inside: PhantomData })
    }

    /// The rewritten query trees.
    pub fn trees(&self) -> QueryTrees<'_> {
        // SAFETY: the plan is alive as long as this is.
        unsafe { trees(self.plan) }
    }

    /// The columns of its result.
    pub fn shape(&self) -> ResultShape {
        // SAFETY: the plan is alive, its sources are a list of CachedPlanSource; a query has a result descriptor.
        unsafe {
            let sources = PgList::<pg_sys::CachedPlanSource>::from_pg(pg_sys::SPI_plan_get_plan_sources(self.plan));
            let described = sources.get_ptr(0).map(|source| (*source).resultDesc).filter(|shape| !shape.is_null());
            described.map(|shape| crate::pg::rows::shape::of(shape)).unwrap_or_default()
        }
    }

    /// Plans the statement. Planning already evaluates immutable functions: the trees must have been judged before.
    pub fn plan(self) -> Result<Planned<'s>, Error> {
        // SAFETY: the plan is alive. It is no saved plan: the cached plan lives in the memory of the SPI connection, until
        // the sandbox's rollback closes that, and no invalidation touches it.
        unsafe {
            let cached = pg_sys::SPI_plan_get_cached_plan(self.plan);
            if cached.is_null() {
                return Err(Error::internal("the statement has no single plan"));
            }
            let statements = PgList::<pg_sys::PlannedStmt>::from_pg((*cached).stmt_list);
            let (Some(statement), 1) = (statements.get_ptr(0), statements.len()) else {
                return Err(Error::internal("the statement has no single plan"));
            };
            let planned = &*statement;
            if planned.commandType != pg_sys::CmdType::CMD_SELECT
                || planned.hasModifyingCTE
                || planned.planTree.is_null()
                || !planned.rowMarks.is_null()
            {
                return Err(Error::Writes("a statement whose plan is no plain query".to_owned()));
            }
            // The executor would check this too, but only once it runs; a verdict must know before.
            #[cfg(feature = "pg15")]
            pg_sys::ExecCheckRTPerms(planned.rtable, true);
            #[cfg(not(feature = "pg15"))]
            pg_sys::ExecCheckPermissions(planned.rtable, planned.permInfos, true);
            let used = OnceCell::new();
            let used = || used.get_or_init(|| uses::uses(&trees(self.plan)).relations);
            judge_planned_catalogs(planned, || {
                let read_as_asker =
                    used().iter().filter(|(_, origin)| matches!(origin, Origin::Statement | Origin::Policy(_)));
                read_as_asker.map(|(relation, _)| *relation).collect()
            })?;
            // The planner has put the bodies of functions in place.
            labelled_reads::judge(planned, |relation| used().iter().any(|(read, _)| *read == relation))?;
            let tree = &*planned.planTree;
            let (rows, cost) = (tree.plan_rows, tree.total_cost);
            Ok(Planned { statement, plan: self.plan, text: self.text, rows, cost, inside: PhantomData })
        }
    }
}

impl Planned<'_> {
    /// Runs this very plan into `sink`.
    pub fn run<S: Sink>(self, sink: &mut S, transform: &RowTransform<'_>, limits: RowLimits) -> Result<Outcome, Error> {
        let mut receiver = Receiver::new(sink, transform, limits);
        // SAFETY: the plan is held (see `plan`), the active snapshot is the calling query's, and the receiver outlives
        // the executor. If an ERROR leaves here, the sandbox's rollback frees what the executor holds.
        unsafe {
            let desc = pg_sys::CreateQueryDesc(
                self.statement,
                self.text.as_ptr(),
                pg_sys::GetActiveSnapshot(),
                std::ptr::null_mut(),
                receiver.as_dest(),
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                0,
            );
            let judged = Judged::begin(self.statement);
            pg_sys::ExecutorStart(desc, pg_sys::EXEC_FLAG_SKIP_TRIGGERS as i32);
            drop(judged);
            #[cfg(feature = "pg18")]
            pg_sys::ExecutorRun(desc, pg_sys::ScanDirection::ForwardScanDirection, 0);
            #[cfg(not(feature = "pg18"))]
            pg_sys::ExecutorRun(desc, pg_sys::ScanDirection::ForwardScanDirection, 0, true);
            pg_sys::ExecutorFinish(desc);
            pg_sys::ExecutorEnd(desc);
            pg_sys::FreeQueryDesc(desc);
        }
        Ok(receiver.outcome())
    }

    /// What other nodes of a cluster say of their parts in its plan, as json.
    pub fn explained_by_nodes(&self, sandbox: &Sandbox<'_>) -> Option<String> {
        // SAFETY: the plan is alive until the sandbox ends.
        cluster_transactions::explained(sandbox, unsafe { &*self.statement }, &self.text)
    }

    /// What the statement does, read from the trees the plan was made of.
    pub fn outline(&self) -> Outline {
        // SAFETY: the plan is alive until the sandbox ends, and planning works on copies of its trees.
        outline::of(&unsafe { trees(self.plan) })
    }

    /// Copies the plan out of the sandbox, for a cursor. `generation` is the catalogs' before the statement was judged.
    pub fn detach(self, generation: u64) -> DetachedPlan {
        // SAFETY: the plan is alive.
        unsafe { DetachedPlan::copy_of(self.statement, self.text, generation) }
    }
}

/// The rewritten query trees of a plan.
///
/// # Safety
/// `plan` is alive for `'s`.
unsafe fn trees<'s>(plan: pg_sys::SPIPlanPtr) -> QueryTrees<'s> {
    // SAFETY: the sources of a plan are a list of CachedPlanSource, each of which keeps its rewritten trees.
    unsafe {
        let sources = PgList::<pg_sys::CachedPlanSource>::from_pg(pg_sys::SPI_plan_get_plan_sources(plan));
        let queries = sources
            .iter_ptr()
            .flat_map(|source| PgList::<pg_sys::Query>::from_pg((*source).query_list).iter_ptr().collect::<Vec<_>>());
        QueryTrees::new(queries.collect())
    }
}
