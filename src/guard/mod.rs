//! May it run? Every generated statement passes here, and only here can an [`Approved`] be made.
//!
//! In order: sqlparser, PostgreSQL's grammar, the code behind the types the text names, the analyzed and rewritten
//! trees, the relations, labels and functions in them, and the planner's cost. The statement is not executed. What runs
//! later without standing in its trees is judged when it is about to: see [`watch`].

#![forbid(unsafe_code)]

mod argument_limits;
mod code_names;
mod contrib_limits;
mod fact_cache;
mod facts;
mod implicit_code;
mod known_functions;
pub mod label_inventory;
mod labelled_code;
mod labels;
mod mentions;
mod name_limits;
mod node_costs;
mod policy;
mod relation_policy;
mod relations;
mod sizes;
mod verdict;

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::host::report;
use crate::pg::rows::assignment_casts::{self, AssignmentCasts};
use crate::pg::rows::receiver::RowTransform;
use crate::pg::running::arguments::argument_bounds;
use crate::pg::running::query::rows_in;
use crate::pg::running::remote::remote_transactions;
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::pg::running::watching::runtime_hooks;
use crate::pg::running::watching::watch_state::Judges;
use crate::pg::statement::{Planned, Prepared, parse};
use crate::pg::tree::ancestors;
use crate::pg::tree::growth;
use crate::pg::tree::lineage::Sources;
use crate::pg::tree::owners_texts;
use crate::pg::tree::uses::{self, FunctionUse, Origin, Uses};
use crate::settings::{self, Settings};
use policy::{Function, Lists};
use prose::outline::Outline;
use schema::ResultShape;
use verdict::Check;
pub use verdict::{Culprit, Verdict};

/// Objects below this were made by initdb (FirstNormalObjectId in transam.h): users, extensions and their owners have no
/// part in them, and the server announces every change of their facts.
const FIRST_NORMAL_OID: u32 = 16384;

/// Longer statements are not judged: no question needs one, and reading it can't be interrupted.
const MAX_LENGTH: usize = 100_000;

/// The planner puts chains of them together in time that grows with the cube of their number, and can't be interrupted.
const MAX_CTES: usize = 150;

/// A statement that only reads, with the plan that was judged. It lives and runs in the sandbox it was approved in.
pub struct Approved<'s> {
    planned: Planned<'s>,
    pub shape: ResultShape,
    transform: RowTransform<'s>,
    /// It handles masked values: what it says when it fails may quote them.
    touches_masked: bool,
    pub reads: Reads,
}

/// What a statement itself reads; what views read is not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Oids.
    pub relations: Vec<u32>,
    /// By relation and number.
    pub columns: Vec<(u32, i16)>,
}

impl Reads {
    fn of(uses: &Uses) -> Self {
        let own = uses.relations.iter().filter(|(_, origin)| *origin == Origin::Statement);
        let relations: Vec<u32> = own.map(|(relation, _)| *relation).collect();
        let columns = uses.columns.iter().filter(|(relation, _)| relations.contains(relation)).copied().collect();
        Self { relations, columns }
    }
}

impl<'s> Approved<'s> {
    /// What the statement does.
    pub fn outline(&self) -> Outline {
        self.planned.outline()
    }

    /// Whether anything in it handles masked values.
    pub fn touches_masked(&self) -> bool {
        self.touches_masked
    }

    /// Hands the plan to the execution room, with what must not come out of it.
    pub fn into_plan(self) -> (Planned<'s>, RowTransform<'s>, bool) {
        (self.planned, self.transform, self.touches_masked)
    }
}

