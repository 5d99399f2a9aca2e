//! The process that starts those which work on questions: when one is submitted, when such a process has ended with questions in
//! flight, and once for each database when the server starts, as questions may be left from before.

use std::time::{Duration, Instant};

use super::{overdue, workers};
use crate::ledger::quota;
use crate::pg::host::{databases, report};
use crate::pg::shared::background::{self, Kind};

/// So many databases are looked into at a time when the server has started.
const MOST_AT_ONCE: usize = 2;

/// How often it looks where something is missing, where a process is at work or a database found no place, and where all is well.
const LOOKS_EVERY: Duration = Duration::from_millis(100);
const LOOKS_AGAIN: Duration = Duration::from_secs(5);
const LOOKS_SELDOM: Duration = Duration::from_secs(60);

/// Starts processes as long as the server runs.
pub fn launch(_: u32) {
    workers::attach_launcher();
    background::at_exit(workers::leave_launcher);
    let (mut left, mut looked) = (connectable(), Instant::now());
    let (mut has_more, mut is_short) = (false, false);
    loop {
        has_more |= workers::take_more();
        leave_late_behind();
        if looked.elapsed() > if has_more { LOOKS_AGAIN } else { LOOKS_SELDOM } {
            looked = Instant::now();
            // Before the databases are read, so that none is forgotten that was made since.
            let wanted = workers::known();
            let connectable = connectable();
            if !connectable.is_empty() {
                workers::forget(wanted.into_iter().filter(|database| !connectable.contains(database)));
            }
            if std::mem::take(&mut has_more) {
                left = connectable;
            }
        }
        while workers::missing() < MOST_AT_ONCE {
            let Some(database) = left.pop() else { break };
            workers::note(database);
        }
        let mut could_start = true;
        for database in workers::due() {
            if !background::start(Kind::Jobs, database) {
                workers::could_not_start(database);
                could_start = false;
            }
        }
        if !could_start && !is_short {
            report::log(
                "nl2sql: questions wait, as max_worker_processes leaves no room for the process that works on them",
            );
        }
        is_short = !could_start;
        let is_busy = workers::missing() > 0 || !left.is_empty();
        let pause = if is_busy {
            LOOKS_EVERY
        } else if has_more || workers::are_at_work() {
            LOOKS_AGAIN
        } else {
            LOOKS_SELDOM
        };
        background::pause_until_woken(pause);
    }
}

/// Has others take the place of processes that judge one draft for too long. These end by themselves, once they hear that they are to.
fn leave_late_behind() {
    for process in overdue::leave_late() {
        workers::leave_behind(process);
        quota::forget_process(process);
        background::tell_to_end(process);
        report::log(&format!(
            "nl2sql: process {process} has judged one draft for more than {} s, and another takes its place",
            overdue::MOST_MS / 1000
        ));
    }
}

fn connectable() -> Vec<u32> {
    background::in_transaction(|| Ok(databases::connectable())).unwrap_or_default()
}
