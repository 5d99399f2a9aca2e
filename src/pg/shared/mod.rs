//! Memory that all processes of the server share, and a process of our own. Both are there only where the library is in
//! `shared_preload_libraries`: whatever uses them has to do without.

pub mod area;
pub mod background;
pub mod directories;
pub mod own_tables;
pub mod ring;
