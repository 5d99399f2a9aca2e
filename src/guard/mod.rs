//! May it run? Every generated statement passes here, and only here can an [`Approved`] be made.
//!
//! In order: sqlparser, PostgreSQL's grammar, the code behind the types the text names, the analyzed and rewritten
//! trees, the functions and relations they use, and the planner's cost. The statement is not executed.

#![forbid(unsafe_code)]

mod facts;
mod policy;
mod syntax;
mod unseen;

use crate::catalog::array_literal;
use crate::error::Error;
use crate::pg::query::rows_in;
use crate::pg::sandbox::{Sandbox, sandboxed};
use crate::pg::statement::{Planned, Prepared, parse};
use crate::pg::tree::{self, FunctionUse, Origin, Uses};
use crate::settings::Settings;
use policy::{Function, relation_refusal};

/// Objects below this were made by initdb (FirstNormalObjectId in transam.h): users, extensions and their owners have no
/// part in them, and the server announces every change of their facts.
const FIRST_NORMAL_OID: u32 = 16384;

/// A statement that only reads, with the plan that was judged. It lives and runs in the sandbox it was approved in.
pub struct Approved<'s> {
    planned: Planned<'s>,
}

impl<'s> Approved<'s> {
    /// Hands the plan to the execution room.
    pub fn into_plan(self) -> Planned<'s> {
        self.planned
    }
}

/// What `nl_check` tells.
#[derive(Debug, Default)]
pub struct Verdict {
    pub error: Option<Error>,
    /// Schema-qualified, of the statement itself and of the views it reads.
    pub relations: Vec<String>,
    pub functions: Vec<String>,
    pub estimated_rows: Option<f64>,
    pub estimated_cost: Option<f64>,
}

/// Judges a statement inside the sandbox it will run in.
pub fn approve<'s>(sandbox: &'s Sandbox<'_>, sql: &str, settings: &Settings) -> Result<Approved<'s>, Error> {
    let mut verdict = Verdict::default();
    judge(sandbox, sql, settings, &mut verdict)
}

/// Judges a statement and nothing more. What stops the judging itself (a cancel) is an error, a refusal is not.
pub fn check(sql: &str, settings: &Settings) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let result = sandboxed(settings.query_timeout_ms, |sandbox| judge(sandbox, sql, settings, &mut verdict).map(drop));
    match result {
        Err(error) if error.sqlstate() == "57014" => Err(error),
        result => Ok(Verdict { error: result.err(), ..verdict }),
    }
}

fn judge<'s>(
    sandbox: &'s Sandbox<'_>,
    sql: &str,
    settings: &Settings,
    verdict: &mut Verdict,
) -> Result<Approved<'s>, Error> {
    syntax::check(sql)?;
    let parsed = parse(sandbox, sql)?;
    if parsed.tags.len() != 1 {
        return Err(Error::StatementCount(parsed.tags.len()));
    }
    if parsed.tags[0] != "SELECT" {
        return Err(Error::Writes(parsed.tags[0].clone()));
    }
    // Analysis turns literals into values of these types, and so runs their checks: they are judged before it.
    let mut named =
        Uses { types: parsed.types.iter().map(|oid| (*oid, Origin::Statement)).collect(), ..Uses::default() };
    unseen::add_code(sandbox, &mut named)?;
    check_functions(sandbox, sql, &named, settings, &mut Verdict::default())?;
    let prepared = Prepared::new(sandbox, sql)?;
    let mut uses = tree::uses(&prepared);
    check_shape(&uses)?;
    unseen::add_code(sandbox, &mut uses)?;
    check_relations(sandbox, &uses, settings, verdict)?;
    check_functions(sandbox, sql, &uses, settings, verdict)?;
    let planned = prepared.plan()?;
    verdict.estimated_rows = Some(planned.rows);
    verdict.estimated_cost = Some(planned.cost);
    if settings.max_cost > 0.0 && planned.cost > settings.max_cost {
        return Err(Error::TooCostly { cost: planned.cost, limit: settings.max_cost });
    }
    Ok(Approved { planned })
}

fn check_shape(uses: &Uses) -> Result<(), Error> {
    if let Some(command) = uses.writes {
        return Err(Error::Writes(command.to_owned()));
    }
    if uses.advances_sequence {
        return Err(Error::Writes("nextval".to_owned()));
    }
    if uses.locks_rows {
        return Err(Error::Refused {
            what: "locking rows (FOR UPDATE or FOR SHARE)".to_owned(),
            why: "A row lock is written to the table and outlives the statement.".to_owned(),
            hint: None,
        });
    }
    Ok(())
}

fn check_relations(
    sandbox: &Sandbox<'_>,
    uses: &Uses,
    settings: &Settings,
    verdict: &mut Verdict,
) -> Result<(), Error> {
    if uses.relations.is_empty() {
        return Ok(());
    }
    let oids = oid_array(uses.relations.iter().map(|used| used.0));
    for row in rows_in(sandbox, include_str!("relations.sql"), &[Some(&oids)])? {
        let [Some(oid), Some(schema), Some(name), temporary] = row.as_slice() else { continue };
        let oid: u32 = oid.parse().unwrap_or_default();
        let qualified = format!("{schema}.{name}");
        let judged = temporary.as_deref() != Some("t");
        for (_, origin) in uses.relations.iter().filter(|used| judged && used.0 == oid) {
            if let Some(why) = relation_refusal(schema, *origin, &settings.schemas) {
                return Err(Error::Refused {
                    what: format!("reading relation {qualified}"),
                    why: why.to_owned(),
                    hint: Some("A superuser can name its schema in nl2sql.schemas.".to_owned()),
                });
            }
        }
        verdict.relations.push(qualified);
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
    for used in &uses.functions {
        let parts = facts.get(&used.oid).map(Vec::as_slice).unwrap_or_default();
        if parts.is_empty() {
            return Err(refused_function(
                used,
                "a function that no longer exists",
                "Its oid is in no catalog row.",
                sql,
                false,
            ));
        }
        for part in parts {
            if let Some(why) = part.refusal(used.origin, used.by_cast, &settings.allow_functions) {
                return Err(refused_function(used, &format!("function {}", part.qualified()), why, sql, true));
            }
        }
        verdict.functions.extend(parts.iter().filter(|part| !part.part_of_aggregate).map(Function::qualified));
    }
    verdict.functions.sort();
    verdict.functions.dedup();
    Ok(())
}

fn refused_function(used: &FunctionUse, what: &str, why: &str, sql: &str, can_allow: bool) -> Error {
    let place = match used.origin {
        Origin::Statement => used.location.map(|byte| {
            let before = sql.get(..byte as usize).unwrap_or(sql);
            format!(" It is called at character {}.", before.chars().count() + 1)
        }),
        Origin::View(_) => Some(" A view calls it.".to_owned()),
        Origin::Policy(_) => Some(" A row-level security policy calls it.".to_owned()),
        Origin::Default(_) => Some(" It is in the default of an argument.".to_owned()),
        Origin::Type(_) => Some(" A user-defined type calls it, in a check or a cast.".to_owned()),
    };
    Error::Refused {
        what: format!("calling {what}"),
        why: format!("{why}{}", place.unwrap_or_default()),
        hint: can_allow.then(|| "A superuser can name it in nl2sql.allow_functions.".to_owned()),
    }
}

fn oid_array(oids: impl Iterator<Item = u32>) -> String {
    array_literal(&oids.map(|oid| oid.to_string()).collect::<Vec<_>>())
}
