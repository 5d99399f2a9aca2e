//! Limits as plain values: the settings give them, the server's wrappers apply them.

#![forbid(unsafe_code)]

/// What one statement may take; 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    pub milliseconds: i32,
    pub memory_kb: i32,
    pub temp_file_kb: i32,
}
