//! How large a statement may become on its way to a plan.

use crate::error::Error;
use crate::limits::{Growth, Width};

/// What analysis may make of a statement: far more than anybody writes, and less than a second and 200 MB.
const MAX_WIDTH: Width = Width {
    columns: 5e5,
    comparisons: 3e8,
    merged: 1e3,
    sorted: 2e3,
    parts: 3e5,
    searched: 3e7,
    grouping_sets: MAX_GROWTH.grouping_sets,
    windows: f64::INFINITY,
    window_parts: f64::INFINITY,
    relations: MAX_GROWTH.relations,
    candidates: 2e8,
    default_bytes: 5e7,
};

/// What rewriting and planning may put in place; again far more than anybody writes.
pub const MAX_GROWTH: Growth = Growth {
    nodes: 1e5,
    relations: 5e3,
    conditions: 5e3,
    aggregates: 5e3,
    outer_columns: 5e3,
    grouping_sets: 600.0,
    searched: 5e8,
    outer_joins: 5e3,
    columns: 5e6,
    array_steps: 64.0,
    xml_parses: 0.0,
    xml_tables: 0.0,
};

/// Refuses what analysis would make too large.
pub fn check_width(width: Width) -> Result<(), Error> {
    let excess = [
        (width.columns, MAX_WIDTH.columns, "columns, when stars and joins are written out"),
        (width.relations, MAX_WIDTH.relations, "relations"),
        (width.comparisons, MAX_WIDTH.comparisons, "columns to look through for names"),
        (width.merged, MAX_WIDTH.merged, "columns that joins merge"),
        (width.sorted, MAX_WIDTH.sorted, "expressions to sort, group and make distinct by"),
        (width.parts, MAX_WIDTH.parts, "parts of expressions, when BETWEEN, IN and stars are written out"),
        (width.searched, MAX_WIDTH.searched, "parts of expressions times those of what they are sorted and grouped by"),
        (width.grouping_sets, MAX_WIDTH.grouping_sets, "grouping sets"),
        (width.candidates, MAX_WIDTH.candidates, "functions of one name to look through, for all calls"),
        (width.default_bytes, MAX_WIDTH.default_bytes, "bytes of the defaults of functions, for all calls"),
    ];
    let excess = excess.into_iter().find(|(size, limit, _)| size > limit);
    excess.map_or(Ok(()), |(_, limit, what)| Err(Error::TooComplex { what, limit: limit as usize }))
}
