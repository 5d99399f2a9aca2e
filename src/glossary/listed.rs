//! All terms that a role has, for whoever keeps them in order.

use super::{TABLE, Term};
use crate::error::Error;
use crate::pg::running::query::{self, Row};
use schema::quote_ident;

/// A term, whether its SQL still runs or not.
#[derive(Debug, Clone)]
pub struct Listed {
    pub term: Term,
    /// Who defined it; empty where that role is gone.
    pub by: String,
    /// A role's name, or `public`; nothing where it is for its definer alone.
    pub audience: Option<String>,
    /// When it was defined, as the session prints it.
    pub at: String,
}

/// The caller's terms and those shared with them, in the order in which they were defined.
pub fn listed() -> Result<Vec<Listed>, Error> {
    let role = query::current_role().to_u32().to_string();
    let rows = query::owner_rows(TABLE, include_str!("listed.sql"), &[Some(&role)])?;
    Ok(rows.into_iter().filter_map(Listed::read).collect())
}

impl Listed {
    fn read(row: Row) -> Option<Self> {
        let mut cells = row.into_iter();
        let term = Term::take(&mut cells)?;
        let (by, audience, at) = (cells.next()??, cells.next()?, cells.next()??);
        Some(Self { term, by, audience, at })
    }

    /// The relation that it speaks of, as SQL spells it.
    pub fn relation(&self) -> Option<String> {
        let (schema, name) = self.term.relation.as_ref()?;
        Some(format!("{}.{}", quote_ident(schema), quote_ident(name)))
    }
}
