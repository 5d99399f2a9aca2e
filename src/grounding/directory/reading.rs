//! From the catalogs' rows to what the directory keeps.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::Error;
use crate::grounding::oid_literal;
use crate::pg::running::query::{self, Row};
use schema::RelationKind;

/// Which relations are read.
pub enum Which<'o> {
    Every,
    Some(&'o [u32]),
}

/// A relation as the catalogs name it.
pub struct Named {
    pub oid: u32,
    pub schema: u32,
    pub name: String,
    pub kind: RelationKind,
    /// The planner's estimate; `None` where nobody has counted, and for what has no rows of its own.
    pub rows: Option<f64>,
    pub owner: String,
    pub granted: String,
    /// The foreign server it is on.
    pub server: Option<String>,
    /// It belongs to this extension.
    pub is_own: bool,
    /// Something is granted on single columns.
    pub has_column_grants: bool,
    /// By number, `None` for a dropped one.
    columns: Vec<Option<String>>,
    key: Vec<u16>,
    pub references: Vec<u32>,
    pub described: Described,
}

/// The comments on a relation and its columns, and the labels of its enum types.
#[derive(Default, Hash)]
pub struct Described {
    /// By number of the column, 0 for the relation itself.
    comments: Vec<(i16, String)>,
    labels: Vec<(i16, String)>,
}

/// The relations of these oids that a statement could read, whoever asks.
pub fn named(which: &Which<'_>) -> Result<Vec<Named>, Error> {
    let oids = which.literal();
    let arguments = [oids.as_deref()];
    let arguments = if oids.is_some() { arguments.as_slice() } else { &[] };
    let (names, keys) = match which {
        Which::Every => (
            query::rows(concat!(include_str!("every.sql"), include_str!("names.sql")), arguments)?,
            query::rows(concat!(include_str!("every.sql"), include_str!("keys.sql")), arguments)?,
        ),
        Which::Some(_) => (
            query::rows(concat!(include_str!("some.sql"), include_str!("names.sql")), arguments)?,
            query::rows(concat!(include_str!("some.sql"), include_str!("keys.sql")), arguments)?,
        ),
    };
    let mut keys: HashMap<u32, (Vec<u16>, Vec<u32>)> = keys
        .into_iter()
        .filter_map(|row| {
            let [oid, key, references] = <[Option<String>; 3]>::try_from(row).ok()?;
            Some((oid?.parse().ok()?, (numbers(key.as_deref()), numbers(references.as_deref()))))
        })
        .collect();
    let mut descriptions = descriptions(which)?;
    let relations = names.into_iter().filter_map(named_of).map(|mut relation| {
        (relation.key, relation.references) = keys.remove(&relation.oid).unwrap_or_default();
        relation.described = descriptions.remove(&relation.oid).unwrap_or_default();
        relation
    });
    Ok(relations.collect())
}

fn named_of(row: Row) -> Option<Named> {
    let [oid, schema, name, kind, rows, owner, granted, server, own, has_column_grants, columns] =
        <[Option<String>; 11]>::try_from(row).ok()?;
    // Views have no rows to count, and -1 says that nobody counted; partitioned tables begin with that too.
    let kind = match kind.as_deref() {
        Some("v") => RelationKind::View,
        Some("m") => RelationKind::MaterializedView,
        Some("p") => RelationKind::PartitionedTable,
        Some("f") => RelationKind::ForeignTable,
        _ => RelationKind::Table,
    };
    let counted = !matches!(kind, RelationKind::View | RelationKind::ForeignTable);
    let rows: Option<f64> = rows.and_then(|rows| rows.parse().ok()).filter(|rows| counted && *rows >= 0.0);
    Some(Named {
        oid: oid?.parse().ok()?,
        schema: schema?.parse().ok()?,
        name: name?,
        kind,
        rows,
        owner: owner?,
        granted: granted.unwrap_or_default(),
        server,
        is_own: own.as_deref() == Some("t"),
        has_column_grants: has_column_grants.as_deref() == Some("t"),
        columns: elements(columns.as_deref().unwrap_or_default()),
        key: Vec::new(),
        references: Vec::new(),
        described: Described::default(),
    })
}

/// What is said of relations, by oid.
pub fn descriptions(which: &Which<'_>) -> Result<HashMap<u32, Described>, Error> {
    let rows = match which.literal() {
        None => query::rows(concat!(include_str!("every.sql"), include_str!("descriptions.sql")), &[])?,
        Some(oids) => query::rows(concat!(include_str!("some.sql"), include_str!("descriptions.sql")), &[Some(&oids)])?,
    };
    let mut descriptions: HashMap<u32, Described> = HashMap::new();
    for row in rows {
        let [Some(oid), Some(column), Some(kind), Some(text), ..] = row.as_slice() else { continue };
        let (Ok(oid), Ok(column)) = (oid.parse(), column.parse()) else { continue };
        let of = descriptions.entry(oid).or_default();
        let list = if kind == "c" { &mut of.comments } else { &mut of.labels };
        list.push((column, text.clone()));
    }
    Ok(descriptions)
}

