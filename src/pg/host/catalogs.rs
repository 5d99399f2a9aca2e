//! Rows of the catalogs, read without SQL: of all relations at a tenth of what a query costs, and of single ones by an index.
//!
//! Every scan sees what is committed now, and the transaction's own changes (GetLatestSnapshot), in whatever isolation. Rows are handed
//! over as plain values; nothing here judges who may see them.

use std::collections::HashSet;
use std::ffi::{CStr, CString, c_char};

use pgrx::FromDatum;
use pgrx::pg_sys;

use super::interrupts;

/// A row of pg_class.
pub struct Class {
    pub oid: u32,
    pub schema: u32,
    pub name: String,
    /// `relkind`.
    pub kind: u8,
    pub rows: f32,
    pub owner: u32,
    /// What is granted, as it is stored; empty where nothing was ever granted.
    pub granted: Vec<u8>,
}

/// A row of pg_attribute.
pub struct Attribute {
    pub relation: u32,
    pub number: i16,
    /// `None` for a dropped one.
    pub name: Option<String>,
    pub data_type: u32,
    /// Something was granted on it alone.
    pub has_grants: bool,
}

/// A primary or foreign key.
pub enum Key {
    /// Numbers of the columns.
    Primary(Vec<i16>),
    /// The relation that is referred to.
    Foreign(u32),
}

/// A label of an enum type.
pub struct EnumLabel {
    pub place: f32,
    pub label: String,
}

/// All rows, or those of one relation or type.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    Every,
    One(u32),
}

/// What comments are on.
#[derive(Debug, Clone, Copy)]
pub enum Commented {
    Relations,
    Schemas,
}

/// DescriptionRelationId and DescriptionObjIndexId (pg_description.h).
pub(super) const DESCRIPTIONS: u32 = 2609;
const DESCRIPTIONS_INDEX: u32 = 2675;
pub(super) const DESCRIPTION_COLUMNS: [&str; 4] = ["objoid", "classoid", "objsubid", "description"];
/// Interrupts are served once in so many rows.
const ROWS: usize = 1024;

/// Relations that hold or show rows of users: no indexes, sequences, toast tables or partitions.
pub fn classes(of: Of, mut each: impl FnMut(Class)) {
    const INDEX: u32 = pg_sys::ClassOidIndexId;
    let key = [(pg_sys::Anum_pg_class_oid, of.oid())];
    scan(pg_sys::RelationRelationId, INDEX, of.key(&key), |row| {
        // SAFETY: a row of pg_class; its fixed part has this shape.
        let class = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(row.tuple) };
        let kind = class.relkind as u8;
        if b"rvmpf".contains(&kind) && !class.relispartition {
            each(Class {
                oid: class.oid.to_u32(),
                schema: class.relnamespace.to_u32(),
                name: text(&class.relname),
                kind,
                rows: class.reltuples,
                owner: class.relowner.to_u32(),
                granted: row.bytes(pg_sys::Anum_pg_class_relacl),
            });
        }
    });
}

/// The columns of users, in no order.
pub fn attributes(of: Of, wanted: impl Fn(u32) -> bool, mut each: impl FnMut(Attribute)) {
    const INDEX: u32 = pg_sys::AttributeRelidNumIndexId;
    let key = [(pg_sys::Anum_pg_attribute_attrelid, of.oid())];
    scan(pg_sys::AttributeRelationId, INDEX, of.key(&key), |row| {
        // SAFETY: a row of pg_attribute; its fixed part has this shape.
        let attribute = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_attribute>(row.tuple) };
        if attribute.attnum > 0 && wanted(attribute.attrelid.to_u32()) {
            each(Attribute {
                relation: attribute.attrelid.to_u32(),
                number: attribute.attnum,
                name: (!attribute.attisdropped).then(|| text(&attribute.attname)),
                data_type: attribute.atttypid.to_u32(),
                has_grants: !row.is_null(pg_sys::Anum_pg_attribute_attacl),
            });
        }
    });
}

