//! Comments and labels of enums, which the server announces no changes of: they are looked at now and then.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::Directory;
use crate::error::Error;
use crate::pg::host::catalog_stamps::{self, Descriptions};
use crate::pg::host::catalogs;
use crate::pg::host::report;

/// They are looked at anew after so long.
const MAX_AGE: Duration = Duration::from_secs(5);
/// Of relations whose comments have changed, so many columns are read at a time. The others wait for the next look: whoever comments on
/// three hundred wide tables every second would slow down every question of everybody. Reading half a million columns took a second.
const MOST_COLUMNS: usize = 20_000;

/// When they were last looked at.
pub(super) struct Described {
    at: Instant,
    stamps: Descriptions,
    /// Relations that have other comments or labels than were read, and wait for a later look.
    waiting: HashSet<u32>,
}

impl Described {
    /// Everything has just been read, after a look at these stamps.
    pub fn by(stamps: Descriptions) -> Self {
        Self { at: Instant::now(), stamps, waiting: HashSet::new() }
    }
}

impl Directory {
    /// Has the next [`Directory::refresh`] look at comments and labels of enums, however short a while ago it did.
    pub fn doubt_comments(&mut self) {
        if let Some(described) = &mut self.described {
            described.at = described.at.checked_sub(MAX_AGE).unwrap_or(described.at);
        }
    }

    /// Looks at comments and labels of enums where that was long ago, and reads the relations again that have other ones.
    pub(super) fn read_comments(&mut self) -> Result<(), Error> {
        let Some(old) = &self.described else { return self.read_all() };
        if old.at.elapsed() < MAX_AGE {
            return Ok(());
        }
        let stamps = Descriptions::now();
        let mut changed = catalog_stamps::changed(&old.stamps.relations, &stamps.relations);
        let types = catalog_stamps::changed(&old.stamps.enums, &stamps.enums);
        if !types.is_empty() {
            changed.extend(catalogs::relations_with(&types));
        }
        changed.extend(&old.waiting);
        changed.retain(|oid| self.entries.contains_key(oid));
        let (read, waiting) = self.narrowest(changed);
        if !read.is_empty() {
            let (now, later) = (read.len(), waiting.len());
            report::debug(&format!("{now} relations are read again for their comments, {later} wait"));
            self.read_some(&read)?;
        }
        self.described = Some(Described { waiting, ..Described::by(stamps) });
        Ok(())
    }

    /// Parts relations into those with the fewest columns, at least one and together not much more than [`MOST_COLUMNS`], and the others.
    fn narrowest(&self, relations: HashSet<u32>) -> (Vec<u32>, HashSet<u32>) {
        let mut by_width: Vec<(usize, u32)> = relations.into_iter().map(|oid| (self.width(oid), oid)).collect();
        by_width.sort_unstable();
        let mut columns = 0;
        let is_early = |(width, _): &(usize, u32)| {
            let has_room = columns < MOST_COLUMNS;
            columns += width + 1;
            has_room
        };
        let early = by_width.iter().copied().take_while(is_early).count();
        let mut oids = by_width.into_iter().map(|(_, oid)| oid);
        (oids.by_ref().take(early).collect(), oids.collect())
    }
}
