//! The directory as the sessions of a database share it, where the server has loaded the library at its start: a session that begins
//! takes what another has read, and reads only what has changed since.
//!
//! Whether something has changed is told by the versions of the catalogs' rows ([`catalog_stamps`]), looked at before anything
//! is read: what changes meanwhile is read once more. Privileges are no part of it; they are judged for each caller as ever.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::comment_changes::Described;
use super::reading::{self, counted};
use super::rights::{Group, Groups};
use super::{Directory, Entry};
use crate::error::Error;
use crate::pg::host::catalog_stamps::{self, Descriptions, Stamped};
use crate::pg::host::{extension, report, transaction};
use crate::pg::shared::directories;

/// What is written.
#[derive(Serialize)]
struct Written<'d> {
    index: &'d linking::Directory,
    entries: &'d HashMap<u32, Entry>,
    granted: &'d HashSet<u32>,
    groups: &'d [(Group, u32)],
    schemas: &'d HashMap<u32, String>,
    versions: &'d Versions,
}

/// The same as it is read.
#[derive(Deserialize)]
struct Read {
    index: linking::Directory,
    entries: HashMap<u32, Entry>,
    granted: HashSet<u32>,
    groups: Vec<(Group, u32)>,
    schemas: HashMap<u32, String>,
    versions: Versions,
}

/// What the catalogs were when they were read.
#[derive(Serialize, Deserialize)]
struct Versions {
    relations: HashMap<u32, u64>,
    enum_labels: u64,
}

/// The versions before anything is read.
pub struct Seen {
    relations: HashMap<u32, Stamped>,
    enum_labels: u64,
    descriptions: Descriptions,
}

impl Seen {
    /// `None` where sessions share nothing.
    pub fn now() -> Option<Self> {
        directories::is_there().then(|| Self {
            relations: catalog_stamps::of_relations(),
            enum_labels: catalog_stamps::of_enum_labels(),
            descriptions: Descriptions::now(),
        })
    }
}

impl Directory {
    /// Takes what another session has read; gives the relations that have changed since. `None` where there is nothing to take.
    pub fn take_shared(&mut self, seen: &Seen) -> Result<Option<HashSet<u32>>, Error> {
        let Some(bytes) = directories::read() else { return Ok(None) };
        let Ok(read) = postcard::from_bytes::<Read>(&bytes) else { return Ok(None) };
        drop(bytes);
        let Read { index, entries, granted, groups, schemas, versions } = read;
        // Labels of enums are told of the columns that have the type, wherever they are.
        if versions.enum_labels != seen.enum_labels {
            return Ok(None);
        }
        let mut taken = Self { index, entries, granted, schemas, groups: Groups::of(groups), ..Self::default() };
        let is_new = |(oid, stamped): &(&u32, &Stamped)| versions.relations.get(oid) != Some(&stamped.stamp);
        let mut changed: HashSet<u32> = seen.relations.iter().filter(is_new).map(|(oid, _)| *oid).collect();
        changed.extend(taken.entries.keys().filter(|oid| !seen.relations.contains_key(oid)));
        let special = reading::special()?;
        let is_otherwise = |(oid, entry): &(&u32, &Entry)| {
            let group = taken.groups.all.get(entry.group as usize);
            group.is_none_or(|(group, _)| !group.is_special_as(special.get(oid)))
        };
        changed.extend(taken.entries.iter().filter(is_otherwise).map(|(oid, _)| *oid));
        changed.extend(taken.read_schemas()?);
        let are_elsewhere = extension::keeps_rows_elsewhere();
        for (oid, entry) in &taken.entries {
            let rows = seen.relations.get(oid).and_then(|stamped| counted(entry.kind, stamped.rows, are_elsewhere));
            taken.index.set_usage(*oid, linking::Usage { rows, ..linking::Usage::default() });
        }
        report::debug(&format!("took the names of relations from shared memory, {} have changed since", changed.len()));
        taken.described = Some(Described::by(seen.descriptions.clone()));
        taken.is_read = true;
        *self = taken;
        Ok(Some(changed))
    }

    /// Gives others what this session has read, unless it has changed what only it can see yet.
    pub fn share(&self, seen: Seen) {
        if transaction::has_id() {
            return;
        }
        let relations = seen.relations.into_iter().map(|(oid, stamped)| (oid, stamped.stamp)).collect();
        let written = Written {
            index: &self.index,
            entries: &self.entries,
            granted: &self.granted,
            groups: &self.groups.all,
            schemas: &self.schemas,
            versions: &Versions { relations, enum_labels: seen.enum_labels },
        };
        // What has no room there is read by every session for itself.
        if let Ok(bytes) = postcard::to_stdvec(&written) {
            directories::write(&bytes);
        }
    }
}
