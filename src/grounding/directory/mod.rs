//! The session's directory: the names of all relations of the database with their index, kept true relation by relation.
//!
//! It is read once, whoever asks, and then only what the server announces as changed, many relations at once: see
//! [`invalidation`]. Comments and labels of enums, for which it announces nothing, may be some seconds old, as they only rank.
//! What a caller may know of it is judged apart and kept for the last callers: see [`rights`]. Nothing of the directory
//! but names reaches anybody; the rest is read for the relations that were chosen: see [`super::detail`].

mod comment_changes;
mod hidden;
mod outlines;
mod reading;
mod rights;
mod shared;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::context::KeptOutline;
use crate::error::Error;
use crate::pg::host::catalog_stamps::Descriptions;
use crate::pg::host::interrupts;
use crate::pg::host::invalidation::Changes;
use crate::pg::host::search_path;
use crate::pg::running::query;
use crate::pg::running::timer;
use crate::pg::running::watching::relations_being_made;
use crate::settings::Scope;
use comment_changes::Described;
use hidden::Hidden;
use linking::{Context, Interrupted, Options, Ranked};
use outlines::Outlines;
use reading::{Named, Which};
use rights::{Caller, Group, Groups, Rights};
use schema::{Outline, RelationKind};
use shared::Seen;

/// Of so many changed relations all are read.
const MANY: usize = 2000;
/// After so many changes other sessions are given what this one has read.
const MANY_FOR_OTHERS: usize = 200;
/// The rights of so many callers are kept.
const MAX_CALLERS: usize = 8;

/// What is kept of a relation besides its entry in the index.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    group: u32,
    schema: u32,
    kind: RelationKind,
    fingerprint: u64,
}

#[derive(Default)]
pub struct Directory {
    index: linking::Directory,
    entries: HashMap<u32, Entry>,
    /// Those of them with grants on single columns.
    granted: HashSet<u32>,
    groups: Groups,
    /// Names of schemas by oid.
    schemas: HashMap<u32, String>,
    is_read: bool,
    /// What was announced and has not been read yet. It outlives a read that fails.
    pending: Changes,
    /// `None` until everything is read.
    described: Option<Described>,
    hidden: Hidden,
    /// The latest last.
    callers: Vec<Rights>,
    outlines: Outlines,
}

impl Directory {
    /// Notes what was announced: [`Directory::refresh`] reads it.
    pub fn note(&mut self, changes: Changes) {
        self.pending.add(changes);
    }

    /// Reads what has changed, and judges what the caller may know of it.
    pub fn refresh(&mut self, scope: &Scope<'_>) -> Result<(), Error> {
        self.read_changes()?;
        self.pending = Changes::default();
        self.read_comments()?;
        let caller = Caller::of(scope);
        let at = self.callers.iter().position(|rights| rights.caller == caller);
        let mut rights = at.map_or_else(|| Rights::new(caller), |at| self.callers.remove(at));
        let granted = self.granted.iter().filter_map(|oid| Some((*oid, self.entries.get(oid)?.group)));
        let members = self.entries.iter().map(|(oid, entry)| (*oid, entry.group));
        rights.judge(&self.groups, &self.schemas, members, granted)?;
        if self.callers.len() >= MAX_CALLERS {
            self.callers.remove(0);
        }
        let is_readable = |oid| {
            let entry = self.entries.get(&oid);
            entry.is_some_and(|entry| rights.is_readable(oid, entry.group))
        };
        let read = self.hidden.refresh(is_readable);
        self.outlines.ask_for(&rights.caller, self.hidden.read_at);
        self.callers.push(rights);
        read
    }

    /// The first time, what other sessions share is taken, and what was read is shared with them.
    fn read_changes(&mut self) -> Result<(), Error> {
        // Groups are dropped with all that was read, and only where that makes room.
        self.is_read &= !self.groups.are_mostly_left();
        let seen = if self.is_read { None } else { Seen::now() };
        let Some(seen) = seen else { return self.read_announced() };
        let is_known_well = match self.take_shared(&seen)? {
            Some(changed) => {
                let is_like_it = changed.len() <= MANY_FOR_OTHERS;
                self.pending = Changes { relations: changed, ..Changes::default() };
                is_like_it
            }
            None => false,
        };
        self.read_announced()?;
        if !is_known_well {
            self.index.refresh(&mut interrupts::check).map_err(interrupted)?;
            self.share(seen);
        }
        Ok(())
    }

    fn read_announced(&mut self) -> Result<(), Error> {
        let Changes { everything, schemas, roles, .. } = self.pending;
        if !self.is_read || everything || self.pending.relations.len() > MANY {
            self.callers.clear();
            return self.read_all();
        }
        if schemas || roles {
            self.callers.clear();
            self.outlines.clear();
        }
        if schemas {
            let renamed = self.read_schemas()?;
            self.pending.relations.extend(renamed);
        }
        let oids: Vec<u32> = self.pending.relations.iter().copied().collect();
        oids.iter().for_each(|oid| self.outlines.forget(*oid));
        for rights in &mut self.callers {
            oids.iter().for_each(|oid| rights.forget(*oid));
        }
        if !oids.is_empty() {
            self.read_some(&oids)?;
        }
        Ok(())
    }

