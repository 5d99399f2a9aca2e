//! The aliases by which a statement refers to its sources.

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::QueryTree;
use schema::quote_ident;

/// One alias for each source, as SQL spells it.
pub struct Aliases(Vec<String>);

impl Aliases {
    /// The name of the relation. Relations of the same name are told apart by their schemas, further sources of one
    /// relation by numbers.
    pub fn new(query: &QueryTree, schema: &SchemaView) -> Self {
        let mut names: Vec<String> = Vec::new();
        for source in &query.sources {
            let data = schema.relation(source.relation);
            let homonym = query.sources.iter().any(|other| {
                let other_data = schema.relation(other.relation);
                other.relation != source.relation && other_data.name == data.name
            });
            let mut name = if homonym { format!("{}_{}", data.schema, data.name) } else { data.name.clone() };
            // A subquery in the SQL of a term may read the same relation: the outer row needs a name of its own.
            let terms = schema.terms().map_or(&[] as &[_], |terms| terms.columns.as_slice());
            if terms.iter().any(|term| term.relation == source.relation && term.sql.contains("SELECT ")) {
                name.push_str("_row");
            }
            let mut unique = quote_ident(&name);
            let mut number = 2;
            while names.contains(&unique) {
                unique = quote_ident(&format!("{name}_{number}"));
                number += 1;
            }
            names.push(unique);
        }
        Self(names)
    }

    /// The alias of a source.
    pub fn of(&self, source: usize) -> &str {
        self.0.get(source).map_or("", String::as_str)
    }
}
