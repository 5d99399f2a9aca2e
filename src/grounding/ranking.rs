//! The relations of a snapshot in the order of how near they are to a question.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::error::Error;
use crate::pg::host::interrupts;
use linking::{Directory, Interrupted, Options, Ranked, Usage};
use schema::{Relation, Snapshot};

/// At most this many relations are ranked; nothing that is sent to a model has room for more.
const MAX_RANKED: usize = 400;

thread_local! {
    /// The directory of the last snapshot that was ranked, and whether it knows typical values.
    static KEPT: RefCell<Option<(Rc<Snapshot>, bool, Directory)>> = const { RefCell::new(None) };
}

/// The relations that the question may be about, nearest first. Their `oid` is their place in the snapshot, plus one.
/// `by_values`: typical values count, which is only for prompts that may tell them.
pub fn rank(question: &str, snapshot: &Rc<Snapshot>, by_values: bool) -> Result<Vec<Ranked>, Error> {
    // Taken out while it is used: an interrupt unwinds, and half a directory must not stay behind.
    let kept = KEPT.take().filter(|(of, values, _)| Rc::ptr_eq(of, snapshot) && *values == by_values);
    let mut directory = match kept {
        Some((.., directory)) => directory,
        None => Directory::build(described(snapshot, by_values), &mut interrupts::check).map_err(interrupted)?,
    };
    let options = Options::default();
    let context =
        linking::Context { visible: &snapshot.search_path, limit: MAX_RANKED, ..linking::Context::new(&options) };
    let ranked = linking::rank(question, &mut directory, &context, &mut interrupts::check).map_err(interrupted)?;
    KEPT.set(Some((Rc::clone(snapshot), by_values, directory)));
    Ok(ranked)
}

fn interrupted(_: Interrupted) -> Error {
    Error::internal("the ranking of relations ended early")
}

fn described(snapshot: &Snapshot, by_values: bool) -> impl Iterator<Item = linking::Relation> {
    let ids = (1..).zip(&snapshot.relations);
    let ids: HashMap<(&str, &str), u32> =
        ids.map(|(id, relation)| ((relation.schema.as_str(), relation.name.as_str()), id)).collect();
    (1..).zip(&snapshot.relations).map(move |(id, relation)| describe(id, relation, by_values, &ids))
}

fn describe(id: u32, relation: &Relation, by_values: bool, ids: &HashMap<(&str, &str), u32>) -> linking::Relation {
    let position = |name: &String| relation.columns.iter().position(|column| column.name == *name);
    let primary_key = relation.primary_key.iter().filter_map(|name| u16::try_from(position(name)?).ok());
    let references =
        relation.foreign_keys.iter().filter_map(|key| ids.get(&(key.schema.as_str(), key.relation.as_str())).copied());
    let columns = relation.columns.iter().map(|column| linking::Column {
        name: column.name.clone(),
        comment: column.comment.clone(),
        labels: column.labels.clone(),
        values: if by_values && super::values::is_comparable(column) {
            column.common_values.clone()
        } else {
            Vec::new()
        },
    });
    linking::Relation {
        oid: id,
        schema: relation.schema.clone(),
        name: relation.name.clone(),
        comment: relation.comment.clone(),
        columns: columns.collect(),
        primary_key: primary_key.collect(),
        references: references.collect(),
        usage: Usage { rows: relation.rows, ..Usage::default() },
    }
}
