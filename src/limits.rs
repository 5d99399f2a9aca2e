//! Limits as plain values: the settings give them, the server's wrappers apply them.

#![forbid(unsafe_code)]

use std::ops::AddAssign;

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
    /// Rows times columns.
    pub values: u64,
}

/// The most of an answer that is told in words, drawn or compared: that is work of our own, which no cancel ends and no limit of
/// the query counts, a tenth of a second for as much as this.
pub const MOST_KEPT: RowLimits = RowLimits { rows: u64::MAX, bytes: 4 * 1024 * 1024, values: 200_000 };

/// How large a statement becomes on its way to a plan. Sizes may be beyond any integer.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Parts of expressions.
    pub nodes: f64,
    /// Entries of range tables.
    pub relations: f64,
    /// Conditions that must all hold, of WHERE, ON and HAVING.
    pub conditions: f64,
    /// Calls of aggregates and window functions, each of which the planner compares with each (find_compatible_agg in prepagg.c).
    pub aggregates: f64,
    /// Columns of a query around, each of which the planner looks for among all before it (replace_outer_var in paramassign.c).
    pub outer_columns: f64,
    pub grouping_sets: f64,
    /// Steps of expressions that go through arrays of any length without a function's help.
    pub array_steps: f64,
    /// Texts that XMLPARSE and its kin parse.
    pub xml_parses: f64,
    /// Those of XMLTABLE whose document or paths may be anything.
    pub xml_tables: f64,
}

impl AddAssign for Growth {
    fn add_assign(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.relations += other.relations;
        self.conditions += other.conditions;
        self.aggregates += other.aggregates;
        self.outer_columns += other.outer_columns;
        self.grouping_sets += other.grouping_sets;
        self.array_steps += other.array_steps;
        self.xml_parses += other.xml_parses;
        self.xml_tables += other.xml_tables;
    }
}
