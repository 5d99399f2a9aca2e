//! Grouping: "per month", "by country", "for each customer", "by status and payment method".

use super::calendar::unit_name;
use super::draft::{Draft, Group};
use super::lexicon::Use;
use super::parse::{Parser, Parses, ranked};
use super::query::{ColumnId, Key, Shape, Unit};

impl Parser<'_> {
    /// "signed up per month": a unit of time of the date that is named.
    pub fn dated_groups(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let groupable = matches!(&draft.query.shape, Shape::Groups { order: None, .. });
        let start = self.maybe(self.maybe(position, Use::Who), Use::Be);
        let mut found = Vec::new();
        for ((draft, id), end) in self.attach(draft, start, false, |mention| self.schema.is_date(mention.target)) {
            let unit = self.eat(end, Use::Per).filter(|_| groupable).and_then(|at| self.unit(at));
            found.extend(unit.map(|(unit, end)| (draft.keyed(Key::Unit(unit, id)), end)));
        }
        found
    }

    fn unit(&self, position: usize) -> Option<(Unit, usize)> {
        let unit = self.eat_any(position, |one| if let Use::Unit(unit) = one { Some(unit) } else { None });
        unit.filter(|(_, end)| !self.chart.is_plural(*end))
    }

    /// The draft with the keys that a grouping phrase here names.
    pub fn groups(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let groupable = matches!(&draft.query.shape, Shape::Groups { order: None, .. });
        let Some(start) = self.eat(position, Use::Per).filter(|_| groupable) else { return Vec::new() };
        let by = self.chart.lower(self.skip(position)) == "by" && start == self.skip(position) + 1;
        if by && draft.group == Group::NeededPer {
            return Vec::new();
        }
        let mut draft = draft.clone();
        draft.per |= !by;
        self.key_sequence(&draft, start, by, 3)
    }

    fn key_sequence(&self, draft: &Draft, position: usize, by: bool, left: u32) -> Parses<Draft> {
        let mut found = Vec::new();
        for (keyed, end) in self.keys(draft, position, by) {
            let next = self.maybe(self.maybe(end, Use::Comma), Use::And);
            if next > end && left > 1 {
                found.extend(self.key_sequence(&keyed, self.maybe(next, Use::Per), by, left - 1));
            }
            found.push((keyed, end));
        }
        found
    }

    fn keys(&self, draft: &Draft, position: usize, by: bool) -> Parses<Draft> {
        let mut found = Vec::new();
        // "orders by date", "products by price", "customers by name" ask for an order as much as for a count.
        let sorted = by && draft.group == Group::Needed;
        if let Some((unit, end)) = self.unit(position).filter(|(_, end)| !sorted || self.chart.lower(end - 1) != "date")
        {
            found.extend(self.by_unit(draft, unit).into_iter().map(|draft| (draft, end)));
        }
        // The sum of parts has to stay the whole: rows without a partner form a group of their own.
        for ((keyed, id), end) in self.attach(draft, position, true, |mention| !self.schema.is_date(mention.target)) {
            if sorted && !self.is_class(id) {
                continue;
            }
            found.push((keyed.keyed(Key::Column(id)), end));
        }
        for mention in &self.chart.at(self.skip(position)).relations {
            // "orders by customers in Berlin" may group, or say who made them.
            let whose = by && self.chart.is_plural(mention.end) && mention.end < self.chart.len();
            if !whose {
                let keyed = self.by_entity(draft, mention.target, mention.rank);
                found.extend(keyed.into_iter().map(|draft| (draft, mention.end)));
            }
        }
        found
    }

    /// Whether many rows share a value of the column, as they do a status or a country.
    pub fn is_class(&self, id: ColumnId) -> bool {
        let column = self.schema.column(id);
        let repeats = !column.labels.is_empty() || !column.common_values.is_empty();
        matches!(column.category, 'S' | 'E' | 'B') && repeats && !self.schema.name_columns(id.relation).contains(&id)
    }

    /// One group per row of a relation other than the base.
    pub fn by_entity(&self, draft: &Draft, relation: usize, rank: u32) -> Vec<Draft> {
        if relation == draft.query.base || self.schema.key_columns(relation).is_empty() {
            return Vec::new();
        }
        let joined = draft.join(self.schema, relation, false).into_iter();
        joined.map(|draft| ranked(draft, rank).keyed(Key::Entity(relation))).collect()
    }

    /// One group per unit of time of the base's one date; several dates are so many readings.
    pub fn by_unit(&self, draft: &Draft, unit: Unit) -> Vec<Draft> {
        if let Some(id) = self.schema.column_named(draft.query.base, unit_name(unit)) {
            return vec![draft.clone().keyed(Key::Column(id))];
        }
        self.timed(draft).into_iter().map(|(draft, id)| draft.keyed(Key::Unit(unit, id))).collect()
    }

    /// The draft with each date that a bare time may mean.
    pub fn timed(&self, draft: &Draft) -> Vec<(Draft, ColumnId)> {
        let mut draft = draft.clone();
        if self.schema.has_later_events(draft.query.base) {
            let name = &self.schema.relation(draft.query.base).name;
            draft = draft.block(&format!("a time could be that of {name} or of what happened to them later"));
        }
        let dates = self.schema.implied_dates(draft.query.base).into_iter();
        dates
            .flat_map(|id| draft.join(self.schema, id.relation, false).into_iter().map(move |draft| (draft, id)))
            .collect()
    }
}
