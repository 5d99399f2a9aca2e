//! From the catalogs' rows to what the directory keeps.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::Error;
use crate::pg::host::catalogs::{self, Attribute, Class, Key, Of};
use crate::pg::host::extension;
use crate::pg::running::query;
use schema::RelationKind;
use schema::comment_clauses::{self, Clause};

/// Types of users have no lower ones (FirstNormalObjectId in transam.h).
const FIRST_NORMAL_OID: u32 = 16384;
/// Of an enum, so many labels.
const MAX_LABELS: usize = 200;
/// Of the comments on a relation and its columns, so many bytes in all, and as much of the labels of its columns: one owner's may not
/// take every session's time.
const MAX_DESCRIBED: usize = 20_000;
/// The same of all comments on an owner's relations, as much of those on the columns, and of the columns' labels: a megabyte of
/// different words takes half a second.
const MAX_OF_OWNER: usize = 2_000_000;
/// Of one owner's relations, so many columns are known; further relations are known by their names. Half a million takes 3 s and 0.3 GB
/// in the first question of every session.
const MAX_COLUMNS_OF_OWNER: usize = 500_000;
/// Of an enum, so many labels are read to find the first.
const MAX_READ_LABELS: usize = 1000;

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
    /// An extension keeps in it what it needs for itself, this one or another.
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

/// The relations in these schemas that a statement could read, whoever asks. `known`: how many columns of other relations of an owner
/// the directory has already.
pub fn named(
    which: Which<'_>,
    schemas: &HashMap<u32, String>,
    known: HashMap<u32, usize>,
) -> Result<Vec<Named>, Error> {
    let mut relations: HashMap<u32, Named> = HashMap::new();
    let are_elsewhere = extension::keeps_rows_elsewhere();
    each_of(which, |of| {
        catalogs::classes(of, |class| {
            if schemas.contains_key(&class.schema) {
                relations.insert(class.oid, Named::of(class, are_elsewhere));
            }
        });
    });
    if relations.is_empty() {
        return Ok(Vec::new());
    }
    // Most of the changed ones may be gone, or temporary tables of others.
    let found: Vec<u32> = relations.keys().copied().collect();
    let which = if let Which::Some(_) = which { Which::Some(&found) } else { which };
    add_columns(which, &mut relations, known);
    add_keys(which, &mut relations);
    add_descriptions(which, &mut relations);
    add_told_keys(&mut relations, schemas);
    add_special(&mut relations)?;
    Ok(relations.into_values().collect())
}

fn each_of(which: Which<'_>, mut read: impl FnMut(Of)) {
    match which {
        Which::Every => read(Of::Every),
        Which::Some(oids) => oids.iter().for_each(|oid| read(Of::One(*oid))),
    }
}