/// The relations that have columns of one of these types.
pub fn relations_with(types: &HashSet<u32>) -> HashSet<u32> {
    let mut found = HashSet::new();
    scan(pg_sys::AttributeRelationId, 0, &[], |row| {
        // SAFETY: a row of pg_attribute; its fixed part has this shape.
        let attribute = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_attribute>(row.tuple) };
        if types.contains(&attribute.atttypid.to_u32()) {
            found.insert(attribute.attrelid.to_u32());
        }
    });
    found
}

/// The tables that this one inherits from by itself, and no more than this many of them.
pub fn parents(table: u32, most: usize) -> Vec<u32> {
    /// InheritsRelationId, InheritsRelidSeqnoIndexId, and the columns inhrelid and inhparent (pg_inherits.h).
    const CATALOG: u32 = 2611;
    const INDEX: u32 = 2680;
    const CHILD: u32 = 1;
    const PARENT: u32 = 2;
    let mut found = Vec::new();
    let key: &[(u32, u32)] = &[(CHILD, table)];
    scan_each(CATALOG.into(), INDEX, std::iter::once(key), most, |row| {
        found.extend(row.value::<pg_sys::Oid>(PARENT).map(|parent| parent.to_u32()));
    });
    found
}

/// Primary and foreign keys, each with the relation that has it.
pub fn keys(of: Of, mut each: impl FnMut(u32, Key)) {
    /// ConstraintRelationId and ConstraintRelidTypidNameIndexId (pg_constraint.h).
    const CATALOG: (u32, u32) = (2606, 2665);
    let columns = ["conrelid", "contype", "conkey", "confrelid"];
    scan_named(CATALOG, columns, of, |row, [relation, kind, key, other]| {
        let oid = |column| row.value::<pg_sys::Oid>(column).map_or(0, |oid| oid.to_u32());
        match row.value::<i8>(kind).map(|kind| kind as u8) {
            Some(b'p') => each(oid(relation), Key::Primary(row.value(key).unwrap_or_default())),
            Some(b'f') => each(oid(relation), Key::Foreign(oid(other))),
            _ => {}
        }
    });
}

/// Comments on relations (column 0) and columns: relation, number of the column, text. Those are read that are `wanted`, by relation
/// and whether they are on a column.
pub fn comments(of: Of, wanted: impl Fn(u32, bool) -> bool, mut each: impl FnMut(u32, i16, String)) {
    scan_named((DESCRIPTIONS, DESCRIPTIONS_INDEX), DESCRIPTION_COLUMNS, of, |row, [relation, class, column, text]| {
        let oid = |column| row.value::<pg_sys::Oid>(column).unwrap_or(pg_sys::InvalidOid);
        let relation = oid(relation).to_u32();
        let column = row.value::<i32>(column).and_then(|column| i16::try_from(column).ok()).unwrap_or_default();
        if oid(class) == pg_sys::RelationRelationId && wanted(relation, column != 0) {
            each(relation, column, row.beginning(text));
        }
    });
}

/// Comments on schemas, or on relations (column 0) and their columns: oid, number of the column, text.
pub fn comments_on(class: Commented, oids: &[u32], mut each: impl FnMut(u32, i16, String)) {
    let [oid, class_column, column, text] = numbers(DESCRIPTIONS, DESCRIPTION_COLUMNS);
    let class = match class {
        Commented::Relations => pg_sys::RelationRelationId,
        Commented::Schemas => pg_sys::NamespaceRelationId,
    };
    let keys: Vec<[(u32, u32); 2]> =
        oids.iter().map(|object| [(oid, *object), (class_column, class.to_u32())]).collect();
    scan_each(DESCRIPTIONS.into(), DESCRIPTIONS_INDEX, keys.iter().map(<[_; 2]>::as_slice), usize::MAX, |row| {
        let object = row.value::<pg_sys::Oid>(oid).map_or(0, |oid| oid.to_u32());
        let column = row.value::<i32>(column).and_then(|column| i16::try_from(column).ok());
        each(object, column.unwrap_or_default(), row.beginning(text));
    });
}

