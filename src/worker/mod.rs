//! The background process of a database: it writes what backends have handed over, and ends when there is no more.
//!
//! It runs this library's fixed statements on the extension's own tables, as their owner, and no code of anybody else. A failure
//! ends nothing: what can't be written is counted as lost.

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::ledger::{queue, writing};
use crate::pg::host::report;
use crate::pg::shared::background;
use crate::settings::Settings;

/// How often it looks for records.
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// A process without work stays so long. PostgreSQL waits five seconds for others to leave a database that is to be dropped.
const STAYS: Duration = Duration::from_millis(1_500);

/// Where somebody has locked the tables, the oldest records are given up after so many tries.
const TRIES: u32 = 600;

/// Where databases share one process, none keeps it for longer.
const TURN: Duration = Duration::from_secs(1);

/// The process in reserve looks for work so often where it is not woken.
const RESERVE_LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Does all there is to do in a database.
pub fn serve(database: u32) {
    serve_until(database, |_| false);
}

/// Waits for a database whose history nobody else can write, and writes that for as long as no other waits.
pub fn serve_in_reserve(_: u32) {
    let database = loop {
        if let Some(database) = queue::next_for_reserve(background::wake_number()) {
            break database;
        }
        background::pause_until_woken(RESERVE_LOOKS_EVERY);
    };
    background::connect(database);
    let began = Instant::now();
    serve_until(database, |is_idle| (is_idle || began.elapsed() > TURN) && queue::others_wait_for_reserve());
}

/// Works until there has been nothing to do for some time, or `is_over`, which is told whether there is nothing to do now.
fn serve_until(database: u32, is_over: impl Fn(bool) -> bool) {
    if !queue::attach(database, background::process()) {
        return;
    }
    background::at_exit(queue::leave);
    let (mut last, mut tries) = (Instant::now(), 0);
    loop {
        let (records, to) = queue::peek(database);
        if is_over(records.is_empty()) {
            if !queue::leave_if_empty(database) {
                queue::leave();
                queue::leave_to_reserve(database);
            }
            return;
        }
        if records.is_empty() {
            if (last.elapsed() > STAYS || queue::is_wanted()) && queue::leave_if_empty(database) {
                return;
            }
            background::pause(LOOKS_EVERY);
            continue;
        }
        last = Instant::now();
        // One that is empty asks for old ones to be looked for, and is none to be written.
        let records: Vec<_> = records.into_iter().filter(|record| !record.is_empty()).collect();
        background::tell(Some(c"nl2sql: writing history"));
        let written = write(&records);
        tries += 1;
        if matches!(&written, Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE) && tries < TRIES {
            background::pause(LOOKS_EVERY);
            continue;
        }
        let count = match written {
            Ok(true) => records.len(),
            Ok(false) => 0,
            // One that can't be written takes none of the others with it.
            Err(_) if records.len() > 1 => records.iter().filter(|record| is_written(record)).count(),
            Err(error) => not_written(&error),
        };
        queue::forget(database, to, records.len(), count);
        tries = 0;
    }
}

fn is_written(record: &[u8]) -> bool {
    write(&[record.to_vec()]).unwrap_or_else(|error| not_written(&error) > 0)
}

/// Tells why a record is lost; gives the number of those that were written.
fn not_written(error: &Error) -> usize {
    report::log(&format!("nl2sql could not write the history of a question: {error}"));
    0
}

/// Whether the records were written: where the extension is not in the database, there is nowhere to.
fn write(records: &[Vec<u8>]) -> Result<bool, Error> {
    let are_written = background::in_transaction(|| {
        if !writing::is_ours()? {
            return Ok(false);
        }
        if !records.is_empty() {
            writing::write_all(records)?;
        }
        Ok(true)
    })?;
    if are_written {
        // Apart, so that it undoes nothing where it fails; there will be another time.
        let pruned = background::in_transaction(|| writing::prune(Settings::load().history_retention_s));
        if let Err(error) = pruned {
            report::log(&format!("nl2sql could not prune the history: {error}"));
        }
    }
    Ok(are_written)
}

const LOCK_NOT_AVAILABLE: &str = "55P03";
