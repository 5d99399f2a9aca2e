//! A question with everything that is known about it before anybody writes SQL.

use std::rc::Rc;

use schema::{Relation, Snapshot};

/// A question with everything that is known about it before anybody writes SQL.
#[derive(Debug, Clone)]
pub struct Context {
    pub question: String,
    pub snapshot: Rc<Snapshot>,
    /// For each relation of the snapshot, how many of its words the question shares; higher is nearer.
    pub scores: Rc<[u32]>,
}

/// Scores every relation against the question by plain word overlap.
pub fn link(question: &str, snapshot: Rc<Snapshot>) -> Context {
    let scores = linking::score(question, &snapshot.relations).into();
    Context { question: question.to_owned(), snapshot, scores }
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
    link(sql, Rc::new(snapshot))
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
        assert_eq!(context.scores.len(), 1);
    }
}
