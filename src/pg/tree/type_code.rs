//! Code that stands behind types: the checks of domains and the casts that make json of values, wherever in arrays, rows, ranges
//! and other domains a type has them. Read from the catalogs by plain look-ups, as the planner's hook needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::c_int;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};

use crate::pg::tree::query_trees::ExpressionTree;
use crate::pg::tree::uses::{FunctionUse, Origin, Uses, add_tree};

/// The oids of pg_constraint and its index on the types of domains, fixed in pg_constraint.h.
const CONSTRAINTS: u32 = 2606;
const CONSTRAINTS_BY_TYPE: u32 = 2666;

/// Adds what the types in `uses` may run, down to what those expressions use in turn. The types of users that this looked at.
///
/// # Safety
/// In a transaction, on the backend's only thread. What is read stays in the current memory context.
pub unsafe fn add_code_of_types(uses: &mut Uses) -> BTreeSet<u32> {
    let mut known = BTreeSet::new();
    let mut next: Vec<u32> = uses.types.iter().map(|used| used.0).collect();
    while let Some(oid) = next.pop() {
        if oid < pg_sys::FirstNormalObjectId || !known.insert(oid) {
            continue;
        }
        let before = uses.types.len();
        // SAFETY: the caller's promise.
        unsafe {
            let kind = parts(pg_sys::Oid::from(oid), &mut next);
            if kind == Some(pg_sys::TYPTYPE_DOMAIN) {
                add_checks(oid, uses);
            }
            add_casts(oid, uses);
        }
        next.extend(uses.types.iter().skip(before).map(|used| used.0));
    }
    known
}

/// What domains may add up to, each with all that it is made of: some ten thousand take the server a tenth of a second.
pub const MOST_DOMAINS: usize = 20_000;

/// Has the session know the checks of these types from now on, so that it hears of every change of them. False where domains lie too
/// deep in each other for that: for each, the server reads the checks of all below it, and looks for no cancel.
///
/// # Safety
/// In a transaction; they have been judged, as the server computes their constant parts.
pub unsafe fn keep_checks(types: &BTreeSet<u32>) -> bool {
    let is_domain =
        // SAFETY: the caller's promise.
        |oid: &&u32| unsafe { pg_sys::get_typtype(pg_sys::Oid::from(**oid)) } as u8 == pg_sys::TYPTYPE_DOMAIN;
    // SAFETY: the caller's promise.
    let bases = types.iter().filter(is_domain).map(|oid| (*oid, unsafe { base_of(pg_sys::Oid::from(*oid)) }.to_u32()));
    let bases: BTreeMap<u32, u32> = bases.collect();
    let below = bases.keys().flat_map(|domain| std::iter::successors(Some(*domain), |oid| bases.get(oid).copied()));
    if below.take(MOST_DOMAINS + 1).count() > MOST_DOMAINS {
        return false;
    }
    for domain in bases.into_keys() {
        // SAFETY: the caller's promise.
        unsafe {
            pg_sys::lookup_type_cache(pg_sys::Oid::from(domain), pg_sys::TYPECACHE_DOMAIN_CONSTR_INFO as c_int);
        }
    }
    true
}

/// The type that a domain is made of.
///
/// # Safety
/// In a transaction.
unsafe fn base_of(domain: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: the cache entry is held while its field is read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(Id::TYPEOID as c_int, pg_sys::Datum::from(domain));
        if tuple.is_null() {
            return pg_sys::InvalidOid;
        }
        let base = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_type>(tuple)).typbasetype;
        pg_sys::ReleaseSysCache(tuple);
        base
    }
}

