//! Code that stands in no query tree and runs all the same: domain checks and casts to json, which the server calls by
//! itself, and default arguments, which the planner fills in.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::fact_cache::FactCache;
use super::oid_array;
use crate::error::Error;
use crate::pg::running::query::{StoredExpression, rows_with_expression};
use crate::pg::running::sandbox::Sandbox;
use crate::pg::tree::uses::{FunctionUse, Origin, Uses, add_stored};

/// The query and the objects it was asked for.
type Asked = (&'static str, Vec<u32>);

thread_local! {
    static KEPT: RefCell<FactCache<Asked, Rc<Vec<Code>>>> = const { RefCell::new(FactCache::new()) };
}

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
    expression: Option<StoredExpression>,
}

impl Code {
    fn add_to(&self, sandbox: &Sandbox<'_>, uses: &mut Uses, origin: Origin) -> Result<(), Error> {
        if let Some(oid) = self.function {
            uses.functions.push(FunctionUse { oid, origin, by_cast: false, location: None });
        }
        self.expression.as_ref().map_or(Ok(()), |expression| add_stored(sandbox, uses, origin, expression))
    }
}

/// The code of these objects, read once as long as nothing changes.
fn read(sandbox: &Sandbox<'_>, sql: &'static str, mut oids: Vec<u32>) -> Result<Rc<Vec<Code>>, Error> {
    if oids.is_empty() {
        return Ok(Rc::default());
    }
    oids.sort_unstable();
    let key = (sql, oids);
    let (known, _) = KEPT.with_borrow_mut(|kept| kept.get([key.clone()]));
    if let Some(code) = known.into_values().next() {
        return Ok(code);
    }
    let rows = rows_with_expression(sandbox, sql, &[Some(&oid_array(key.1.iter().copied()))])?;
    let oid = |cell: &Option<String>| cell.as_deref().and_then(|text| text.parse().ok());
    let code = rows.into_iter().filter_map(|(row, expression)| {
        let [of, function] = row.as_slice() else { return None };
        Some(Code { of: oid(of)?, function: oid(function), expression })
    });
    let code = Rc::new(code.collect());
    KEPT.with_borrow_mut(|kept| kept.keep([(&key, &code)]));
    Ok(code)
}