/// The first labels of an enum type in the order of the alphabet, `most` of them; none of another type.
pub fn enum_labels(data_type: u32, most: usize, mut each: impl FnMut(EnumLabel)) {
    const INDEX: u32 = pg_sys::EnumTypIdLabelIndexId;
    let key = [(pg_sys::Anum_pg_enum_enumtypid, data_type)];
    let keys = std::iter::once(key.as_slice());
    scan_each(pg_sys::EnumRelationId, INDEX, keys, most, |row| {
        // SAFETY: a row of pg_enum, which has this shape.
        let label = unsafe { &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_enum>(row.tuple) };
        each(EnumLabel { place: label.enumsortorder, label: text(&label.enumlabel) });
    });
}

/// The oid of a relation of this name in a schema.
pub fn relation_named(schema: u32, name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: in a transaction; looks a cached row up.
    let oid = unsafe { pg_sys::get_relname_relid(name.as_ptr(), schema.into()) };
    (oid != pg_sys::InvalidOid).then(|| oid.to_u32())
}

impl Of {
    fn oid(self) -> u32 {
        match self {
            Of::Every => 0,
            Of::One(oid) => oid,
        }
    }

    fn key(self, key: &[(u32, u32)]) -> &[(u32, u32)] {
        match self {
            Of::Every => &[],
            Of::One(_) => key,
        }
    }
}

/// A row while its scan stands on it.
pub(super) struct Row {
    pub(super) tuple: pg_sys::HeapTuple,
    shape: pg_sys::TupleDesc,
}

impl Row {
    /// The value of a column by its number; the type must be the column's.
    pub(super) fn value<T: FromDatum>(&self, column: u32) -> Option<T> {
        let mut is_null = false;
        // SAFETY: the row is on a pinned page, and has this shape.
        unsafe {
            let datum = pg_sys::heap_getattr(self.tuple, column as i32, self.shape, &mut is_null);
            T::from_datum(datum, is_null)
        }
    }

    fn is_null(&self, column: u32) -> bool {
        // SAFETY: as in `value`.
        unsafe { pg_sys::heap_attisnull(self.tuple, column as i32, self.shape) }
    }

    /// The first characters of a text; empty for NULL. No more than these is read from where long values are stored, and bytes that
    /// are not UTF-8, as a database in SQL_ASCII may hold, are replaced.
    fn beginning(&self, column: u32) -> String {
        let mut is_null = false;
        // SAFETY: as in `value`; the datum is a varlena, and what is cut out of it is a copy of our own, freed here.
        unsafe {
            let datum = pg_sys::heap_getattr(self.tuple, column as i32, self.shape, &mut is_null);
            if is_null {
                return String::new();
            }
            let value = pg_sys::pg_detoast_datum_slice(datum.cast_mut_ptr(), 0, MOST_BYTES as i32);
            let bytes = std::slice::from_raw_parts(pgrx::vardata_any(value).cast(), pgrx::varsize_any_exhdr(value));
            let text = String::from_utf8_lossy(bytes).chars().take(MOST_CHARACTERS).collect();
            pg_sys::pfree(value.cast());
            text
        }
    }

    /// A value of variable length as it is stored, without its header; empty for NULL.
    fn bytes(&self, column: u32) -> Vec<u8> {
        let mut is_null = false;
        // SAFETY: as in `value`; the datum is a varlena, and what is unpacked is freed with the caller's memory context.
        unsafe {
            let datum = pg_sys::heap_getattr(self.tuple, column as i32, self.shape, &mut is_null);
            if is_null {
                return Vec::new();
            }
            let value = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
            let length = pgrx::varsize_any_exhdr(value);
            std::slice::from_raw_parts(pgrx::vardata_any(value).cast::<u8>(), length).to_vec()
        }
    }
}

/// More of a text that the owner of a relation wrote is not read: it may be of any length.
const MOST_CHARACTERS: usize = 1000;
const MOST_BYTES: usize = 4 * MOST_CHARACTERS;

fn text(name: &pg_sys::NameData) -> String {
    // SAFETY: a name ends with a zero byte.
    unsafe { CStr::from_ptr(name.data.as_ptr().cast::<c_char>()) }.to_string_lossy().into_owned()
}

