//! The relations that somebody means by a name: a model that asks for more of the schema, or a draft that guessed.

use std::collections::HashMap;

use super::Context;
use super::directory::Directory;
use linking::Ranked;
use schema::Relation;

/// Where several schemas have a relation of the name, so many are meant at most.
const MAX_ALIKE: usize = 3;

/// A name that may be one of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub schema: Option<String>,
    pub name: String,
}

impl From<(Option<String>, String)> for Name {
    fn from((schema, name): (Option<String>, String)) -> Self {
        Self { schema, name }
    }
}

impl Name {
    /// What a text means as it is written, and what the server would read in it.
    pub fn readings(text: &str) -> [Self; 2] {
        [text.split('.').map(str::to_owned).collect(), parts(text)].map(|mut parts: Vec<String>| {
            let name = parts.pop().unwrap_or_default();
            Self { schema: parts.pop(), name }
        })
    }
}

/// The relations that names can mean: those of their schemas, and of each name those nearest to the search_path and to the
/// question.
pub fn find(directory: &Directory, names: &[Name], path: &[String], ranked: &[Ranked]) -> Vec<u32> {
    let mut alike: HashMap<&str, Vec<(bool, usize, usize, u32)>> =
        names.iter().map(|name| (name.name.as_str(), Vec::new())).collect();
    for oid in directory.readable() {
        let Some((schema, name)) = directory.name(oid) else { continue };
        let Some(found) = alike.get_mut(name) else { continue };
        let is_whole = names.iter().any(|one| one.name == name && one.schema.as_deref() == Some(schema));
        let place = path.iter().position(|one| one == schema).unwrap_or(usize::MAX);
        let rank = ranked.iter().position(|one| one.oid == oid).unwrap_or(usize::MAX);
        found.push((!is_whole, place, rank, oid));
    }
    let mut oids = Vec::new();
    for mut found in alike.into_values() {
        found.sort_unstable();
        let others = found.iter().filter(|one| one.0).take(MAX_ALIKE);
        oids.extend(found.iter().filter(|one| !one.0).chain(others).map(|one| one.3));
    }
    oids
}

impl Context {
    /// The relations that a name as SQL spells it can mean. Where nothing has the whole name, or it has no schema: the relation
    /// that the bare name finds, or else those of other schemas, nearest to the question first.
    pub fn spelled(&self, text: &str) -> Vec<&Relation> {
        let found = Name::readings(text).map(|name| self.named(&name));
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// As [`Self::spelled`], of a name that was taken apart.
    pub fn named(&self, Name { schema, name }: &Name) -> Vec<&Relation> {
        if let Some(relation) = schema.as_ref().and_then(|schema| self.snapshot.relation(schema, name)) {
            return vec![relation];
        }
        let mut alike: Vec<&Relation> = self.snapshot.relations.iter().filter(|one| one.name == *name).collect();
        if let Some(visible) = alike.iter().find(|relation| relation.visible) {
            return vec![visible];
        }
        let rank = |oid: u32| self.ranked.iter().position(|ranked| ranked.oid == oid).unwrap_or(usize::MAX);
        alike.sort_by_cached_key(|relation| rank(relation.oid));
        alike.truncate(MAX_ALIKE);
        alike
    }
}

/// The parts of a qualified name as the server reads them: in lower case where they are not quoted.
fn parts(name: &str) -> Vec<String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let part = match letter {
            '"' if quoted && letters.peek() == Some(&'"') => letters.next().into_iter().collect(),
            '"' => {
                quoted = !quoted;
                continue;
            }
            '.' if !quoted => {
                parts.push(String::new());
                continue;
            }
            _ if quoted => letter.to_string(),
            _ => letter.to_lowercase().collect(),
        };
        if let Some(last) = parts.last_mut() {
            last.push_str(&part);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grounding::context_of;
    use schema::Snapshot;

    fn context() -> Context {
        let relation = |(oid, (schema, name)): (u32, (&str, &str))| Relation {
            oid,
            schema: schema.into(),
            name: name.into(),
            visible: schema == "public",
            ..Relation::default()
        };
        let names = [
            ("public", "orders"),
            ("shop", "orders"),
            ("a", "Invoices"),
            ("a", "bills"),
            ("b", "bills"),
            ("c", "odd.na\"me"),
        ];
        let relations: Vec<Relation> = (1..).zip(names).map(relation).collect();
        let ranked = vec![Ranked { oid: 5, score: 1.0, matches: Vec::new(), neighbours: Vec::new() }];
        context_of("q", Snapshot { relations: relations.into(), ..Snapshot::default() }, ranked)
    }

    #[test]
    fn names_are_read_as_the_server_reads_them() {
        let context = context();
        let found = |name: &str| -> Vec<String> {
            context.spelled(name).into_iter().map(|found| format!("{}.{}", found.schema, found.name)).collect()
        };
        assert_eq!(found("orders"), ["public.orders"]);
        assert_eq!(found("SHOP.Orders"), ["shop.orders"]);
        assert_eq!(found("a.\"Invoices\""), ["a.Invoices"]);
        assert_eq!(found("a.Invoices"), ["a.Invoices"], "a model forgets the quotes");
        assert_eq!(found("c.\"odd.na\"\"me\""), ["c.odd.na\"me"]);
        assert_eq!(found("bills"), ["b.bills", "a.bills"], "the nearest first");
        assert_eq!(found("public.bills"), ["b.bills", "a.bills"], "a wrong schema");
        assert!(found("nothing").is_empty() && found("").is_empty() && found(".").is_empty());
    }
}
