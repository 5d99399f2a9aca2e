//! A draft: a query while the question is still being read, with how well its words matched.

use super::query::{Aggregate, ColumnId, Condition, Direction, Hop, Join, Key, Measure, Query, Shape};
use super::schema::Schema;

/// Whether a draft has to be grouped. A count that nobody asked for in words stands only if something groups it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Free,
    Needed,
    /// And "by" won't do, since "show orders by country" may ask for an order of rows.
    NeededPer,
}

/// A query in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    pub query: Query,
    /// The ranks of all mentions together.
    pub rank: u32,
    /// The foreign keys between the mentions and what they belong to, together.
    pub distance: u32,
    /// Why this reading must not be answered although it is the best one.
    pub blocked: Option<String>,
    pub group: Group,
    /// The relations named so far: a further mention belongs to the nearest of them.
    pub anchors: Vec<usize>,
    /// "Average amount": per row, or of the sums? Only "by" leaves no doubt.
    pub loose_average: bool,
    /// Grouped with "per" rather than "by".
    pub per: bool,
}

impl Draft {
    /// A draft over the rows of `base`.
    pub fn new(base: usize, shape: Shape, rank: u32) -> Self {
        let query = Query { base, shape, joins: Vec::new(), conditions: Vec::new(), limit: None };
        let anchors = vec![base];
        Self { query, rank, distance: 0, blocked: None, group: Group::Free, anchors, loose_average: false, per: false }
    }

    /// A list of all columns.
    pub fn rows(schema: &Schema, relation: usize, rank: u32) -> Self {
        let columns = schema.columns(relation).map(|(id, _)| id).collect();
        Self::new(relation, Shape::Rows { columns, order: None }, rank)
    }

    /// One number over all rows.
    pub fn measured(base: usize, measure: Measure, rank: u32) -> Self {
        Self::new(base, Shape::Groups { keys: Vec::new(), measure, order: None }, rank)
    }

    /// The number of rows.
    pub fn count(relation: usize, rank: u32) -> Self {
        Self::measured(relation, Measure { aggregate: Aggregate::Count, column: None, alias: "count".into() }, rank)
    }

    /// How far a relation lies from what was named; `None` where it can't be joined to the base.
    pub fn distance_to(&self, schema: &Schema, relation: usize) -> Option<u32> {
        schema.distance(self.query.base, relation)?;
        self.anchors.iter().filter_map(|anchor| schema.distance(*anchor, relation)).min()
    }

    /// This draft with a relation joined: once per shortest path that keeps each base row one row. Where there is no
    /// such path the draft goes on blocked, so that it can't lose to a worse reading.
    pub fn join(&self, schema: &Schema, relation: usize, outer: bool) -> Vec<Self> {
        let Some(distance) = self.distance_to(schema, relation) else { return Vec::new() };
        let mut draft = self.clone();
        draft.distance += distance;
        let paths = schema.paths(self.query.base, relation);
        if paths.is_empty() {
            let (base, other) = (&schema.relation(self.query.base).name, &schema.relation(relation).name);
            draft.blocked = Some(format!("each row of {base} may belong to many rows of {other}"));
            return vec![draft];
        }
        let contested = paths.len() > 1;
        paths.iter().filter_map(|path| draft.along(path, outer, contested)).collect()
    }

    /// `None` where the draft reaches one of the relations by another way already.
    fn along(&self, path: &[Hop], outer: bool, contested: bool) -> Option<Self> {
        let mut draft = self.clone();
        let mut nullable = false;
        for hop in path {
            nullable |= hop.nullable;
            match draft.query.joins.iter_mut().find(|join| join.hop.to == hop.to) {
                Some(join) if join.hop != *hop => return None,
                Some(join) => join.outer &= outer && nullable,
                None => draft.query.joins.push(Join { hop: *hop, outer: outer && nullable, contested }),
            }
        }
        Some(draft)
    }

    /// The draft with one more condition.
    pub fn with(mut self, condition: Condition) -> Self {
        self.query.conditions.push(condition);
        self
    }