/// Rows of a catalog whose columns stand elsewhere in other versions of the server: they are found by their names. The first is
/// the one that the index begins with.
pub(super) fn scan_named<const N: usize>(
    (catalog, index): (u32, u32),
    names: [&str; N],
    of: Of,
    mut each: impl FnMut(&Row, [u32; N]),
) {
    let numbers = numbers(catalog, names);
    let key = [(numbers[0], of.oid())];
    scan(catalog.into(), index, of.key(&key), |row| each(row, numbers));
}

fn numbers<const N: usize>(catalog: u32, names: [&str; N]) -> [u32; N] {
    // SAFETY: in a transaction; the catalog stays open until its columns are known.
    unsafe {
        let relation = pg_sys::table_open(catalog.into(), pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        let shape = pgrx::PgTupleDesc::from_pg_copy((*relation).rd_att);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        names.map(|name| shape.iter().find(|column| column.name() == name).map_or(1, |column| column.attnum as u32))
    }
}

/// Goes through the rows of a catalog that have these oids in these columns, which the index begins with; without any, through all.
pub(super) fn scan(catalog: pg_sys::Oid, index: u32, keys: &[(u32, u32)], each: impl FnMut(&Row)) {
    scan_each(catalog, index, std::iter::once(keys), usize::MAX, each);
}

/// As [`scan`], for one set of keys after the other, up to `most` rows in all.
fn scan_each<'k>(
    catalog: pg_sys::Oid,
    index: u32,
    sets: impl Iterator<Item = &'k [(u32, u32)]>,
    most: usize,
    mut each: impl FnMut(&Row),
) {
    // SAFETY: in a transaction, on the backend's only thread. Catalog, scan and snapshot are released below, and by the end of the
    // transaction or subtransaction if an ERROR comes between, a cancel for instance. A row is valid until the next is asked for.
    unsafe {
        let lock = pg_sys::AccessShareLock as pg_sys::LOCKMODE;
        let relation = pg_sys::table_open(catalog, lock);
        // While parallel workers run, no other snapshot may be taken; without one, the scan uses that of the catalogs.
        let latest = if pg_sys::IsInParallelMode() { std::ptr::null_mut() } else { pg_sys::GetLatestSnapshot() };
        let snapshot = pg_sys::RegisterSnapshot(latest);
        let mut row = Row { tuple: std::ptr::null_mut(), shape: (*relation).rd_att };
        let mut number = 0_usize;
        for keys in sets {
            let mut conditions = conditions(keys);
            let (by_index, count) = (!keys.is_empty(), keys.len() as i32);
            let rows =
                pg_sys::systable_beginscan(relation, index.into(), by_index, snapshot, count, conditions.as_mut_ptr());
            loop {
                number += 1;
                if number.is_multiple_of(ROWS) {
                    interrupts::serve();
                }
                row.tuple = pg_sys::systable_getnext(rows);
                if row.tuple.is_null() || number > most {
                    break;
                }
                each(&row);
            }
            pg_sys::systable_endscan(rows);
        }
        pg_sys::UnregisterSnapshot(snapshot);
        pg_sys::table_close(relation, lock);
    }
}

/// Columns that equal oids.
fn conditions(keys: &[(u32, u32)]) -> [pg_sys::ScanKeyData; 2] {
    let mut conditions = [pg_sys::ScanKeyData::default(); 2];
    for (condition, (column, oid)) in conditions.iter_mut().zip(keys) {
        // SAFETY: fills a condition of ours; the function exists in every server.
        unsafe {
            pg_sys::ScanKeyInit(
                condition,
                *column as pg_sys::AttrNumber,
                pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber,
                pg_sys::F_OIDEQ.into(),
                pg_sys::Oid::from(*oid).into(),
            );
        }
    }
    conditions
}

/// Forgets what this process keeps of all catalogs and relations, which is read again when it is wanted. In a transaction.
pub fn forget_all() {
    // SAFETY: in a transaction, in which nothing is open; the server does so by itself where too many messages of others are waiting.
    unsafe { pg_sys::InvalidateSystemCaches() };
}
