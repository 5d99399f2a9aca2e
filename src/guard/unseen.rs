//! Code that stands in no query tree and runs all the same: domain checks and casts to json, which the server calls by
//! itself, and default arguments, which the planner fills in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::oid_array;
use crate::error::Error;
use crate::pg::cache;
use crate::pg::query::rows_in;
use crate::pg::sandbox::Sandbox;
use crate::pg::tree::{FunctionUse, Origin, Uses, add_expression};

/// What was read for which query and objects.
type Kept = BTreeMap<(&'static str, Vec<u32>), Rc<Vec<Code>>>;

thread_local! {
    /// Kept as long as the generation stays.
    static KEPT: RefCell<(u64, Kept)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// So many sets of objects are kept at most.
const MAX_KEPT: usize = 1000;

/// Adds to `uses` what the types and functions in it may run, down to what those expressions use in turn.
pub fn add_code(sandbox: &Sandbox<'_>, uses: &mut Uses) -> Result<(), Error> {
    let (mut types, mut functions) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let new: Vec<u32> = uses.types.iter().map(|used| used.0).filter(|oid| types.insert(*oid)).collect();
        let code_of_types = read(sandbox, include_str!("types.sql"), new)?;
        let user_defined = uses.functions.iter().map(|used| used.oid).filter(|oid| *oid >= super::FIRST_NORMAL_OID);
        let new: Vec<u32> = user_defined.filter(|oid| functions.insert(*oid)).collect();
        let code_of_functions = read(sandbox, include_str!("defaults.sql"), new)?;
        if code_of_types.is_empty() && code_of_functions.is_empty() {
            return Ok(());
        }
        for code in code_of_types.iter() {
            code.add_to(sandbox, uses, Origin::Type(code.of))?;
        }
        for code in code_of_functions.iter() {
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

/// The code of these objects, read once as long as nothing changes.
fn read(sandbox: &Sandbox<'_>, sql: &'static str, mut oids: Vec<u32>) -> Result<Rc<Vec<Code>>, Error> {
    if oids.is_empty() {
        return Ok(Rc::default());
    }
    oids.sort_unstable();
    let generation = cache::generation();
    let key = (sql, oids);
    let kept = KEPT.with_borrow_mut(|(kept_at, kept)| {
        if *kept_at != generation || kept.len() >= MAX_KEPT {
            kept.clear();
            *kept_at = generation;
        }
        kept.get(&key).cloned()
    });
    if let Some(code) = kept {
        return Ok(code);
    }
    let rows = rows_in(sandbox, sql, &[Some(&oid_array(key.1.iter().copied()))])?;
    let oid = |cell: &Option<String>| cell.as_deref().and_then(|text| text.parse().ok());
    let code = rows.iter().filter_map(|row| {
        let [of, function, expression] = row.as_slice() else { return None };
        Some(Code { of: oid(of)?, function: oid(function), expression: expression.clone() })
    });
    let code = Rc::new(code.collect());
    KEPT.with_borrow_mut(|(_, kept)| kept.insert(key, Rc::clone(&code)));
    Ok(code)
}
