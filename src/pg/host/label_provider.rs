//! The provider of the security labels `hidden` and `masked`. It checks labels when they are set, never objects: the
//! guard and the grounding give labels their meaning, and read them from pg_seclabel whether this is loaded or not.

use std::ffi::{CStr, c_char};

use pgrx::pg_sys;
use pgrx::{PgList, prelude::*};

use super::text::owned;
use crate::error::{Error, Failure};
use crate::pg::host::report;

/// Makes the provider known to this session (`SECURITY LABEL FOR nl2sql`); called once, when the library is loaded.
pub fn register_provider() {
    // SAFETY: the hook has the signature the server expects and is never unloaded; the name is a constant.
    unsafe { pg_sys::register_label_provider(c"nl2sql".as_ptr(), Some(check)) };
}

/// Whether any object of this database has a label of any provider: a look at the first row of pg_seclabel.
pub fn exist() -> bool {
    // SAFETY: in a transaction with a catalog snapshot of the server's own making; what is opened is closed again, and by
    // the subtransaction's rollback if an ERROR comes between.
    unsafe {
        let catalog = pg_sys::table_open(pg_sys::SecLabelRelationId, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        let none = std::ptr::null_mut();
        let scan = pg_sys::systable_beginscan(catalog, pg_sys::InvalidOid, false, none, 0, std::ptr::null_mut());
        let exist = !pg_sys::systable_getnext(scan).is_null();
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(catalog, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        exist
    }
}

/// Called by `SECURITY LABEL` before it changes anything; a null label takes the old one away. Whether the caller owns
/// the object has been checked.
#[pg_guard]
unsafe extern "C-unwind" fn check(object: *const pg_sys::ObjectAddress, label: *const c_char) {
    if label.is_null() {
        return;
    }
    // SAFETY: the server hands over a live address and a C string.
    let (object, label) = unsafe { (*object, CStr::from_ptr(label).to_string_lossy()) };
    let why = if !is_labelled(&object) {
        "Only schemas, tables, views, and their columns have labels here."
    } else if !["hidden", "masked"].contains(&label.as_ref()) {
        "Labels are \"hidden\" and \"masked\"."
    } else {
        return;
    };
    report::raise(Error::InvalidLabel { label: label.into_owned(), why });
}

/// The extensions that a DROP EXTENSION names, told to the function of an event trigger.
pub fn dropped_extensions(call: pg_sys::FunctionCallInfo) -> Result<Vec<String>, Error> {
    // SAFETY: the server calls such a function with live EventTriggerData as its context, and the statement's tree in it.
    unsafe {
        let data = (*call).context.cast::<pg_sys::EventTriggerData>();
        if data.is_null() || (*data).type_ != pg_sys::NodeTag::T_EventTriggerData {
            return Err(Error::Server(Failure {
                sqlstate: "39P03".to_owned(),
                message: "nl2sql_warn_of_labels was not called by an event trigger".to_owned(),
                ..Failure::default()
            }));
        }
        let statement = (*data).parsetree.cast::<pg_sys::DropStmt>();
        if statement.is_null() || (*statement).type_ != pg_sys::NodeTag::T_DropStmt {
            return Ok(Vec::new());
        }
        let name = |node: *mut pg_sys::Node| {
            owned(pg_sys::NameListToString(pg_sys::lappend(std::ptr::null_mut(), node.cast())))
        };
        Ok(PgList::<pg_sys::Node>::from_pg((*statement).objects).iter_ptr().filter_map(name).collect())
    }
}

fn is_labelled(object: &pg_sys::ObjectAddress) -> bool {
    if object.classId == pg_sys::NamespaceRelationId {
        return true;
    }
    // SAFETY: in a transaction; a look-up that raises nothing.
    let kind = unsafe { pg_sys::get_rel_relkind(object.objectId) } as u8;
    object.classId == pg_sys::RelationRelationId && b"rvmpf".contains(&kind)
}
