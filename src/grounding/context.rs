//! A question with everything that is known about it before anybody writes SQL.

use std::rc::Rc;

use crate::error::Error;
use linking::Ranked;
use schema::{Relation, Snapshot};

/// A question with everything that is known about it before anybody writes SQL.
#[derive(Debug, Clone)]
pub struct Context {
    pub question: String,
    pub snapshot: Rc<Snapshot>,
    /// The relations that the question may be about, nearest first. Their `oid` is their place in the snapshot, plus one.
    pub ranked: Rc<[Ranked]>,
}

/// Ranks the relations of a snapshot for a question. `by_values`: typical values of columns count.
pub fn link(question: &str, snapshot: Rc<Snapshot>, by_values: bool) -> Result<Context, Error> {
    let ranked = super::ranking::rank(question, &snapshot, by_values)?.into();
    Ok(Context { question: question.to_owned(), snapshot, ranked })
}

/// A context made by hand.
#[cfg(test)]
pub fn context_of(question: &str, snapshot: Snapshot, ranked: Vec<Ranked>) -> Context {
    Context { question: question.to_owned(), snapshot: Rc::new(snapshot), ranked: ranked.into() }
}

/// A statement with the relations it names, by schema and name, and nothing else of the schema.
pub fn narrow(sql: &str, snapshot: &Snapshot, relations: &[(String, String)]) -> Context {
    let is_named = |relation: &&Relation| {
        relations.iter().any(|(schema, name)| relation.schema == *schema && relation.name == *name)
    };
    let kept: Vec<Relation> = snapshot.relations.iter().filter(is_named).cloned().collect();
    let schemas = snapshot.schemas.iter().filter(|schema| kept.iter().any(|relation| relation.schema == schema.name));
    let snapshot = Snapshot {
        server_version: snapshot.server_version.clone(),
        search_path: snapshot.search_path.clone(),
        today: snapshot.today.clone(),
        time_zone: snapshot.time_zone.clone(),
        schemas: schemas.cloned().collect(),
        relations: kept.into(),
    };
    Context { question: sql.to_owned(), snapshot: Rc::new(snapshot), ranked: Rc::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_with_its_own_relations_alone() {
        let relation = |schema: &str, name: &str| Relation {
            schema: schema.to_owned(),
            name: name.to_owned(),
            ..Relation::default()
        };
        let relations = vec![relation("public", "orders"), relation("other", "orders"), relation("public", "salaries")];
        let snapshot = Snapshot { relations: relations.into(), ..Snapshot::default() };
        let context = narrow("SELECT salaries", &snapshot, &[("public".to_owned(), "orders".to_owned())]);
        assert_eq!(context.snapshot.relations[..], snapshot.relations[..1]);
    }
}
