//! Grouping: "for each country", "by status", "per month", "does each stadium have".

use super::hypothesis::Draft;
use super::lexicon::Use;
use super::noun_phrases::Noun;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, Unit, Value};

impl Parser<'_> {
    /// "for each country", "by month", "per customer".
    pub fn groups(&self, draft: &Draft, position: usize, also: bool) -> Parses<Draft> {
        let mut found = self.each_does(draft, position);
        if also && !draft.query.groups.is_empty() && draft.is_aggregate() {
            found.extend(self.group_keys(&draft.clone().costing(1), position));
        }
        for (one, start) in &self.chart.at(position).uses {
            let by = match one {
                Use::Per => false,
                Use::By => true,
                _ => continue,
            };
            if by && !draft.is_aggregate() {
                continue;
            }
            found.extend(self.group_keys(draft, *start));
        }
        found
    }

    /// "does each stadium have", "correspond to each order", "are produced by each maker".
    fn each_does(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for lead in self.leads(position, false).into_iter().filter(|lead| lead.linked && !lead.negated) {
            let Some(start) = self.eat(lead.end, Use::Each) else { continue };
            for (draft, end) in self.group_keys(draft, start) {
                found.push((draft, self.maybe_all(end, &[Use::Have, Use::Link, Use::In])));
            }
        }
        found
    }

    fn group_keys(&self, draft: &Draft, start: usize) -> Parses<Draft> {
        let mut found = self.units(draft, start);
        for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
            found.extend(self.grouped(draft, &noun).into_iter().map(|draft| (draft, end)));
        }
        found
    }

    /// The draft with one row for each of a noun.
    fn grouped(&self, draft: &Draft, noun: &Noun) -> Vec<Draft> {
        let mut found = Vec::new();
        let draft = draft.clone().costing(noun.cost);
        let aggregate = draft.is_aggregate();
        for (next, source, many) in draft.join(self.schema, 0, noun.relation) {
            match noun.class {
                Some(column) if aggregate && !many => found.push(grouped_by(next, vec![At { source, column }])),
                Some(_) => {}
                // "the name of each student": there is one row for each anyway.
                None if source == 0 && !aggregate => found.push(next),
                None if aggregate && source != 0 && !(many && sums_own(&next)) => {
                    let shown = self.schema.name_columns(noun.relation);
                    let keys = self.schema.key_columns(noun.relation);
                    let columns: Vec<At> = shown.into_iter().chain(keys).map(|column| At { source, column }).collect();
                    if !columns.is_empty() {
                        found.push(grouped_by(next.costing(1), columns));
                    }
                }
                None if !aggregate && !draft.open && !many => found.push(next),
                None => {}
            }
        }
        if draft.open && draft.class.is_none() && noun.relation != draft.query.relation(0) {
            let mut counted = draft.clone();
            counted.open = false;
            found.extend(self.grouped(&counted.show(Value::Rows, "count"), noun));
        }
        found
    }

    /// "per month", "by year": a date of the rows, cut to the unit.
    fn units(&self, draft: &Draft, start: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        let Some((unit, end)) = self.eat_any(start, |one| if let Use::Unit(unit) = one { Some(unit) } else { None })
        else {
            return found;
        };
        found.extend(self.by_unit(draft, unit).into_iter().map(|draft| (draft, end)));
        found
    }

    /// The draft with one row for each unit of time.
    pub fn by_unit(&self, draft: &Draft, unit: Unit) -> Vec<Draft> {
        let mut found = Vec::new();
        for (next, source, column) in self.dates_of(draft) {
            let mut next = next;
            if next.open && next.class.is_none() {
                next.open = false;
                next = next.show(Value::Rows, "count");
            }
            if !next.is_aggregate() {
                continue;
            }
            let value = Value::Cut(unit, At { source, column });
            next.query.groups.push(value.clone());
            let output = super::query_tree::Output { value, alias: unit_alias(unit).to_owned() };
            next.query.outputs.insert(0, output);
            found.push(next);
        }
        found
    }

    /// The dates that a bare time may mean: those of the base's rows, else of the whole that each is a part of.
    pub fn dates_of(&self, draft: &Draft) -> Vec<(Draft, usize, super::query_tree::ColumnId)> {
        let base = draft.query.relation(0);
        let own = self.schema.event_dates(base);
        if !own.is_empty() {
            return own.into_iter().map(|column| (draft.clone(), 0, column)).collect();
        }
        let mut found = Vec::new();
        for edge in self.schema.edges.iter().filter(|edge| edge.from == base && !edge.nullable) {
            for column in self.schema.event_dates(edge.to) {
                for (next, source, _) in draft.join(self.schema, 0, edge.to) {
                    found.push((next, source, column));
                }
            }
        }
        found
    }
}

/// Whether numbers of the base are added up, which a join to many rows would count several times.
fn sums_own(draft: &Draft) -> bool {
    let own =
        |value: &Value| matches!(value, Value::Aggregate(Aggregate::Sum | Aggregate::Average, at) if at.source == 0);
    draft.query.outputs.iter().any(|output| own(&output.value))
}

fn unit_alias(unit: Unit) -> &'static str {
    super::time_expressions::unit_name(unit)
}

fn grouped_by(mut draft: Draft, columns: Vec<At>) -> Draft {
    let grouped = |output: &super::query_tree::Output| draft.query.groups.contains(&output.value);
    let mut place = draft.query.outputs.iter().take_while(|output| grouped(output)).count();
    for at in columns {
        let value = Value::Column(at);
        if !draft.query.groups.contains(&value) {
            draft.query.groups.push(value.clone());
        }
        if !draft.query.outputs.iter().any(|output| output.value == value) {
            draft.query.outputs.insert(place, super::query_tree::Output { value, alias: String::new() });
            place += 1;
        }
    }
    draft
}
