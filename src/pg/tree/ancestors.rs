//! How many tables those of a statement inherit from.
//!
//! Whether a row may stand for one of another table, the server finds out by going through all tables that its own inherits from, itself
//! or through others, and compares each with all before it (typeInheritsFrom in pg_inherits.c). It does so for every cast and argument,
//! and looks for no cancel: 7,500 casts of a row below 1,500 tables took minutes.

use std::collections::BTreeSet;

use pgrx::pg_sys;

use super::type_code;
use crate::error::Error;
use crate::pg::host::catalogs;

/// Tables in use inherit from a few.
const MOST: usize = 100;

/// Refuses types whose rows, or rows in them, are of tables that inherit from too many.
/// Called while a statement is judged, in a transaction.
pub fn check(types: impl Iterator<Item = u32>) -> Result<(), Error> {
    let (mut known, mut open) = (BTreeSet::new(), types.collect::<Vec<_>>());
    while let Some(oid) = open.pop() {
        if oid < pg_sys::FirstNormalObjectId || !known.insert(oid) {
            continue;
        }
        // SAFETY: in a transaction, on the backend's only thread; both look into the caches of the catalogs.
        let relation = unsafe {
            type_code::parts(oid.into(), &mut open);
            pg_sys::get_typ_typrelid(oid.into())
        };
        if relation != pg_sys::InvalidOid && ancestors(relation.to_u32()) > MOST {
            return Err(Error::TooComplex { what: "tables that one inherits from", limit: MOST });
        }
    }
    Ok(())
}

/// How many tables it inherits from, itself or through others; beyond [`MOST`] they are not counted.
fn ancestors(table: u32) -> usize {
    let (mut found, mut open) = (BTreeSet::new(), vec![table]);
    while let Some(table) = open.pop().filter(|_| found.len() <= MOST) {
        let parents = catalogs::parents(table, MOST + 1);
        open.extend(parents.into_iter().filter(|parent| found.insert(*parent)));
    }
    found.len()
}
