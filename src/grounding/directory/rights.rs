//! Which relations of the directory one caller may read, and in which a question is asked.
//!
//! Relations of one schema and owner with the same grants are one group, judged once: ten thousand tables have a handful of
//! groups. What the server says of privileges changes only with a message, so a judgement is kept until then.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::reading::{Named, Special, numbers};
use crate::error::Error;
use crate::grounding::oid_literal;
use crate::pg::running::query;
use crate::settings::Scope;

/// Fewer groups take no room worth a thought.
const MANY: usize = 20_000;

/// What relations have in common that are readable for the same people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    pub schema: u32,
    owner: u32,
    granted: Vec<u8>,
    server: Option<String>,
    is_own: bool,
}

impl Group {
    pub fn of(relation: &Named) -> Self {
        Self {
            schema: relation.schema,
            owner: relation.owner,
            granted: relation.granted.clone(),
            server: relation.server.clone(),
            is_own: relation.is_own,
        }
    }

    /// Whether the extension and the foreign server of its relations are these.
    pub fn is_special_as(&self, special: Option<&Special>) -> bool {
        match special {
            None => !self.is_own && self.server.is_none(),
            Some(special) => self.is_own == special.is_own && self.server == special.server,
        }
    }
}

/// The groups by number, with how many relations each has.
#[derive(Default)]
pub struct Groups {
    numbers: HashMap<Group, u32>,
    pub all: Vec<(Group, u32)>,
}

impl Groups {
    /// Groups that were counted elsewhere.
    pub fn of(all: Vec<(Group, u32)>) -> Self {
        let numbers = (0..).zip(&all).map(|(number, (group, _))| (group.clone(), number)).collect();
        Self { numbers, all }
    }

    /// The owner of a group's relations.
    pub fn owner(&self, number: u32) -> Option<u32> {
        self.all.get(number as usize).map(|(group, _)| group.owner)
    }

    /// Counts a relation in; gives the number of its group.
    pub fn join(&mut self, group: Group) -> u32 {
        let number = match self.numbers.get(&group) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
                self.numbers.insert(group.clone(), number);
                self.all.push((group, 0));
                number
            }
        };
        if let Some((_, members)) = self.all.get_mut(number as usize) {
            *members += 1;
        }
        number
    }

    pub fn leave(&mut self, number: u32) {
        if let Some((_, members)) = self.all.get_mut(number as usize) {
            *members = members.saturating_sub(1);
        }
    }

    /// Whether there are many, and nobody is in most of them any more.
    pub fn are_mostly_left(&self) -> bool {
        self.all.len() > MANY && 2 * self.all.iter().filter(|(_, members)| *members == 0).count() > self.all.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Right {
    Unknown,
    No,
    Whole,
    /// Perhaps single columns.
    Columns,
}

/// Who asks, and which schemas and foreign servers questions are about.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    pub role: u32,
    schemas: Vec<String>,
    servers: Vec<String>,
}

impl Caller {
    pub fn of(scope: &Scope<'_>) -> Self {
        Self {
            role: query::current_role().to_u32(),
            schemas: scope.schemas.to_vec(),
            servers: scope.allow_servers.to_vec(),
        }
    }
}

/// What one caller may read.
pub struct Rights {
    pub caller: Caller,
    groups: Vec<Right>,
    /// The relations that stood for their group when it was judged.
    asked: HashMap<u32, u32>,
    /// Positions of the readable columns of relations that are not readable whole.
    columns: HashMap<u32, HashSet<u16>>,
}

impl Rights {
    pub fn new(caller: Caller) -> Self {
        Self { caller, groups: Vec::new(), asked: HashMap::new(), columns: HashMap::new() }
    }

    /// Forgets what was judged by a relation that has changed.
    pub fn forget(&mut self, relation: u32) {
        self.columns.remove(&relation);
        if let Some(group) = self.asked.remove(&relation)
            && let Some(right) = self.groups.get_mut(group as usize)
        {
            *right = Right::Unknown;
        }
    }

    /// Judges what was not judged yet. `members`: relations with their groups; `granted`: those with grants on columns.
    pub fn judge(
        &mut self,
        groups: &Groups,
        schemas: &HashMap<u32, String>,
        members: impl Iterator<Item = (u32, u32)> + Clone,
        granted: impl Iterator<Item = (u32, u32)>,
    ) -> Result<(), Error> {
        self.groups.resize(groups.all.len(), Right::Unknown);
        let open = |(right, (_, members)): (&Right, &(Group, u32))| *right == Right::Unknown && *members > 0;
        if self.groups.iter().zip(&groups.all).any(open) {
            self.judge_groups(groups, schemas, members, ask)?;
        }
        let by_columns = |oid: &u32, group: u32| self.right(group) == Right::Columns && !self.columns.contains_key(oid);
        let open: Vec<u32> = granted.filter(|(oid, group)| by_columns(oid, *group)).map(|(oid, _)| oid).collect();
        if !open.is_empty() {
            let literal = oid_literal(&open);
            self.columns.extend(open.into_iter().map(|oid| (oid, HashSet::new())));
            for row in query::rows(include_str!("columns.sql"), &[Some(&literal)])? {
                let [Some(oid), positions] = row.as_slice() else { continue };
                let positions = numbers(positions.as_deref()).into_iter().collect();
                self.columns.insert(oid.parse().unwrap_or_default(), positions);
            }
        }
        Ok(())
    }

