//! A process of our own in the stead of whoever asked: their roles, their settings, and nothing that stays.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::{CString, c_int};

use pgrx::pg_sys;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::pg::host::failure::catch;
use crate::pg::host::session;
use crate::pg::running::guc_level::Level;
use crate::pg::running::timer;
use crate::pg::shared::background::BOOTSTRAP_SUPERUSER;

/// Who asked: the oids of their roles, and the settings of their session with the values that these had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asker {
    /// Who was logged in.
    pub session_role: u32,
    /// Who called: the session's role, or what SET ROLE made of it.
    pub caller: u32,
    /// As whom the question was asked: in a SECURITY DEFINER function its owner.
    pub role: u32,
    pub settings: Vec<(String, String)>,
}

impl Asker {
    /// Whoever asks now.
    pub fn now(settings: Vec<(String, String)>) -> Self {
        let caller = session::calling_role();
        Self { session_role: session::session_role(), caller, role: session::current_role(), settings }
    }
}

/// Does work in a transaction of its own in the stead of the asker, and rolls it back: what comes out is values. Fails where one of
/// the roles is gone.
///
/// The process has logged in as a superuser, and code that takes the role back would be one. So it is in a security-restricted
/// operation throughout, in which the server refuses SET ROLE and SET SESSION AUTHORIZATION, also while a statement is only planned.
pub fn as_asker<T>(asker: &Asker, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // What others' drafts have left in memory is none of this asker's.
    timer::begin_anew();
    let result = catch(|| {
        // SAFETY: outside of any transaction. What is begun here, whatever comes between, the abort below ends.
        unsafe {
            pg_sys::SetCurrentStatementStartTimestamp();
            pg_sys::StartTransactionCommand();
        }
        become_asker(asker)?;
        let level = Level::begin();
        for (name, value) in &asker.settings {
            let Ok(value) = CString::new(value.as_str()) else { continue };
            if name.starts_with("nl2sql.") {
                level.set(name, &value);
            } else if may_be_made(name) {
                level.set_for_user(name, &value);
            }
        }
        // SAFETY: in the transaction begun above.
        unsafe { pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot()) };
        work()
    });
    // SAFETY: between transactions, as a process does that is about to wait. The abort puts back the user, the security context
    // and every setting; the session's user is no part of a transaction.
    unsafe {
        pg_sys::AbortCurrentTransaction();
        // The role first: while one is set, the session's user is not the one who acts.
        pg_sys::SetCurrentRoleId(pg_sys::InvalidOid, false);
        pg_sys::SetSessionAuthorization(BOOTSTRAP_SUPERUSER, true);
        pg_sys::pgstat_report_stat(false);
    }
    result
}

/// Settings that users made up and that this process knows by now; it keeps the names of all as long as it lives.
const MOST_MADE_UP: usize = 1_000;

thread_local! {
    static MADE_UP: RefCell<HashSet<String>> = RefCell::default();
}

/// Whether a setting may be set, by which it may come into being.
fn may_be_made(name: &str) -> bool {
    let is_known_or_fits = |made_up: &mut HashSet<String>| {
        made_up.contains(name) || made_up.len() < MOST_MADE_UP && made_up.insert(name.to_owned())
    };
    !name.contains('.') || MADE_UP.with_borrow_mut(is_known_or_fits)
}

fn become_asker(asker: &Asker) -> Result<(), Error> {
    for role in [asker.session_role, asker.caller, asker.role] {
        session::name_of(role).ok_or(Error::AskerIsGone)?;
    }
    let oid = |role: u32| pg_sys::Oid::from(role);
    // SAFETY: in a transaction, as roles are looked up; all of them exist. The security context is empty, which these demand, as
    // the transaction has just begun.
    unsafe {
        pg_sys::SetSessionAuthorization(oid(asker.session_role), pg_sys::superuser_arg(oid(asker.session_role)));
        if asker.caller != asker.session_role {
            pg_sys::SetCurrentRoleId(oid(asker.caller), pg_sys::superuser_arg(oid(asker.caller)));
        }
        let restricted = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
        pg_sys::SetUserIdAndSecContext(oid(asker.role), restricted as c_int);
    }
    Ok(())
}
