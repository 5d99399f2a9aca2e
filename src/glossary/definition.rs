//! Terms defined and forgotten.

use super::{MAX_WORDS, TABLE, found};
use crate::error::Error;
use crate::grounding::values::Lookup;
use crate::grounding::{self, Context, Extent, array_literal};
use crate::guard;
use crate::pg::host::report;
use crate::pg::running::query::{self, Row};
use crate::pg::running::sandbox::sandboxed;
use crate::pg::tree::expression::{self, Expression};
use crate::settings::Settings;
use crate::taught::{self, Sharing};
use reader::Interrupted;
use reader::stored_values::{Closeness, ValueLookup};
use schema::quote_ident;
use schema::sanitize::one_line;

/// What somebody defines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Definition<'a> {
    pub term: Option<&'a str>,
    pub meaning: Option<&'a str>,
    pub on_relation: Option<&'a str>,
    pub expression: Option<&'a str>,
    /// A role's name, or `public`; nothing where the term is for the definer alone.
    pub audience: Option<&'a str>,
}

/// In bytes; the table has the same limits, or larger ones.
const MAX_TERM: usize = 200;
const MAX_MEANING: usize = 2_000;
const MAX_EXPRESSION: usize = 20_000;
/// The most terms of one role.
const MAX_TERMS: usize = 10_000;
/// A meaning of more words is a note: nobody says it in a question.
const MAX_SYNONYM: usize = 8;

/// Keeps a term as the caller's.
pub fn define(definition: &Definition<'_>, settings: &Settings) -> Result<(), Error> {
    let term = given("name", definition.term, MAX_TERM)?.ok_or(Error::EmptyPart("term"))?;
    let meaning = given("meaning", definition.meaning, MAX_MEANING)?.ok_or(Error::EmptyPart("meaning"))?;
    let expression = given("expression", definition.expression, MAX_EXPRESSION)?;
    let key = reader::key(&term);
    if key.is_empty() || key.len() > MAX_WORDS {
        return Err(Error::TermWords { most: MAX_WORDS });
    }
    let key = key.join(" ");
    let sharing = taught::sharing(definition.audience, &settings.teachers).map_err(|error| match error {
        Error::MayNotShare => Error::MayNotShareTerms,
        error => error,
    })?;
    let context = grounding::link(&term, &settings.scope(), Extent::of(settings.prompt.budget), true)?;
    refuse_taken(&term, &key, &context)?;
    let relation = definition.on_relation.map(Relation::of).transpose()?;
    if relation.as_ref().is_some_and(|relation| relation.is_temporary) {
        let why = "Its relation is temporary, and goes with the session.";
        return Err(Error::BadTerm { term, why, hint: "Name a permanent relation, or a view, as on_relation." });
    }
    let (kind, sql) = match (&relation, &expression) {
        (Some(relation), Some(expression)) => {
            let (kind, sql) = judged(&term, relation, expression, settings)?;
            (kind, Some(sql))
        }
        (None, Some(_)) => {
            return Err(Error::BadTerm { term, why: "It has an expression and no relation.", hint: ON_RELATION });
        }
        (_, None) if is_synonym(&meaning) => ("synonym", None),
        (_, None) => ("note", None),
    };
    let role = query::current_role().to_u32().to_string();
    let audience = sharing.audience.map(|oid| oid.to_string());
    let may_share = sharing.may_share.to_string();
    let names = relation.as_ref().map(|relation| array_literal(&[relation.schema.clone(), relation.name.clone()]));
    let arguments = [
        Some(role.as_str()),
        audience.as_deref(),
        Some(&term),
        Some(&meaning),
        relation.as_ref().map(|relation| relation.oid.as_str()),
        expression.as_deref(),
        Some(kind),
        Some(&key),
        sql.as_deref(),
        names.as_deref(),
        Some(&may_share),
    ];
    if query::owner_change(TABLE, include_str!("keep.sql"), &arguments)?.is_empty() {
        return Err(Error::TooManyTerms { most: MAX_TERMS });
    }
    if kind != "note" {
        tell_hidden_values(&term, &context)?;
    }
    Ok(())
}

/// Tells of columns in which the words of a term are stored: questions no longer mean these values by them.
fn tell_hidden_values(term: &str, context: &Context) -> Result<(), Error> {
    let lookup = Lookup::new(context);
    let found = lookup.find(&[term.to_owned()]).map_err(|Interrupted| lookup.interruption())?;
    let mut columns: Vec<String> = found
        .iter()
        .filter(|found| found.closeness < Closeness::Near)
        .map(|found| format!("{}.{}", quote_ident(&found.relation), quote_ident(&found.column)))
        .collect();
    columns.sort();
    columns.dedup();
    if !columns.is_empty() {
        let columns = columns.join(", ");
        report::notice(&format!(
            "\"{term}\" is a value of {columns} too: questions that say it mean the term from now on"
        ));
    }
    Ok(())
}

/// A term that is forgotten.
pub struct Undefined {
    pub term: String,
    pub meaning: String,
    /// Who defined it, where that was not the caller; empty where that role is gone.
    pub by: Option<String>,
}

