//! The directory of a catalog: an inverted index over the words of its relations that is kept true relation by relation.
//!
//! Adding or removing a relation costs its own words and nothing else. What depends on the whole (how glued words fall
//! apart, which columns look like keys of which relation, the graph) is only marked and brought up to date by
//! [`Directory::refresh`], for what changed: words whose commonness changed, schemas that gained or lost a relation.

mod memory;

use crate::comments::comment_words;
use crate::graph::Graph;
use crate::joins;
use crate::look_alikes::{Keys, LookAlikes, keys};
use crate::names::{distinct, name_words};
use crate::postings::{Place, Posting, WHOLE};
use crate::relation::{Check, Interrupted, Relation, Usage};
use crate::schemas::Schemas;
use crate::segmentation::{Part, find_parts};
use crate::stored_values::StoredValues;
use crate::word_table::{WordTable, commonness};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::rc::Rc;

/// After fewer removed relations than this no words are looked for that nothing uses.
const FEW_REMOVED: usize = 500;

/// What is kept of a relation.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub oid: u32,
    pub group: u32,
    pub schema: u32,
    /// The relation's name and those of its columns, a zero byte between them.
    names: Box<str>,
    pub columns: u16,
    /// The column that is the whole primary key.
    pub key: Option<u16>,
    pub references: Box<[u32]>,
    pub documented: bool,
    pub usage: Usage,
    pub alike: Keys,
    has_values: bool,
    /// Words of its comments and labels.
    described: Box<[u32]>,
}

impl Entry {
    pub fn name(&self) -> &str {
        self.names.split('\0').next().unwrap_or_default()
    }

    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.names.split('\0').skip(1).take(usize::from(self.columns))
    }
}

/// How many relations look like one, itself included, and what of it counts where a word's rarity is judged.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Alike {
    pub size: u32,
    pub share: f32,
}

/// The words of a name: how many, and each once by its number.
type Words = (u8, Rc<[u32]>);

/// What a question is looked up in.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Directory {
    pub(crate) table: WordTable,
    pub(crate) entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    #[serde(skip)]
    slots: HashMap<u32, u32>,
    pub(crate) schemas: Schemas,
    pub(crate) values: StoredValues,
    look_alikes: LookAlikes,
    /// For every slot, the group of look-alikes it is in.
    pub(crate) alike: Vec<Alike>,
    /// In order of terms.
    pub(crate) parts: Vec<Part>,
    parts_stale: bool,
    pub(crate) graph: Graph,
    graph_stale: bool,
    /// While it is built, the words of every name: most columns have names that others have too.
    #[serde(skip)]
    split: Option<HashMap<Box<str>, Words>>,
    /// Relations removed since words that nothing uses any more were last looked for.
    removed: usize,
}

