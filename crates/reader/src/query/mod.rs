//! Query tree to text: what a question means (`tree`), written as a statement (`sql`) and as a line of plain words
//! (`summary`).

pub(crate) mod aliases;
pub(crate) mod calculations;
pub(crate) mod data_ends;
pub(crate) mod grouped_subqueries;
pub(crate) mod limits_per_group;
pub(crate) mod predicates;
pub(crate) mod sql;
pub(crate) mod summary;
pub(crate) mod tree;
