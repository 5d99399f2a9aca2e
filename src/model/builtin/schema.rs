//! The snapshot as the parser asks about it: what a column is good for, how relations hang together.
//!
//! Knows no word of any question.

use super::query::{ColumnId, Hop};
use crate::catalog::{Column, Relation, Snapshot};
use crate::linking::words;

/// A snapshot with its foreign keys resolved.
pub struct Schema<'a> {
    snapshot: &'a Snapshot,
    hops: Vec<Hop>,
}

/// More shortest paths than this between two relations are not told apart.
const MAX_PATHS: usize = 4;

impl<'a> Schema<'a> {
    /// Resolves the foreign keys; those to relations out of sight are left out.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let mut hops = Vec::new();
        for (from, relation) in snapshot.relations.iter().enumerate() {
            for (foreign_key, key) in relation.foreign_keys.iter().enumerate() {
                let target = snapshot.relations.iter().position(|r| r.schema == key.schema && r.name == key.relation);
                // A reference to the relation itself leads nowhere new.
                let Some(to) = target.filter(|&to| to != from) else { continue };
                let nullable = key.columns.iter().any(|name| relation.column(name).is_none_or(|c| !c.not_null));
                hops.push(Hop { from, to, foreign_key, nullable });
            }
        }
        Self { snapshot, hops }
    }

    /// The relations with their numbers.
    pub fn relations(&self) -> impl Iterator<Item = (usize, &'a Relation)> {
        self.snapshot.relations.iter().enumerate()
    }

    /// Every number of a relation comes from `relations`, so the index can't fail.
    pub fn relation(&self, relation: usize) -> &'a Relation {
        &self.snapshot.relations[relation]
    }

    /// Every [`ColumnId`] comes from `columns`, so the index can't fail.
    pub fn column(&self, id: ColumnId) -> &'a Column {
        &self.relation(id.relation).columns[id.column]
    }

    /// `relation.column`, for a human.
    pub fn spelled(&self, id: ColumnId) -> String {
        format!("{}.{}", self.relation(id.relation).name, self.column(id).name)
    }

    /// The columns of a relation, in table order.
    pub fn columns(&self, relation: usize) -> impl Iterator<Item = (ColumnId, &'a Column)> + use<'a> {
        let columns = self.relation(relation).columns.iter().enumerate();
        columns.map(move |(column, data)| (ColumnId { relation, column }, data))
    }

    /// The column of exactly this name.
    pub fn column_named(&self, relation: usize, name: &str) -> Option<ColumnId> {
        self.columns(relation).find(|(_, column)| column.name == name).map(|(id, _)| id)
    }

    /// A number that can be compared with a literal and added up.
    pub fn is_number(&self, id: ColumnId) -> bool {
        let data_type = self.column(id).data_type.as_str();
        self.column(id).category == 'N'
            && ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
                .iter()
                .any(|number| data_type.starts_with(number))
    }

    /// A day or a moment.
    pub fn is_date(&self, id: ColumnId) -> bool {
        let column = self.column(id);
        column.category == 'D' && (column.data_type.starts_with("date") || column.data_type.starts_with("timestamp"))
    }

    /// A yes or no.
    pub fn is_flag(&self, id: ColumnId) -> bool {
        self.column(id).category == 'B'
    }

    /// Part of a key, or named like one: nothing to add up or average.
    pub fn is_key(&self, id: ColumnId) -> bool {
        let relation = self.relation(id.relation);
        let name = &self.column(id).name;
        let last = words::identifier_words(name).pop().unwrap_or_default();
        relation.primary_key.contains(name)
            || relation.foreign_keys.iter().any(|key| key.columns.contains(name))
            || matches!(
                last.as_str(),
                "id" | "uuid" | "key" | "code" | "zip" | "year" | "month" | "day" | "number" | "no"
            )
    }

    /// The columns that name a row to a human; empty where only the key can.
    pub fn name_columns(&self, relation: usize) -> Vec<ColumnId> {
        let own: String = words::identifier_words(&self.relation(relation).name).last().cloned().unwrap_or_default();
        let own = format!("{}_name", words::singular(&own));
        for name in ["name", "title", "label", "full_name", own.as_str()] {
            if let Some(id) = self.column_named(relation, name) {
                return vec![id];
            }
        }
        let parts = ["first_name", "last_name"].map(|name| self.column_named(relation, name));
        if let [Some(first), Some(last)] = parts {
            return vec![first, last];
        }
        let text = |column: &Column| column.category == 'S' && column.not_null;
        self.columns(relation).find(|(_, column)| text(column)).map(|(id, _)| vec![id]).unwrap_or_default()
    }

    /// The primary key; empty where a part of it can't be read.
    pub fn key_columns(&self, relation: usize) -> Vec<ColumnId> {
        let key = self.relation(relation).primary_key.iter();
        key.map(|name| self.column_named(relation, name)).collect::<Option<_>>().unwrap_or_default()
    }

    /// All shortest paths that follow foreign keys forward, so that each row of `from` stays one row.
    pub fn paths(&self, from: usize, to: usize) -> Vec<Vec<Hop>> {
        let mut paths: Vec<Vec<Hop>> = vec![Vec::new()];
        let mut seen = vec![from];
        while from != to && !paths.is_empty() {
            let step = |path: &Vec<Hop>| {
                let at = path.last().map_or(from, |hop| hop.to);
                let onward = self.hops.iter().filter(move |hop| hop.from == at);
                onward.map(|hop| path.iter().copied().chain([*hop]).collect::<Vec<_>>()).collect::<Vec<_>>()
            };
            paths = paths.iter().flat_map(step).collect();
            let arrived = |path: &Vec<Hop>| path.last().is_some_and(|hop| hop.to == to);
            if paths.iter().any(arrived) {
                return paths.into_iter().filter(arrived).take(MAX_PATHS).collect();
            }
            paths.retain(|path| path.last().is_some_and(|hop| !seen.contains(&hop.to)));
            paths.truncate(64);
            seen.extend(paths.iter().filter_map(|path| path.last()).map(|hop| hop.to));
        }
        paths
    }

    /// How many foreign keys lie between two relations, in either direction; `None` where nothing joins them.
    pub fn distance(&self, from: usize, to: usize) -> Option<u32> {
        let mut reached = vec![from];
        let mut distance = 0;
        while !reached.contains(&to) {
            let onward = self.hops.iter().flat_map(|hop| [(hop.from, hop.to), (hop.to, hop.from)]);
            let mut fresh: Vec<usize> =
                onward.filter(|(a, b)| reached.contains(a) && !reached.contains(b)).map(|p| p.1).collect();
            if fresh.is_empty() {
                return None;
            }
            reached.append(&mut fresh);
            distance += 1;
        }
        Some(distance)
    }

    /// The date columns that a bare "in 2024" or "per month" may mean for the rows of a relation.
    pub fn implied_dates(&self, relation: usize) -> Vec<ColumnId> {
        let own = self.event_dates(relation);
        if !own.is_empty() || self.columns(relation).any(|(id, _)| self.is_date(id)) {
            return own;
        }
        // A part without a date of its own (a line, an item) shares the date of the whole it belongs to.
        let wholes = self.hops.iter().filter(|hop| hop.from == relation && self.is_part_of(hop));
        wholes.flat_map(|hop| self.event_dates(hop.to)).collect()
    }

    /// Rows that stand for things (customers) rather than events, while events (orders) refer to them: a bare time
    /// may then mean the date of either.
    pub fn has_later_events(&self, relation: usize) -> bool {
        let refers = self.hops.iter().any(|hop| hop.from == relation);
        !refers && self.hops.iter().any(|hop| hop.to == relation && !self.event_dates(hop.from).is_empty())
    }

    /// Dates of the event a row records; not those of a birth, an expiry or a later change.
    fn event_dates(&self, relation: usize) -> Vec<ColumnId> {
        const NO_EVENT: [&str; 18] = [
            "birth",
            "birthday",
            "birthdate",
            "born",
            "dob",
            "expiry",
            "expires",
            "expired",
            "expiration",
            "valid",
            "due",
            "deadline",
            "updated",
            "modified",
            "changed",
            "deleted",
            "until",
            "end",
        ];
        let event =
            |column: &Column| !words::identifier_words(&column.name).iter().any(|w| NO_EVENT.contains(&w.as_str()));
        self.columns(relation).filter(|(id, column)| self.is_date(*id) && event(column)).map(|(id, _)| id).collect()
    }

    fn is_part_of(&self, hop: &Hop) -> bool {
        const PARTS: [&str; 6] = ["item", "line", "detail", "position", "entry", "row"];
        let (part, whole) = (self.relation(hop.from), self.relation(hop.to));
        let in_key = part.foreign_keys.get(hop.foreign_key).is_some_and(|key| {
            part.primary_key.len() > key.columns.len() && key.columns.iter().all(|name| part.primary_key.contains(name))
        });
        let singular =
            |name: &str| words::identifier_words(name).iter().map(|w| words::singular(w)).collect::<Vec<_>>();
        let (part_words, whole_words) = (singular(&part.name), singular(&whole.name));
        let named = part_words.len() > whole_words.len() && part_words.starts_with(&whole_words);
        let partial = part_words.last().is_some_and(|last| PARTS.contains(&last.as_str()));
        !hop.nullable && partial && (named || in_key)
    }
}
