//! Foreign keys that a schema means but does not declare, told by the names of columns and relations.
//!
//! For each column only the relations are looked at that an index finds by name; the work grows with the number of
//! columns and not with its product with the number of relations, also where thousands of schemas hold the same tables.

use std::collections::HashMap;

use crate::interrupts::{InterruptCheck, Interrupted};
use schema::{Column, Relation, Snapshot};

/// The relation that a column refers to, and the column there.
type Target = (usize, String);

/// What two columns must agree in to refer to the same relations: the name and the category of the type.
type Signature = (String, char);

/// Finds the relation that an undeclared key column means.
pub struct KeyInference<'a> {
    snapshot: &'a Snapshot,
    interrupt: InterruptCheck<'a>,
    /// Relations by the words of their names, in the singular.
    by_name: HashMap<Vec<String>, Vec<usize>>,
    /// Relations by the name of the one column of their primary key.
    by_key: HashMap<&'a str, Vec<usize>>,
    /// What was found for columns of the same signature before.
    known: HashMap<Signature, Candidates>,
}

/// The first relations that a column may refer to. One of them may be the column's own relation, and of the others it
/// only matters whether there is one or more: three of each are enough.
#[derive(Debug, Clone, Default)]
struct Candidates {
    /// Those that the column is named after: `film` for `film_id`.
    named: Vec<Target>,
    /// Those whose key has the column's name.
    keyed: Vec<Target>,
}

const MAX_CANDIDATES: usize = 3;

impl<'a> KeyInference<'a> {
    /// Indexes the relations by name and by key.
    pub fn new(snapshot: &'a Snapshot, interrupt: InterruptCheck<'a>) -> Result<Self, Interrupted> {
        let mut by_name: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
        let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, relation) in snapshot.relations.iter().enumerate() {
            interrupt()?;
            by_name.entry(singulars(&words::identifier_words(&relation.name))).or_default().push(number);
            if let [key] = relation.primary_key.as_slice() {
                by_key.entry(key).or_default().push(number);
            }
        }
        Ok(Self { snapshot, interrupt, by_name, by_key, known: HashMap::new() })
    }

    /// The one other relation that a column of relation `from` means, if it is exactly one. `words` are those of the
    /// column's name.
    pub fn target(&mut self, from: usize, column: &Column, words: &[String]) -> Result<Option<Target>, Interrupted> {
        if !matches!(column.category, 'N' | 'S' | 'U') {
            return Ok(None);
        }
        let signature = (column.name.clone(), column.category);
        let candidates = match self.known.get(&signature) {
            Some(known) => known.clone(),
            None => {
                let found = self.candidates(column, words)?;
                self.known.entry(signature).or_insert(found).clone()
            }
        };
        let is_own_key = self.snapshot.relations.get(from).is_some_and(|own| own.primary_key == [column.name.as_str()]);
        let others = |targets: Vec<Target>| targets.into_iter().filter(|(to, _)| *to != from).collect::<Vec<_>>();
        let (mut named, mut keyed) = (others(candidates.named), others(candidates.keyed));
        if is_own_key {
            keyed.clear();
        }
        Ok(match (named.len(), keyed.len()) {
            (1, _) => named.pop(),
            (0, 1) => keyed.pop(),
            _ => None,
        })
    }

    fn candidates(&self, column: &Column, words: &[String]) -> Result<Candidates, Interrupted> {
        let mut found = Candidates::default();
        let owner = owner(words);
        let ends_like_key = words.last().is_some_and(|last| matches!(last.as_str(), "id" | "code" | "key"));
        for number in self.by_name.get(&owner).into_iter().flatten().filter(|_| ends_like_key) {
            (self.interrupt)()?;
            if let Some(key) =
                self.snapshot.relations.get(*number).and_then(|relation| key_of_named(relation, column, words))
            {
                found.named.push((*number, key));
                if found.named.len() == MAX_CANDIDATES {
                    break;
                }
            }
        }
        for number in self.by_key.get(column.name.as_str()).into_iter().flatten().filter(|_| is_telling(words)) {
            (self.interrupt)()?;
            let Some(relation) = self.snapshot.relations.get(*number) else { continue };
            let named = singulars(&words::identifier_words(&relation.name)) == owner;
            let (targets, known) = if named { (&mut found.named, ends_like_key) } else { (&mut found.keyed, false) };
            if let Some(key) = column_like(relation, &column.name, column).filter(|_| !known) {
                targets.push((*number, key));
                if targets.len() == MAX_CANDIDATES {
                    break;
                }
            }
        }
        Ok(found)
    }
}

/// Names like `id` alone say nothing: every relation may have such a column.
fn is_telling(words: &[String]) -> bool {
    match words {
        [] => false,
        [only] => !matches!(only.as_str(), "id" | "name" | "code" | "key" | "no" | "number"),
        _ => true,
    }
}

/// The column of a relation that a column refers to which is named after it: `id` or `film_id` of `film` for `film_id`.
fn key_of_named(relation: &Relation, column: &Column, words: &[String]) -> Option<String> {
    if is_telling(words) && relation.primary_key == [column.name.as_str()] {
        return column_like(relation, &column.name, column);
    }
    let single = match relation.primary_key.as_slice() {
        // Without a declared key, a column of the same name on both sides is one.
        [] => column_like(relation, &column.name, column),
        [only] => column_like(relation, only, column),
        _ => None,
    };
    single.or_else(|| column_like(relation, "id", column))
}

