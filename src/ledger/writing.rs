//! Records on their way into the tables.
//!
//! Where the library is preloaded, the background process writes them, so that they outlive the transaction they tell of. Else they
//! are written in the asker's own, so what is rolled back is not recorded, and nothing is on a standby or in a read-only
//! transaction.

use std::cell::Cell;
use std::ffi::CStr;
use std::time::{Duration, Instant};

use super::queue::{self, Parts};
use super::record::{Detail, Record};
use crate::error::Error;
use crate::pg::host::session;
use crate::pg::running::query;
use crate::pg::shared::own_tables;

/// Where records are kept; their calls are written with them, as the same owner.
pub(super) const TABLE: (&CStr, &CStr) = (c"nl2sql", c"history");

/// A process looks for old records this often at most where it writes others.
const PRUNED_EVERY: Duration = Duration::from_secs(60);

/// Where nothing is written, old records go this often at most.
const PRUNED_ASIDE_EVERY: Duration = Duration::from_secs(3600);

thread_local! {
    static PRUNED: Cell<Option<Instant>> = const { Cell::new(None) };
    /// When a question that writes nothing looked last.
    static LOOKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Writes a record. Only a cancel or a shutdown ends the question: an answer does not fail because it can't be recorded.
pub fn write(record: &Record, detail: Detail, retention_s: i32) -> Result<(), Error> {
    if detail == Detail::Off {
        return no_matter(prune_aside(retention_s));
    }
    if hand_over(record, detail)? {
        return Ok(());
    }
    no_matter(write_one(record))?;
    // What a serializable transaction reads can make others fail.
    if query::is_serializable() { Ok(()) } else { no_matter(prune(retention_s)) }
}

/// Writes a record in the asker's own transaction. Without json for what most questions have, as that would cost more than the rest.
fn write_one(record: &Record) -> Result<(), Error> {
    let values = record.values(&name_of(record.role), &name_of(record.session_role));
    let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
    query::owner_write(TABLE, include_str!("record_one.sql"), &values)?;
    if record.calls.is_empty() {
        return Ok(());
    }
    let calls = serde_json::to_string(&record.calls).map_err(|error| Error::internal(error.to_string()))?;
    let [id, asked_at, role, name] = [0, 1, 2, 3].map(|at| values.get(at).copied().flatten());
    query::owner_write(TABLE, include_str!("record_calls.sql"), &[id, asked_at, role, name, Some(&calls)]).map(drop)
}

fn name_of(role: u32) -> String {
    session::name_of(role).unwrap_or_else(|| "?".to_owned())
}

/// Forgets what is too old where nothing is written any more, as the history was turned off.
fn prune_aside(retention_s: i32) -> Result<(), Error> {
    let is_due = LOOKED.get().is_none_or(|last| last.elapsed() >= PRUNED_ASIDE_EVERY);
    if retention_s <= 0 || !is_due {
        return Ok(());
    }
    LOOKED.set(Some(Instant::now()));
    if !query::has_rows(TABLE) || query::is_serializable() {
        return Ok(());
    }
    match queue::is_due_to_be_pruned(PRUNED_ASIDE_EVERY) {
        // A record that is empty has the background process look.
        Some(true) => {
            queue::hand_over(&Parts::default());
            Ok(())
        }
        Some(false) => Ok(()),
        None => prune(retention_s),
    }
}

/// Leaves a record to the background process, which touches nothing but memory; `false` where there is none, and it is to be written.
pub fn hand_over(record: &Record, detail: Detail) -> Result<bool, Error> {
    if detail == Detail::Off {
        return Ok(true);
    }
    if !queue::QUEUES.is_there() {
        return Ok(false);
    }
    let (figures, whole) = (json(&record.figures())?, json(record)?);
    let whole = if whole == figures { "" } else { &whole };
    Ok(queue::hand_over(&Parts { owner: record.owner(), figures: &figures, whole }))
}

/// Writes records that waited, in a transaction of the background process.
pub fn write_all(records: &[Vec<u8>]) -> Result<(), Error> {
    let records: Vec<_> = records.iter().map(|record| String::from_utf8_lossy(record)).collect();
    let document = format!("[{}]", records.join(","));
    query::owner_write(TABLE, include_str!("record.sql"), &[Some(&document)]).map(drop)
}

/// Whether the tables are those of the extension, with a superuser as their owner: the background process writes to no others.
pub fn is_ours() -> Result<bool, Error> {
    own_tables::are_ours(&["history", "calls"])
}

/// Forgets what is older than the retention, at most so often.
pub fn prune(retention_s: i32) -> Result<(), Error> {
    let is_due = PRUNED.get().is_none_or(|last| last.elapsed() >= PRUNED_EVERY);
    if retention_s <= 0 || !is_due {
        return Ok(());
    }
    PRUNED.set(Some(Instant::now()));
    query::owner_write(TABLE, include_str!("prune.sql"), &[Some(&retention_s.to_string())]).map(drop)
}

fn json(record: &Record) -> Result<String, Error> {
    serde_json::to_string(record).map_err(|error| Error::internal(error.to_string()))
}

fn no_matter(written: Result<(), Error>) -> Result<(), Error> {
    written.or_else(|error| if error.sqlstate().starts_with("57") { Err(error) } else { Ok(()) })
}
