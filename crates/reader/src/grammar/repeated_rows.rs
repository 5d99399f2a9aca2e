//! Rows that a join repeats: an order with two lines of one product is one order of that product.

use crate::catalog::schema_view::SchemaView;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::Parser;
use crate::query::tree::{Aggregate, ColumnRef, Expression, JoinStep, QueryTree};

/// Whether a row of one source may be joined to the same row of another several times: where a step to the row that is
/// referred to follows a step to rows that refer. A relation in between that ties two rows together once repeats nothing.
pub fn repeats(query: &QueryTree, schema: &SchemaView, from: usize, target: usize) -> bool {
    let mut steps: Vec<JoinStep> = Vec::new();
    let mut at = target;
    while let Some((parent, step)) = query.sources.get(at).and_then(|source| source.parent).filter(|_| at != from) {
        steps.insert(0, step);
        at = parent;
    }
    let down: Vec<JoinStep> = steps.into_iter().skip_while(|step| schema.is_single(*step)).collect();
    match down.as_slice() {
        [first, second] if schema.is_single(*second) => !ties_once(schema, *first, *second),
        steps => steps.iter().any(|step| schema.is_single(*step)),
    }
}

/// Whether the relation that one step leads to and another leaves has one row at most for two rows that it ties together.
fn ties_once(schema: &SchemaView, to: JoinStep, onward: JoinStep) -> bool {
    let (Some(one), Some(other)) = (schema.edge(to), schema.edge(onward)) else { return false };
    let link = schema.relation(schema.target(to));
    let tied = |name: &String| [one, other].iter().any(|edge| edge.columns.iter().any(|(from, _)| from == name));
    let mut keys = link.unique_keys.iter().chain([&link.primary_key]).filter(|key| !key.is_empty());
    keys.any(|key| key.iter().all(tied))
}

/// The one column that is the key of a source's rows.
pub fn single_key(query: &QueryTree, schema: &SchemaView, source: usize) -> Option<ColumnRef> {
    match schema.key_columns(query.relation(source)).as_slice() {
        [column] => Some(ColumnRef { source, column: *column }),
        _ => None,
    }
}

impl Parser<'_> {
    /// The column whose different values are counted where related rows of a noun are; the inner `None` for their number, the
    /// outer one where it can't be told.
    pub fn counted(
        &self,
        hypothesis: &Hypothesis,
        from: usize,
        target: usize,
        noun: &NounPhrase,
    ) -> Option<Option<ColumnRef>> {
        match noun.column {
            Some(column) => Some(Some(ColumnRef { source: target, column })),
            None => hypothesis.counted_by(self.schema, from, target),
        }
    }
}

impl Hypothesis {
    /// Counts the base's rows once each for every row of another source. `None` where they have no key of one column.
    pub fn counting_once_for(mut self, schema: &SchemaView, source: usize) -> Option<Self> {
        let counts = self.query.outputs.iter().any(|output| output.value.counts_rows());
        if !counts || !repeats(&self.query, schema, 0, source) {
            return Some(self);
        }
        let key = single_key(&self.query, schema, 0);
        for output in &mut self.query.outputs {
            let once = output.value.clone().with_rows_as(key)?;
            self.query
                .order
                .iter_mut()
                .filter(|(value, _)| *value == output.value)
                .for_each(|(value, _)| *value = once.clone());
            output.value = once;
        }
        Some(self)
    }

    /// Whether the rows that a joined source repeats are in different groups, as each group is a row that they are joined to once.
    pub fn is_told_apart(&self, schema: &SchemaView, source: usize) -> bool {
        let is_on_way = |target: usize| {
            let parent =
                |at: &usize| self.query.sources.get(*at).and_then(|source| source.parent).map(|(parent, _)| parent);
            std::iter::successors(Some(target), parent).any(|at| at == source)
        };
        let is_row = |at: &ColumnRef| single_key(&self.query, schema, at.source) == Some(*at);
        let once = |at: &ColumnRef| is_on_way(at.source) && !repeats(&self.query, schema, 0, at.source);
        self.query.groups.iter().any(|group| matches!(group, Expression::Column(at) if is_row(at) && once(at)))
    }

    /// The column whose different values are the rows of a source, as seen from another one that they may be joined to several
    /// times. The inner `None` where each row comes once, the outer one where the rows have no key of one column.
    pub fn counted_by(&self, schema: &SchemaView, from: usize, target: usize) -> Option<Option<ColumnRef>> {
        if !repeats(&self.query, schema, from, target) {
            return Some(None);
        }
        single_key(&self.query, schema, target).map(Some)
    }

    /// The number of a source's rows, as seen from another one; `None` as for [`Hypothesis::counted_by`].
    pub fn count_of_joined(&self, schema: &SchemaView, from: usize, target: usize) -> Option<Expression> {
        let counted = self.counted_by(schema, from, target)?;
        Some(counted.map_or(Expression::CountRows, |at| Expression::Aggregate(Aggregate::Count, at)))
    }
}
