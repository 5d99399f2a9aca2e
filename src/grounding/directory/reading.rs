//! From the catalogs' rows to what the directory keeps.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::Error;
use crate::pg::host::catalogs::{self, Attribute, Class, EnumLabel, Key, Of};
use crate::pg::running::query;
use schema::RelationKind;

/// Types of users have no lower ones (FirstNormalObjectId in transam.h).
const FIRST_NORMAL_OID: u32 = 16384;
/// Of an enum, so many labels.
const MAX_LABELS: usize = 200;
/// Of the comments on a relation and its columns, so many bytes in all: one owner's may not take every session's time.
const MAX_DESCRIBED: usize = 20_000;

/// Which relations are read.
#[derive(Clone, Copy)]
pub enum Which<'o> {
    Every,
    Some(&'o [u32]),
}

/// A relation as the catalogs name it.
#[derive(Default)]
pub struct Named {
    pub oid: u32,
    pub schema: u32,
    pub name: String,
    pub kind: RelationKind,
    /// The planner's estimate; `None` where nobody has counted, and for what has no rows of its own.
    pub rows: Option<f64>,
    pub owner: u32,
    /// What is granted, as the server stores it.
    pub granted: Vec<u8>,
    /// The foreign server it is on.
    pub server: Option<String>,
    /// It belongs to this extension.
    pub is_own: bool,
    /// Something is granted on single columns.
    pub has_column_grants: bool,
    comment: Option<String>,
    /// In the order of their numbers, without dropped ones.
    columns: Vec<Column>,
    /// Numbers of the columns of the primary key.
    key: Vec<i16>,
    references: Vec<u32>,
}

#[derive(Default, Hash)]
struct Column {
    number: i16,
    name: String,
    data_type: u32,
    comment: Option<String>,
    labels: Vec<String>,
}

/// The relations in these schemas that a statement could read, whoever asks.
pub fn named(which: Which<'_>, schemas: &HashMap<u32, String>) -> Result<Vec<Named>, Error> {
    let mut relations: HashMap<u32, Named> = HashMap::new();
    each_of(which, |of| {
        catalogs::classes(of, |class| {
            if schemas.contains_key(&class.schema) {
                relations.insert(class.oid, Named::of(class));
            }
        });
    });
    if relations.is_empty() {
        return Ok(Vec::new());
    }
    // Most of the changed ones may be gone, or temporary tables of others.
    let found: Vec<u32> = relations.keys().copied().collect();
    let which = if let Which::Some(_) = which { Which::Some(&found) } else { which };
    add_columns(which, &mut relations);
    add_keys(which, &mut relations);
    add_descriptions(which, &mut relations);
    add_special(&mut relations)?;
    Ok(relations.into_values().collect())
}

fn each_of(which: Which<'_>, mut read: impl FnMut(Of)) {
    match which {
        Which::Every => read(Of::Every),
        Which::Some(oids) => oids.iter().for_each(|oid| read(Of::One(*oid))),
    }
}

fn add_columns(which: Which<'_>, relations: &mut HashMap<u32, Named>) {
    let oids: HashSet<u32> = relations.keys().copied().collect();
    let wanted = |oid: u32| oids.contains(&oid);
    each_of(which, |of| {
        catalogs::attributes(of, wanted, |attribute| {
            let Some(relation) = relations.get_mut(&attribute.relation) else { return };
            let Attribute { number, name, data_type, has_grants, .. } = attribute;
            relation.has_column_grants |= has_grants;
            let column = |name| Column { number, name, data_type, ..Column::default() };
            relation.columns.extend(name.map(column));
        });
    });
    for relation in relations.values_mut() {
        relation.columns.sort_unstable_by_key(|column| column.number);
    }
}

fn add_keys(which: Which<'_>, relations: &mut HashMap<u32, Named>) {
    each_of(which, |of| {
        catalogs::keys(of, |oid, key| match (relations.get_mut(&oid), key) {
            (Some(relation), Key::Primary(columns)) => relation.key = columns,
            (Some(relation), Key::Foreign(other)) => relation.references.push(other),
            (None, _) => {}
        });
    });
    for relation in relations.values_mut() {
        relation.references.sort_unstable();
    }
}

