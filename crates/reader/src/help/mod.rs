//! What is said where the reader is silent, and what can be asked at all.
//!
//! `understanding` tells what was understood; `suggestions` are questions near to the one asked, by leaving something out
//! (`edits`) and from the parts it names (`topics`, by its verbs `doers`), ranked by `likeness`; `examples` are questions made
//! from the schema alone (`facets`, `question_templates`). Each is read before it is shown. What is asked about the schema
//! itself is answered by `about_schema`.

pub(crate) mod about_schema;
pub(crate) mod contrary;
pub(crate) mod doers;
pub(crate) mod edits;
pub(crate) mod examples;
pub(crate) mod facets;
pub(crate) mod likeness;
pub(crate) mod question_templates;
pub(crate) mod suggestions;
pub(crate) mod topics;
pub(crate) mod understanding;
