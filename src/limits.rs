//! Limits as plain values: the settings give them, the server's wrappers apply them.

#![forbid(unsafe_code)]

/// What one statement may take; 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    pub milliseconds: i32,
    pub memory_kb: i32,
    pub temp_file_kb: i32,
}

/// The most of an answer that is returned; past either limit the query ends early.
#[derive(Debug, Clone, Copy)]
pub struct RowLimits {
    pub rows: u64,
    /// Of json text.
    pub bytes: u64,
}
