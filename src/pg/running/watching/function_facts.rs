//! What the catalogs say of a function that is about to run, as far as its judges care; kept until functions change.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_int;
use std::rc::Rc;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};

use crate::pg::host::invalidation::generation_of_functions;
use crate::pg::host::text::owned;

/// A function that is about to run.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub schema: String,
    pub name: String,
    /// `i`, `s` or `v`.
    pub volatility: char,
    pub language: Language,
    pub security_definer: bool,
    /// It came with the server.
    pub is_server: bool,
    pub extension: Option<String>,
    /// The name of the role that owns it.
    pub owner: String,
    pub owner_superuser: bool,
}

impl Call {
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

/// What code in a language can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// C, or the server's own.
    #[default]
    Machine,
    /// What it does, it does through functions and statements that are announced in turn.
    Trusted,
    /// Only superusers may write in it, as it may do anything.
    Untrusted,
}

pub struct Facts {
    pub call: Call,
    pub owner: pg_sys::Oid,
    /// The server may keep it at hand for the session, as the support of a range type or an operator class, and call it
    /// without looking it up again.
    pub is_support: bool,
    /// Which of the first eight arguments of a function of the server may be large: bit n for the nth, from 0.
    pub large_arguments: u8,
}

/// The oids of the languages internal and c, fixed in pg_language.dat.
const MACHINE_CODE: [u32; 2] = [12, 13];

/// The number of pg_language.lanpltrusted, a boolean.
const LANGUAGE_IS_TRUSTED: i16 = 5;

/// The oids of pg_depend and its index on what is depended on, fixed in pg_depend.h.
const DEPENDENCIES: u32 = 2608;
const DEPENDENCIES_BY_REFERENCE: u32 = 2674;

/// So many functions are kept at most; then it starts anew.
const MAX_KEPT: usize = 10_000;

/// What is known by oid, and the generation of functions it belongs to.
type Kept = (u64, HashMap<u32, Rc<Facts>>);

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The facts of a function, or `None` where there is none of this oid.
pub fn of(function: pg_sys::Oid) -> Option<Rc<Facts>> {
    let generation = generation_of_functions();
    let known = KEPT.with_borrow_mut(|(of, kept)| {
        if *of != generation || kept.len() >= MAX_KEPT {
            kept.clear();
            *of = generation;
        }
        kept.get(&function.to_u32()).cloned()
    });
    known.or_else(|| {
        // SAFETY: called by the hooks, in a transaction and on the backend's only thread.
        let facts = Rc::new(unsafe { read(function) }?);
        KEPT.with_borrow_mut(|(of, kept)| {
            if *of == generation {
                kept.insert(function.to_u32(), Rc::clone(&facts));
            }
        });
        Some(facts)
    })
}

/// # Safety
/// In a transaction, on the backend's only thread.
unsafe fn read(function: pg_sys::Oid) -> Option<Facts> {
    // SAFETY: the cache entry is held while its fields are read; names are NUL-terminated.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(Id::PROCOID as c_int, pg_sys::Datum::from(function));
        if tuple.is_null() {
            return None;
        }
        let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_proc>(tuple);
        let language = language(row.prolang);
        let is_server = function.to_u32() < pg_sys::FirstNormalObjectId;
        let call = Call {
            schema: owned(pg_sys::get_namespace_name(row.pronamespace)).unwrap_or_default(),
            name: owned(row.proname.data.as_ptr()).unwrap_or_default(),
            volatility: char::from(row.provolatile as u8),
            language,
            security_definer: row.prosecdef,
            is_server,
            extension: if is_server { None } else { extension(function) },
            owner: owned(pg_sys::GetUserNameFromId(row.proowner, true)).unwrap_or_default(),
            owner_superuser: pg_sys::superuser_arg(row.proowner),
        };
        let owner = row.proowner;
        let types = row.proargtypes.values.as_slice(usize::try_from(row.pronargs).unwrap_or_default().min(8));
        let is_large = |of: &pg_sys::Oid| is_server && language == Language::Machine && pg_sys::get_typlen(*of) == -1;
        let large_arguments = types.iter().enumerate().fold(0, |mask, (at, of)| mask | u8::from(is_large(of)) << at);
        pg_sys::ReleaseSysCache(tuple);
        let is_support = language != Language::Machine && !is_server && is_support(function);
        Some(Facts { call, owner, is_support, large_arguments })
    }
}

