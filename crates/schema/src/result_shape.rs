//! The shape of a result: the names and types of its columns, in order.

use std::fmt;

use crate::quote_ident;

/// The columns of a result, in order. It prints as a column definition list, as SQL takes it after `AS t`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResultShape(pub Vec<ResultColumn>);

/// One column of a result; names may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    pub name: String,
    /// As `format_type` prints it, for example `numeric(12,2)`.
    pub type_name: String,
    pub type_oid: u32,
    /// The type's modifier, -1 where it has none.
    pub modifier: i32,
    /// `pg_type.typcategory`, of a domain its base type's.
    pub category: char,
}

impl fmt::Display for ResultShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, column) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", quote_ident(&column.name), column.type_name)?;
        }
        Ok(())
    }
}
