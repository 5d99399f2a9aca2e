//! Which relations of a large catalog a question gets to see in detail.

use std::collections::HashSet;

use super::directory::Directory;
use linking::Ranked;

/// How many relations are read in detail.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// The nearest ones.
    near: usize,
    /// All, where there are no more than so many.
    all: usize,
    /// For so many the neighbours that speak for them are told.
    pub explained: usize,
}

/// No more columns than this are read in detail, nor foreign keys: tables of a thousand each may not take the time of others' questions.
const MAX_COLUMNS: usize = 10_000;
/// What can be joined with so many of the nearest relations is chosen too, so much for each.
const JOINED: usize = 20;
const MAX_NEIGHBOURS: usize = 6;

impl Extent {
    /// For a prompt of so many tokens: full blocks get half of it and take some sixty at least, lines some forty.
    pub fn of(budget: usize) -> Self {
        Self { near: (budget / 120).clamp(60, 400), all: (budget / 40).clamp(150, 600), explained: 0 }
    }

    /// The same, with the reasons of all that are ranked, which takes time.
    pub fn explained(self) -> Self {
        Self { explained: usize::MAX, ..self }
    }
}

/// The relations to read, of `total` that the caller may. The schemas of `path` fill up what a question without any telling word
/// leaves open.
pub fn choose(directory: &Directory, ranked: &[Ranked], total: usize, path: &[String], extent: Extent) -> Vec<u32> {
    if total <= extent.all {
        let all: Vec<u32> = directory.readable().collect();
        if all.iter().map(|oid| directory.width(*oid)).sum::<usize>() <= MAX_COLUMNS {
            return all;
        }
    }
    let mut room = MAX_COLUMNS;
    let mut chosen = near(directory, ranked, path, extent);
    chosen.retain(|oid| {
        let fits = room.checked_sub(directory.width(*oid));
        room = fits.unwrap_or(room);
        fits.is_some()
    });
    chosen
}

/// The nearest relations, what can be joined with them, and others where there are few.
fn near(directory: &Directory, ranked: &[Ranked], path: &[String], extent: Extent) -> Vec<u32> {
    let mut chosen: Vec<u32> = ranked.iter().take(extent.near).map(|one| one.oid).collect();
    let mut met: HashSet<u32> = chosen.iter().copied().collect();
    let room = extent.near + extent.near / 2;
    for one in ranked.iter().take(JOINED) {
        let neighbours = directory.neighbours(one.oid).filter(|oid| met.insert(*oid)).take(MAX_NEIGHBOURS);
        chosen.extend(neighbours.take(room.saturating_sub(chosen.len())));
    }
    if chosen.len() < extent.near {
        let place = |oid: u32| {
            let schema = directory.name(oid).map(|(schema, _)| schema);
            path.iter().position(|name| Some(name.as_str()) == schema).unwrap_or(usize::MAX)
        };
        let mut others: Vec<(usize, u32)> =
            directory.readable().filter(|oid| !met.contains(oid)).map(|oid| (place(oid), oid)).collect();
        others.sort_unstable();
        chosen.extend(others.into_iter().map(|(_, oid)| oid).take(extent.near - chosen.len()));
    }
    chosen
}
