//! A hypothesis of the parser: the query tree so far, what its assumptions cost, and what later words may refer to.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::query::tree::{
    Aggregate, ColumnId, ColumnRef, Condition, Expression, JoinStep, OutputColumn, QueryTree, Source, SourceRole,
};

/// One way to read the question so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    pub query: QueryTree,
    /// The sum of what it assumes (see [`costs`]); the cheapest hypothesis wins.
    pub cost: u32,
    /// The sources of the nouns that the next clause may describe, the nearest noun last.
    pub focus: Vec<usize>,
    /// The question does not say what to show: all columns of the base are.
    pub default_projection: bool,
    /// The scope of the last condition, to which "or" adds an alternative.
    pub last_scope: Option<usize>,
    /// The column of the last condition, which "and below 20" tests once more.
    pub last_column: Option<ColumnRef>,
    /// The one column whose values the question asks for: "which countries".
    pub subject_column: Option<ColumnRef>,
    /// Only a group makes this a question, as in "quantity per month"; "quantity" alone is none.
    pub needs_group: bool,
    /// A time makes it one as well, as in "API calls in October".
    pub time_will_do: bool,
    /// How many rows were asked for: "top 3".
    pub asked_limit: Option<u32>,
    /// They are to be the least: "bottom 3".
    pub from_bottom: bool,
    /// It asks for measures of the base's rows: what the rows refer to are the dimensions of the measures, so that a
    /// join to them is cheap.
    pub measures: bool,
    /// The question asks what fraction of the rows fulfil the conditions that follow after this many others.
    pub fraction_from: Option<usize>,
    /// Only rows that came to be in a time: "new customers".
    pub new_rows: bool,
    /// Words that were read before their turn, from the first to the position after the last.
    pub read_ahead: Option<(usize, usize)>,
    /// The key to their own relation by which the base's rows are called: "managers" are those whom `manager_id` refers to.
    pub own_key: Option<usize>,
    /// The last thing that was told to have been done: the source that did it, and the relation that records it.
    pub last_event: Option<(usize, usize)>,
    /// What is counted for each row is shown where there is nothing of it, too.
    pub keeps_empty: bool,
    /// The words whose meaning a rule took in as a whole phrase, as a set of bits by position: "share of", "units sold".
    pub taken: u128,
}

impl Hypothesis {
    /// A hypothesis about the rows of one relation.
    pub fn new(relation: usize, cost: u32) -> Self {
        Self {
            query: QueryTree::new(relation),
            cost,
            focus: vec![0],
            default_projection: false,
            last_scope: None,
            last_column: None,
            subject_column: None,
            needs_group: false,
            time_will_do: false,
            asked_limit: None,
            from_bottom: false,
            measures: false,
            fraction_from: None,
            new_rows: false,
            read_ahead: None,
            own_key: None,
            last_event: None,
            keeps_empty: false,
            taken: 0,
        }
    }

    /// Notes that a rule took in the words from a position up to another, each of them.
    pub fn taking(mut self, from: usize, to: usize) -> Self {
        for position in from..to.min(128) {
            self.taken |= 1 << position;
        }
        self
    }

    /// Adds to the cost.
    pub fn with_cost(mut self, cost: u32) -> Self {
        self.cost += cost;
        self
    }

    /// Adds a condition to the scope of a source.
    pub fn filter(mut self, source: usize, condition: Condition) -> Self {
        let scope = self.query.scope(source);
        if let Some(head) = self.query.sources.get_mut(scope)
            && !head.conditions.contains(&condition)
        {
            head.conditions.push(condition);
        }
        self.last_scope = Some(scope);
        self
    }

    /// Adds an output, unless it is there already. `alias` is the name of its column where it is no plain column.
    pub fn select(mut self, value: Expression, alias: &str) -> Self {
        if !self.query.outputs.iter().any(|output| output.value == value) {
            self.query.outputs.push(OutputColumn { value, alias: alias.to_owned() });
        }
        self
    }