/// Comments, and the labels of enums.
fn add_descriptions(which: Which<'_>, relations: &mut HashMap<u32, Named>) {
    let oids: HashSet<u32> = relations.keys().copied().collect();
    let wanted = |oid: u32| oids.contains(&oid);
    let mut described: HashMap<u32, usize> = HashMap::new();
    each_of(which, |of| {
        catalogs::comments(of, wanted, |oid, number, comment| {
            let Some(relation) = relations.get_mut(&oid) else { return };
            let described = described.entry(oid).or_default();
            *described += comment.len();
            if *described > MAX_DESCRIBED {
                return;
            }
            if number == 0 {
                relation.comment = Some(comment);
            } else if let Some(column) = relation.columns.iter_mut().find(|column| column.number == number) {
                column.comment = Some(comment);
            }
        });
    });
    let mut labels: HashMap<u32, Vec<(f32, String)>> = HashMap::new();
    let mut note = |label: EnumLabel| labels.entry(label.data_type).or_default().push((label.place, label.label));
    match which {
        Which::Every => catalogs::enum_labels(Of::Every, note),
        Which::Some(_) => {
            let types = relations.values().flat_map(|relation| &relation.columns).map(|column| column.data_type);
            let types: HashSet<u32> = types.filter(|data_type| *data_type >= FIRST_NORMAL_OID).collect();
            types.into_iter().for_each(|data_type| catalogs::enum_labels(Of::One(data_type), &mut note));
        }
    }
    if labels.is_empty() {
        return;
    }
    labels.values_mut().for_each(|labels| labels.sort_by(|one, other| one.0.total_cmp(&other.0)));
    for column in relations.values_mut().flat_map(|relation| &mut relation.columns) {
        let of = labels.get(&column.data_type).into_iter().flatten().take(MAX_LABELS);
        column.labels = of.map(|(_, label)| label.clone()).collect();
    }
}

/// Who else decides about a relation: this extension, a foreign server.
fn add_special(relations: &mut HashMap<u32, Named>) -> Result<(), Error> {
    for row in query::rows(include_str!("special.sql"), &[])? {
        let [Some(oid), server] = row.as_slice() else { continue };
        if let Some(relation) = oid.parse().ok().and_then(|oid: u32| relations.get_mut(&oid)) {
            relation.is_own |= server.is_none();
            relation.server.clone_from(server);
        }
    }
    Ok(())
}

impl Named {
    fn of(class: Class) -> Self {
        let Class { oid, schema, name, kind, rows, owner, granted } = class;
        let kind = match kind {
            b'v' => RelationKind::View,
            b'm' => RelationKind::MaterializedView,
            b'p' => RelationKind::PartitionedTable,
            b'f' => RelationKind::ForeignTable,
            _ => RelationKind::Table,
        };
        // Views have no rows to count, and -1 says that nobody counted.
        let counted = !matches!(kind, RelationKind::View | RelationKind::ForeignTable);
        let rows = Some(f64::from(rows)).filter(|rows| counted && *rows >= 0.0);
        Self { oid, schema, name, kind, rows, owner, granted, ..Self::default() }
    }

    /// Changes with everything that [`Named::describe`] tells but the number of rows.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.name, &self.comment, &self.columns, &self.key, &self.references).hash(&mut hasher);
        hasher.finish()
    }

    /// As the index wants it.
    pub fn describe(self, schema: &str, group: u32) -> linking::Relation {
        // Keys go by numbers, the index by positions among the columns that are left.
        let position = |number: &i16| self.columns.iter().position(|column| column.number == *number);
        let primary_key = self.key.iter().filter_map(|number| u16::try_from(position(number)?).ok()).collect();
        let columns = self.columns.into_iter().map(|column| linking::Column {
            name: column.name,
            comment: column.comment,
            labels: column.labels,
            values: Vec::new(),
        });
        linking::Relation {
            oid: self.oid,
            schema: schema.to_owned(),
            name: self.name,
            comment: self.comment,
            columns: columns.collect(),
            primary_key,
            references: self.references,
            usage: linking::Usage { rows: self.rows, ..linking::Usage::default() },
            group,
        }
    }
}

/// The numbers of an array as the server prints it.
pub fn numbers<T: std::str::FromStr>(array: Option<&str>) -> Vec<T> {
    let list = array.unwrap_or_default().trim_matches(['{', '}']);
    list.split(',').filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_as_the_server_prints_them() {
        assert_eq!(numbers::<u16>(Some("{1,23}")), [1, 23]);
        assert_eq!(numbers::<u32>(None), [0; 0]);
    }

    #[test]
    fn numbers_of_columns_become_positions() {
        let column = |number: i16| Column { number, name: format!("c{number}"), ..Column::default() };
        let relation = || Named { oid: 7, columns: vec![column(1), column(3)], key: vec![3], ..Named::default() };
        let described = relation().describe("s", 4);
        assert_eq!((described.primary_key.as_slice(), described.group), ([1].as_slice(), 4));
        assert_eq!(described.columns[1].name, "c3");
        let commented = Named { comment: Some("x".into()), ..relation() };
        assert_ne!(commented.fingerprint(), relation().fingerprint());
        assert_eq!(Named { rows: Some(1.0), ..relation() }.fingerprint(), relation().fingerprint());
    }
}