/// Has every call judged that runs inside a sandbox, from wherever it comes. Called once, when the library is loaded.
pub fn watch() {
    runtime_hooks::install(Judges {
        // Nearly every call is allowed without a look at the settings.
        call: |call| {
            policy::call_refusal(call, &[]).and_then(|_| policy::call_refusal(call, &settings::allow_functions()))
        },
        lookup: |call| {
            known_functions::opening(call.extension.as_deref(), &call.name)
                .filter(|_| !policy::is_listed(call, &settings::allow_functions()))
        },
        any_call: |call| policy::call_refusal(call, &[]),
        owner: |call| {
            let (functions, owners) = (settings::allow_functions(), settings::trust_owners());
            policy::owner_refusal(call, &Lists { functions: &functions, owners: &owners })
        },
        analysis_call: |call| {
            policy::analysis_refusal(call, &[])
                .and_then(|_| policy::analysis_refusal(call, &settings::allow_functions()))
        },
        text_call: |call, by_cast| {
            policy::text_refusal(call, by_cast, &[])
                .and_then(|_| policy::text_refusal(call, by_cast, &settings::allow_functions()))
        },
        tells_asker: |call| call.is_server && known_functions::tells_asker(&call.name),
        trusts: |owner| settings::trust_owners().iter().any(|trusted| trusted == owner),
        system_schema: |schema| relation_policy::relation_refusal(schema, Origin::Statement, &settings::schemas()),
        server: |server| relation_policy::server_refusal(server, &settings::allow_servers()),
        settings: || {
            let lists =
                [settings::allow_functions(), settings::trust_owners(), settings::allow_servers(), settings::schemas()];
            BuildHasherDefault::<DefaultHasher>::default().hash_one(lists)
        },
    });
    owners_texts::install();
    crate::pg::running::cursor::install(|| Settings::load().bounds);
    remote_transactions::install(|| Settings::load().bounds.milliseconds);
    crate::pg::running::worker_limits::install(|| Settings::load().bounds.memory_kb);
    crate::pg::running::watching::growth_hooks::install(growth::of, sizes::MAX_GROWTH);
    argument_bounds::install(argument_limits::all());
    warn_of_endless_functions();
}

/// Says so where the server's endless functions are not bounded; whoever runs the server can do something about it.
pub fn warn_of_endless_functions() {
    if !argument_bounds::are_in_force() {
        report::warning(
            "no limit of nl2sql ends some functions of the server",
            "This system does not let the table of built-in functions be changed, so their arguments are not bounded.",
            "Allow the server to change the protection of its own memory (mprotect), and do not load nl2sql until then where \
             somebody may ask who must not keep a backend busy.",
        );
    }
}

/// Judges a statement inside the sandbox it will run in. Its result must fit `wanted`, if that is given.
pub fn approve<'s>(
    sandbox: &'s Sandbox<'_>,
    sql: &str,
    wanted: Option<&ResultShape>,
    settings: &Settings,
) -> Result<Approved<'s>, Error> {
    judge(sandbox, sql, wanted, settings, &mut Verdict::default())
}

/// Judges a statement and nothing more. What stops the judging itself (a cancel) is an error, a refusal is not.
pub fn check(sql: &str, settings: &Settings) -> Result<Verdict, Error> {
    let mut verdict = Verdict::detailed();
    let result = sandboxed(settings.bounds, |sandbox| judge(sandbox, sql, None, settings, &mut verdict).map(drop));
    match result {
        Err(error) if error.sqlstate() == "57014" => Err(error),
        result => {
            verdict.error = result.err();
            Ok(verdict)
        }
    }
}