/// # Safety
/// As for [`read`].
unsafe fn language(oid: pg_sys::Oid) -> Language {
    if MACHINE_CODE.contains(&oid.to_u32()) {
        return Language::Machine;
    }
    // SAFETY: the cache entry is held while its field is read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(Id::LANGOID as c_int, pg_sys::Datum::from(oid));
        if tuple.is_null() {
            return Language::Untrusted;
        }
        let mut null = false;
        let trusted = pg_sys::SysCacheGetAttr(Id::LANGOID as c_int, tuple, LANGUAGE_IS_TRUSTED, &mut null);
        let is_trusted = !null && trusted.value() & 1 == 1;
        pg_sys::ReleaseSysCache(tuple);
        if is_trusted { Language::Trusted } else { Language::Untrusted }
    }
}

/// # Safety
/// As for [`read`].
unsafe fn extension(function: pg_sys::Oid) -> Option<String> {
    // SAFETY: both look catalog rows up; the name is allocated in the current memory context.
    unsafe {
        let extension = pg_sys::getExtensionOfObject(pg_sys::ProcedureRelationId, function);
        if extension == pg_sys::InvalidOid { None } else { owned(pg_sys::get_extension_name(extension)) }
    }
}

/// Whether a type, an operator class or an operator that belongs to one is made of it.
///
/// # Safety
/// As for [`read`].
unsafe fn is_support(function: pg_sys::Oid) -> bool {
    /// The first columns of pg_depend (pg_depend.h).
    #[repr(C)]
    struct Dependency {
        class: pg_sys::Oid,
        object: pg_sys::Oid,
    }
    // SAFETY: a scan of a catalog by its index, ended before anything else happens; the keys are oids, and the columns read
    // are of fixed width at the row's start.
    unsafe {
        let mut keys: [pg_sys::ScanKeyData; 2] = std::mem::zeroed();
        for (key, (column, value)) in keys.iter_mut().zip([(4, pg_sys::ProcedureRelationId), (5, function)]) {
            let equal = pg_sys::RegProcedure::from(pg_sys::F_OIDEQ);
            pg_sys::ScanKeyInit(key, column, pg_sys::BTEqualStrategyNumber as u16, equal, pg_sys::Datum::from(value));
        }
        let catalog = pg_sys::table_open(pg_sys::Oid::from(DEPENDENCIES), pg_sys::AccessShareLock as c_int);
        let index = pg_sys::Oid::from(DEPENDENCIES_BY_REFERENCE);
        let scan = pg_sys::systable_beginscan(catalog, index, true, std::ptr::null_mut(), 2, keys.as_mut_ptr());
        let mut found = false;
        while !found {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let row = &*pg_sys::heap_tuple_get_struct::<Dependency>(tuple);
            found = row.class == pg_sys::TypeRelationId
                || row.class == pg_sys::AccessMethodProcedureRelationId
                || row.class == pg_sys::OperatorRelationId && is_of_class(row.object);
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(catalog, pg_sys::AccessShareLock as c_int);
        found
    }
}

/// Whether an operator belongs to an operator family.
///
/// # Safety
/// As for [`read`].
unsafe fn is_of_class(operator: pg_sys::Oid) -> bool {
    // SAFETY: the list is released after its length is read.
    unsafe {
        let none = pg_sys::Datum::from(0);
        let list = pg_sys::SearchSysCacheList(Id::AMOPOPID as c_int, 1, pg_sys::Datum::from(operator), none, none);
        let members = (*list).n_members;
        pg_sys::ReleaseCatCacheList(list);
        members > 0
    }
}