impl Which<'_> {
    fn literal(&self) -> Option<String> {
        match self {
            Which::Every => None,
            Which::Some(oids) => Some(oid_literal(oids)),
        }
    }
}

impl Described {
    pub fn fingerprint(&self) -> u64 {
        fingerprint(self)
    }
}

impl Named {
    /// Changes with everything that [`Named::describe`] tells but the number of rows.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(&(&self.name, &self.columns, &self.key, &self.references, &self.described))
    }

    /// As the index wants it.
    pub fn describe(self, schema: &str, group: u32) -> linking::Relation {
        // Comments, labels and keys go by numbers, the index by positions among the columns that are left.
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut positions: Vec<Option<u16>> = Vec::with_capacity(self.columns.len());
        for name in self.columns {
            positions.push(name.as_ref().and(u16::try_from(columns.len()).ok()));
            columns.extend(name.map(|name| linking::Column { name, ..linking::Column::default() }));
        }
        let position = |number: usize| positions.get(number.checked_sub(1)?).copied().flatten();
        let key = self.key.iter().filter_map(|number| position(usize::from(*number))).collect();
        let mut comment = None;
        for (number, text) in self.described.comments {
            match usize::try_from(number).ok().filter(|number| *number > 0) {
                None => comment = Some(text),
                Some(number) => {
                    if let Some(column) = position(number).and_then(|at| columns.get_mut(usize::from(at))) {
                        column.comment = Some(text);
                    }
                }
            }
        }
        for (number, label) in self.described.labels {
            let at = usize::try_from(number).ok().and_then(position);
            if let Some(column) = at.and_then(|at| columns.get_mut(usize::from(at))) {
                column.labels.push(label);
            }
        }
        linking::Relation {
            oid: self.oid,
            schema: schema.to_owned(),
            name: self.name,
            comment,
            columns,
            primary_key: key,
            references: self.references,
            usage: linking::Usage { rows: self.rows, ..linking::Usage::default() },
            group,
        }
    }
}

fn fingerprint(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The numbers of an array as the server prints it.
pub fn numbers<T: std::str::FromStr>(array: Option<&str>) -> Vec<T> {
    let list = array.unwrap_or_default().trim_matches(['{', '}']);
    list.split(',').filter_map(|number| number.parse().ok()).collect()
}

/// The elements of a text array of one dimension as the server prints it (array_out); `None` for NULL.
fn elements(array: &str) -> Vec<Option<String>> {
    let mut elements = Vec::new();
    let (mut text, mut quoted, mut in_quotes) = (String::new(), false, false);
    let mut characters = array.strip_prefix('{').unwrap_or_default().chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            '"' => (in_quotes, quoted) = (!in_quotes, true),
            ',' | '}' if !in_quotes => {
                if quoted || !text.is_empty() {
                    let element = std::mem::take(&mut text);
                    elements.push((quoted || element != "NULL").then_some(element));
                }
                quoted = false;
            }
            other => text.push(other),
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_as_the_server_prints_them() {
        let read = |array| elements(array).into_iter().map(|one| one.unwrap_or("-".into())).collect::<Vec<_>>();
        assert_eq!(read("{}"), [""; 0]);
        assert_eq!(read(r#"{a,NULL,"NULL","b ,}c","d\"\\e",é}"#), ["a", "-", "NULL", "b ,}c", "d\"\\e", "é"]);
        assert_eq!(numbers::<u16>(Some("{1,23}")), [1, 23]);
        assert_eq!(numbers::<u32>(None), [0; 0]);
    }

    #[test]
    fn numbers_of_columns_become_positions() {
        let column = |name: &str| Some(name.to_owned());
        let relation = Named {
            oid: 7,
            schema: 1,
            name: "t".into(),
            kind: RelationKind::Table,
            rows: None,
            owner: "10".into(),
            granted: String::new(),
            server: None,
            is_own: false,
            has_column_grants: false,
            columns: vec![column("a"), None, column("b")],
            key: vec![3],
            references: vec![9],
            described: Described {
                comments: vec![(0, "whole".into()), (2, "gone".into()), (3, "second".into())],
                labels: vec![(1, "x".into()), (1, "y".into())],
            },
        };
        let described = relation.describe("s", 4);
        assert_eq!((described.primary_key.as_slice(), described.comment.as_deref()), ([1].as_slice(), Some("whole")));
        assert_eq!(described.columns[0].labels, ["x", "y"]);
        assert_eq!(described.columns[1].comment.as_deref(), Some("second"));
    }
}