/// Forgets a term of the caller's, or a shared one where the caller may share, and what roles that are gone left of it.
pub fn undefine(term: Option<&str>, settings: &Settings) -> Result<Vec<Undefined>, Error> {
    let term = term.map(str::trim).filter(|term| !term.is_empty()).ok_or(Error::EmptyPart("term"))?;
    let Sharing { may_share, .. } = taught::sharing(None, &settings.teachers)?;
    let role = query::current_role().to_u32().to_string();
    let arguments = [reader::key(term).join(" "), role, may_share.to_string()];
    let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
    let gone = query::owner_change(TABLE, include_str!("remove.sql"), &arguments)?;
    let undefined = |row: Row| match <[Option<String>; 3]>::try_from(row) {
        Ok([Some(term), Some(meaning), by]) => Some(Undefined { term, meaning, by }),
        _ => None,
    };
    if gone.is_empty() {
        Err(Error::NoSuchTerm(one_line(term)))
    } else {
        Ok(gone.into_iter().filter_map(undefined).collect())
    }
}

const ON_RELATION: &str = "Name the relation whose rows it is about as on_relation.";

/// A text on one line, as far as one is given.
fn given(what: &'static str, text: Option<&str>, most: usize) -> Result<Option<String>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() > most {
        return Err(Error::TermTooLong { what, bytes: text.len(), most });
    }
    // An expression may have lines, and comments at their ends.
    Ok(Some(if what == "expression" { text.to_owned() } else { one_line(text).trim().to_owned() }))
}

/// "Revenue" is other words for the same; a sentence is a note.
fn is_synonym(meaning: &str) -> bool {
    let words = reader::key(meaning).len();
    (1..=MAX_SYNONYM).contains(&words) && !meaning.contains(['.', ':', ';', '!', '?', '(', ')'])
}

struct Relation {
    oid: String,
    /// With its schema, as SQL spells it.
    sql_name: String,
    schema: String,
    name: String,
    is_temporary: bool,
}

impl Relation {
    fn of(name: &str) -> Result<Self, Error> {
        let mut rows = query::rows(include_str!("relation.sql"), &[Some(name)])?;
        let row: Option<Vec<String>> = rows.pop().map(|row| row.into_iter().flatten().collect());
        match row.as_deref() {
            Some([oid, schema, name, is_temporary]) => {
                let sql_name = format!("{}.{}", quote_ident(schema), quote_ident(name));
                let is_temporary = is_temporary == "t";
                Ok(Self { oid: oid.clone(), sql_name, schema: schema.clone(), name: name.clone(), is_temporary })
            }
            _ => Err(Error::NoSuchRelation(one_line(name))),
        }
    }
}

/// The kind of a term and its expression as the server reads it, where the caller may run it.
fn judged(term: &str, relation: &Relation, text: &str, settings: &Settings) -> Result<(&'static str, String), Error> {
    let refused = |cause: Error| match cause.ends_the_question() {
        true => cause,
        false => Error::TermExpression { term: term.to_owned(), cause: Box::new(cause) },
    };
    let bad = |why, hint| Error::BadTerm { term: term.to_owned(), why, hint };
    // The line ends before the parenthesis, as a comment may stand at the end of the expression.
    let sql = format!("SELECT ({text}\n) FROM {}", relation.sql_name);
    let oid = relation.oid.parse().unwrap_or_default();
    let read = sandboxed(settings.bounds, |sandbox| {
        guard::approve(sandbox, &sql, None, settings)?;
        expression::read(sandbox, &sql, oid, reader::ROW)
    });
    let Some(Expression { sql, is_boolean, aggregates, is_plain }) = read.map_err(refused)? else {
        return Err(bad("It is more than one expression.", "Give one expression over the columns of the relation."));
    };
    let taken = [reader::ROW.to_owned(), format!("{}_row", relation.name)];
    if !is_plain || taken.iter().any(|name| text.contains(name.as_str())) {
        return Err(bad(
            "It uses window functions, returns sets, or names something by a name that nl2sql keeps for the row.",
            "Give one value for a row, or one aggregate of many.",
        ));
    }
    match (is_boolean, aggregates) {
        (true, false) => Ok(("filter", sql)),
        (false, true) => Ok(("measure", sql)),
        (true, true) => Err(bad(
            "A filter holds for one row, and this aggregates many.",
            "Compare the aggregate in a subquery: (SELECT count(*) FROM … WHERE …) > 5.",
        )),
        (false, false) => Err(bad(
            "It is neither a condition nor an aggregate.",
            "A filter is boolean, a measure aggregates rows: sum(total) / count(*).",
        )),
    }
}

/// Refuses a term that means something already: as another term, or as a name of the schema.
fn refuse_taken(term: &str, key: &str, context: &Context) -> Result<(), Error> {
    if found(&[key.to_owned()])?.iter().any(|other| other.key == key) {
        return Err(Error::TermDefined(term.to_owned()));
    }
    for relation in context.snapshot.relations.iter() {
        let is_same = |name: &str| reader::key(&name.replace('_', " ")).join(" ") == key;
        let column = relation.columns.iter().find(|column| is_same(&column.name));
        let column = column.map(|column| format!("{}.{}", relation.sql_name(), quote_ident(&column.name)));
        if let Some(name) = is_same(&relation.name).then(|| relation.sql_name()).or(column) {
            return Err(Error::TermIsName { term: term.to_owned(), name });
        }
    }
    Ok(())
}
