//! Stored values that stand for a test of the column they are in: "in Berlin", "not from France", "without email".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Operand};

impl Parser<'_> {
    /// A test of a column that is not named, by a value that it holds.
    pub fn value_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let relation = hypothesis.query.relation(source);
        let position = self.skip_articles(connective.end);
        for mention in &self.lattice.cell(position).values {
            if self.own_column_is_meant(relation, position, connective, mention) {
                continue;
            }
            let column = self.own_column_like(relation, mention.target.column);
            // "from Berlin and France" may mean both or either of them, so it is not read; values of the same column
            // are another matter.
            if connective.also && !connective.linked && hypothesis.last_column.is_none_or(|told| told.column != column)
            {
                continue;
            }
            for (hypothesis, target) in self.rows_to_test(hypothesis, source, column, connective) {
                if self.may_be_of_row(&hypothesis, source, target, connective) {
                    let at = ColumnRef { source: target, column };
                    found.extend(self.tests_by_value(hypothesis, source, at, connective, mention));
                }
            }
        }
        found
    }

    /// Whether a column of the relation at hand is named by the words that are also a value of another's.
    fn own_column_is_meant(
        &self,
        relation: usize,
        position: usize,
        connective: Connective,
        mention: &Mention<StoredValue>,
    ) -> bool {
        if mention.target.column.relation == relation {
            return false;
        }
        // "Without an agent" is about the agent of a ticket, whoever has this title.
        let is_key = |m: &Mention<ColumnId>| {
            m.target.relation == relation
                && m.end == mention.end
                && self.schema.is_key(m.target)
                && m.cost <= costs::of_unsaid_word("id")
        };
        // "Without email" is about the address of a customer, whatever else came by email.
        let own = |m: &Mention<ColumnId>| m.end == mention.end && self.tells_missing(m);
        self.lattice.cell(position).columns.iter().any(is_key)
            || connective.without && self.nearest_own(position, relation).into_iter().any(own)
    }

    /// The rows that may have the value: those at hand, or related ones, none of which has it where that is denied.
    fn rows_to_test(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        column: ColumnId,
        connective: Connective,
    ) -> Vec<(Hypothesis, usize)> {
        if !connective.negated || column.relation == hypothesis.query.relation(source) {
            return self.attach(hypothesis, source, column.relation);
        }
        let deny = |head: usize| Condition::Exists { source: head, negated: true };
        let subqueries = hypothesis.subquery(self.schema, source, column.relation, true).into_iter();
        let denied =
            |(next, head, target): (Hypothesis, Option<usize>, usize)| Some((next.filter(source, deny(head?)), target));
        subqueries.filter_map(denied).collect()
    }

    /// Whether a value may be of this row, by the words before it.
    fn may_be_of_row(&self, hypothesis: &Hypothesis, source: usize, target: usize, connective: Connective) -> bool {
        // In "Linda Smith", the first and the last name have to be of the same row.
        let before = connective.end.checked_sub(1).filter(|_| !connective.linked && !connective.also);
        let parts = before.is_some_and(|at| !self.lattice.cell(at).values.is_empty());
        if parts && hypothesis.last_column.is_some_and(|told| told.source != target) {
            return false;
        }
        let negated = connective.negated && target == source;
        let owned = connective.verb && hypothesis.query.scope(target) != 0;
        !(negated && (connective.without || owned))
    }

    /// The tests by a value, alone and with those that are listed after it.
    fn tests_by_value(
        &self,
        hypothesis: Hypothesis,
        source: usize,
        at: ColumnRef,
        connective: Connective,
        mention: &Mention<StoredValue>,
    ) -> Parses<Hypothesis> {
        let ColumnRef { source: target, column } = at;
        let loose = if connective.linked { 0 } else { costs::VALUE_WITHOUT_CONNECTIVE };
        let no_name = if self.is_name(column) { 0 } else { costs::VALUE_IS_NO_NAME };
        let cost = mention.cost + costs::VALUE_WITHOUT_COLUMN + loose + no_name;
        let mut hypothesis = hypothesis.with_cost(cost);
        // A related row that was named may be described further: "who has a cat that is 3 years old".
        if connective.verb && target != source && !hypothesis.focus.contains(&target) {
            hypothesis.focus.push(target);
        }
        let negated = connective.negated && target == source;
        let first = Operand::Text(mention.target.value.clone());
        let tested = |more: Vec<Operand>| {
            let values = [vec![first.clone()], more].concat();
            about(hypothesis.clone().filter(target, Condition::OneOf { column: at, values, negated }), at)
        };
        let mut found = Vec::new();
        if connective.negated {
            for (more, end) in self.denied_values(&hypothesis, source, column, mention.end) {
                found.push((tested(more).taking(connective.end, end), end));
            }
        }
        for (more, end) in self.values_beside(&hypothesis, at, connective, mention.end) {
            found.push((tested(more), self.after_repeated_column(at, end)));
        }
        found.push((tested(Vec::new()), self.after_repeated_column(at, mention.end)));
        found
    }

    /// The relation's own column of the same name as another's that holds a value: "employees in Edmonton" are those whose
    /// own city it is, although the city is only known to be one of customers. Not so for names: "songs of Queen".
    fn own_column_like(&self, relation: usize, other: ColumnId) -> ColumnId {
        let own = self.schema.column_named(relation, &self.schema.column(other).name);
        let own = own.filter(|id| self.schema.is_text(*id) && !self.schema.is_key(*id) && !self.is_name(other));
        own.filter(|id| self.has_same_codes(*id, other)).unwrap_or(other)
    }

    /// Whether the comments on two columns explain the same codes, or none: a `P` that is a planned project is a paid invoice.
    fn has_same_codes(&self, one: ColumnId, other: ColumnId) -> bool {
        self.schema.codes(one) == self.schema.codes(other)
    }

    /// A value that another column of the same name holds, as far as is known, for a column that is said: "in the city of
    /// Edmonton".
    pub fn value_of_like_column(&self, column: ColumnId, position: usize) -> Option<&Mention<StoredValue>> {
        let name = |id: ColumnId| self.schema.column(id).name.as_str();
        let alike =
            |other: ColumnId| name(other) == name(column) && !self.is_name(other) && self.has_same_codes(column, other);
        let text = self.schema.is_text(column);
        let mut values = self.lattice.cell(position).values.iter();
        values.find(|m| text && m.cost <= costs::STORED_AS_SAID && alike(m.target.column))
    }

    /// The position after the name of the column where it follows its value: "Palo Alto city".
    fn after_repeated_column(&self, at: ColumnRef, end: usize) -> usize {
        let again = self
            .lattice
            .cell(end)
            .columns
            .iter()
            .filter(|m| m.target == at.column && m.cost <= costs::NEARLY_EXACT_NAME)
            .map(|m| m.end);
        again.max().unwrap_or(end)
    }
}
