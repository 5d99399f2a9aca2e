//! People who are counted although they are no longer there: where a comment says that a date is empty while somebody is employed,
//! "how many employees" counts those who left as well, unless the question speaks of a state or a time. Whoever asked is told.

use crate::catalog::schema_view::SchemaView;
use crate::choice::evidence::Evidence;
use crate::query::tree::{Condition, QueryTree};
use schema::sanitize::one_line;

/// The note, like `stf whose lft_on is set are among them`.
pub fn notes(query: &QueryTree, schema: &SchemaView) -> Option<String> {
    let base = query.relation(0);
    let counts = query.outputs.iter().any(|output| output.value.is_aggregate());
    let timed = |condition: &Condition| matches!(condition, Condition::InTimeRange { .. });
    let conditions = || query.sources.iter().flat_map(|source| &source.conditions);
    if !counts || !schema.is_people(base) || conditions().any(timed) {
        return None;
    }
    let is_state = |code: &crate::catalog::comments::Code| code.code.is_empty();
    let mut dates = schema.columns(base).map(|(id, _)| id);
    let left = dates.find(|id| schema.is_date(*id) && schema.codes(*id).iter().any(is_state))?;
    let tested = |condition: &Condition| matches!(condition, Condition::IsNull { column, .. } if column.column == left);
    let asked = Evidence::of(query, schema).columns.contains(&left);
    let told = !asked && !conditions().any(tested);
    told.then(|| one_line(&format!("those whose {} is set were not left out", schema.spelled(left))))
}
