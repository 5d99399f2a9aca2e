//! Whether a table holds nothing at all, without asking it.

use std::ffi::CStr;

use pgrx::pg_sys;

/// Whether a table (its schema and name) has no block, so that no transaction can see a row in it, or does not exist. One whose rows
/// were deleted may still have blocks. A table that is locked against readers, or that is read in a serializable transaction,
/// which has to tell the server what it read, is not called empty.
pub fn is_empty((schema, name): (&CStr, &CStr)) -> bool {
    // SAFETY: in a transaction; the names are C strings. The relation is opened under a lock that was got without waiting, after
    // which its entry is as it is now, and both are given back before this returns. An ERROR gives them back as well.
    unsafe {
        if pg_sys::XactIsoLevel == pg_sys::XACT_SERIALIZABLE as i32 {
            return false;
        }
        let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
        let table = pg_sys::get_relname_relid(name.as_ptr(), schema);
        if table == pg_sys::InvalidOid {
            return true;
        }
        let lock = pg_sys::AccessShareLock as pg_sys::LOCKMODE;
        if !pg_sys::ConditionalLockRelationOid(table, lock) {
            return false;
        }
        let relation = pg_sys::RelationIdGetRelation(table);
        let blocks = match relation.is_null() {
            true => 0,
            false => {
                let blocks = pg_sys::RelationGetNumberOfBlocksInFork(relation, pg_sys::ForkNumber::MAIN_FORKNUM);
                pg_sys::RelationClose(relation);
                blocks
            }
        };
        pg_sys::UnlockRelationOid(table, lock);
        blocks == 0
    }
}