    /// Judges groups by one of their relations each. Where somebody drops it meanwhile, all the others are asked about.
    fn judge_groups(
        &mut self,
        groups: &Groups,
        schemas: &HashMap<u32, String>,
        members: impl Iterator<Item = (u32, u32)> + Clone,
        ask: impl Fn(&[u32]) -> Result<Vec<(u32, Right)>, Error>,
    ) -> Result<(), Error> {
        for one_each in [true, false] {
            let mut met: HashSet<u32> = HashSet::new();
            let mut asked: HashMap<u32, u32> = HashMap::new();
            for (oid, number) in members.clone() {
                let Some(Right::Unknown) = self.groups.get(number as usize) else { continue };
                let Some((group, _)) = groups.all.get(number as usize) else { continue };
                if self.is_out_of_scope(group, schemas) {
                    self.set(number, Right::No);
                } else if met.insert(number) || !one_each {
                    asked.insert(oid, number);
                }
            }
            if asked.is_empty() {
                break;
            }
            // Noted first: what changes while it is read is judged again.
            self.asked.extend(&asked);
            let oids: Vec<u32> = asked.keys().copied().collect();
            for (oid, right) in ask(&oids)? {
                asked.get(&oid).into_iter().for_each(|group| self.set(*group, right));
            }
        }
        Ok(())
    }

    fn is_out_of_scope(&self, group: &Group, schemas: &HashMap<u32, String>) -> bool {
        let Caller { schemas: wanted, servers, .. } = &self.caller;
        let in_schema = schemas.get(&group.schema).is_some_and(|name| wanted.is_empty() || wanted.contains(name));
        group.is_own || !in_schema || group.server.as_ref().is_some_and(|server| !servers.contains(server))
    }

    fn set(&mut self, group: u32, right: Right) {
        if let Some(place) = self.groups.get_mut(group as usize) {
            *place = right;
        }
    }

    fn right(&self, group: u32) -> Right {
        self.groups.get(group as usize).copied().unwrap_or(Right::No)
    }

    /// Whether anything of a relation may be read.
    pub fn is_readable(&self, oid: u32, group: u32) -> bool {
        match self.right(group) {
            Right::Whole => true,
            Right::Columns => self.columns.get(&oid).is_some_and(|columns| !columns.is_empty()),
            Right::No | Right::Unknown => false,
        }
    }

    /// Whether some relations are readable in part.
    pub fn has_partial(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Whether a column of a readable relation may not be read.
    pub fn is_unreadable(&self, oid: u32, column: u16) -> bool {
        self.columns.get(&oid).is_some_and(|columns| !columns.contains(&column))
    }
}

/// What the caller may do with these relations, of those that exist.
fn ask(relations: &[u32]) -> Result<Vec<(u32, Right)>, Error> {
    let rows = query::rows(include_str!("rights.sql"), &[Some(&oid_literal(relations))])?;
    let of_row = |row: Vec<Option<String>>| {
        let [oid, usage, whole] = <[Option<String>; 3]>::try_from(row).ok()?;
        let right = match (usage?.as_str(), whole?.as_str()) {
            ("t", "t") => Right::Whole,
            ("t", _) => Right::Columns,
            _ => Right::No,
        };
        Some((oid?.parse().ok()?, right))
    };
    Ok(rows.into_iter().filter_map(of_row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_dropped_meanwhile_decides_nothing_for_its_group() {
        let mut groups = Groups::default();
        let group = Group { schema: 1, owner: 1, granted: Vec::new(), server: None, is_own: false };
        let members = [7, 8, 9].map(|oid| (oid, groups.join(group.clone())));
        let schemas = HashMap::from([(1, "public".to_owned())]);
        let mut rights = Rights::new(Caller { role: 10, schemas: Vec::new(), servers: Vec::new() });
        rights.groups.push(Right::Unknown);
        let left =
            |oids: &[u32]| Ok(oids.iter().filter(|oid| **oid == 9).map(|oid| (*oid, Right::Whole)).collect::<Vec<_>>());
        rights.judge_groups(&groups, &schemas, members.into_iter(), left).expect("nothing fails");
        assert!(rights.is_readable(8, 0));
        rights.forget(9);
        assert!(!rights.is_readable(8, 0), "what it was judged by has changed");
    }

    #[test]
    fn groups_are_dropped_where_that_makes_room_and_not_before() {
        let mut groups = Groups::default();
        let group = |owner| Group { schema: 1, owner, granted: Vec::new(), server: None, is_own: false };
        for owner in 0..=MANY {
            groups.join(group(u32::try_from(owner).unwrap_or_default()));
        }
        assert!(!groups.are_mostly_left(), "somebody is in each of them");
        (0..15_000).for_each(|number| groups.leave(number));
        assert!(groups.are_mostly_left());
    }
}
