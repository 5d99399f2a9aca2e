//! Which relations of a catalog a question is about.
//!
//! [`Directory`] is an inverted index over the words of a catalog of up to some ten thousand relations, kept true relation
//! by relation. [`rank`] puts its relations in the order of how near they are to a question and says why; [`pack`] chooses
//! how much of each fits a budget. Plain values in, plain values out: no server, no text of any prompt, no clock.

#![forbid(unsafe_code)]

mod comments;
mod directory;
mod expansion;
mod graph;
mod joins;
mod look_alikes;
mod names;
mod occurrences;
mod options;
mod packing;
mod postings;
mod priors;
mod query_terms;
mod ranking;
mod relation;
mod saved;
mod schemas;
mod scoring;
mod seen_positions;
mod segmentation;
mod stored_values;
mod word_table;

pub use directory::Directory;
pub use options::Options;
pub use packing::{Level, Pieces, Shares, Shown, pack};
pub use postings::{Place, Weights};
pub use ranking::{Context, FoundValue, Match, Neighbour, Ranked, rank};
pub use relation::{Check, Column, Interrupted, Relation, Usage};
pub use seen_positions::count_seen;