    /// The draft with one more key.
    pub fn keyed(mut self, key: Key) -> Self {
        if let Shape::Groups { keys, .. } = &mut self.query.shape {
            keys.push(key);
        }
        self
    }

    /// The draft as one that must not be answered; the first reason stays.
    pub fn block(mut self, reason: &str) -> Self {
        self.blocked.get_or_insert_with(|| reason.to_owned());
        self
    }

    /// The finished draft; `None` where its parts contradict each other.
    pub fn finish(mut self, schema: &Schema) -> Option<Self> {
        let conditions = &self.query.conditions;
        for (index, condition) in conditions.iter().enumerate() {
            let kind = std::mem::discriminant(condition);
            let twice = conditions.iter().skip(index + 1).any(|other| {
                other == condition
                    || (other.column() == condition.column()
                        && std::mem::discriminant(other) == kind
                        && !is_bound(other))
            });
            if twice {
                return None;
            }
        }
        if let Shape::Groups { keys, order, .. } = &self.query.shape {
            let same =
                keys.iter().enumerate().any(|(index, key)| keys.iter().skip(index + 1).any(|other| other == key));
            if same
                || keys.len() > 3
                || (self.group != Group::Free && keys.is_empty())
                || (order.is_some() && keys.len() != 1)
            {
                return None;
            }
        }
        let vague = self.query.conditions.iter().find(|one| one.is_negated() && !schema.column(one.column()).not_null);
        if let Some(column) = vague.map(|condition| schema.spelled(condition.column())) {
            self = self.block(&format!("{column} may be empty, and an empty one is neither"));
        }
        self.trim();
        if self.loose_average && self.per {
            self = self.block("an average per group could also mean the average of the groups' sums");
        }
        if self.query.keeps_empty_groups() && !self.query.can_keep_empty_groups() {
            self = self.block("groups without any row would be missing at the low end");
        }
        Some(self)
    }

    /// Drops joins that neither show, filter nor lose anything.
    fn trim(&mut self) {
        let used = self.query.used_relations();
        while let Some(join) = self.query.joins.last().copied() {
            let leads_on = self.query.joins.iter().any(|other| other.hop.from == join.hop.to);
            if used.contains(&join.hop.to) || leads_on || join.hop.nullable || join.contested {
                break;
            }
            self.query.joins.pop();
        }
    }
}

/// Two bounds on one column make a range.
fn is_bound(condition: &Condition) -> bool {
    matches!(condition, Condition::Compare { operator, .. } if *operator != "=")
}

impl Query {
    /// "Fewest orders" must show those with none at all.
    pub fn keeps_empty_groups(&self) -> bool {
        let Shape::Groups { keys, measure, order: Some(Direction::Ascending) } = &self.shape else { return false };
        let foreign = keys.iter().any(|key| match key {
            Key::Entity(relation) => *relation != self.base,
            Key::Column(id) => id.relation != self.base,
            Key::Unit(..) => true,
        });
        foreign && matches!(measure.aggregate, Aggregate::Count | Aggregate::Sum)
    }

    /// The one form in which empty groups can be shown: a single join, turned around.
    pub fn can_keep_empty_groups(&self) -> bool {
        let Shape::Groups { keys, .. } = &self.shape else { return false };
        let keyed = keys.iter().all(|key| !matches!(key, Key::Unit(..)));
        keyed && self.joins.len() == 1 && self.joins.iter().all(|join| join.hop.from == self.base)
    }

    fn used_relations(&self) -> Vec<usize> {
        let column = |id: &ColumnId| id.relation;
        let mut used: Vec<usize> = self.conditions.iter().map(|condition| condition.column().relation).collect();
        match &self.shape {
            Shape::Rows { columns, .. } => used.extend(columns.iter().map(column)),
            Shape::Groups { keys, measure, .. } => {
                used.extend(measure.column.iter().map(column));
                used.extend(keys.iter().map(|key| match key {
                    Key::Entity(relation) => *relation,
                    Key::Column(id) | Key::Unit(_, id) => id.relation,
                }));
            }
        }
        used
    }
}