    fn step_cost(&self, schema: &SchemaView, step: JoinStep) -> u32 {
        let declared = schema.edge(step).is_none_or(|edge| edge.declared);
        let cost = if self.measures && step.forward {
            costs::STEP_TO_DIMENSION
        } else if schema.is_single(step) {
            costs::STEP_TO_ONE
        } else {
            costs::STEP_TO_MANY
        };
        cost + if declared { 0 } else { costs::INFERRED_KEY }
            + if schema.is_plain(step) { 0 } else { costs::KEY_WITH_ROLE }
    }

    fn push(&mut self, relation: usize, parent: (usize, JoinStep), role: SourceRole, ambiguous_path: bool) -> usize {
        self.query.sources.push(Source {
            relation,
            parent: Some(parent),
            role,
            ambiguous_path,
            conditions: Vec::new(),
        });
        self.query.sources.len() - 1
    }

    /// Joins a relation to a source, in each way that the shortest paths allow, unless its scope holds the relation
    /// already. Each result has the hypothesis, the source of the relation, and whether the join may multiply rows.
    pub fn join(&self, schema: &SchemaView, from: usize, relation: usize) -> Vec<(Hypothesis, usize, bool)> {
        let scope = self.query.scope(from);
        let near = [from, scope].into_iter().chain(self.query.joined(scope));
        if let Some(source) = near.into_iter().find(|source| self.query.relation(*source) == relation) {
            return vec![(self.clone(), source, false)];
        }
        let paths = schema.paths(self.query.relation(from), relation);
        let ambiguous_path = paths.len() > 1;
        let mut found = Vec::new();
        for path in paths.iter() {
            let mut hypothesis = self.clone();
            let mut at = from;
            let mut many = false;
            for step in path.iter().copied() {
                hypothesis.cost += hypothesis.step_cost(schema, step);
                many |= !schema.is_single(step);
                let known = hypothesis
                    .query
                    .sources
                    .iter()
                    .position(|source| source.parent == Some((at, step)) && source.role != SourceRole::Subquery);
                at = known.unwrap_or_else(|| {
                    hypothesis.push(schema.target(step), (at, step), SourceRole::Join { outer: false }, ambiguous_path)
                });
            }
            found.push((hypothesis, at, many));
        }
        found
    }

    /// Joins what one step leads to.
    pub fn join_step(&self, schema: &SchemaView, from: usize, step: JoinStep) -> (Hypothesis, usize) {
        let mut hypothesis = self.clone();
        let known = hypothesis
            .query
            .sources
            .iter()
            .position(|s| s.parent == Some((from, step)) && s.role != SourceRole::Subquery);
        let at = known.unwrap_or_else(|| {
            hypothesis.push(schema.target(step), (from, step), SourceRole::Join { outer: false }, false)
        });
        (hypothesis, at)
    }

    /// Adds a subquery over what one step leads to; its head comes with the hypothesis.
    pub fn subquery_step(&self, schema: &SchemaView, from: usize, step: JoinStep) -> (Hypothesis, usize) {
        let mut hypothesis = self.clone();
        let head = hypothesis.push(schema.target(step), (from, step), SourceRole::Subquery, false);
        (hypothesis, head)
    }

