//! Settings of the whole server, which exist where it has loaded the library at its start (shared_preload_libraries).

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

use crate::pg::shared::directories::{self, MOST_DATABASES};

static SHARED_DIRECTORIES: GucSetting<i32> = GucSetting::<i32>::new(4);

/// Defines them and asks for the memory that they tell of.
pub fn define() {
    if !directories::can_be_asked_for() {
        return;
    }
    GucRegistry::define_int_guc(
        c"nl2sql.shared_directories",
        c"Databases whose sessions share the names of their tables.",
        c"Each may take 16 MB of shared memory. 0 shares nothing.",
        &SHARED_DIRECTORIES,
        0,
        MOST_DATABASES,
        GucContext::Postmaster,
        GucFlags::default(),
    );
    directories::install(SHARED_DIRECTORIES.get());
}