/// Adds the types that this one is made of to `found`. What kind of type it is, as pg_type.typtype has it.
///
/// # Safety
/// As for [`add_code_of_types`].
pub unsafe fn parts(oid: pg_sys::Oid, found: &mut Vec<u32>) -> Option<u8> {
    // SAFETY: the caller's promise; each cache entry is held while its fields are read. Ranges are known to exist.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(Id::TYPEOID as c_int, pg_sys::Datum::from(oid));
        if tuple.is_null() {
            return None;
        }
        let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_type>(tuple);
        let (kind, relation) = (row.typtype as u8, row.typrelid);
        found.extend([row.typelem.to_u32(), row.typbasetype.to_u32()]);
        pg_sys::ReleaseSysCache(tuple);
        if relation != pg_sys::InvalidOid {
            for number in 1..=pg_sys::MaxHeapAttributeNumber as i16 {
                let (relation, number) = (pg_sys::Datum::from(relation), pg_sys::Datum::from(number));
                let tuple = pg_sys::SearchSysCache2(Id::ATTNUM as c_int, relation, number);
                if tuple.is_null() {
                    break;
                }
                found.push((*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_attribute>(tuple)).atttypid.to_u32());
                pg_sys::ReleaseSysCache(tuple);
            }
        }
        if kind == pg_sys::TYPTYPE_RANGE {
            found.push(pg_sys::get_range_subtype(oid).to_u32());
        }
        if kind == pg_sys::TYPTYPE_MULTIRANGE {
            found.push(pg_sys::get_multirange_range(oid).to_u32());
        }
        Some(kind)
    }
}

/// # Safety
/// As for [`add_code_of_types`].
unsafe fn add_checks(of: u32, uses: &mut Uses) {
    let constraints = pg_sys::Oid::from(CONSTRAINTS);
    let mut expressions = Vec::new();
    // SAFETY: a scan of a catalog by its index, ended before anything else happens; the key is an oid. The columns are looked
    // up by name, as their numbers differ from version to version; conbin is a tree as text, which is copied.
    unsafe {
        let by_type = pg_sys::get_attnum(constraints, c"contypid".as_ptr());
        let expression = pg_sys::get_attnum(constraints, c"conbin".as_ptr());
        let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
        let (equal, value) = (pg_sys::RegProcedure::from(pg_sys::F_OIDEQ), pg_sys::Datum::from(pg_sys::Oid::from(of)));
        pg_sys::ScanKeyInit(&mut key, by_type, pg_sys::BTEqualStrategyNumber as u16, equal, value);
        let catalog = pg_sys::table_open(constraints, pg_sys::AccessShareLock as c_int);
        let index = pg_sys::Oid::from(CONSTRAINTS_BY_TYPE);
        let scan = pg_sys::systable_beginscan(catalog, index, true, std::ptr::null_mut(), 1, &mut key);
        loop {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let mut null = false;
            let text = pg_sys::heap_getattr(tuple, expression.into(), (*catalog).rd_att, &mut null);
            if !null {
                expressions.push(pg_sys::text_to_cstring(pg_sys::pg_detoast_datum_packed(text.cast_mut_ptr()).cast()));
            }
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(catalog, pg_sys::AccessShareLock as c_int);
        for text in expressions {
            if let Some(tree) = ExpressionTree::new(pg_sys::stringToNode(text).cast()) {
                add_tree(uses, Origin::Type(of), tree);
            }
        }
    }
}

/// Adds the functions by which the server makes json and jsonb of the type's values.
///
/// # Safety
/// As for [`add_code_of_types`].
unsafe fn add_casts(of: u32, uses: &mut Uses) {
    /// The first columns of pg_cast (pg_cast.h).
    #[repr(C)]
    struct Cast {
        oid: pg_sys::Oid,
        source: pg_sys::Oid,
        target: pg_sys::Oid,
        function: pg_sys::Oid,
    }
    for target in [pg_sys::JSONOID, pg_sys::JSONBOID] {
        // SAFETY: the caller's promise; the cache entry is held while its field is read.
        unsafe {
            let source = pg_sys::Datum::from(pg_sys::Oid::from(of));
            let tuple = pg_sys::SearchSysCache2(Id::CASTSOURCETARGET as c_int, source, pg_sys::Datum::from(target));
            if tuple.is_null() {
                continue;
            }
            let function = (*pg_sys::heap_tuple_get_struct::<Cast>(tuple)).function.to_u32();
            pg_sys::ReleaseSysCache(tuple);
            if function != 0 {
                let origin = Origin::Type(of);
                uses.functions.push(FunctionUse { oid: function, origin, by_cast: false, location: None });
            }
        }
    }
}
