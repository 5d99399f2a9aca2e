//! Questions to whole schemas, each with the statement it must give or the reason why it must give none, and the schemas.

pub(crate) mod abstentions;
pub(crate) mod answers;
pub(crate) mod clinic_fixture;
pub(crate) mod comments;
pub(crate) mod doubts;
mod everyday;
pub(crate) mod forms;
mod hints;
mod hostile_schemas;
mod in_house;
pub(crate) mod interrupts;
pub(crate) mod open_meanings;
mod repeated_rows;
pub(crate) mod saas_fixture;
pub(crate) mod shop_fixture;
mod supplier;
pub(crate) mod supplier_fixture;
mod terse_names;
mod value_lists;
