//! The walk through a plan that has been started. pgrx binds it on some majors alone.

use std::ffi::c_void;

use pgrx::pg_sys;

/// Called for every node below one; `true` ends the walk.
pub type Visit = Option<unsafe extern "C-unwind" fn(*mut pg_sys::PlanState, *mut c_void) -> bool>;

// Without pgrx's wrapper, as an ERROR may jump over the frames here.
unsafe extern "C-unwind" {
    #[cfg_attr(not(feature = "pg15"), link_name = "planstate_tree_walker_impl")]
    pub fn planstate_tree_walker(node: *mut pg_sys::PlanState, visit: Visit, context: *mut c_void) -> bool;
}