fn judge<'s>(
    sandbox: &'s Sandbox<'_>,
    sql: &str,
    wanted: Option<&ResultShape>,
    settings: &Settings,
    verdict: &mut Verdict,
) -> Result<Approved<'s>, Error> {
    labels::begin();
    check_text(sandbox, sql, settings, verdict)?;
    let prepared = Prepared::new(sandbox, sql).map_err(|error| labels::in_own_names(error, sql))?;
    verdict.pass(Check::Analysis, None);
    let mut uses = uses::uses(&prepared.trees());
    check_shape(&uses)?;
    verdict.pass(Check::ReadOnly, None);
    let shape = prepared.shape();
    // That it does not fit is told once it is known that none of its columns is hidden.
    let casts = wanted.map(|wanted| fit_into(sandbox, &shape, wanted, &mut uses)).transpose();
    implicit_code::add_code(sandbox, &mut uses)?;
    let labels = labels::of(sandbox, &uses, &settings.trust_owners)?;
    let hidden = labels.as_ref().map(|labels| &labels.hidden);
    relations::check(sandbox, &uses, hidden.unwrap_or(&Sources::new()), settings, verdict)?;
    verdict.pass(Check::Relations, Some(format!("relations read: {}", verdict.relations.len())));
    let masks = labels::check(sandbox, (sql, &prepared, &uses), labels.as_ref(), &settings.trust_owners)?;
    let casts = casts?;
    verdict.pass(Check::Labels, Some(format!("output columns masked: {}", masks.outputs.len())));
    check_functions(sandbox, sql, &uses, settings, verdict)?;
    verdict.pass(Check::Functions, Some(format!("functions called: {}", verdict.functions.len())));
    let reads = Reads::of(&uses);
    let planned = prepared.plan()?;
    verdict.pass(Check::Plan, None);
    // Estimates are made of the planner's statistics, and so of the values.
    let whole = planned.cost + cost_on_nodes(sandbox, &planned, settings);
    let cost = (!masks.touched).then_some(whole);
    verdict.estimated_rows = cost.map(|_| planned.rows);
    verdict.estimated_cost = cost;
    if settings.max_cost > 0.0 && whole > settings.max_cost {
        return Err(Error::TooCostly { cost, limit: settings.max_cost });
    }
    verdict.pass(Check::Cost, cost.map(|cost| format!("{cost:.0} of at most {:.0}", settings.max_cost)));
    Ok(Approved {
        planned,
        shape,
        transform: RowTransform { masked: masks.outputs, casts },
        touches_masked: masks.touched,
        reads,
    })
}

/// What other nodes of a cluster add to the cost of a plan. They are asked where there is a limit to it.
fn cost_on_nodes(sandbox: &Sandbox<'_>, planned: &Planned<'_>, settings: &Settings) -> f64 {
    let explained = if settings.max_cost > 0.0 { planned.explained_by_nodes(sandbox) } else { None };
    explained.map_or(0.0, |explained| node_costs::of(&explained))
}

/// The casts that make what the caller wants of the result. What they call is judged with the rest.
fn fit_into<'s>(
    sandbox: &'s Sandbox<'_>,
    given: &ResultShape,
    wanted: &ResultShape,
    uses: &mut Uses,
) -> Result<AssignmentCasts<'s>, Error> {
    assignment_casts::find(sandbox, given, wanted, uses)
        .ok_or_else(|| Error::DoesNotFit { wanted: wanted.to_string(), given: given.to_string() })
}

/// What can be told before the server analyzes the text.
fn check_text(sandbox: &Sandbox<'_>, sql: &str, settings: &Settings, verdict: &mut Verdict) -> Result<(), Error> {
    if sql.len() > MAX_LENGTH {
        return Err(Error::StatementTooLong { bytes: sql.len(), limit: MAX_LENGTH });
    }
    syntax::check(sql)?;
    let parsed = parse(sandbox, sql)?;
    if parsed.tags.len() != 1 {
        return Err(Error::StatementCount(parsed.tags.len()));
    }
    verdict.pass(Check::OneStatement, None);
    if parsed.tags[0] != "SELECT" {
        return Err(Error::Writes(parsed.tags[0].clone()));
    }
    verdict.pass(Check::Query, None);
    if parsed.ctes > MAX_CTES {
        return Err(Error::TooComplex { what: "common table expressions", limit: MAX_CTES });
    }
    sizes::check_width(parsed.width)?;
    ancestors::check(parsed.types.iter().chain(&parsed.given_types).copied())?;
    // Analysis turns literals into values of these types, and so runs their checks: they are judged before it.
    owners_texts::refused_types(parsed.types.iter().copied())?;
    let mut named =
        Uses { types: parsed.types.iter().map(|oid| (*oid, Origin::Statement)).collect(), ..Uses::default() };
    implicit_code::add_code(sandbox, &mut named)?;
    let mut inner = Verdict::default();
    let result = check_functions(sandbox, sql, &named, settings, &mut inner);
    verdict.culprit = inner.culprit;
    result?;
    verdict.pass(Check::NamedTypes, None);
    Ok(())
}

