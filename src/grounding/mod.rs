//! What the caller may see of the database, as far as a question needs it, in two steps.
//!
//! The [`directory`] has the names of all relations, and ranks them. The [`detail`] of those that are chosen is read under the
//! caller's own privileges, never filtered afterwards: what its query returns is what may be shown. Both are kept for the session
//! and follow what the server announces.

#![forbid(unsafe_code)]

mod choice;
mod context;
mod detail;
mod directory;
mod named;
pub mod values;

pub use choice::Extent;
#[cfg(test)]
pub use context::context_of;
pub use context::{Context, KeptOutline};
pub use named::Name;

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::error::{Error, Failure};
use crate::pg::host::invalidation;
use crate::settings::Scope;
use detail::moment::{self, Moment};
use detail::{Detail, Details, Reader};
use directory::Directory;
use linking::Ranked;
use reader::Prepared;
use schema::{Relation, Schema, Snapshot, comment_clauses};

/// At most this many relations are ranked; nothing that is sent to a model has room for more.
const MAX_RANKED: usize = 400;
/// So many names that are like an unknown one.
const MAX_NEAREST: usize = 5;

/// What the session keeps.
#[derive(Default)]
struct Session {
    directory: Directory,
    details: Details,
    last: Option<Last>,
}

/// The relations that are to be read in detail, and how they were found.
struct Chosen {
    oids: Vec<u32>,
    /// The schemas of `search_path`.
    path: Vec<String>,
    ranked: Vec<Ranked>,
    /// How many relations the caller may read.
    total: usize,
}

/// A snapshot, and the same made ready for the builtin model once that is asked.
type Kept = (Rc<Snapshot>, Rc<OnceCell<Prepared<Rc<Snapshot>>>>);

/// The last snapshot with what it was made of.
struct Last {
    details: Rc<[Rc<Detail>]>,
    stamp: u64,
    path: Vec<String>,
    snapshot: Rc<Snapshot>,
    prepared: Rc<OnceCell<Prepared<Rc<Snapshot>>>>,
}

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

fn in_session<T>(work: impl FnOnce(&mut Session) -> Result<T, Error>) -> Result<T, Error> {
    SESSION.with(|session| match session.try_borrow_mut() {
        Ok(mut session) => work(&mut session),
        Err(_) => Err(Error::nested_question()),
    })
}

/// What is known of a question. `with_values` adds typical values from the planner's statistics.
pub fn link(question: &str, scope: &Scope<'_>, extent: Extent, with_values: bool) -> Result<Context, Error> {
    in_session(|session| {
        if extent.explained > 0 {
            // Whoever wants reasons has perhaps just written a comment.
            session.directory.doubt_comments();
        }
        session.refresh(scope)?;
        let path = session.directory.path();
        let started = Instant::now();
        let (ranked, total) = session.directory.rank(question, &path, MAX_RANKED, extent.explained)?;
        let oids = choice::choose(&session.directory, &ranked, total, &path, extent);
        let linking = started.elapsed();
        let context = session.context(question, scope, Chosen { oids, path, ranked, total }, with_values)?;
        Ok(Context { linking, ..context })
    })
}

/// A statement with the relations it names, by schema and name, and nothing else of the schema.
pub fn about(sql: &str, scope: &Scope<'_>, relations: &[(String, String)]) -> Result<Context, Error> {
    in_session(|session| {
        session.refresh(scope)?;
        let path = session.directory.path();
        let is_named = |oid: &u32| {
            let name = session.directory.name(*oid);
            name.is_some_and(|name| relations.iter().any(|(schema, relation)| (&**schema, &**relation) == name))
        };
        let oids: Vec<u32> = session.directory.readable().filter(is_named).collect();
        let total = oids.len();
        session.context(sql, scope, Chosen { oids, path, ranked: Vec::new(), total }, false)
    })
}

/// The relations that names can mean, nearest to the question of `context` first. `with_values` as for [`link`].
pub fn meant(names: &[Name], scope: &Scope<'_>, context: &Context, with_values: bool) -> Result<Context, Error> {
    in_session(|session| {
        session.refresh(scope)?;
        let path = session.directory.path();
        let oids = named::find(&session.directory, names, &path, &context.ranked);
        let total = oids.len();
        let meant =
            session.context(&context.question, scope, Chosen { oids, path, ranked: Vec::new(), total }, with_values)?;
        Ok(Context { ranked: Rc::clone(&context.ranked), ..meant })
    })
}

/// The relations, of all that the caller may read, whose names are most like an unknown one.
pub fn nearest_relations(unknown: &str, scope: &Scope<'_>, snapshot: &Snapshot) -> Result<Vec<String>, Error> {
    in_session(|session| {
        session.refresh(scope)?;
        let directory = &session.directory;
        let far = |oid: u32| Some((words::distance(unknown, directory.name(oid)?.1), oid));
        let mut nearest: Vec<(usize, u32)> = directory.readable().filter_map(far).collect();
        nearest.sort_unstable();
        let spelled = |(_, oid): (usize, u32)| {
            let known = snapshot.relations.with_oid(oid).map(Relation::sql_name);
            known.or_else(|| Some(directory.outline(oid, false)?.sql_name()))
        };
        Ok(nearest.into_iter().take(MAX_NEAREST).filter_map(spelled).collect())
    })
}

impl Session {
    /// Takes in what was announced since the last question.
    fn refresh(&mut self, scope: &Scope<'_>) -> Result<(), Error> {
        let changes = invalidation::accept();
        self.details.forget(&changes);
        self.directory.note(changes);
        self.directory.refresh(scope)
    }

