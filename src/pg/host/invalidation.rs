//! What the server announces of changes in the catalogs.
//!
//! The server sends every backend invalidation messages at commit. Each one that concerns us advances a generation: what is
//! kept with an older one must be read again. The messages themselves are collected too, for what is kept relation by
//! relation: [`accept`] hands over what they named. Facts about functions have a generation of their own, which the tables of
//! other sessions, temporary ones above all, leave alone. COMMENT and SECURITY LABEL send no message: see `grounding`.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ffi::c_int;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};
use pgrx::prelude::*;

/// What changed since somebody last asked.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Changes {
    /// Anything may have changed: messages were lost, or a change names nothing.
    pub everything: bool,
    /// Oids of relations, indexes and others' temporary tables among them; some are gone, some never came to be.
    pub relations: HashSet<u32>,
    /// Hashes of changed types, by [`type_hash`], and of changed statistics, by [`statistics_hash`].
    pub types: HashSet<u32>,
    pub statistics: HashSet<u32>,
    /// Any type or statistics may have changed.
    pub all_types: bool,
    pub all_statistics: bool,
    /// A schema was made, renamed, granted or dropped.
    pub schemas: bool,
    /// A role or a membership changed.
    pub roles: bool,
    /// Labels of an enum type changed.
    pub enums: bool,
}

/// What one kind of message names at most; more counts as a change of everything of that kind. What others do while a session
/// is idle stays below it unless they make thousands of tables.
const MAX_NAMED: usize = 16_384;

thread_local! {
    static GENERATION: Cell<Option<u64>> = const { Cell::new(None) };
    static GENERATION_OF_FUNCTIONS: Cell<u64> = const { Cell::new(0) };
    static CHANGES: RefCell<Changes> = RefCell::default();
    static WATCHED: RefCell<WatchedTypes> = RefCell::default();
}

/// Types that are watched by themselves: hashes of theirs, the relations that their columns are in, and whether one has changed.
#[derive(Default)]
struct WatchedTypes {
    hashes: HashSet<u32>,
    relations: HashSet<u32>,
    have_changed: bool,
}

/// What a function is, whose, and what it supports: roles and schemas by name, languages, ranges, operator classes.
const OF_FUNCTIONS: [u32; 10] = [
    Id::AGGFNOID,
    Id::AMOPOPID,
    Id::AMPROCNUM,
    Id::AUTHOID,
    Id::CLAOID,
    Id::LANGOID,
    Id::NAMESPACEOID,
    Id::OPEROID,
    Id::PROCOID,
    Id::RANGETYPE,
];

/// The current generation; a higher one means that something changed. The first call starts the watching.
pub fn generation() -> u64 {
    GENERATION.get().unwrap_or_else(|| {
        watch();
        GENERATION.set(Some(0));
        0
    })
}

/// The same for functions alone.
pub fn generation_of_functions() -> u64 {
    generation();
    GENERATION_OF_FUNCTIONS.get()
}

/// Takes in the messages of others that wait, and hands over what they and earlier ones named. Whoever reads the catalogs
/// afterwards with a new snapshot sees these changes; what changes while it reads is handed over the next time.
pub fn accept() -> Changes {
    generation();
    // SAFETY: in a transaction, on the backend's only thread.
    unsafe { pg_sys::AcceptInvalidationMessages() };
    CHANGES.take()
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what changed later.
    pub fn add(&mut self, later: Self) {
        self.everything |= later.everything;
        self.all_types |= later.all_types;
        self.all_statistics |= later.all_statistics;
        self.schemas |= later.schemas;
        self.roles |= later.roles;
        self.enums |= later.enums;
        self.relations.extend(later.relations);
        self.types.extend(later.types);
        self.statistics.extend(later.statistics);
    }
}

/// What a change of this type is announced by.
pub fn type_hash(oid: u32) -> u32 {
    row_hash(Id::TYPEOID, [oid.into(), 0_usize.into(), 0_usize.into()])
}

/// Watches these types until [`forget_types`]: see [`have_types_changed`].
pub fn watch_types(types: impl Iterator<Item = u32>) {
    generation();
    for oid in types {
        let hash = type_hash(oid);
        // SAFETY: in a transaction; a look-up that raises nothing.
        let relation = unsafe { pg_sys::get_typ_typrelid(oid.into()) };
        WATCHED.with_borrow_mut(|watched| {
            watched.hashes.insert(hash);
            if relation != pg_sys::InvalidOid {
                watched.relations.insert(relation.to_u32());
            }
        });
    }
}

pub fn forget_types() {
    WATCHED.take();
}

/// Whether a watched type, a domain's check among it, may be another since [`types_are_read`].
pub fn have_types_changed() -> bool {
    WATCHED.with_borrow(|watched| watched.have_changed)
}

pub fn types_are_read() {
    WATCHED.with_borrow_mut(|watched| watched.have_changed = false);
}

/// Takes watched types for changed.
pub fn doubt_types() {
    WATCHED.with_borrow_mut(|watched| watched.have_changed = true);
}

/// What new statistics of a column are announced by; `inherited`: those that count the rows of children too.
pub fn statistics_hash(relation: u32, column: i16, inherited: bool) -> u32 {
    row_hash(Id::STATRELATTINH, [relation.into(), column.into(), inherited.into()])
}

