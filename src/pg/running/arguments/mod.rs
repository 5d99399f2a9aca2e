//! Functions of the server as they are called: how large their arguments may be, and that calls look for cancels.

pub mod any_sizes;
pub mod argument_bounds;
mod builtin_functions;
pub mod calls;
mod collated_texts;
mod enum_labels;
mod format_width;
mod headline_sizes;
mod jsonpath_sizes;
mod patterns;
mod quick_comparisons;
mod rank_sizes;
mod subscripts;
pub mod xml_sizes;
