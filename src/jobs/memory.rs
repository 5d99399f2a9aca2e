//! What the background process takes of memory: what the server keeps of the relations that drafts read only grows, and a process lives
//! for as long as there are questions.
//!
//! Some of it nothing gives back but the end of the process, as what PL/pgSQL keeps of functions that the planner has called. So whose
//! drafts leave much behind has none judged for a while once the process is full: it would be for nothing but them that processes end,
//! and that the models of others are asked again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::overdue;
use crate::pg::host::{catalogs, report};
use crate::pg::running::process_memory::private_bytes;
use crate::pg::running::timer::trim_now;
use crate::pg::shared::background;

/// It may grow by so much, and by so much for each question in flight.
const MOST_GROWTH: u64 = 256 * 1024 * 1024;
const OF_QUESTION: u64 = 256 * 1024;

/// A role whose drafts have left so much behind is set aside when the process is full.
const MOST_OF_ROLE: u64 = MOST_GROWTH / 4;

/// So long it waits for models that were asked, before it leaves and another asks them again.
const WAITS: Duration = Duration::from_secs(30);

/// What is kept is forgotten no more often.
const FORGETS_EVERY: Duration = Duration::from_secs(10);

pub struct Memory {
    at_start: u64,
    /// What the drafts of each role have left behind.
    of_roles: HashMap<u32, u64>,
    forgot: Option<Instant>,
    /// Nothing more is taken since then, so that the process can leave.
    full: Option<Instant>,
}

impl Memory {
    pub fn begin() -> Self {
        Self { at_start: private_bytes(), of_roles: HashMap::new(), forgot: None, full: None }
    }

    /// Does what may leave something behind, for a role.
    pub fn watch<T>(&mut self, role: u32, work: impl FnOnce() -> T) -> T {
        let before = private_bytes();
        let result = work();
        *self.of_roles.entry(role).or_default() += private_bytes().saturating_sub(before);
        result
    }

    /// Whether the process is to take no more questions, and to leave once it has none: another begins with little.
    pub fn is_to_be_given_back(&self) -> bool {
        self.full.is_some()
    }

    /// Whether it has waited long enough for what is in flight.
    pub fn is_late(&self) -> bool {
        self.full.is_some_and(|at| at.elapsed() > WAITS)
    }

    /// Forgets what the server keeps of relations where that is much, and notes whether it helped.
    pub fn keep_small(&mut self, in_flight: usize) {
        let most = MOST_GROWTH + OF_QUESTION * in_flight as u64;
        let has_grown = || private_bytes().saturating_sub(self.at_start) > most;
        if !has_grown() || self.forgot.is_some_and(|at| at.elapsed() < FORGETS_EVERY) {
            return;
        }
        self.forgot = Some(Instant::now());
        let forgotten = background::in_transaction(|| {
            catalogs::forget_all();
            Ok(())
        });
        trim_now();
        if forgotten.is_err() || has_grown() {
            report::log("nl2sql: the process for questions in the background has grown, and another takes its place");
            self.full.get_or_insert_with(Instant::now);
            let greedy = self.of_roles.iter().filter(|(_, left)| **left > MOST_OF_ROLE);
            greedy.for_each(|(role, _)| overdue::put_aside(*role));
        }
    }
}
