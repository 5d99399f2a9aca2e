//! The company's words: terms that users defined in `nl2sql.glossary`, as far as the asker may know of them.
//!
//! The table's owner reads and writes it, for the role that asks: a role gets its own terms, and those whose audience it belongs
//! to. The SQL of a term is judged as its definer when it is defined, and as the asker whenever a question says it: one that may not
//! run is treated as if it were not there.

#![forbid(unsafe_code)]

mod definition;
mod learned;
mod listed;
mod prompt_lines;

use std::ffi::CStr;

use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::host::empty_tables::is_empty;
use crate::pg::running::query::{self, Row};
use crate::pg::tree::pieces::Piece;
use reader::Meaning;
use schema::{Snapshot, quote_ident};

pub use definition::{Definition, Undefined, define, undefine};
pub use listed::{Listed, listed};
pub use prompt_lines::prompt_lines;

/// Where terms are kept.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"glossary");

/// No term has more words.
const MAX_WORDS: usize = 5;
/// So many synonyms may stand for each other.
const MAX_SYNONYMS: usize = 4;

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
    /// The asker defined it.
    pub is_own: bool,
    /// When it was defined, in microseconds since 1970.
    pub defined_at: i64,
}

/// The terms that a text says and that its asker may use, one for each wording; own ones come before shared ones. Where it says a
/// synonym, those that are said by the words it stands for are among them. `approve` says whether the asker may run a statement.
pub fn said(text: &str, approve: &dyn Fn(&str) -> Result<bool, Error>) -> Result<Vec<Term>, Error> {
    let (mut terms, mut looked_up, mut text): (Vec<Term>, Vec<String>, _) = (Vec::new(), Vec::new(), text.to_owned());
    for _ in 0..MAX_SYNONYMS {
        let mut keys = keys_in(&text);
        keys.retain(|key| !looked_up.contains(key));
        for term in found(&keys)? {
            let is_new = !terms.iter().any(|other| other.key == term.key);
            if is_new && term.probe().map_or(Ok(true), |probe| approve(&probe))? {
                terms.push(term);
            }
        }
        looked_up.extend(keys);
        match spelled_out(&text, &terms) {
            Some(other) => text = other,
            None => break,
        }
    }
    Ok(terms)
}

/// A text with the words that the synonyms among some terms stand for; `None` where it says none.
pub fn spelled_out(text: &str, terms: &[Term]) -> Option<String> {
    if !terms.iter().any(Term::is_synonym) {
        return None;
    }
    let terms: Vec<reader::Term> = terms.iter().filter_map(Term::for_reader).collect();
    let other = reader::Terms::new(&terms, &Snapshot::default()).spelled_out(text);
    (other != text).then_some(other)
}

/// The keys of all terms that a text may say.
fn keys_in(text: &str) -> Vec<String> {
    let words = reader::key(text);
    let mut keys: Vec<String> =
        (1..=MAX_WORDS).flat_map(|length| words.windows(length)).map(|one| one.join(" ")).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The visible terms with these keys, whatever their SQL may do.
fn found(keys: &[String]) -> Result<Vec<Term>, Error> {
    if keys.is_empty() || is_empty(TABLE) {
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

    /// Reads the first ten cells of a row.
    fn take(cells: &mut impl Iterator<Item = Option<String>>) -> Option<Self> {
        let mut next = || cells.next().flatten();
        let (text, meaning, kind) = (next()?, next()?, next()?);
        let (schema, name) = (next(), next());
        let (expression, sql) = (next(), next());
        let (key, is_own, defined_at) = (next()?, next()? == "t", next()?.parse().ok()?);
        Some(Self { text, meaning, kind, relation: schema.zip(name), expression, sql, key, is_own, defined_at })
    }

    pub fn is_synonym(&self) -> bool {
        self.kind == "synonym"
    }

    /// It tells models outside the server something, and means nothing by itself.
    pub fn is_note(&self) -> bool {
        self.kind == "note"
    }

    /// Whether a text says it.
    pub fn is_said_in(&self, text: &str) -> bool {
        match self.is_synonym() {
            true => spelled_out(text, std::slice::from_ref(self)).is_some(),
            false => keys_in(text).contains(&self.key),
        }
    }

    /// Whether a piece of a statement is what it means.
    pub fn is(&self, piece: &Piece) -> bool {
        let named = |(schema, relation): &(String, String)| (schema, relation) == (&piece.schema, &piece.relation);
        self.relation.as_ref().is_some_and(named) && self.sql.as_ref() == Some(&piece.sql)
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
