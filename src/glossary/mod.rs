//! The company's words: terms that users defined in `nl2sql.glossary`, as far as the asker may know of them.
//!
//! The table's owner reads and writes it, for the role that asks: a role gets its own terms, and those whose audience it belongs
//! to. The SQL of a term is judged as its definer when it is defined, and as the asker whenever a question says it: one that may not
//! run is treated as if it were not there.

#![forbid(unsafe_code)]

mod definition;
mod listed;
mod told;

use std::ffi::CStr;

use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::running::query::{self, Row};
use reader::Meaning;
use schema::quote_ident;

pub use definition::{Definition, define, undefine};
pub use listed::{Listed, listed};
pub use told::told;

/// Where terms are kept.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"glossary");

/// No term has more words.
const MAX_WORDS: usize = 5;

/// A term that a question says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    /// In words.
    pub meaning: String,
    kind: String,
    /// The relation that it speaks of, by schema and name.
    pub relation: Option<(String, String)>,
    /// As it was given.
    pub expression: Option<String>,
    /// As the server reads it.
    sql: Option<String>,
    key: String,
}

/// The terms that a text says and that its asker may use, one for each wording; own ones come before shared ones. `approve` says
/// whether the asker may run a statement.
pub fn said(text: &str, approve: &dyn Fn(&str) -> Result<bool, Error>) -> Result<Vec<Term>, Error> {
    let words = reader::key(text);
    let mut keys: Vec<String> =
        (1..=MAX_WORDS).flat_map(|length| words.windows(length)).map(|one| one.join(" ")).collect();
    keys.sort();
    keys.dedup();
    let mut terms: Vec<Term> = Vec::new();
    for term in found(&keys)? {
        let is_new = !terms.iter().any(|other| other.key == term.key);
        if is_new && term.probe().map_or(Ok(true), |probe| approve(&probe))? {
            terms.push(term);
        }
    }
    Ok(terms)
}

/// The visible terms with these keys, whatever their SQL may do.
fn found(keys: &[String]) -> Result<Vec<Term>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let role = query::current_role().to_u32().to_string();
    match query::owner_rows(TABLE, include_str!("said.sql"), &[Some(&role), Some(&array_literal(keys))]) {
        Ok(rows) => Ok(rows.into_iter().filter_map(Term::read).collect()),
        // Before the extension is updated there is no such table; only a cancel or a shutdown ends a question.
        Err(error) if !error.sqlstate().starts_with("57") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

impl Term {
    fn read(row: Row) -> Option<Self> {
        Self::take(&mut row.into_iter())
    }

    /// Reads the first eight cells of a row.
    fn take(cells: &mut impl Iterator<Item = Option<String>>) -> Option<Self> {
        let mut next = || cells.next().flatten();
        let (text, meaning, kind) = (next()?, next()?, next()?);
        let (schema, name) = (next(), next());
        let (expression, sql) = (next(), next());
        Some(Self { text, meaning, kind, relation: schema.zip(name), expression, sql, key: next()? })
    }

    /// The words of what it speaks of.
    pub fn about(&self) -> impl Iterator<Item = &str> {
        [Some(&self.meaning), self.relation.as_ref().map(|(_, name)| name)].into_iter().flatten().map(String::as_str)
    }

    /// A statement that runs where the term may be used, if it has SQL.
    pub fn probe(&self) -> Option<String> {
        let (sql, (schema, name)) = (self.sql.as_ref()?, self.relation.as_ref()?);
        let relation = format!("{}.{} AS {}", quote_ident(schema), quote_ident(name), reader::ROW);
        Some(if self.kind == "filter" {
            format!("SELECT FROM {relation} WHERE ({sql})")
        } else {
            format!("SELECT {sql} FROM {relation}")
        })
    }

    /// What the builtin model makes of it: nothing of a note.
    pub fn for_reader(&self) -> Option<reader::Term> {
        let sql = || Some((self.relation.clone()?, self.sql.clone()?));
        let meaning = match self.kind.as_str() {
            "synonym" => Meaning::Words(self.meaning.clone()),
            "filter" => sql().map(|((schema, relation), sql)| Meaning::Filter { schema, relation, sql })?,
            "measure" => sql().map(|((schema, relation), sql)| Meaning::Measure { schema, relation, sql })?,
            _ => return None,
        };
        Some(reader::Term { text: self.text.clone(), meaning })
    }
}