    /// Adds a subquery over the rows of a relation that belong to each row of a source. Each result has the hypothesis,
    /// the head of the subquery and the source of the relation. Steps to a single row are joined outside the subquery,
    /// so that their columns remain at hand; with `whole` they are inside, as a negation has to cover the whole path.
    /// There is no head where every step leads to a single row.
    pub fn subquery(
        &self,
        schema: &SchemaView,
        from: usize,
        relation: usize,
        whole: bool,
    ) -> Vec<(Hypothesis, Option<usize>, usize)> {
        let paths = schema.paths(self.query.relation(from), relation);
        let ambiguous_path = paths.len() > 1;
        let mut found = Vec::new();
        for path in paths.iter() {
            let mut hypothesis = self.clone();
            let mut at = from;
            let mut head = None;
            for step in path.iter().copied() {
                hypothesis.cost += hypothesis.step_cost(schema, step);
                let target = schema.target(step);
                let begins = head.is_none() && (whole || !schema.is_single(step));
                let role = if begins { SourceRole::Subquery } else { SourceRole::Join { outer: false } };
                let known = hypothesis
                    .query
                    .sources
                    .iter()
                    .position(|s| s.parent == Some((at, step)) && !begins && s.role == role);
                at = known.unwrap_or_else(|| hypothesis.push(target, (at, step), role, ambiguous_path));
                if begins {
                    head = Some(at);
                }
            }
            found.push((hypothesis, head, at));
        }
        found
    }

    /// Whether a sum or an average over a joined source would count values several times (a "fan-out"): this is so
    /// where a step to one row follows a step to many.
    pub fn fans_out(&self, schema: &SchemaView, head: usize, target: usize, aggregate: Aggregate) -> bool {
        let mut at = target;
        let mut fans = false;
        while let Some((parent, step)) =
            self.query.sources.get(at).and_then(|source| source.parent).filter(|_| at != head)
        {
            fans |= schema.is_single(step);
            at = parent;
        }
        fans && matches!(aggregate, Aggregate::Sum | Aggregate::Average)
    }

    /// Adds all columns of a source as outputs.
    pub fn select_all(self, schema: &SchemaView, source: usize) -> Self {
        let columns = schema.columns(self.query.relation(source));
        self.select_columns(source, columns.map(|(column, _)| column))
    }

    /// Adds columns of a source as outputs.
    pub fn select_columns(self, source: usize, columns: impl IntoIterator<Item = ColumnId>) -> Self {
        columns
            .into_iter()
            .fold(self, |hypothesis, column| hypothesis.select(Expression::Column(ColumnRef { source, column }), ""))
    }

    /// Adds the columns by which people know a row, or its key where there are none.
    pub fn select_display_columns(self, schema: &SchemaView, source: usize) -> Self {
        let relation = self.query.relation(source);
        let names = schema.label_columns(relation);
        let columns: Vec<ColumnId> = if names.is_empty() { schema.key_columns(relation) } else { names };
        if columns.is_empty() {
            return self.select_all(schema, source);
        }
        self.select_columns(source, columns)
    }

    /// Adds the columns by which people know a row, and its key, as two rows may be called the same.
    pub fn select_identity(self, schema: &SchemaView, source: usize) -> Self {
        let keys = schema.key_columns(self.query.relation(source));
        self.select_display_columns(schema, source).select_columns(source, keys)
    }

    /// Shows each row of the result once, where it has columns alone.
    pub fn show_once(&mut self) {
        self.query.distinct |= self.query.outputs.iter().all(|output| matches!(output.value, Expression::Column(_)));
    }

    /// Whether an output aggregates rows.
    pub fn is_aggregate(&self) -> bool {
        self.query.outputs.iter().any(|output| output.value.is_aggregate())
    }
}

/// The name of an aggregate's output column: `total_amount`, or `amount_count`; not `total_total`.
pub fn alias(schema: &SchemaView, aggregate: Aggregate, at: ColumnRef) -> String {
    let name = &schema.column(at.column).name;
    let said = match aggregate {
        Aggregate::Sum => name.starts_with("total"),
        Aggregate::Average => name.starts_with("average"),
        _ => false,
    };
    if said {
        return name.clone();
    }
    match aggregate {
        Aggregate::Count => format!("{name}_count"),
        Aggregate::Sum => format!("total_{name}"),
        Aggregate::Average => format!("average_{name}"),
        Aggregate::Minimum => format!("lowest_{name}"),
        Aggregate::Maximum => format!("highest_{name}"),
    }
}