fn check_shape(uses: &Uses) -> Result<(), Error> {
    if let Some(command) = uses.writes {
        return Err(Error::Writes(command.to_owned()));
    }
    if uses.advances_sequence {
        return Err(Error::Writes("nextval".to_owned()));
    }
    if uses.locks_rows {
        return Err(Error::locks_rows());
    }
    Ok(())
}

fn check_functions(
    sandbox: &Sandbox<'_>,
    sql: &str,
    uses: &Uses,
    settings: &Settings,
    verdict: &mut Verdict,
) -> Result<(), Error> {
    if uses.functions.is_empty() {
        return Ok(());
    }
    let facts = facts::of(sandbox, uses.functions.iter().map(|used| used.oid))?;
    let lists = Lists { functions: &settings.allow_functions, owners: &settings.trust_owners };
    for used in &uses.functions {
        let parts = facts.get(&used.oid).map(Vec::as_slice).unwrap_or_default();
        let refusal =
            parts.iter().find_map(|part| Some((part.clone(), part.refusal(used.origin, used.by_cast, &lists)?)));
        let gone = || (Function::gone(), "Its oid is in no catalog row.");
        if let Some((function, why)) = refusal.or_else(|| parts.is_empty().then(gone)) {
            let name = function.qualified();
            let culprit = Culprit { name, behind: behind(sandbox, used.origin)?, position: position(used, sql) };
            let place = match (&culprit.behind, culprit.position) {
                (Some(by), _) => format!(" It is called by {by}."),
                (None, Some(position)) => format!(" It is called at character {position}."),
                (None, None) => String::new(),
            };
            let words = format!("{why}{place}");
            let error = match why {
                policy::STRANGERS => Error::refused_owner(&culprit.name, &function.owner, &words),
                _ => Error::refused_call(&culprit.name, &words),
            };
            verdict.culprit = Some(culprit);
            return Err(error);
        }
        verdict.functions.extend(parts.iter().filter(|part| !part.part_of_aggregate).map(Function::qualified));
    }
    verdict.functions.sort();
    verdict.functions.dedup();
    Ok(())
}

/// Where the statement itself calls a function, in characters from 1.
fn position(used: &FunctionUse, sql: &str) -> Option<usize> {
    let byte = used.location.filter(|_| used.origin == Origin::Statement)?;
    Some(sql.get(..byte as usize).unwrap_or(sql).chars().count() + 1)
}

/// Whose text it is, where it is not the statement's: `view public.v`.
fn behind(sandbox: &Sandbox<'_>, origin: Origin) -> Result<Option<String>, Error> {
    let (catalog, oid, prefix) = match origin {
        Origin::Statement => return Ok(None),
        Origin::View(oid) => ("pg_catalog.pg_class", oid, ""),
        Origin::Policy(oid) => ("pg_catalog.pg_class", oid, "a row-level security policy of "),
        Origin::Type(oid) => ("pg_catalog.pg_type", oid, ""),
        Origin::Default(oid) => ("pg_catalog.pg_proc", oid, "the default of an argument of "),
    };
    let rows = rows_in(sandbox, include_str!("identity.sql"), &[Some(catalog), Some(&oid.to_string())])?;
    let identity = rows.into_iter().flatten().flatten().next().unwrap_or_default();
    Ok(Some(format!("{prefix}{identity}")))
}

fn oid_array(oids: impl Iterator<Item = u32>) -> String {
    array_literal(&oids.map(|oid| oid.to_string()).collect::<Vec<_>>())
}

/// An oid as a query prints it; 0 where there is none.
fn oid_of(cell: &Option<String>) -> u32 {
    cell.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default()
}
