//! How the columns of a result become those a caller wants: by name, else by position, with the server's assignment
//! casts, the ones INSERT uses. Nothing is cast that PostgreSQL would not cast by itself, and nothing is cut short.

use std::collections::BTreeMap;

use pgrx::pg_sys::{self, CoercionContext, CoercionForm, NodeTag};

use crate::pg::running::sandbox::Sandbox;
use crate::pg::tree::query_trees::ExpressionTree;
use crate::pg::tree::uses::{Origin, Uses, add_tree};
use schema::{ResultColumn, ResultShape};

/// What each wanted column is made of; it lives no longer than the sandbox it was made in.
pub struct AssignmentCasts<'s> {
    columns: Vec<ColumnSource<'s>>,
}

#[derive(Clone, Copy)]
pub(super) struct ColumnSource<'s> {
    /// The result's column, counted from 0.
    pub from: usize,
    /// An expression over the value (a CaseTestExpr stands for it), or `None` where the value is taken as it is.
    pub cast: Option<ExpressionTree<'s>>,
}

impl<'s> AssignmentCasts<'s> {
    pub(super) fn columns(&self) -> &[ColumnSource<'s>] {
        &self.columns
    }

    /// Whether every one of the `width` columns is taken as it is, in its place.
    pub(super) fn change_nothing(&self, width: usize) -> bool {
        self.columns.len() == width
            && self.columns.iter().enumerate().all(|(at, source)| source.from == at && source.cast.is_none())
    }
}

/// Finds the casts that make `wanted` of a result of the shape `given`, or `None` where the server has none. What the casts
/// call is added to `uses`.
pub fn find<'s>(
    sandbox: &'s Sandbox<'_>,
    given: &ResultShape,
    wanted: &ResultShape,
    uses: &mut Uses,
) -> Option<AssignmentCasts<'s>> {
    let sources = sources(&names(given), &names(wanted))?;
    let columns = sources.into_iter().zip(&wanted.0).map(|(from, column)| {
        let given = given.0.get(from)?;
        if is_same_type(given, column) {
            return Some(ColumnSource { from, cast: None });
        }
        let cast = cast(sandbox, given, column)?;
        add_tree(uses, Origin::Statement, cast);
        Some(ColumnSource { from, cast: Some(cast) })
    });
    Some(AssignmentCasts { columns: columns.collect::<Option<_>>()? })
}

fn names(shape: &ResultShape) -> Vec<&str> {
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

/// Whether values of one column can be stored in the other as they are.
fn is_same_type(given: &ResultColumn, wanted: &ResultColumn) -> bool {
    given.type_oid == wanted.type_oid && (wanted.modifier < 0 || given.modifier == wanted.modifier)
}

/// The cast from one column's type to another's, or `None` where the server has none.
fn cast<'s>(_: &'s Sandbox<'_>, given: &ResultColumn, wanted: &ResultColumn) -> Option<ExpressionTree<'s>> {
    // SAFETY: a node of the server's own kind, in memory that the sandbox frees; the coercion only looks types up.
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
        ExpressionTree::new(cast)
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
