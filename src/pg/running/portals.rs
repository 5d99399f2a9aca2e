//! Keeps the caller's cursors out of reach of code inside a sandbox: it can't fetch from them, move or close them.
//!
//! PL/pgSQL's FETCH, MOVE and CLOSE go to the portal by its name, past every hook. But the server itself refuses all three of
//! a portal that is running (MarkPortalActive and PortalDrop in portalmem.c), and so these portals say that they are.

use std::ffi::CStr;

use pgrx::pg_sys;
use pgrx::pg_sys::PortalStatus::{self, PORTAL_ACTIVE, PORTAL_DEFINED, PORTAL_NEW};

/// Portals and what they were, until dropped.
pub struct Suspended(Vec<(pg_sys::Portal, PortalStatus::Type)>);

impl Suspended {
    /// Suspends every portal there is but those that run, and the one that is being opened.
    pub fn begin() -> Self {
        // SAFETY: on the backend's only thread. A portal that says it runs can't be dropped, so all of them are there
        // when this is dropped: transactions do not end inside a sandbox.
        unsafe {
            let mut suspended = Vec::new();
            for portal in portals() {
                if !matches!((*portal).status, PORTAL_ACTIVE | PORTAL_NEW | PORTAL_DEFINED) {
                    suspended.push((portal, (*portal).status));
                    (*portal).status = PORTAL_ACTIVE;
                }
            }
            Self(suspended)
        }
    }
}

impl Drop for Suspended {
    fn drop(&mut self) {
        for (portal, status) in self.0.drain(..) {
            // SAFETY: as in `begin`.
            unsafe { (*portal).status = status };
        }
    }
}

/// All portals: the server's table of them is its own, but each has a memory context that carries its name
/// (CreatePortal in portalmem.c).
///
/// # Safety
/// On the backend's only thread.
unsafe fn portals() -> Vec<pg_sys::Portal> {
    // SAFETY: contexts form a tree of live nodes whose names are NUL-terminated; an identifier may be null.
    unsafe {
        let mut found = Vec::new();
        let mut parent = (*pg_sys::TopMemoryContext).firstchild;
        while !parent.is_null() && CStr::from_ptr((*parent).name) != c"TopPortalContext" {
            parent = (*parent).nextchild;
        }
        let mut context = if parent.is_null() { parent } else { (*parent).firstchild };
        while !context.is_null() {
            // The unnamed portal has a name of its own to be shown.
            for name in [(*context).ident, c"".as_ptr()] {
                let portal = if name.is_null() { std::ptr::null_mut() } else { pg_sys::GetPortalByName(name) };
                if !portal.is_null() && (*portal).portalContext == context {
                    found.push(portal);
                    break;
                }
            }
            context = (*context).nextchild;
        }
        found
    }
}