/// The relation's column of a name, if its type is of the same category as the other column's.
fn column_like(relation: &Relation, name: &str, other: &Column) -> Option<String> {
    relation.column(name).filter(|column| column.category == other.category).map(|column| column.name.clone())
}

/// The words of the relation that a key column is named after: `film` of `film_id`.
fn owner(words: &[String]) -> Vec<String> {
    let mut words = singulars(words);
    if words.len() > 1 {
        words.pop();
    }
    words
}

fn singulars(words: &[String]) -> Vec<String> {
    words.iter().map(|word| words::singular(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::join_graph::JoinGraph;
    use crate::interrupts::never;
    use crate::tests::shop_fixture::{relation, snapshot};
    use std::cell::Cell;

    fn words(snapshot: &Snapshot) -> Vec<Vec<Vec<String>>> {
        let of = |relation: &Relation| relation.columns.iter().map(|c| words::identifier_words(&c.name)).collect();
        snapshot.relations.iter().map(of).collect()
    }

    /// The inferred edges as `from.column -> to.column`.
    fn inferred(snapshot: &Snapshot) -> Vec<String> {
        let graph = JoinGraph::new(snapshot, &words(snapshot), &never).unwrap();
        let name = |relation: usize| &snapshot.relations[relation].name;
        let edges = (0..snapshot.relations.len()).flat_map(|from| graph.edges_from(from));
        let spelled = edges.flat_map(|(_, edge)| {
            edge.columns.iter().map(|(from, to)| format!("{}.{from} -> {}.{to}", name(edge.from), name(edge.to)))
        });
        spelled.collect()
    }

    #[test]
    fn a_key_is_inferred_where_one_relation_alone_fits() {
        let film = relation("films", &["id integer!", "title text"], &["id"], &[]);
        let copy = relation("copies", &["copy_no integer!", "film_id integer"], &["copy_no"], &[]);
        let rental = relation("rentals", &["id integer!", "copy_no integer", "film_id text"], &["id"], &[]);
        assert_eq!(
            inferred(&snapshot(vec![film, copy, rental])),
            ["copies.film_id -> films.id", "rentals.copy_no -> copies.copy_no"]
        );
    }

    #[test]
    fn no_key_is_inferred_where_two_relations_fit_or_the_name_says_nothing() {
        let one = relation("a", &["unit_no integer!", "name text!"], &["unit_no"], &[]);
        let two = relation("b", &["unit_no integer!", "name text!"], &["unit_no"], &[]);
        let use_of = relation("uses", &["id integer!", "unit_no integer", "name text"], &["id"], &[]);
        assert_eq!(inferred(&snapshot(vec![one, two, use_of])), Vec::<String>::new());
        let film = relation("film", &["id integer!"], &["id"], &[]);
        let films = relation("films", &["id integer!"], &["id"], &[]);
        let copy = relation("copies", &["id integer!", "film_id integer"], &["id"], &[]);
        assert_eq!(inferred(&snapshot(vec![film, films, copy])), Vec::<String>::new());
    }

    #[test]
    fn the_relation_a_column_is_named_after_comes_before_one_with_the_same_key() {
        let film = relation("film", &["film_id integer!"], &["film_id"], &[]);
        let text = relation("film_text", &["film_id integer!", "body text"], &["film_id"], &[]);
        let copy = relation("copies", &["id integer!", "film_id integer"], &["id"], &[]);
        assert_eq!(
            inferred(&snapshot(vec![film, text, copy])),
            ["film_text.film_id -> film.film_id", "copies.film_id -> film.film_id"]
        );
    }

    /// How often the loops of building the graph ask whether to go on: once for each relation, column and candidate.
    fn steps(relations: Vec<Relation>) -> usize {
        let snapshot = snapshot(relations);
        let steps = Cell::new(0);
        let count = || {
            steps.set(steps.get() + 1);
            Ok(())
        };
        JoinGraph::new(&snapshot, &words(&snapshot), &count).unwrap();
        steps.get()
    }

    /// A relation with a reference to its neighbour, and the same key as all others.
    fn chained(number: usize) -> Relation {
        let (own, other) = (format!("thing{number}s"), format!("thing{}_id integer", number + 1));
        relation(&own, &["tenant_no integer!", "name text", &other], &["tenant_no"], &[])
    }

    /// The same three tables in a schema of its own.
    fn tenant(number: usize) -> Vec<Relation> {
        let mut tables = vec![
            relation("customers", &["id integer!"], &["id"], &[]),
            relation("orders", &["order_id integer!", "customer_id integer"], &["order_id"], &[]),
            relation("items", &["order_id integer!", "customer_id integer", "order_code text"], &[], &[]),
        ];
        tables.iter_mut().for_each(|table| table.schema = format!("tenant{number}"));
        tables
    }

    #[test]
    fn the_work_grows_with_the_columns_and_not_with_columns_times_relations() {
        for (name, few, many) in [
            ("chained", (0..500).map(chained).collect(), (0..1000).map(chained).collect::<Vec<_>>()),
            ("tenants", (0..500).flat_map(tenant).collect::<Vec<_>>(), (0..1000).flat_map(tenant).collect()),
        ] {
            let columns = many.iter().map(|relation| relation.columns.len()).sum::<usize>();
            let (few, many) = (steps(few), steps(many));
            assert!(many <= 2 * few + 20, "{name}: {few} steps, and {many} for twice the relations");
            assert!(many <= 4 * columns, "{name}: {many} steps for {columns} columns");
        }
    }
}
