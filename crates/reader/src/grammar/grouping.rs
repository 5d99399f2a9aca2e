//! Grouping: "for each country", "by status", "per month", "does each stadium have".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::unit_name;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Expression, JoinStep, TimeUnit};

impl Parser<'_> {
    /// A group: "for each country", "by month", "per customer".
    pub fn group_clauses(&self, hypothesis: &Hypothesis, position: usize, also: bool) -> Parses<Hypothesis> {
        let mut found = self.group_by_each(hypothesis, position);
        if also && !hypothesis.query.groups.is_empty() && hypothesis.is_aggregate() {
            found.extend(self.group_keys(&hypothesis.clone().with_cost(costs::FURTHER_GROUP), position));
        }
        for (one, start) in &self.lattice.cell(position).categories {
            let by = match one {
                Category::Per => false,
                Category::By => true,
                _ => continue,
            };
            if by && !hypothesis.is_aggregate() {
                found.extend(self.counted_by(hypothesis, *start));
                continue;
            }
            found.extend(self.group_keys(hypothesis, *start));
            found.extend(self.mean_of_each(hypothesis, position, *start));
        }
        found
    }

    /// "Average seats per subscription" is the average over all subscriptions, each of which has its own number.
    fn mean_of_each(&self, hypothesis: &Hypothesis, position: usize, start: usize) -> Parses<Hypothesis> {
        let base = hypothesis.query.relation(0);
        let [output] = hypothesis.query.outputs.as_slice() else { return Vec::new() };
        let Expression::Aggregate(Aggregate::Average, at) = &output.value else { return Vec::new() };
        let is_bare = hypothesis.query.groups.is_empty() && hypothesis.query.sources.len() == 1;
        let is_own = |noun: &NounPhrase| {
            let plain = noun.adjectives.is_empty() && noun.column.is_none() && noun.via.is_none() && !noun.plural;
            plain && noun.relation == base && noun.cost <= costs::SYNONYMOUS_NAME
        };
        let fits =
            at.source == 0 && is_bare && self.lattice.lower(start - 1) == "per" && self.is_called_so_alone(at.column);
        let nouns = self.noun_phrases(start).into_iter().filter(|(noun, _)| fits && is_own(noun));
        nouns.map(|(noun, end)| (hypothesis.clone().with_cost(noun.cost).taking(position, end), end)).collect()
    }

    /// Whether a column is named by its own words, by which nothing else is called.
    fn is_called_so_alone(&self, column: ColumnId) -> bool {
        (0..self.lattice.len()).any(|at| {
            let cell = self.lattice.cell(at);
            cell.columns.iter().filter(|m| m.target == column && m.cost <= costs::OWN_WORDS).any(|m| {
                let relation = cell.relations.iter().any(|other| other.end == m.end && other.cost <= costs::OWN_WORDS);
                let rival =
                    cell.columns.iter().any(|one| one.target != column && one.end == m.end && one.cost <= m.cost);
                !relation && !rival
            })
        })
    }

    /// A group within a clause: "does each stadium have", "correspond to each order", "are produced by each maker".
    fn group_by_each(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for connective in
            self.connectives(position, false).into_iter().filter(|connective| connective.linked && !connective.negated)
        {
            let Some(start) = self.accept(connective.end, Category::Each) else { continue };
            for (hypothesis, end) in self.group_keys(hypothesis, start) {
                found.push((hypothesis, self.skip_all(end, &[Category::Have, Category::RelationVerb, Category::In])));
            }
        }
        found
    }

    fn group_keys(&self, hypothesis: &Hypothesis, start: usize) -> Parses<Hypothesis> {
        let mut found = self.group_by_time_unit(hypothesis, start);
        // "by number of stars" groups by the number that a column holds.
        for start in self.ends(start, Category::HowMany) {
            let number =
                |noun: &NounPhrase| noun.column.is_some_and(|id| self.schema.is_number(id) && !self.schema.is_key(id));
            for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| number(noun)) {
                found.extend(self.group_by_noun(hypothesis, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
            found.extend(self.group_by_noun(hypothesis, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
        }
        found
    }

    /// Groups by a noun: one result row for each of its values or rows.
    pub fn group_by_noun(&self, hypothesis: &Hypothesis, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if hypothesis.needs_group && noun.column.is_some_and(|column| self.groups_little(column)) {
            return found;
        }
        // A ranking holds within the groups, which is another rule.
        if hypothesis.query.limit.is_some() {
            return found;
        }
        // Measures are grouped by columns as often as by rows.
        let as_noun = if hypothesis.measures && noun.column.is_some() { costs::COLUMN_AS_NOUN } else { 0 };
        let hypothesis = hypothesis.clone().with_cost(noun.cost.saturating_sub(as_noun));
        let own_key = noun.via.filter(|edge| self.schema.is_own_key(*edge));
        let joined = match own_key {
            Some(edge) if hypothesis.query.relation(0) == noun.relation => {
                let (next, source) = hypothesis.join_step(self.schema, 0, JoinStep { edge, forward: true });
                vec![(next, source, false)]
            }
            _ => hypothesis.join(self.schema, 0, noun.relation),
        };
        for (next, source, many) in joined {
            // "accounts per sales rep" says which of the keys to employees is meant.
            let step = next.query.sources.get(source).and_then(|source| source.parent).map(|(_, step)| step);
            if noun.via.is_some() && step.is_some_and(|step| Some(step.edge) != noun.via) {
                continue;
            }
            found.extend(match noun.column {
                Some(column) => self.grouped_by_column(next, ColumnRef { source, column }, many, noun),
                None => self.grouped_by_relation(next, source, many, noun),
            });
        }
        let own_rows = noun.column.is_none() && noun.relation == hypothesis.query.relation(0) && own_key.is_none();
        if let Some(counted) = self.rows_counted(&hypothesis).filter(|_| !own_rows) {
            found.extend(self.group_by_noun(&counted, noun));
        }
        found
    }

    /// Whether the values of a column hardly make groups: "products by price" asks for an order rather than for the number of
    /// products of each price.
    fn groups_little(&self, column: ColumnId) -> bool {
        let level = LEVELS.contains(&self.schema.last_word(column)) || !self.schema.codes(column).is_empty();
        self.is_unlike_any_other(column)
            || self.schema.is_date(column)
            || self.schema.is_number(column) && !(self.schema.is_whole(column) && level)
    }

    /// Groups aggregates by the values of a column, of which each row has one.
    fn grouped_by_column(&self, next: Hypothesis, at: ColumnRef, many: bool, noun: &NounPhrase) -> Option<Hypothesis> {
        if !next.is_aggregate() || many {
            return None;
        }
        let rival = at.source != 0 && self.has_rival(next.query.relation(0), at.column, noun.cost == 0);
        let next = next.with_cost(if rival { costs::RIVAL_OF_OWN_COLUMN } else { 0 });
        Some(group_by_columns(next, vec![at]))
    }

    /// Groups aggregates by the rows of a relation. A list has one row for each anyway: "the name of each student".
    fn grouped_by_relation(
        &self,
        next: Hypothesis,
        source: usize,
        many: bool,
        noun: &NounPhrase,
    ) -> Option<Hypothesis> {
        if !next.is_aggregate() {
            return (source == 0 || !next.default_projection && !many).then_some(next);
        }
        if source == 0 || many && sums_own(&next) {
            return None;
        }
        let shown = self.schema.label_columns(noun.relation);
        let keys = self.schema.key_columns(noun.relation);
        let columns: Vec<ColumnRef> =
            shown.into_iter().chain(keys).map(|column| ColumnRef { source, column }).collect();
        let next = if next.measures { Some(next) } else { next.counting_once_for(self.schema, source) };
        let next = next.filter(|_| !columns.is_empty())?;
        Some(group_by_columns(next.with_cost(costs::GROUP_BY_RELATED), columns))
    }

    /// The number of the rows that are listed so far, as a list that is split is meant: "customers per city".
    fn rows_counted(&self, hypothesis: &Hypothesis) -> Option<Hypothesis> {
        let asks_rows = matches!(self.lattice.lower(0), "list" | "which" | "who" | "name" | "find" | "identify");
        let listed = hypothesis.default_projection
            && hypothesis.subject_column.is_none()
            && hypothesis.asked_limit.is_none()
            && hypothesis.query.limit.is_none();
        let mut counted = hypothesis.clone();
        counted.default_projection = false;
        (listed && !asks_rows).then(|| counted.select(Expression::CountRows, "count"))
    }

    /// Counts the listed rows by a category of theirs: "orders by status", "products by category". A measure or a name
    /// after "by" may as well be a sort key.
    fn counted_by(&self, hypothesis: &Hypothesis, start: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let Some(counted) = self.rows_counted(hypothesis) else { return found };
        for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
            let category = match noun.column {
                Some(column) => self.schema.is_category(column),
                None => !hypothesis.join(self.schema, 0, noun.relation).iter().any(|(.., many)| *many),
            };
            if category {
                found.extend(self.group_by_noun(&counted, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// Whether each row has a value of its own in a column, as far as its name and its keys tell.
    pub fn is_unlike_any_other(&self, column: ColumnId) -> bool {
        let relation = self.schema.relation(column.relation);
        let name = &self.schema.column(column).name;
        let named = matches!(self.schema.last_word(column), "name" | "title" | "email" | "id" | "description");
        named || relation.unique_keys.iter().chain([&relation.primary_key]).any(|key| key.as_slice() == [name.clone()])
    }

    /// Groups by a unit of time: "per month", "by year".
    fn group_by_time_unit(&self, hypothesis: &Hypothesis, start: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let Some((unit, end)) =
            self.accept_longest(start, |one| if let Category::TimeUnit(unit) = one { Some(unit) } else { None })
        else {
            return found;
        };
        found.extend(self.truncated_to(hypothesis, unit).into_iter().map(|hypothesis| (hypothesis, end)));
        found
    }

    /// Groups by a date of the rows, truncated to a unit of time. Rows are counted where nothing else is shown.
    pub fn truncated_to(&self, hypothesis: &Hypothesis, unit: TimeUnit) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, source, column) in self.event_dates_of(hypothesis) {
            let mut next = next;
            if next.default_projection && next.subject_column.is_none() {
                next.default_projection = false;
                next = next.select(Expression::CountRows, "count");
            }
            if !next.is_aggregate() {
                continue;
            }
            let value = Expression::DateTrunc(unit, ColumnRef { source, column });
            next.query.groups.push(value.clone());
            let output = crate::query::tree::OutputColumn { value, alias: unit_name(unit).to_owned() };
            next.query.outputs.insert(0, output);
            found.push(next);
        }
        found
    }

    /// The dates that a unit of time may mean: those of the base, else those of relations that it has to refer to, as
    /// the lines of an order have the date of the order.
    pub fn event_dates_of(&self, hypothesis: &Hypothesis) -> Vec<(Hypothesis, usize, crate::query::tree::ColumnId)> {
        let base = hypothesis.query.relation(0);
        let own = self.schema.event_dates(base);
        if !own.is_empty() {
            return own.into_iter().map(|column| (hypothesis.clone(), 0, column)).collect();
        }
        let mut found = Vec::new();
        for (_, edge) in self.schema.keys_of(base).filter(|(_, edge)| !edge.nullable) {
            for column in self.schema.event_dates(edge.to) {
                for (next, source, _) in hypothesis.join(self.schema, 0, edge.to) {
                    found.push((next, source, column));
                }
            }
        }
        found
    }
}

/// Last words of the names of numbers that few rows differ in.
const LEVELS: [&str; 14] = [
    "rating", "star", "stars", "priority", "level", "grade", "score", "rank", "class", "year", "month", "severity",
    "quarter", "week",
];

/// Whether numbers of the base are added up or averaged: a join to many rows would count them several times.
fn sums_own(hypothesis: &Hypothesis) -> bool {
    hypothesis.query.outputs.iter().any(|output| output.value.adds_up(0))
}

fn group_by_columns(mut hypothesis: Hypothesis, columns: Vec<ColumnRef>) -> Hypothesis {
    let grouped = |output: &crate::query::tree::OutputColumn| hypothesis.query.groups.contains(&output.value);
    let mut place = hypothesis.query.outputs.iter().take_while(|output| grouped(output)).count();
    for at in columns {
        let value = Expression::Column(at);
        if !hypothesis.query.groups.contains(&value) {
            hypothesis.query.groups.push(value.clone());
        }
        if !hypothesis.query.outputs.iter().any(|output| output.value == value) {
            hypothesis.query.outputs.insert(place, crate::query::tree::OutputColumn { value, alias: String::new() });
            place += 1;
        }
    }
    hypothesis
}
