//! The catalog facts of functions, for the policy. Those of the system's own functions are kept for the session.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::fact_cache::FactCache;
use super::policy::Function;
use super::{FIRST_NORMAL_OID, oid_array, oid_of};
use crate::error::Error;
use crate::pg::running::query::{Row, rows_in};
use crate::pg::running::sandbox::Sandbox;

/// The functions behind each oid: itself, and for an aggregate the functions it is made of.
pub type Facts = BTreeMap<u32, Vec<Function>>;

thread_local! {
    static SYSTEM: RefCell<FactCache<u32, Vec<Function>>> = const { RefCell::new(FactCache::of_functions()) };
}

/// Looks up the facts of these functions. One that does not exist has no entry.
pub fn of(sandbox: &Sandbox<'_>, oids: impl Iterator<Item = u32>) -> Result<Facts, Error> {
    let (mut facts, missing) = SYSTEM.with_borrow_mut(|kept| kept.get(oids));
    if missing.is_empty() {
        return Ok(facts);
    }
    let mut read = Facts::new();
    for row in rows_in(sandbox, include_str!("functions.sql"), &[Some(&oid_array(missing.into_iter()))])? {
        if let Some((oid, function)) = function(&row) {
            read.entry(oid).or_default().push(function);
        }
    }
    SYSTEM.with_borrow_mut(|kept| kept.keep(read.iter().filter(|(oid, _)| **oid < FIRST_NORMAL_OID)));
    facts.append(&mut read);
    Ok(facts)
}

/// One row of `functions.sql`.
fn function(row: &Row) -> Option<(u32, Function)> {
    let [oid, schema, name, volatility, language, definer, owner, superuser, caller, part, extension, is_part] =
        row.as_slice()
    else {
        return None;
    };
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    let is = |cell: &Option<String>| cell.as_deref() == Some("t");
    let function = Function {
        schema: text(schema),
        name: text(name),
        volatility: text(volatility).chars().next().unwrap_or('v'),
        language: text(language),
        security_definer: is(definer),
        owner: text(owner),
        owner_superuser: is(superuser),
        owner_caller: is(caller),
        is_server: (1..FIRST_NORMAL_OID).contains(&oid_of(part)),
        extension: extension.clone(),
        part_of_aggregate: is(is_part),
    };
    Some((oid.as_deref()?.parse().ok()?, function))
}
