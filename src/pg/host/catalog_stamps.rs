//! Numbers that change with the rows of catalogs: by them a session sees what has changed while it was not there to be told.
//!
//! A row's version is who made it and where it is: a changed row is a new one, and its place is used again only by later
//! transactions. What the server writes in place (estimates of the planner, freezing) changes no version.

use std::collections::{HashMap, HashSet};

use pgrx::pg_sys;

use super::catalogs::{DESCRIPTION_COLUMNS, DESCRIPTIONS, Of, Row, scan, scan_named};

/// What changes with the comments on each relation and its columns, and with the labels of each enum type, for which the server sends
/// no message to those who keep them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptions {
    pub relations: HashMap<u32, u64>,
    pub enums: HashMap<u32, u64>,
}

impl Descriptions {
    pub fn now() -> Self {
        let mut found = Self::default();
        let oid = |row: &Row, column| row.value::<pg_sys::Oid>(column).map_or(0, |oid| oid.to_u32());
        scan_named((DESCRIPTIONS, 0), DESCRIPTION_COLUMNS, Of::Every, |row, [relation, class, ..]| {
            if oid(row, class) == pg_sys::RelationRelationId.to_u32() {
                add(&mut found.relations, oid(row, relation), row);
            }
        });
        scan(pg_sys::EnumRelationId, 0, &[], |row| {
            add(&mut found.enums, oid(row, pg_sys::Anum_pg_enum_enumtypid), row);
        });
        found
    }
}

/// The keys whose stamps differ between two looks.
pub fn changed(old: &HashMap<u32, u64>, new: &HashMap<u32, u64>) -> HashSet<u32> {
    let gone = old.keys().filter(|oid| !new.contains_key(oid));
    let other = new.iter().filter(|(oid, stamp)| old.get(oid) != Some(stamp)).map(|(oid, _)| oid);
    gone.chain(other).copied().collect()
}

fn add(stamps: &mut HashMap<u32, u64>, oid: u32, row: &Row) {
    let stamp = stamps.entry(oid).or_default();
    *stamp = stamp.wrapping_add(version(row));
}

/// What changes with the labels of any enum type.
pub fn of_enum_labels() -> u64 {
    of_catalog(pg_sys::EnumRelationId)
}

/// The same of security labels, of all providers.
pub fn of_security_labels() -> u64 {
    of_catalog(pg_sys::SecLabelRelationId)
}

fn of_catalog(catalog: pg_sys::Oid) -> u64 {
    let mut stamp = 0_u64;
    scan(catalog, 0, &[], |row| stamp = stamp.wrapping_add(version(row)));
    stamp
}

/// A relation's versions: its own, those of its columns, of its constraints, and of the comments on it and its columns, added up.
#[derive(Debug, Clone, Copy)]
pub struct Stamped {
    pub stamp: u64,
    /// The planner's estimate, which has no version.
    pub rows: f32,
}

/// All relations that hold or show rows, by oid.
pub fn of_relations() -> HashMap<u32, Stamped> {
    /// ConstraintRelationId and ConstraintRelidTypidNameIndexId (pg_constraint.h).
    const CONSTRAINTS: (u32, u32) = (2606, 2665);
    let mut stamped: HashMap<u32, Stamped> = HashMap::new();
    scan(pg_sys::RelationRelationId, 0, &[], |row| {
        // SAFETY: a row of pg_class; its fixed part has this shape.
        let class = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(row.tuple) };
        if b"rvmpf".contains(&(class.relkind as u8)) {
            stamped.insert(class.oid.to_u32(), Stamped { stamp: version(row), rows: class.reltuples });
        }
    });
    let mut add = |relation: u32, row: &Row| {
        if let Some(stamped) = stamped.get_mut(&relation) {
            stamped.stamp = stamped.stamp.wrapping_add(version(row));
        }
    };
    scan(pg_sys::AttributeRelationId, 0, &[], |row| {
        // SAFETY: a row of pg_attribute; its fixed part has this shape.
        let attribute = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_attribute>(row.tuple) };
        if attribute.attnum > 0 {
            add(attribute.attrelid.to_u32(), row);
        }
    });
    let oid = |row: &Row, column| row.value::<pg_sys::Oid>(column).map_or(0, |oid| oid.to_u32());
    scan_named(CONSTRAINTS, ["conrelid"], Of::Every, |row, [relation]| add(oid(row, relation), row));
    scan_named((DESCRIPTIONS, 0), DESCRIPTION_COLUMNS, Of::Every, |row, [relation, class, ..]| {
        if oid(row, class) == pg_sys::RelationRelationId.to_u32() {
            add(oid(row, relation), row);
        }
    });
    stamped
}

/// Who made a row, and where it is.
fn version(row: &Row) -> u64 {
    // SAFETY: a row on its page.
    let (maker, place) = unsafe { ((*(*row.tuple).t_data).t_choice.t_heap.t_xmin, (*row.tuple).t_self) };
    let block = u64::from(place.ip_blkid.bi_hi) << 48 | u64::from(place.ip_blkid.bi_lo) << 32;
    let version = (block | u64::from(place.ip_posid)) ^ u64::from(u32::from(maker)).rotate_left(17);
    version.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
}
