//! The code behind user-defined types: domain checks, and casts to json, which the server calls by itself.

use std::collections::BTreeSet;

use super::oid_array;
use crate::error::Error;
use crate::pg::query::rows_in;
use crate::pg::sandbox::Sandbox;
use crate::pg::tree::{FunctionUse, Origin, Uses, add_expression};

/// Adds to `uses` what the types in it may run, down to the types that those expressions use in turn.
pub fn add_code(sandbox: &Sandbox<'_>, uses: &mut Uses) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    loop {
        let new: BTreeSet<u32> = uses.types.iter().map(|used| used.0).filter(|oid| seen.insert(*oid)).collect();
        if new.is_empty() {
            return Ok(());
        }
        for row in rows_in(sandbox, include_str!("types.sql"), &[Some(&oid_array(new.into_iter()))])? {
            let [Some(of), function, expression] = row.as_slice() else { continue };
            let origin = Origin::Type(of.parse().unwrap_or_default());
            if let Some(oid) = function.as_ref().and_then(|oid| oid.parse().ok()) {
                uses.functions.push(FunctionUse { oid, origin, location: None });
            }
            if let Some(expression) = expression {
                add_expression(sandbox, uses, origin, expression)?;
            }
        }
    }
}