    /// Reads what was chosen in detail.
    fn context(
        &mut self,
        question: &str,
        scope: &Scope<'_>,
        chosen: Chosen,
        with_values: bool,
    ) -> Result<Context, Error> {
        let Chosen { oids: chosen, path, ranked, total } = chosen;
        let met: HashSet<u32> = chosen.iter().copied().collect();
        let others: Vec<u32> = ranked.iter().map(|one| one.oid).filter(|oid| !met.contains(oid)).collect();
        let is_in_path = |oid: &u32| {
            let schema = self.directory.name(*oid).map_or("", |(schema, _)| schema);
            path.iter().any(|name| name == schema) || schema.starts_with("pg_temp")
        };
        let bare: Vec<u32> = chosen.iter().chain(&others).filter(|oid| is_in_path(oid)).copied().collect();
        let schemas: HashSet<u32> = chosen.iter().filter_map(|oid| self.directory.schema_oid(*oid)).collect();
        let mut schemas: Vec<u32> = schemas.into_iter().collect();
        schemas.sort_unstable();
        let moment = moment::read(&bare, &chosen, &schemas);
        let reader = Reader::new(scope, &moment, self.directory.label_fingerprint(), with_values);
        let mut details = self.details.of(&chosen, &reader)?;
        let place = |name: &str| path.iter().position(|schema| schema == name).unwrap_or(usize::MAX);
        details.sort_by(|one, other| {
            let (one, other) = (&one.relation, &other.relation);
            let by_place = place(&one.schema).cmp(&place(&other.schema));
            by_place.then_with(|| (&one.schema, &one.name).cmp(&(&other.schema, &other.name)))
        });
        let details: Rc<[Rc<Detail>]> = details.into();
        let outline = |oid: &u32| self.directory.kept_outline(*oid, moment.visible.contains(oid));
        let outlines: Vec<Rc<KeptOutline>> = others.iter().filter_map(outline).collect();
        let (snapshot, prepared) = self.snapshot(Rc::clone(&details), &moment, path);
        // What was dropped meanwhile, or taken away, is not told of either.
        let gone = chosen.len().saturating_sub(snapshot.relations.len());
        Ok(Context {
            question: question.to_owned(),
            snapshot,
            prepared,
            details,
            ranked: ranked.into(),
            outlines: outlines.into(),
            total: total.saturating_sub(gone),
            linking: Duration::ZERO,
        })
    }

    /// The snapshot of these details: the last one again, where it is made of the same.
    fn snapshot(&mut self, details: Rc<[Rc<Detail>]>, moment: &Moment, path: Vec<String>) -> Kept {
        let is_same = |last: &&Last| {
            last.stamp == moment.stamp
                && last.path == path
                && last.details.len() == details.len()
                && last.details.iter().zip(details.iter()).all(|(one, other)| Rc::ptr_eq(one, other))
        };
        if let Some(last) = self.last.as_ref().filter(is_same) {
            return (Rc::clone(&last.snapshot), Rc::clone(&last.prepared));
        }
        let mut relations: Vec<Relation> = details.iter().map(|detail| commented(detail, moment)).collect();
        comment_clauses::apply(&mut relations);
        let mut schemas: Vec<Schema> = Vec::new();
        for relation in &relations {
            if schemas.last().is_none_or(|last| last.name != relation.schema) {
                let oid = self.directory.schema_oid(relation.oid).unwrap_or_default();
                let comment = moment.schema_comments.get(&(oid, 0)).cloned();
                schemas.push(Schema { name: relation.schema.clone(), comment });
            }
        }
        let snapshot = Rc::new(Snapshot {
            server_version: moment.server_version.clone(),
            search_path: path.clone(),
            today: moment.today.clone(),
            time_zone: moment.time_zone.clone(),
            schemas,
            relations: relations.into(),
        });
        let prepared = Rc::default();
        let kept = (Rc::clone(&snapshot), Rc::clone(&prepared));
        self.last = Some(Last { details, stamp: moment.stamp, path, snapshot, prepared });
        kept
    }
}

/// A relation with the comments of the moment.
fn commented(detail: &Detail, moment: &Moment) -> Relation {
    let mut relation = detail.relation.clone();
    let comment = |number: i16| moment.comments.get(&(relation.oid, number)).cloned();
    relation.comment = comment(0);
    let comments: Vec<Option<String>> = detail.numbers.iter().map(|number| comment(*number)).collect();
    for (column, comment) in relation.columns.iter_mut().zip(comments) {
        column.comment = comment;
    }
    relation.visible = moment.visible.contains(&relation.oid);
    relation
}

/// The SQLSTATE of a statement that would have to wait for a lock.
pub const LOCK_NOT_AVAILABLE: &str = "55P03";

fn first_value(rows: Result<Vec<crate::pg::running::query::Row>, Error>) -> Result<String, Error> {
    Ok(rows?.into_iter().flatten().flatten().next().unwrap_or_default())
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Server(Failure {
        sqlstate: "XX000".to_owned(),
        message: "what the catalogs say could not be read".to_owned(),
        detail: Some(error.to_string()),
        ..Failure::default()
    })
}

/// A `text[]` literal of these elements.
pub fn array_literal(elements: &[String]) -> String {
    let quoted: Vec<String> =
        elements.iter().map(|element| format!("\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

/// An `oid[]` literal.
fn oid_literal(oids: &[u32]) -> String {
    let oids: Vec<String> = oids.iter().map(u32::to_string).collect();
    format!("{{{}}}", oids.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_literals_quote_every_element() {
        assert_eq!(array_literal(&[]), "{}");
        assert_eq!(array_literal(&["a".into(), "b\"\\,".into()]), r#"{"a","b\"\\,"}"#);
        assert_eq!((oid_literal(&[]), oid_literal(&[1, 23])), ("{}".to_owned(), "{1,23}".to_owned()));
    }
}
