//! Clauses that test a column: "age over 20", "are discontinued", "in Berlin", "older than 20", "more than 20 pages".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};

impl Parser<'_> {
    /// A test of a column that is named: "age over 20", "whose name contains 'x'".
    pub fn column_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (candidates, _, end) in self.column_terms(connective.end) {
            for mention in
                candidates.into_iter().filter(|m| !connective.negated && self.is_of(hypothesis, source, connective, m))
            {
                for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                    let at = ColumnRef { source, column: mention.target };
                    found.extend(self.tests_of(&hypothesis.with_cost(mention.cost), at, end, connective.linked));
                }
            }
        }
        // The comparison may stand before the name: "above age 20".
        for (operator, start) in self.operators(connective.end) {
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates.into_iter().filter(|m| self.schema.is_number(m.target)) {
                    let Some((number, end)) = self.amount(end) else { continue };
                    for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                        let at = ColumnRef { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Expression::Column(at), operator, operand: number.clone() };
                        found.push((about(hypothesis.with_cost(mention.cost).filter(source, compare), at), end));
                    }
                }
            }
        }
        found
    }

    /// Whether a name that is tested may be a column's: "the name" alone is that of the rows at hand, and where the
    /// question lists a column ("publishers whose name …"), that of its values.
    fn is_of(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
        mention: &Mention<ColumnId>,
    ) -> bool {
        let position = self.skip_articles(connective.end);
        let alone = mention.end == position + 1 && matches!(self.lattice.lower(position), "name" | "names" | "title");
        if !alone {
            return true;
        }
        let relation = hypothesis.query.relation(source);
        let before = |ends: Vec<usize>| ends.into_iter().filter(|end| *end < connective.end).max();
        let cells = || (0..position).map(|at| self.lattice.cell(at));
        let rows =
            before(cells().flat_map(|cell| &cell.relations).filter(|m| m.target == relation).map(|m| m.end).collect());
        let of_values = |subject: ColumnRef| {
            let said = cells().flat_map(|cell| &cell.columns).filter(|m| m.target == subject.column);
            before(said.map(|m| m.end).collect()) > rows && subject.column != mention.target
        };
        mention.target.relation == relation && !hypothesis.subject_column.is_some_and(of_values)
    }

    /// A test of a column that is not named, or named after the value: "in Berlin", a time, "more than 20 pages",
    /// "older than 20".
    pub fn unnamed_column_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        let mut found = self.value_tests(hypothesis, source, connective);
        found.extend(self.unnamed_time_tests(hypothesis, source, connective));
        found.extend(self.comparative_tests(hypothesis, source, connective));
        found.extend(self.amount_tests(hypothesis, source, connective));
        found.extend(self.flag_tests(hypothesis, source, connective));
        found
    }

    /// A boolean column ("are discontinued", "with newsletter"), or a date that is named as an event ("signed up"),
    /// which holds where the date is not null.
    fn flag_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let position = self.skip_articles(connective.end);
        let said = || self.lattice.cell(position).columns.iter().filter(|m| m.cost <= costs::OWN_WORDS);
        // "Tickets that are not closed" have a date for that, whatever else may be closed.
        let relation = hypothesis.query.relation(source);
        let has_own = said().any(|m| m.target.relation == relation);
        for mention in said().filter(|m| !has_own || m.target.relation == relation) {
            let column = mention.target;
            let tied = connective.linked || connective.also && connective.negated;
            if self.schema.is_flag(column) && tied {
                for (hypothesis, source) in self.attach(hypothesis, source, column.relation) {
                    let at = ColumnRef { source, column };
                    let condition = Condition::IsTrue { column: at, negated: connective.negated };
                    found.push((about(hypothesis.with_cost(mention.cost).filter(source, condition), at), mention.end));
                }
            }
            if let Some(next) = self.not_yet(hypothesis, source, connective, mention) {
                found.push((next, mention.end));
            }
            let own = column.relation == relation;
            if self.schema.is_date(column)
                && own
                && !connective.negated
                && !connective.verb
                && mention.cost == 0
                && hypothesis.is_counting()
            {
                let at = ColumnRef { source, column };
                let never = !self.schema.column(column).not_null;
                let happened = Condition::IsNull { column: at, negated: true };
                let next = hypothesis.clone().with_cost(costs::DATE_AS_EVENT);
                found.push((about(if never { next.filter(source, happened) } else { next }, at), mention.end));
            }
        }
        found
    }

    /// "Not closed" are tickets without the date at which they were, where no state is called so.
    fn not_yet(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
        mention: &Mention<ColumnId>,
    ) -> Option<Hypothesis> {
        let column = mention.target;
        let relation = hypothesis.query.relation(source);
        let values = &self.lattice.cell(self.skip_articles(connective.end)).values;
        let is_state = values.iter().any(|value| value.target.column.relation == relation);
        let tied = connective.negated && connective.linked && !connective.without && !connective.verb;
        let fits = column.relation == relation
            && self.schema.is_date(column)
            && !self.schema.column(column).not_null
            && mention.cost <= costs::NAME_IN_COMMENT
            && hypothesis.subject_column.is_none();
        let at = ColumnRef { source, column };
        let next = || hypothesis.clone().with_cost(mention.cost + costs::DATE_AS_EVENT);
        (tied && fits && !is_state)
            .then(|| about(next().filter(source, Condition::IsNull { column: at, negated: false }), at))
    }

    fn value_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let position = self.skip_articles(connective.end);
        for mention in &self.lattice.cell(position).values {
            // "Without an agent" is about the agent of a ticket, whoever has this title.
            let relation = hypothesis.query.relation(source);
            let is_key = |m: &&Mention<ColumnId>| {
                m.target.relation == relation
                    && m.end == mention.end
                    && self.schema.is_key(m.target)
                    && m.cost <= costs::of_unsaid_word("id")
            };
            if mention.target.column.relation != relation
                && self.lattice.cell(position).columns.iter().any(|m| is_key(&m))
            {
                continue;
            }
            // "Without email" is about the address of a customer, whatever else came by email.
            let own = |m: &&Mention<ColumnId>| m.end == mention.end && self.tells_missing(m);
            if connective.without
                && mention.target.column.relation != relation
                && self.nearest_own(position, relation).into_iter().any(|m| own(&m))
            {
                continue;
            }
            let column = self.own_column_like(relation, mention.target.column);
            // "from Berlin and France" may mean both or either of them, so it is not read; values of the same column
            // are another matter.
            if connective.also && !connective.linked && hypothesis.last_column.is_none_or(|told| told.column != column)
            {
                continue;
            }
            let near: Vec<(Hypothesis, usize)> =
                if connective.negated && column.relation != hypothesis.query.relation(source) {
                    let subs = hypothesis.subquery(self.schema, source, column.relation, true).into_iter();
                    let deny = |head: usize| Condition::Exists { source: head, negated: true };
                    subs.filter_map(|(hypothesis, head, target)| Some((hypothesis.filter(source, deny(head?)), target)))
                        .collect()
                } else {
                    self.attach(hypothesis, source, column.relation)
                };
            for (hypothesis, target) in near {
                let at = ColumnRef { source: target, column };
                let negated = connective.negated && target == source;
                // In "Linda Smith", the first and the last name have to be of the same row.
                let before = connective.end.checked_sub(1).filter(|_| !connective.linked && !connective.also);
                let parts = before.is_some_and(|at| !self.lattice.cell(at).values.is_empty());
                if parts && hypothesis.last_column.is_some_and(|told| told.source != target) {
                    continue;
                }
                let owned = connective.verb && hypothesis.query.scope(target) != 0;
                if negated && (connective.without || owned) {
                    continue;
                }
                let loose = if connective.linked { 0 } else { costs::VALUE_WITHOUT_CONNECTIVE };
                let no_name = if self.is_name(column) { 0 } else { costs::VALUE_IS_NO_NAME };
                let cost = mention.cost + costs::VALUE_WITHOUT_COLUMN + loose + no_name;
                let mut hypothesis = hypothesis.with_cost(cost);
                // A related row that was named may be described further: "who has a cat that is 3 years old".
                if connective.verb && target != source && !hypothesis.focus.contains(&target) {
                    hypothesis.focus.push(target);
                }
                let one = |values: Vec<Operand>| Condition::OneOf { column: at, values, negated };
                let first = Operand::Text(mention.target.value.clone());
                if connective.negated {
                    for (more, end) in self.denied_values(&hypothesis, source, column, mention.end) {
                        let values = [vec![first.clone()], more].concat();
                        let next = about(hypothesis.clone().filter(target, one(values)), at);
                        found.push((next.taking(connective.end, end), end));
                    }
                }
                for (more, end) in self.values_beside(&hypothesis, at, connective, mention.end) {
                    let values = [vec![first.clone()], more].concat();
                    found.push((
                        about(hypothesis.clone().filter(target, one(values)), at),
                        self.after_repeated_column(at, end),
                    ));
                }
                found.push((
                    about(hypothesis.filter(target, one(vec![first])), at),
                    self.after_repeated_column(at, mention.end),
                ));
            }
        }
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

    /// A comparison by a quality: "older than 20", "cheaper than 5 dollars".
    fn comparative_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (one, _) in &self.lattice.cell(connective.end).categories {
            let Category::Comparative(quality, operator) = one else { continue };
            let direction = crate::query::tree::Direction::Descending;
            for (column, turned, cost) in self.quality_columns(hypothesis.query.relation(source), *quality, direction) {
                let at = ColumnRef { source, column };
                if turned == direction && self.schema.is_number(column) && !operator.is_empty() {
                    found.extend(self.comparisons(
                        &hypothesis.clone().with_cost(cost),
                        at,
                        connective.end,
                        connective.negated,
                    ));
                }
            }
        }
        found
    }

    /// A number that is followed by the column which holds it: "more than 3000 employees", "8 cylinders".
    fn amount_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let mut starts: Vec<(&'static str, Operand, usize)> = Vec::new();
        for (operator, start) in self.operators(connective.end) {
            starts.extend(self.amount(start).map(|(number, end)| (operator, number, end)));
        }
        if let Some((number, end)) = self.amount(connective.end) {
            match self.or_more(end) {
                Some((operator, end)) => starts.push((operator, number, end)),
                None if connective.linked => starts.push(("=", number, end)),
                None => {}
            }
        }
        for (operator, number, start) in starts.into_iter().filter(|_| !connective.negated) {
            let start = self.skip_optional(start, Category::Of);
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates
                    .into_iter()
                    .filter(|m| self.schema.is_number(m.target) && !self.schema.is_key(m.target) && !m.qualified)
                {
                    for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                        let at = ColumnRef { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Expression::Column(at), operator, operand: number.clone() };
                        found.push((
                            about(
                                hypothesis
                                    .with_cost(mention.cost + costs::NUMBER_BEFORE_COLUMN)
                                    .filter(source, compare),
                                at,
                            ),
                            end,
                        ));
                    }
                }
            }
        }
        found.extend(self.any_amount_tests(hypothesis, source, connective));
        found
    }

    /// Several numbers, any of which a column that follows may hold: "4 or 5 stars".
    fn any_amount_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let Some((first, mut end)) = self.amount(connective.end).filter(|_| connective.linked && !connective.negated)
        else {
            return found;
        };
        let (mut values, mut is_tied) = (vec![first], false);
        while !is_tied && values.len() < MAX_NUMBERS {
            let comma = self.skip_optional(end, Category::Comma);
            let or = self.accept(comma, Category::Or);
            let next = or.unwrap_or(comma);
            let Some((number, after)) = self.amount(next).filter(|_| next > end) else { return found };
            values.push(number);
            (end, is_tied) = (after, or.is_some());
        }
        for (candidates, _, end) in self.column_terms(self.skip_optional(end, Category::Of)) {
            for mention in candidates
                .into_iter()
                .filter(|m| self.schema.is_number(m.target) && !self.schema.is_key(m.target) && !m.qualified)
            {
                let cost = mention.cost + costs::NUMBER_BEFORE_COLUMN;
                for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                    // Of several related rows, each may have to have its own.
                    if hypothesis.query.scope(source) != 0 {
                        continue;
                    }
                    let at = ColumnRef { source, column: mention.target };
                    let condition = Condition::OneOf { column: at, values: values.clone(), negated: false };
                    found.push((about(hypothesis.with_cost(cost).filter(source, condition), at), end));
                }
            }
        }
        found
    }
}

/// No more numbers stand in a list.
const MAX_NUMBERS: usize = 8;
