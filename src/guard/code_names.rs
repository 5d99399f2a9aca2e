//! What the names in the bodies of functions stand for, in each of the schemas where they may be looked for.

use std::collections::{BTreeMap, BTreeSet};

use super::labelled_code::{Node, RELATION};
use super::mentions::{Mentions, Name};
use super::oid_of;
use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::host::labelled_relations::STATISTICS;
use crate::pg::running::query::rows_in;
use crate::pg::running::sandbox::Sandbox;

/// The different names of several bodies, sorted.
struct Names {
    relations: Vec<Name>,
    functions: Vec<Name>,
    operators: Vec<String>,
}

impl Names {
    fn in_bodies(bodies: &[(u32, Mentions)]) -> Self {
        Self {
            relations: different(bodies, |mentions| &mentions.relations),
            functions: different(bodies, |mentions| &mentions.functions),
            operators: different(bodies, |mentions| &mentions.operators),
        }
    }

    fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.functions.is_empty() && self.operators.is_empty()
    }

    /// What `code_names.sql` is asked with.
    fn arguments(&self, paths: &[Vec<String>], trusted: &[String]) -> [String; 8] {
        let schemas = |names: &[Name]| {
            array_literal(&names.iter().map(|name| name.schema.clone().unwrap_or_default()).collect::<Vec<_>>())
        };
        let own = |names: &[Name]| array_literal(&names.iter().map(|name| name.name.clone()).collect::<Vec<_>>());
        let numbered = paths.iter().enumerate();
        let (numbers, path_schemas): (Vec<String>, Vec<String>) = numbered
            .flat_map(|(number, path)| path.iter().map(move |schema| (number.to_string(), schema.clone())))
            .unzip();
        [
            schemas(&self.relations),
            own(&self.relations),
            schemas(&self.functions),
            own(&self.functions),
            array_literal(&self.operators),
            array_literal(&numbers),
            array_literal(&path_schemas),
            array_literal(trusted),
        ]
    }
}

/// The different items of a kind in several bodies, sorted.
fn different<T: Clone + Ord>(bodies: &[(u32, Mentions)], of: fn(&Mentions) -> &BTreeSet<T>) -> Vec<T> {
    let all: BTreeSet<&T> = bodies.iter().flat_map(|(_, mentions)| of(mentions)).collect();
    all.into_iter().cloned().collect()
}

/// What names stand for.
pub(super) struct Meanings {
    names: Names,
    /// By the kind of a name and its place among those of its kind.
    objects: BTreeMap<(String, usize), Vec<Node>>,
    /// Words that stand for no relation where they are not quoted.
    reserved: BTreeSet<String>,
}

/// Looks up what the bodies name, with each of these search paths. `trusted`: the roles that superusers trust.
pub(super) fn meanings(
    sandbox: &Sandbox<'_>,
    bodies: &[(u32, Mentions)],
    paths: &[Vec<String>],
    trusted: &[String],
) -> Result<Meanings, Error> {
    let names = Names::in_bodies(bodies);
    let mut objects: BTreeMap<(String, usize), Vec<Node>> = BTreeMap::new();
    if names.is_empty() {
        return Ok(Meanings { names, objects, reserved: BTreeSet::new() });
    }
    let arguments = names.arguments(paths, trusted);
    let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
    for row in rows_in(sandbox, include_str!("code_names.sql"), &arguments)? {
        let [Some(kind), Some(place), class, oid] = row.as_slice() else { continue };
        let place = place.parse::<usize>().unwrap_or_default().wrapping_sub(1);
        objects.entry((kind.clone(), place)).or_default().push((oid_of(class), oid_of(oid)));
    }
    Ok(Meanings { names, objects, reserved: reserved_words(sandbox)? })
}

impl Meanings {
    /// The objects that a body may name.
    pub(super) fn of(&self, mentions: &Mentions) -> Vec<Node> {
        let can_be = |name: &&Name| name.is_quoted || !self.reserved.contains(&name.name);
        let relations = mentions.relations.iter().filter(can_be);
        let relations = relations.flat_map(|name| self.objects("relation", self.names.relations.binary_search(name)));
        let functions = mentions.functions.iter();
        let functions = functions.flat_map(|name| self.objects("function", self.names.functions.binary_search(name)));
        let operators = mentions.operators.iter();
        let operators = operators.flat_map(|name| self.objects("operator", self.names.operators.binary_search(name)));
        let statistics = mentions.relations.iter().filter(|name| shows_statistics(name));
        let statistics = statistics.flat_map(|_| STATISTICS.map(|oid| (RELATION, oid)));
        relations.chain(functions).chain(operators).copied().chain(statistics).collect()
    }

    fn objects(&self, kind: &str, place: Result<usize, usize>) -> &[Node] {
        place.ok().and_then(|place| self.objects.get(&(kind.to_owned(), place))).map_or(&[], Vec::as_slice)
    }
}

/// The server's tables of statistics and its views on them; no other schema's relation takes their place in a search path.
fn shows_statistics(name: &Name) -> bool {
    name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
        && ["pg_statistic", "pg_statistic_ext_data", "pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"]
            .contains(&name.name.as_str())
}

/// Words that stand for themselves and for no relation where they are not quoted.
fn reserved_words(sandbox: &Sandbox<'_>) -> Result<BTreeSet<String>, Error> {
    const SQL: &str = "SELECT k.word FROM pg_catalog.pg_get_keywords() AS k WHERE k.catcode OPERATOR(pg_catalog.=) ANY ('{R,T}'::pg_catalog.\"char\"[])";
    Ok(rows_in(sandbox, SQL, &[])?.into_iter().flatten().flatten().collect())
}