fn add_columns(which: Which<'_>, relations: &mut HashMap<u32, Named>, mut of_owners: HashMap<u32, usize>) {
    let oids: HashSet<u32> = relations.keys().copied().collect();
    let wanted = |oid: u32| oids.contains(&oid);
    let mut too_many: HashSet<u32> = HashSet::new();
    each_of(which, |of| {
        catalogs::attributes(of, wanted, |attribute| {
            let Some(relation) = relations.get_mut(&attribute.relation) else { return };
            let Attribute { number, name, data_type, has_grants, .. } = attribute;
            relation.has_column_grants |= has_grants;
            let of_owner = of_owners.entry(relation.owner).or_default();
            *of_owner += 1;
            if *of_owner > MAX_COLUMNS_OF_OWNER {
                too_many.insert(attribute.relation);
                return;
            }
            let column = |name| Column { number, name, data_type, ..Column::default() };
            relation.columns.extend(name.map(column));
        });
    });
    for relation in relations.values_mut() {
        // Columns are known by their positions, so some of them are as good as none.
        if too_many.contains(&relation.oid) {
            relation.columns = Vec::new();
        }
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
    let owners: HashMap<u32, u32> = relations.iter().map(|(oid, relation)| (*oid, relation.owner)).collect();
    // By owner, of relations and of columns.
    let taken: RefCell<HashMap<u32, [usize; 2]>> = RefCell::default();
    let has_room = |oid: u32, is_column: bool| {
        let owner = owners.get(&oid);
        owner.is_some_and(|owner| {
            taken.borrow().get(owner).is_none_or(|taken| taken[usize::from(is_column)] < MAX_OF_OWNER)
        })
    };
    let mut described: HashMap<u32, usize> = HashMap::new();
    each_of(which, |of| {
        catalogs::comments(of, has_room, |oid, number, comment| {
            let Some(relation) = relations.get_mut(&oid) else { return };
            let described = described.entry(oid).or_default();
            *described += comment.len();
            if *described > MAX_DESCRIBED {
                return;
            }
            taken.borrow_mut().entry(relation.owner).or_default()[usize::from(number != 0)] += comment.len();
            if number == 0 {
                relation.comment = Some(comment);
            } else if let Some(column) = relation.columns.iter_mut().find(|column| column.number == number) {
                column.comment = Some(comment);
            }
        });
    });
    add_enum_labels(relations);
}

/// What relations refer to by their comments, where they can't declare it.
fn add_told_keys(relations: &mut HashMap<u32, Named>, schemas: &HashMap<u32, String>) {
    let mut told: Vec<(u32, u32)> = Vec::new();
    for relation in relations.values().filter(|relation| comment_clauses::may_tell(relation.kind)) {
        let of_columns = relation.columns.iter().filter_map(|column| column.comment.as_ref());
        let comments = relation.comment.iter().chain(of_columns).filter(|comment| comment.contains('['));
        for clause in comments.flat_map(|comment| comment_clauses::split(comment).1) {
            let Clause::References { schema, relation: other, .. } = clause else { continue };
            let named = |name: String| schemas.iter().find(|(_, known)| **known == name).map(|(oid, _)| *oid);
            let schema = schema.map_or(Some(relation.schema), named);
            let other = schema.and_then(|schema| catalogs::relation_named(schema, &other));
            told.extend(other.map(|other| (relation.oid, other)));
        }
    }
    for (oid, other) in told {
        if let Some(relation) = relations.get_mut(&oid) {
            relation.references.push(other);
        }
    }
}

/// The labels of the enums that columns have, in the order of their values. They count as comments do, for each column anew: an enum
/// of 200 labels on the 1,600 columns of a table, made in a moment, would be 300,000 labels in every session.
fn add_enum_labels(relations: &mut HashMap<u32, Named>) {
    let mut known: HashMap<u32, Vec<String>> = HashMap::new();
    let mut taken: HashMap<u32, usize> = HashMap::new();
    let mut in_order: Vec<&mut Named> = relations.values_mut().collect();
    in_order.sort_unstable_by_key(|relation| relation.oid);
    for relation in in_order {
        let of_owner = taken.entry(relation.owner).or_default();
        let mut of_relation = 0;
        for column in relation.columns.iter_mut().filter(|column| column.data_type >= FIRST_NORMAL_OID) {
            if of_relation >= MAX_DESCRIBED || *of_owner >= MAX_OF_OWNER {
                break;
            }
            let labels = known.entry(column.data_type).or_insert_with_key(|data_type| first_labels(*data_type));
            // Looking for labels takes time as well, where there are none.
            let size = size_of::<String>() + labels.iter().map(|label| label.len() + 1).sum::<usize>();
            of_relation += size;
            *of_owner += size;
            column.labels.clone_from(labels);
        }
    }
}

/// The first labels of an enum in the order of its values; none of another type.
fn first_labels(data_type: u32) -> Vec<String> {
    let mut labels = Vec::new();
    catalogs::enum_labels(data_type, MAX_READ_LABELS, |label| labels.push((label.place, label.label)));
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    labels.into_iter().take(MAX_LABELS).map(|(_, label)| label).collect()
}

/// Who else decides about a relation.
#[derive(Debug, Default)]
pub struct Special {
    /// An extension keeps in it what it needs for itself, this one or another.
    pub is_own: bool,
    /// The foreign server it is on.
    pub server: Option<String>,
}

/// The relations about which somebody else decides.
pub fn special() -> Result<HashMap<u32, Special>, Error> {
    let mut found: HashMap<u32, Special> = HashMap::new();
    for row in query::rows(include_str!("special.sql"), &[])? {
        let [Some(oid), server] = row.as_slice() else { continue };
        if let Ok(oid) = oid.parse() {
            let special = found.entry(oid).or_default();
            special.is_own |= server.is_none();
            special.server.clone_from(server);
        }
    }
    if extension::has_citus() {
        for row in query::rows(include_str!("shards.sql"), &[])? {
            let [Some(schema), Some(name)] = row.as_slice() else { continue };
            let oid = schema.parse().ok().and_then(|schema| catalogs::relation_named(schema, name));
            if let Some(oid) = oid {
                found.entry(oid).or_default().is_own = true;
            }
        }
    }
    Ok(found)
}

fn add_special(relations: &mut HashMap<u32, Named>) -> Result<(), Error> {
    for (oid, Special { is_own, server }) in special()? {
        if let Some(relation) = relations.get_mut(&oid) {
            (relation.is_own, relation.server) = (is_own, server);
        }
    }
    Ok(())
}

/// The planner's estimate, where it says something: views have no rows to count, and -1 says that nobody counted. So does 0 where
/// an extension keeps rows elsewhere.
pub fn counted(kind: RelationKind, rows: f32, are_elsewhere: bool) -> Option<f64> {
    let is_counted = !matches!(kind, RelationKind::View | RelationKind::ForeignTable);
    Some(f64::from(rows)).filter(|rows| is_counted && (*rows > 0.0 || *rows == 0.0 && !are_elsewhere))
}

impl Named {
    fn of(class: Class, are_elsewhere: bool) -> Self {
        let Class { oid, schema, name, kind, rows, owner, granted } = class;
        let kind = match kind {
            b'v' => RelationKind::View,
            b'm' => RelationKind::MaterializedView,
            b'p' => RelationKind::PartitionedTable,
            b'f' => RelationKind::ForeignTable,
            _ => RelationKind::Table,
        };
        let rows = counted(kind, rows, are_elsewhere);
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
    fn no_rows_say_nothing_where_an_extension_keeps_them_elsewhere() {
        let counted = |rows, are_elsewhere| counted(RelationKind::Table, rows, are_elsewhere);
        assert_eq!([counted(0.0, false), counted(0.0, true)], [Some(0.0), None]);
        assert_eq!([counted(-1.0, false), counted(-1.0, true)], [None, None]);
        assert_eq!(counted(7.0, true), Some(7.0));
    }

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