fn row_hash(cache: Id::Type, [one, two, three]: [pg_sys::Datum; 3]) -> u32 {
    // SAFETY: in a transaction; the keys have the types of the cache's columns, all of them passed by value.
    unsafe { pg_sys::GetSysCacheHashValue(cache as c_int, one, two, three, pg_sys::Datum::from(0)) }
}

/// Asks the server to call us. Registered once a backend, as callbacks can't be taken back (inval.c).
fn watch() {
    // Columns, indexes, foreign keys and partitions arrive as messages about their relation.
    let others = [
        Id::AUTHMEMROLEMEM,
        Id::CASTSOURCETARGET,
        Id::CONSTROID,
        Id::DATABASEOID,
        Id::ENUMOID,
        Id::FOREIGNSERVEROID,
        Id::FOREIGNTABLEREL,
        Id::STATRELATTINH,
        Id::TYPEOID,
    ];
    // SAFETY: on the backend's only thread; the callbacks are functions of this library, which is never unloaded.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), pg_sys::Datum::from(0));
        for cache in others {
            pg_sys::CacheRegisterSyscacheCallback(cache as c_int, Some(row_changed), pg_sys::Datum::from(0));
        }
        for cache in OF_FUNCTIONS {
            pg_sys::CacheRegisterSyscacheCallback(cache as c_int, Some(function_changed), pg_sys::Datum::from(0));
        }
    }
}

/// Advances the generation and notes what changed.
fn note(change: impl FnOnce(&mut Changes)) {
    GENERATION.set(GENERATION.get().map(|generation| generation + 1));
    CHANGES.with(|changes| {
        // Nobody holds it while the server may call us.
        if let Ok(mut changes) = changes.try_borrow_mut() {
            change(&mut changes);
        }
    });
}

/// A message names this hash or relation, 0 for all: of a type, or by `is_any` of something that any of them may depend on.
fn note_watched(named: u32, of: impl Fn(&WatchedTypes) -> &HashSet<u32>, is_any: bool) {
    WATCHED.with(|watched| {
        // Nobody holds it while the server may call us.
        if let Ok(mut watched) = watched.try_borrow_mut() {
            let is_watched = !watched.hashes.is_empty() && (is_any || named == 0 || of(&watched).contains(&named));
            watched.have_changed |= is_watched;
        }
    });
}

/// May run at any moment: touches nothing of the server.
#[pg_guard]
unsafe extern "C-unwind" fn relation_changed(_argument: pg_sys::Datum, relation: pg_sys::Oid) {
    note_watched(relation.to_u32(), |watched| &watched.relations, false);
    note(|changes| {
        let named = add(&mut changes.relations, relation.to_u32());
        changes.everything |= !named;
    });
}

/// As [`relation_changed`].
#[pg_guard]
unsafe extern "C-unwind" fn row_changed(_argument: pg_sys::Datum, cache: c_int, hash: u32) {
    note_row(cache, hash);
}

/// As [`relation_changed`].
#[pg_guard]
unsafe extern "C-unwind" fn function_changed(_argument: pg_sys::Datum, cache: c_int, hash: u32) {
    GENERATION_OF_FUNCTIONS.set(GENERATION_OF_FUNCTIONS.get() + 1);
    note_row(cache, hash);
}

fn note_row(cache: c_int, hash: u32) {
    if [Id::TYPEOID, Id::CASTSOURCETARGET].contains(&(cache as Id::Type)) {
        note_watched(hash, |watched| &watched.hashes, cache as Id::Type == Id::CASTSOURCETARGET);
    }
    note(|changes| match cache as Id::Type {
        Id::TYPEOID => changes.all_types |= !add(&mut changes.types, hash),
        Id::STATRELATTINH => changes.all_statistics |= !add(&mut changes.statistics, hash),
        Id::NAMESPACEOID => changes.schemas = true,
        Id::AUTHOID | Id::AUTHMEMROLEMEM | Id::DATABASEOID => changes.roles = true,
        Id::ENUMOID => changes.enums = true,
        // It names no table that is on the server.
        Id::FOREIGNSERVEROID => changes.everything = true,
        _ => {}
    });
}

/// Adds what a message names; false where it names nothing (0), or there is no room for more.
fn add(named: &mut HashSet<u32>, number: u32) -> bool {
    let has_room = number != 0 && named.len() < MAX_NAMED;
    if has_room {
        named.insert(number);
    }
    has_room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_names_and_none_at_all_count_as_everything() {
        let mut named = HashSet::new();
        assert!(!add(&mut named, 0));
        assert!((1..).zip(0..MAX_NAMED).all(|(number, _)| add(&mut named, number)));
        assert!(!add(&mut named, u32::MAX));
    }

    #[test]
    fn what_changed_later_is_added() {
        let mut changes = Changes { relations: HashSet::from([1]), ..Changes::default() };
        assert!(!changes.is_empty() && Changes::default().is_empty());
        changes.add(Changes { relations: HashSet::from([2]), schemas: true, ..Changes::default() });
        assert_eq!(changes, Changes { relations: HashSet::from([1, 2]), schemas: true, ..Changes::default() });
    }
}