impl Directory {
    /// A directory of these relations.
    pub fn build(relations: impl IntoIterator<Item = Relation>, check: Check<'_>) -> Result<Self, Interrupted> {
        let mut directory = Self { split: Some(HashMap::new()), ..Self::default() };
        for (count, relation) in relations.into_iter().enumerate() {
            if count % 64 == 0 {
                check()?;
            }
            directory.upsert(&relation);
        }
        directory.split = None;
        directory.refresh(check)?;
        directory.shrink();
        Ok(directory)
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn contains(&self, oid: u32) -> bool {
        self.slots.contains_key(&oid)
    }

    /// The schema, the name and the columns' names of a relation.
    pub fn names(&self, oid: u32) -> Option<(&str, &str, impl Iterator<Item = &str>)> {
        let entry = self.entry(*self.slots.get(&oid)?)?;
        Some((self.schemas.name(entry.schema), entry.name(), entry.column_names()))
    }

    /// How many columns a relation has.
    pub fn columns(&self, oid: u32) -> usize {
        self.slots.get(&oid).and_then(|slot| self.entry(*slot)).map_or(0, |entry| usize::from(entry.columns))
    }

    /// How many foreign keys a relation has.
    pub fn references(&self, oid: u32) -> usize {
        self.slots.get(&oid).and_then(|slot| self.entry(*slot)).map_or(0, |entry| entry.references.len())
    }

    /// All relations, in no order.
    pub fn oids(&self) -> impl Iterator<Item = u32> {
        self.slots.keys().copied()
    }

    /// The relations that can be joined with this one, as of the last refresh.
    pub fn neighbours(&self, oid: u32) -> impl Iterator<Item = u32> {
        let neighbours = self.slot(oid).map(|slot| self.graph.neighbours(slot)).unwrap_or_default();
        neighbours.iter().filter_map(|slot| Some(self.entry(*slot)?.oid))
    }

    /// Takes a relation in, in place of what was known under its oid. Costs some microseconds, more for words that
    /// thousands of relations have.
    pub fn upsert(&mut self, relation: &Relation) {
        self.remove(relation.oid);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            number(self.entries.len() - 1)
        });
        let schema = self.schemas.add(&relation.schema, slot, &mut self.table);
        let columns = relation.columns.len().min(usize::from(WHOLE) - 1);
        let mut names = relation.name.clone();
        self.add_name(&relation.name, slot, WHOLE);
        for (position, column) in (0..).zip(&relation.columns).take(columns) {
            self.add_name(&column.name, slot, position);
            names.push('\0');
            names.push_str(&column.name);
        }
        let described = self.add_descriptions(relation, slot);
        let alike = keys(relation);
        self.look_alikes.add(alike);
        let entry = Entry {
            oid: relation.oid,
            group: relation.group,
            schema,
            names: names.into(),
            columns: u16::try_from(columns).unwrap_or(WHOLE - 1),
            key: if let [key] = relation.primary_key.as_slice() { Some(*key) } else { None },
            references: relation.references.clone().into(),
            documented: relation.comment.as_ref().is_some_and(|comment| !comment.is_empty()),
            usage: relation.usage,
            alike,
            has_values: relation.columns.iter().any(|column| !column.values.is_empty()),
            described,
        };
        if let Some(place) = self.entries.get_mut(slot as usize) {
            *place = Some(entry);
        }
        self.slots.insert(relation.oid, slot);
        self.graph_stale = true;
    }

    /// Forgets a relation; true where it was known. As cheap as taking it in.
    pub fn remove(&mut self, oid: u32) -> bool {
        let Some(slot) = self.slots.remove(&oid) else { return false };
        let Some(entry) = self.entries.get_mut(slot as usize).and_then(Option::take) else { return false };
        let mut gone = entry.described.to_vec();
        for name in entry.names.split('\0') {
            for word in distinct(name_words(name)) {
                let Some(number) = self.table.number(&word) else { continue };
                self.count(number, false);
                gone.push(number);
            }
        }
        gone.sort_unstable();
        gone.dedup();
        for number in gone {
            if let Some(word) = self.table.words.get_mut(number as usize) {
                word.postings.retain(|posting| posting.slot != slot);
            }
        }
        if entry.has_values {
            self.values.remove(slot);
        }
        self.look_alikes.remove(entry.alike);
        self.schemas.remove(entry.schema, slot);
        self.free.push(slot);
        self.removed += 1;
        self.graph_stale = true;
        true
    }

    /// Notes new statistics of a relation; its words stay as they are.
    pub fn set_usage(&mut self, oid: u32, usage: Usage) {
        let slot = self.slots.get(&oid).copied();
        if let Some(Some(entry)) = slot.and_then(|slot| self.entries.get_mut(slot as usize)) {
            entry.usage = usage;
        }
    }

    /// Brings what depends on more than one relation up to date. Does nothing where nothing changed.
    pub fn refresh(&mut self, check: Check<'_>) -> Result<(), Interrupted> {
        if self.removed > self.len().max(FEW_REMOVED) {
            self.forget_words();
        }
        self.table.sort_terms();
        self.values.sort();
        if self.parts_stale && self.table.has_other_commonness() {
            self.parts = find_parts(&mut self.table, check)?;
            self.table.sort_terms();
            self.table.note_commonness();
        }
        self.parts_stale = false;
        if self.graph_stale {
            for schema in 0..self.schemas.len() {
                if self.schemas.is_stale(schema) {
                    let members = self.schemas.members(schema);
                    let edges = joins::inferred(members, &self.entries, &self.table, check)?;
                    let shared = crate::schemas::shared_beginnings(members.iter().filter_map(|slot| self.entry(*slot)));
                    self.schemas.set(schema, edges, shared);
                }
            }
            let mut edges = self.schemas.edges();
            for (slot, entry) in (0..).zip(&self.entries) {
                let references = entry.iter().flat_map(|entry| entry.references.iter());
                let targets = references.filter_map(|oid| self.slots.get(oid).copied());
                edges.extend(targets.filter(|target| *target != slot).map(|target| (slot, target)));
            }
            check()?;
            self.graph = Graph::new(self.entries.len(), &mut edges);
            self.alike = self.entries.iter().map(|entry| self.alike(entry.as_ref())).collect();
            self.graph_stale = false;
        }
        Ok(())
    }

    /// Drops words that nothing has any more. Numbers of words change by it.
    fn forget_words(&mut self) {
        self.removed = 0;
        let numbers = self.table.forget_unused(&self.schemas.words());
        let number = |word: &u32| numbers.get(*word as usize).copied().flatten();
        for entry in self.entries.iter_mut().flatten() {
            entry.described = entry.described.iter().filter_map(number).collect();
        }
        self.schemas.renumber(number);
        self.parts_stale = true;
    }

    /// Finds again what is not among the data that it is written as.
    pub(crate) fn restore(&mut self) {
        self.table.restore();
        let slots = (0..).zip(&self.entries).filter_map(|(slot, entry)| Some((entry.as_ref()?.oid, slot)));
        self.slots = slots.collect();
    }

    /// Whether it has a relation for every oid, and as many of everything as there are relations.
    pub(crate) fn is_sound(&self) -> bool {
        let relations = self.entries.iter().flatten().count();
        self.slots.len() == relations && (self.graph_stale || self.alike.len() == self.entries.len())
    }

    pub(crate) fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    pub(crate) fn slot(&self, oid: u32) -> Option<u32> {
        self.slots.get(&oid).copied()
    }

    fn alike(&self, entry: Option<&Entry>) -> Alike {
        let size = entry.map_or(0, |entry| self.look_alikes.size(entry.alike));
        #[expect(clippy::cast_precision_loss, reason = "a number of relations")]
        let share = if size == 0 { 0.0 } else { 1.0 / size as f32 };
        Alike { size, share }
    }

    fn add_name(&mut self, name: &str, slot: u32, column: u16) {
        let (parts, words) = self.words_of(name);
        let place = if column == WHOLE { Place::Name } else { Place::Column };
        for number in words.iter().copied() {
            self.count(number, true);
            self.post(number, Posting { slot, column, parts, place });
        }
    }

    fn words_of(&mut self, name: &str) -> Words {
        if let Some(known) = self.split.as_ref().and_then(|split| split.get(name)) {
            return known.clone();
        }
        let words = name_words(name);
        let parts = u8::try_from(words.len()).unwrap_or(u8::MAX);
        let numbers = distinct(words).iter().map(|word| self.table.intern(word)).collect();
        let words = (parts, numbers);
        if let Some(split) = &mut self.split {
            split.insert(name.into(), words.clone());
        }
        words
    }

    /// Takes comments, labels and values in; gives the words of comments and labels.
    fn add_descriptions(&mut self, relation: &Relation, slot: u32) -> Box<[u32]> {
        let mut found = Vec::new();
        if let Some(comment) = &relation.comment {
            self.add_comment(comment, slot, WHOLE, [Place::Comment, Place::CommentRest], &mut found);
        }
        for (position, column) in (0..WHOLE).zip(&relation.columns) {
            if let Some(comment) = &column.comment {
                let places = [Place::ColumnComment, Place::ColumnCommentRest];
                self.add_comment(comment, slot, position, places, &mut found);
            }
            self.values.add(slot, position, column.values.iter().map(String::as_str));
            for label in &column.labels {
                for word in distinct(name_words(label)) {
                    let number = self.table.intern(&word);
                    self.post(number, Posting { slot, column: position, parts: 1, place: Place::Label });
                    found.push(number);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into()
    }

    fn add_comment(&mut self, comment: &str, slot: u32, column: u16, places: [Place; 2], found: &mut Vec<u32>) {
        for word in comment_words(comment) {
            let [first, rest] = places;
            let place = if word.name_of.is_some() { first } else { rest };
            let number = self.table.intern(&word.text);
            self.post(number, Posting { slot, column, parts: word.name_of.unwrap_or(1), place });
            found.push(number);
        }
    }

    fn post(&mut self, number: u32, posting: Posting) {
        if let Some(word) = self.table.words.get_mut(number as usize) {
            word.postings.push(posting);
        }
    }

    /// Counts a use of a word more or less. Splitting is judged anew only when the word's commonness changes by it.
    fn count(&mut self, number: u32, more: bool) {
        if let Some(word) = self.table.words.get_mut(number as usize) {
            let before = commonness(word.uses);
            word.uses = if more { word.uses.saturating_add(1) } else { word.uses.saturating_sub(1) };
            self.parts_stale |= before != commonness(word.uses);
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