    fn read_all(&mut self) -> Result<(), Error> {
        self.outlines.clear();
        self.read_schemas()?;
        let stamps = Descriptions::now();
        let named = reading::named(Which::Every, &self.schemas, HashMap::new())?;
        self.described = Some(Described::by(stamps));
        if self.is_read {
            let found: HashSet<u32> = named.iter().map(|relation| relation.oid).collect();
            let gone: Vec<u32> = self.entries.keys().filter(|oid| !found.contains(oid)).copied().collect();
            gone.iter().for_each(|oid| self.remove(*oid));
            return self.take_in(named);
        }
        // Made apart, so that an interrupt leaves nothing that is half done.
        let mut made = Self { schemas: std::mem::take(&mut self.schemas), ..Self::default() };
        made.described = self.described.take();
        let schemas = made.schemas.clone();
        let relations: Vec<linking::Relation> = named
            .into_iter()
            .filter_map(|relation| {
                let schema = schemas.get(&relation.schema)?;
                let group = made.enter(&relation);
                Some(relation.describe(schema, group))
            })
            .collect();
        made.index = linking::Directory::build(relations, &mut interrupts::check).map_err(interrupted)?;
        made.is_read = true;
        made.pending = std::mem::take(&mut self.pending);
        *self = made;
        // What was read is as large as the index that was made of it.
        timer::trim_now();
        Ok(())
    }

    /// Reads these relations again, those that do not exist among them.
    fn read_some(&mut self, oids: &[u32]) -> Result<(), Error> {
        let named = reading::named(Which::Some(oids), &self.schemas, self.columns_beside(oids))?;
        let found: HashSet<u32> = named.iter().map(|relation| relation.oid).collect();
        for oid in oids.iter().filter(|oid| !found.contains(oid)) {
            self.remove(*oid);
        }
        self.take_in(named)
    }

    /// How many columns of other relations than these the directory has, by owner.
    fn columns_beside(&self, oids: &[u32]) -> HashMap<u32, usize> {
        let oids: HashSet<u32> = oids.iter().copied().collect();
        let mut known: HashMap<u32, usize> = HashMap::new();
        for (oid, entry) in self.entries.iter().filter(|(oid, _)| !oids.contains(oid)) {
            if let Some(owner) = self.groups.owner(entry.group) {
                *known.entry(owner).or_default() += self.index.columns(*oid);
            }
        }
        known
    }

    fn take_in(&mut self, named: Vec<Named>) -> Result<(), Error> {
        for (count, relation) in named.into_iter().enumerate() {
            if count % 64 == 0 {
                interrupts::serve();
            }
            let Some(schema) = self.schemas.get(&relation.schema).cloned() else {
                self.remove(relation.oid);
                continue;
            };
            let usage = linking::Usage { rows: relation.rows, ..linking::Usage::default() };
            let known = self.entries.get(&relation.oid).copied();
            let group = self.enter(&relation);
            let is_known = known.is_some_and(|known| {
                known.group == group
                    && known.fingerprint == relation.fingerprint()
                    && self.schema_of(relation.oid) == schema
            });
            // VACUUM, TRUNCATE and the like change no more than this.
            if is_known {
                self.index.set_usage(relation.oid, usage);
            } else {
                self.index.upsert(&relation.describe(&schema, group));
            }
        }
        Ok(())
    }

    fn schema_of(&self, oid: u32) -> &str {
        self.index.names(oid).map_or("", |(schema, ..)| schema)
    }

    /// Keeps what is known of a relation besides its names; gives the number of its group.
    fn enter(&mut self, relation: &Named) -> u32 {
        if let Some(old) = self.entries.get(&relation.oid) {
            self.groups.leave(old.group);
        }
        let group = self.groups.join(Group::of(relation));
        let entry = Entry { group, schema: relation.schema, kind: relation.kind, fingerprint: relation.fingerprint() };
        self.entries.insert(relation.oid, entry);
        if relation.has_column_grants {
            self.granted.insert(relation.oid);
        } else {
            self.granted.remove(&relation.oid);
        }
        group
    }

    fn remove(&mut self, oid: u32) {
        if let Some(entry) = self.entries.remove(&oid) {
            self.groups.leave(entry.group);
            self.granted.remove(&oid);
            self.index.remove(oid);
        }
    }

    /// Reads the names of schemas; gives the relations of those that have another one now.
    fn read_schemas(&mut self) -> Result<Vec<u32>, Error> {
        let rows = query::rows(include_str!("schemas.sql"), &[])?;
        let pairs = rows.into_iter().filter_map(|row| {
            let [oid, name] = <[Option<String>; 2]>::try_from(row).ok()?;
            Some((oid?.parse().ok()?, name?))
        });
        let schemas: HashMap<u32, String> = pairs.collect();
        let is_same = |entry: &Entry| self.schemas.get(&entry.schema) == schemas.get(&entry.schema);
        let renamed = self.entries.iter().filter(|(_, entry)| !is_same(entry)).map(|(oid, _)| *oid).collect();
        self.schemas = schemas;
        Ok(renamed)
    }

