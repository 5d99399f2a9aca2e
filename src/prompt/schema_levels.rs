//! How much of the schema a prompt shows: all of it where it fits, else the nearest relations in full, the next with the
//! names of their columns, and the bare names of the rest.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::budget::tokens;
use super::schema_text::{block, fence, line, schema_notes};
use crate::error::Error;
use crate::grounding::Context;
use linking::{Check, Level, Pieces, Ranked, Shares, Shown};
use schema::{Relation, Snapshot};

/// The schema as a prompt shows it.
pub struct SchemaText {
    pub text: String,
    /// Everything fitted, so that the text is the same for every question.
    pub complete: bool,
}

/// Renders the schema in `room` tokens, with typical values of columns where models outside may be told of the data.
/// `check` serves interrupts.
pub fn write(context: &Context, with_values: bool, room: usize, check: Check<'_>) -> Result<SchemaText, Error> {
    let snapshot = &context.snapshot;
    let notes = schema_notes(snapshot);
    let room = room.saturating_sub(tokens(&notes));
    if let Some(blocks) = everything(snapshot, with_values, room) {
        return Ok(SchemaText { text: fence(&(notes + &blocks)), complete: true });
    }
    let candidates = Candidates::new(context, with_values);
    let shown = linking::pack(candidates.places.len(), room, &candidates, &Shares::default(), check)
        .map_err(|_| Error::internal("the choice of relations ended early"))?;
    Ok(SchemaText { text: fence(&(notes + &candidates.text(&shown))), complete: false })
}

/// All blocks in the order of the schema, where they fit.
fn everything(snapshot: &Snapshot, with_values: bool, room: usize) -> Option<String> {
    let (mut text, mut used) = (String::new(), 0);
    for relation in &snapshot.relations {
        let block = block(snapshot, relation, with_values, None);
        used += tokens(&block);
        if used > room {
            return None;
        }
        text.push_str(&block);
    }
    Some(text)
}

/// The relations that may be shown, nearest first; those that nothing speaks for come last, in the order of the schema.
struct Candidates<'c> {
    snapshot: &'c Snapshot,
    with_values: bool,
    places: Vec<(&'c Relation, Option<&'c Ranked>)>,
}

impl<'c> Candidates<'c> {
    fn new(context: &'c Context, with_values: bool) -> Self {
        let snapshot = &*context.snapshot;
        let mut met = HashSet::new();
        let mut places: Vec<(&Relation, Option<&Ranked>)> = Vec::new();
        for ranked in context.ranked.iter() {
            let at = (ranked.oid as usize).wrapping_sub(1);
            if let Some(relation) = snapshot.relations.get(at).filter(|_| met.insert(at)) {
                places.push((relation, Some(ranked)));
            }
        }
        let others = snapshot.relations.iter().enumerate().filter(|(at, _)| !met.contains(at));
        places.extend(others.map(|(_, relation)| (relation, None)).take(Shares::default().names));
        Self { snapshot, with_values, places }
    }

    fn piece(&self, shown: &Shown) -> String {
        let Some((relation, _)) = self.places.get(shown.place) else { return String::new() };
        match shown.level {
            Level::Full => block(self.snapshot, relation, self.with_values, shown.columns.as_deref()),
            Level::Line => line(relation),
            Level::Name => format!("{} ", relation.sql_name()),
        }
    }

    fn text(&self, shown: &[Shown]) -> String {
        let mut text = String::new();
        for level in [Level::Full, Level::Line] {
            shown.iter().filter(|one| one.level == level).for_each(|one| text.push_str(&self.piece(one)));
        }
        let named = shown.iter().filter(|one| one.level == Level::Name).filter_map(|one| self.places.get(one.place));
        let named: Vec<String> = named.map(|(relation, _)| super::schema_text::name(relation)).collect();
        if !named.is_empty() {
            let _ = writeln!(text, "Known by name alone: {}", named.join(", "));
        }
        let left_out = self.snapshot.relations.len().saturating_sub(shown.len());
        if left_out > 0 {
            let _ = writeln!(text, "{left_out} further relations have no room here.");
        }
        text
    }
}

impl Pieces for Candidates<'_> {
    fn columns(&self, place: usize) -> Option<u16> {
        u16::try_from(self.places.get(place)?.0.columns.len()).ok()
    }

    fn keys(&self, place: usize) -> Vec<u16> {
        let Some((relation, _)) = self.places.get(place) else { return Vec::new() };
        let names = relation.primary_key.iter().chain(relation.foreign_keys.iter().flat_map(|key| &key.columns));
        let position = |name: &String| relation.columns.iter().position(|column| column.name == *name);
        names.filter_map(|name| u16::try_from(position(name)?).ok()).collect()
    }

    fn matched(&self, place: usize) -> Vec<u16> {
        let ranked = self.places.get(place).and_then(|(_, ranked)| *ranked);
        ranked.map(|ranked| ranked.columns().into_iter().map(|(column, _)| column).collect()).unwrap_or_default()
    }

    fn cost(&self, shown: &Shown) -> usize {
        tokens(&self.piece(shown))
    }
}

#[cfg(test)]
mod tests;
