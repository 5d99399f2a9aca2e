//! Limits as plain values: the settings give them, the server's wrappers apply them.

#![forbid(unsafe_code)]

use std::ops::{AddAssign, Mul, Sub};

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

/// How much the analysis of a statement makes and looks through, at most. Sizes may be beyond any integer.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Width {
    /// Columns that stars and joins stand for, and those of tables.
    pub columns: f64,
    /// Pairs of columns that natural joins compare, and columns that names are looked for among.
    pub comparisons: f64,
    /// Columns that joins merge.
    pub merged: f64,
    /// What is sorted, grouped and made distinct by.
    pub sorted: f64,
    /// Parts of expressions, those that analysis copies counted with their copies.
    pub parts: f64,
    /// Parts of expressions that are compared with each other.
    pub searched: f64,
    pub grouping_sets: f64,
    /// Windows, and the parts of what defines them.
    pub windows: f64,
    pub window_parts: f64,
    /// What FROM clauses read from: the server looks for the name of each among all before it (checkNameSpaceConflicts in
    /// parse_relation.c).
    pub relations: f64,
    /// Functions and operators that are looked at for their name, and pairs of them, for all calls.
    pub candidates: f64,
    /// Bytes of the defaults of arguments, for all calls.
    pub default_bytes: f64,
}

impl Width {
    fn with(self, other: Self, combine: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            columns: combine(self.columns, other.columns),
            comparisons: combine(self.comparisons, other.comparisons),
            merged: combine(self.merged, other.merged),
            sorted: combine(self.sorted, other.sorted),
            parts: combine(self.parts, other.parts),
            searched: combine(self.searched, other.searched),
            grouping_sets: combine(self.grouping_sets, other.grouping_sets),
            windows: combine(self.windows, other.windows),
            window_parts: combine(self.window_parts, other.window_parts),
            relations: combine(self.relations, other.relations),
            candidates: combine(self.candidates, other.candidates),
            default_bytes: combine(self.default_bytes, other.default_bytes),
        }
    }
}

impl AddAssign for Width {
    fn add_assign(&mut self, other: Self) {
        *self = self.with(other, |one, other| one + other);
    }
}

impl Sub for Width {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.with(other, |one, other| one - other)
    }
}

impl Mul<f64> for Width {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        self.with(self, |one, _| one * factor)
    }
}

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
    /// Parts of expressions times those of what is sorted, grouped and made distinct by, of each query: the planner looks for each part
    /// among these (search_indexed_tlist_for_non_var in setrefs.c), and at each window for all that is selected.
    pub searched: f64,
    pub outer_joins: f64,
    /// Columns of all that is read from.
    pub columns: f64,
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
        self.searched += other.searched;
        self.outer_joins += other.outer_joins;
        self.columns += other.columns;
        self.array_steps += other.array_steps;
        self.xml_parses += other.xml_parses;
        self.xml_tables += other.xml_tables;
    }
}