    /// The names of the schemas of `search_path`.
    pub fn path(&self) -> Vec<String> {
        search_path::schemas().iter().filter_map(|oid| self.schemas.get(oid).cloned()).collect()
    }

    pub fn label_fingerprint(&self) -> u64 {
        self.hidden.fingerprint
    }

    /// The relations that the caller may read, nearest to the question first, and how many there are in all. Asked after
    /// [`Directory::refresh`], as are the others.
    pub fn rank(
        &mut self,
        question: &str,
        path: &[String],
        limit: usize,
        explained: usize,
    ) -> Result<(Vec<Ranked>, usize), Error> {
        let (labels, made) = (&self.hidden, relations_being_made::oids());
        let Some(rights) = self.callers.last() else { return Ok((Vec::new(), 0)) };
        let total = std::cell::Cell::new(0);
        let readable = |oid, group| {
            let readable = rights.is_readable(oid, group) && !labels.is_hidden(oid) && !made.contains(&oid);
            total.set(total.get() + usize::from(readable));
            readable
        };
        let hidden = |oid, column| rights.is_unreadable(oid, column) || labels.is_hidden_column(oid, column);
        let options = Options::default();
        let context = Context {
            visible: path,
            readable: Some(&readable),
            hidden: if rights.has_partial() || labels.has_columns() { Some(&hidden) } else { None },
            limit,
            explained,
            ..Context::new(&options)
        };
        let mut ranked =
            linking::rank(question, &mut self.index, &context, &mut interrupts::check).map_err(interrupted)?;
        if context.hidden.is_some() {
            // Whoever is told of a relation counts the columns that he may see.
            linking::count_seen(&mut ranked, &hidden, &mut interrupts::check).map_err(interrupted)?;
        }
        Ok((ranked, total.get()))
    }

    /// Whether the caller may know of a relation.
    pub fn is_readable(&self, oid: u32) -> bool {
        let right = self.callers.last().zip(self.entries.get(&oid));
        right.is_some_and(|(rights, entry)| rights.is_readable(oid, entry.group))
            && !self.hidden.is_hidden(oid)
            && !relations_being_made::oids().contains(&oid)
    }

    /// The relations that the caller may read, in no order.
    pub fn readable(&self) -> impl Iterator<Item = u32> {
        let made = relations_being_made::oids();
        let rights = self.callers.last();
        self.entries.iter().enumerate().filter_map(move |(count, (oid, entry))| {
            if count % 1024 == 0 {
                interrupts::serve();
            }
            let known = rights.is_some_and(|rights| rights.is_readable(*oid, entry.group));
            (known && !self.hidden.is_hidden(*oid) && !made.contains(oid)).then_some(*oid)
        })
    }

    /// What can be joined with a relation, as far as the caller may read it.
    pub fn neighbours(&self, oid: u32) -> impl Iterator<Item = u32> {
        self.index.neighbours(oid).filter(|oid| self.is_readable(*oid))
    }

    /// The schema and name of a relation.
    pub fn name(&self, oid: u32) -> Option<(&str, &str)> {
        self.index.names(oid).map(|(schema, name, _)| (schema, name))
    }

    /// The same as [`Directory::outline`], kept from question to question.
    pub fn kept_outline(&mut self, oid: u32, visible: bool) -> Option<Rc<KeptOutline>> {
        let kept = self.outlines.get(oid, visible);
        kept.or_else(|| self.outline(oid, visible).map(|outline| self.outlines.keep(outline)))
    }

    /// The names of a relation and of the columns that the caller may read, and nothing else of it.
    pub fn outline(&self, oid: u32, visible: bool) -> Option<Outline> {
        let (schema, name, columns) = self.index.names(oid)?;
        let (entry, rights) = self.entries.get(&oid).zip(self.callers.last())?;
        let is_known = |at: u16| !rights.is_unreadable(oid, at) && !self.hidden.is_hidden_column(oid, at);
        let columns = (0..).zip(columns).filter(|(at, _)| is_known(*at));
        let columns = columns.map(|(_, name)| name.to_owned()).collect();
        let (schema, name) = (schema.to_owned(), name.to_owned());
        Some(Outline { oid, schema, name, kind: entry.kind, visible, columns })
    }

    /// How many columns a relation has, or foreign keys where it has more of them.
    pub fn width(&self, relation: u32) -> usize {
        self.index.columns(relation).max(self.index.references(relation))
    }

    /// The oid of a relation's schema.
    pub fn schema_oid(&self, relation: u32) -> Option<u32> {
        self.entries.get(&relation).map(|entry| entry.schema)
    }
}

fn interrupted(_: Interrupted) -> Error {
    Error::internal("the ranking of relations ended early")
}
