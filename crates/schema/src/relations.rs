//! The relations of a snapshot with an index by name and one by oid.

use std::collections::HashMap;
use std::ops::Deref;

use serde::Deserialize;

use crate::Relation;

/// A list of relations that finds each by its name or oid in constant time, however many there are.
///
/// It reads as a slice. It is not changed in place, except through [`Relations::edit`], so that the indexes always
/// agree with the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<Relation>")]
pub struct Relations {
    list: Vec<Relation>,
    /// Schema, then name, to the place in `list`. Two levels, because a lookup has both as borrowed text.
    by_name: HashMap<String, HashMap<String, usize>>,
    /// Relations whose oid is unknown (0) are left out.
    by_oid: HashMap<u32, usize>,
}

impl Relations {
    /// The place in the list of the relation of this name. Of several with the same name the first is found.
    pub fn position(&self, schema: &str, name: &str) -> Option<usize> {
        self.by_name.get(schema)?.get(name).copied()
    }

    /// The relation of this name.
    pub fn named(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.list.get(self.position(schema, name)?)
    }

    /// The relation with this `pg_class.oid`.
    pub fn with_oid(&self, oid: u32) -> Option<&Relation> {
        self.list.get(*self.by_oid.get(&oid)?)
    }

    /// Changes the list and indexes it anew.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Vec<Relation>) -> T) -> T {
        let mut list = std::mem::take(&mut self.list);
        let result = change(&mut list);
        *self = Self::from(list);
        result
    }
}

impl From<Vec<Relation>> for Relations {
    fn from(list: Vec<Relation>) -> Self {
        let mut by_name: HashMap<String, HashMap<String, usize>> = HashMap::new();
        let mut by_oid = HashMap::with_capacity(list.len());
        for (position, relation) in list.iter().enumerate() {
            if !by_name.contains_key(&relation.schema) {
                by_name.insert(relation.schema.clone(), HashMap::new());
            }
            if let Some(names) = by_name.get_mut(&relation.schema) {
                names.entry(relation.name.clone()).or_insert(position);
            }
            if relation.oid != 0 {
                by_oid.entry(relation.oid).or_insert(position);
            }
        }
        Self { list, by_name, by_oid }
    }
}

impl FromIterator<Relation> for Relations {
    fn from_iter<I: IntoIterator<Item = Relation>>(relations: I) -> Self {
        relations.into_iter().collect::<Vec<_>>().into()
    }
}

impl Deref for Relations {
    type Target = [Relation];

    fn deref(&self) -> &[Relation] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Relations {
    type Item = &'a Relation;
    type IntoIter = std::slice::Iter<'a, Relation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The indexes follow from the list, so the list alone decides.
impl PartialEq for Relations {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(schema: &str, name: &str, oid: u32) -> Relation {
        Relation { schema: schema.into(), name: name.into(), oid, ..Relation::default() }
    }

    #[test]
    fn relations_are_found_by_name_and_by_oid() {
        let relations: Relations = vec![relation("a", "t", 1), relation("b", "t", 2), relation("b", "u", 0)].into();
        assert_eq!(relations.position("b", "t"), Some(1));
        assert_eq!(relations.named("b", "u").map(|relation| relation.name.as_str()), Some("u"));
        assert_eq!(relations.with_oid(2), relations.named("b", "t"));
        assert_eq!(relations.named("a", "u"), None);
        assert_eq!(relations.named("c", "t"), None);
        assert_eq!((relations.with_oid(0), relations.with_oid(3)), (None, None));
    }

    #[test]
    fn the_first_of_two_equal_names_is_found() {
        let relations: Relations = vec![relation("a", "t", 1), relation("a", "t", 2)].into();
        assert_eq!(relations.named("a", "t").map(|relation| relation.oid), Some(1));
        assert_eq!(relations.with_oid(2).map(|relation| relation.oid), Some(2));
    }

    #[test]
    fn an_edit_is_indexed() {
        let mut relations: Relations = vec![relation("a", "t", 1)].into();
        relations.edit(|list| list.insert(0, relation("a", "first", 7)));
        assert_eq!((relations.position("a", "first"), relations.position("a", "t")), (Some(0), Some(1)));
        relations.edit(|list| list[1].name = "renamed".into());
        assert_eq!((relations.position("a", "t"), relations.position("a", "renamed")), (None, Some(1)));
        assert_eq!(relations.with_oid(7).map(|relation| relation.name.as_str()), Some("first"));
    }
}
