//! How the columns of a result become those a caller wants: by name, else by position, with the server's assignment
//! casts, the ones INSERT uses. Nothing is cast that PostgreSQL would not cast by itself, and nothing is cut short.

use std::collections::BTreeMap;

use pgrx::pg_sys::{self, CoercionContext, CoercionForm, NodeTag};

use crate::pg::rows::shape::{Column, Shape};
use crate::pg::running::sandbox::Sandbox;
use crate::pg::tree::uses::{Origin, Uses, add_node};

/// What each wanted column is made of; it lives in the sandbox it was made in.
pub struct Fit {
    pub columns: Vec<Source>,
}

pub struct Source {
    /// The result's column, counted from 0.
    pub from: usize,
    /// An expression over the value (a CaseTestExpr stands for it), or null where the value is taken as it is.
    pub cast: *mut pg_sys::Expr,
}

impl Fit {
    /// Every column is taken as it is, in its place.
    pub fn is_plain(&self, width: usize) -> bool {
        self.columns.len() == width
            && self.columns.iter().enumerate().all(|(at, source)| source.from == at && source.cast.is_null())
    }
}

/// Finds the casts that make `wanted` of a result of the shape `given`, or `None` where they do not fit. What the casts call is
/// added to `uses`.
pub fn fit(_: &Sandbox<'_>, given: &Shape, wanted: &Shape, uses: &mut Uses) -> Option<Fit> {
    let sources = sources(&names(given), &names(wanted))?;
    let columns = sources.into_iter().zip(&wanted.0).map(|(from, column)| {
        let cast = cast(given.0.get(from)?, column)?;
        if !cast.is_null() {
            add_node(uses, Origin::Statement, cast.cast());
        }
        Some(Source { from, cast })
    });
    Some(Fit { columns: columns.collect::<Option<_>>()? })
}

fn names(shape: &Shape) -> Vec<&str> {
    shape.0.iter().map(|column| column.name.as_str()).collect()
}

/// For each wanted name the place of the given one: by name if every wanted one is given once, else by position if there
/// are as many.
fn sources(given: &[&str], wanted: &[&str]) -> Option<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in given.iter().enumerate() {
        places.entry(name).or_default().push(at);
    }
    let place =
        |name: &&str| places.get(name).and_then(|at| if let [only] = at.as_slice() { Some(*only) } else { None });
    let by_name: Option<Vec<usize>> = wanted.iter().map(place).collect();
    by_name.or_else(|| (given.len() == wanted.len()).then(|| (0..given.len()).collect()))
}

/// The cast from one column's type to another's; null where none is needed, `None` where there is none.
fn cast(given: &Column, wanted: &Column) -> Option<*mut pg_sys::Expr> {
    let same_modifier = wanted.modifier < 0 || given.modifier == wanted.modifier;
    if given.type_oid == wanted.type_oid && same_modifier {
        return Some(std::ptr::null_mut());
    }
    // SAFETY: a node of the server's own kind, in the sandbox's memory; the coercion only looks types up.
    unsafe {
        let given_type = pg_sys::Oid::from(given.type_oid);
        let value = pg_sys::palloc0(size_of::<pg_sys::CaseTestExpr>()).cast::<pg_sys::CaseTestExpr>();
        (*value).xpr.type_ = NodeTag::T_CaseTestExpr;
        (*value).typeId = given_type;
        (*value).typeMod = given.modifier;
        (*value).collation = pg_sys::get_typcollation(given_type);
        let cast = pg_sys::coerce_to_target_type(
            std::ptr::null_mut(),
            value.cast(),
            given_type,
            pg_sys::Oid::from(wanted.type_oid),
            wanted.modifier,
            CoercionContext::COERCION_ASSIGNMENT,
            CoercionForm::COERCE_IMPLICIT_CAST,
            -1,
        );
        (!cast.is_null()).then(|| cast.cast())
    }
}

#[cfg(test)]
mod tests {
    use super::sources;

    #[test]
    fn columns_are_found_by_name_else_by_position() {
        assert_eq!(sources(&["a", "b", "c"], &["c", "a"]), Some(vec![2, 0]));
        assert_eq!(sources(&["a", "b"], &["x", "y"]), Some(vec![0, 1]));
        assert_eq!(sources(&["a", "a"], &["a", "b"]), Some(vec![0, 1]), "a name given twice is none");
        assert_eq!(sources(&["a", "b"], &["a", "z", "b"]), None);
        assert_eq!(sources(&[], &[]), Some(vec![]));
    }
}
