//! Code that stands in no query tree and runs all the same: domain checks and casts to json, which the server calls by
//! itself, and default arguments, which the planner fills in.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::oid_array;
use crate::error::Error;
use crate::pg::cache;
use crate::pg::query::rows_in;
use crate::pg::sandbox::Sandbox;
use crate::pg::tree::{FunctionUse, Origin, Uses, add_expression};

thread_local! {
    /// Types that are known to run no code, as long as the generation stays.
    static INERT: RefCell<(u64, BTreeSet<u32>)> = const { RefCell::new((0, BTreeSet::new())) };
}

/// Adds to `uses` what the types and functions in it may run, down to what those expressions use in turn.
pub fn add_code(sandbox: &Sandbox<'_>, uses: &mut Uses) -> Result<(), Error> {
    let (mut types, mut functions) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let new: Vec<u32> = uses.types.iter().map(|used| used.0).filter(|oid| types.insert(*oid)).collect();
        let code_of_types = read_types(sandbox, new)?;
        let user_defined = uses.functions.iter().map(|used| used.oid).filter(|oid| *oid >= super::FIRST_NORMAL_OID);
        let new: Vec<u32> = user_defined.filter(|oid| functions.insert(*oid)).collect();
        let code_of_functions = read(sandbox, include_str!("defaults.sql"), new)?;
        if code_of_types.is_empty() && code_of_functions.is_empty() {
            return Ok(());
        }
        for code in code_of_types {
            code.add_to(sandbox, uses, Origin::Type(code.of))?;
        }
        for code in code_of_functions {
            code.add_to(sandbox, uses, Origin::Default(code.of))?;
        }
    }
}

/// A function, or an expression as the catalogs store it, that belongs to the object `of`.
struct Code {
    of: u32,
    function: Option<u32>,
    expression: Option<String>,
}

impl Code {
    fn add_to(&self, sandbox: &Sandbox<'_>, uses: &mut Uses, origin: Origin) -> Result<(), Error> {
        if let Some(oid) = self.function {
            uses.functions.push(FunctionUse { oid, origin, by_cast: false, location: None });
        }
        self.expression.as_ref().map_or(Ok(()), |expression| add_expression(sandbox, uses, origin, expression))
    }
}

/// What the types run; those that turn out to run nothing are not asked about again.
fn read_types(sandbox: &Sandbox<'_>, types: Vec<u32>) -> Result<Vec<Code>, Error> {
    let generation = cache::generation();
    let unknown: Vec<u32> = INERT.with_borrow_mut(|(kept_at, inert)| {
        if *kept_at != generation {
            inert.clear();
            *kept_at = generation;
        }
        types.into_iter().filter(|oid| !inert.contains(oid)).collect()
    });
    let code = read(sandbox, include_str!("types.sql"), unknown.clone())?;
    if code.is_empty() {
        INERT.with_borrow_mut(|(_, inert)| inert.extend(unknown));
    }
    Ok(code)
}

fn read(sandbox: &Sandbox<'_>, sql: &'static str, oids: Vec<u32>) -> Result<Vec<Code>, Error> {
    if oids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = rows_in(sandbox, sql, &[Some(&oid_array(oids.into_iter()))])?;
    let oid = |cell: &Option<String>| cell.as_deref().and_then(|text| text.parse().ok());
    Ok(rows
        .iter()
        .filter_map(|row| {
            let [of, function, expression] = row.as_slice() else { return None };
            Some(Code { of: oid(of)?, function: oid(function), expression: expression.clone() })
        })
        .collect())
}
