//! What the background process reads of its table: what can be taken, what was cancelled, what is late.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::fair::{Most, choose};
use super::flight::{Flight, failed};
use super::serving::Serving;
use super::store::{self, Open, Taken};
use super::workers;
use crate::error::Error;
use crate::ledger::quota;
use crate::model;
use crate::pg::host::open_files::room_for_sockets;
use crate::pg::host::report;
use crate::pg::shared::background;
use crate::settings::JobSettings;

/// How often it looks at all questions that have not ended, for what was cancelled, expired or could not be taken before.
pub(super) const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Where a question was submitted it looks for that at once, but no more often: a thousand are submitted one by one.
pub(super) const LEAST_BETWEEN: Duration = Duration::from_millis(20);

/// How often it forgets what ended long ago.
const FORGETS_EVERY: Duration = Duration::from_secs(60);

/// Of a role, so many questions that have ended are kept, of so many bytes.
const MOST_ENDED: usize = 10_000;
const MOST_ENDED_BYTES: usize = 100 * 1024 * 1024;

/// Where so many were forgotten there are more to forget.
const MANY: usize = 1_000;

/// So many are taken in one go.
const MOST_TAKEN: usize = 200;

/// When the process looked last.
#[derive(Default)]
pub(super) struct Looks {
    /// Something was submitted or cancelled since.
    is_wanted: bool,
    /// Places have become free since.
    pub has_room: bool,
    last: Option<Instant>,
    /// At everything.
    whole: Option<Instant>,
    forgot: Option<Instant>,
    /// Questions that were taken.
    taken: u64,
}

impl Looks {
    /// How long to wait for the next look; `has_open`: there are questions that could not be taken.
    pub fn wait(&self, has_open: bool) -> Duration {
        let Some(last) = self.last else { return Duration::ZERO };
        let pause = if self.is_wanted || has_open && self.has_room { LEAST_BETWEEN } else { LOOKS_EVERY };
        pause.saturating_sub(last.elapsed())
    }

    pub fn is_wanted(&self) -> bool {
        self.is_wanted
    }
}

/// What a look has found.
struct Found {
    /// Of the questions held, those that have not ended; `None` where that was not looked for.
    live: Option<Vec<i64>>,
    /// The numbers of those that can be taken.
    chosen: Vec<i64>,
    /// There are more.
    has_more: bool,
    /// More of them can be taken.
    is_cut: bool,
}

impl Serving {
    /// Looks at the table where it is time to. `false` where there is no such table.
    pub(super) fn look_if_due(&mut self) -> bool {
        self.looks.is_wanted |= workers::about_to_look(self.database);
        if !self.looks.wait(self.has_open).is_zero() {
            return true;
        }
        background::tell(Some(c"nl2sql: looking for questions"));
        let is_whole = self.looks.whole.is_none_or(|at| at.elapsed() >= LOOKS_EVERY);
        self.looks.last = Some(Instant::now());
        (self.looks.is_wanted, self.looks.has_room) = (false, false);
        if is_whole {
            self.looks.whole = self.looks.last;
            self.memory.keep_small(self.held.len());
            self.tidy_up();
        }
        match self.find(is_whole) {
            Ok(Some(found)) => {
                self.take_in(found);
                true
            }
            // Without the extension there is nothing to work on.
            Ok(None) => false,
            Err(error) => {
                report::log(&format!("nl2sql could not look for questions in the background: {error}"));
                // There may be some, so it stays and looks again.
                self.has_open = true;
                true
            }
        }
    }

    /// Gives up what is late, and forgets what ended long ago: each apart, as nothing waits for that.
    fn tidy_up(&mut self) {
        in_ours(store::expire);
        if self.looks.forgot.is_none_or(|at| at.elapsed() >= FORGETS_EVERY) {
            let retention = JobSettings::load().retention_s;
            let forgotten = in_ours(|| store::forget(retention, MOST_ENDED, MOST_ENDED_BYTES));
            // Where that were many there are more.
            let has_more = forgotten.is_some_and(|count| count >= MANY);
            self.looks.forgot = (!has_more).then(Instant::now);
        }
    }

    /// `is_whole`: what was cancelled and what another process has left is looked for too.
    fn find(&self, is_whole: bool) -> Result<Option<Found>, Error> {
        let settings = JobSettings::load();
        let held: Vec<i64> = self.held.keys().chain(self.unwritten.iter().map(|change| &change.id)).copied().collect();
        let in_flight = self.in_flight();
        let is_full = self.memory.is_to_be_given_back();
        let most_in_flight = room_for_sockets(settings.most_in_flight).max(1);
        let room = most_in_flight.saturating_sub(in_flight.all).max(1);
        background::in_transaction(|| {
            if !store::is_ours()? {
                return Ok(None);
            }
            let live = (is_whole && !held.is_empty()).then(|| store::live(&held)).transpose()?;
            let mut open = store::open(is_whole, room + held.len())?;
            let held: HashSet<i64> = held.into_iter().collect();
            open.retain(|question| !held.contains(&question.id));
            let all_open = open.len();
            within_quotas(&mut open)?;
            let most = Most { all: most_in_flight, of_role: settings.most_of_role };
            let of_model = |name: &str| model::max_in_flight(name).unwrap_or(usize::MAX);
            let mut chosen = choose(&open, in_flight, most, &of_model);
            let is_cut = chosen.len() > MOST_TAKEN && !is_full;
            chosen.truncate(if is_full { 0 } else { MOST_TAKEN });
            let has_more = all_open > chosen.len();
            Ok(Some(Found { live, chosen, has_more, is_cut }))
        })
    }

    fn take_in(&mut self, found: Found) {
        self.has_open = found.has_more;
        self.looks.is_wanted |= found.is_cut;
        if let Some(live) = found.live {
            self.unwritten.retain(|change| live.contains(&change.id));
            self.drop_ended(&live);
        }
        if found.chosen.is_empty() {
            return;
        }
        for taken in self.take(&found.chosen) {
            let id = taken.id;
            self.looks.taken += 1;
            match Flight::new(taken, self.looks.taken) {
                Ok(flight) => drop(self.held.insert(id, flight)),
                Err(error) => self.note(failed(id, &error)),
            }
        }
    }

    /// Takes questions; those that can't be are taken or given up one by one, so that none keeps the others waiting.
    fn take(&mut self, chosen: &[i64]) -> Vec<Taken> {
        let take =
            |ids: &[i64]| background::in_transaction(|| if store::is_ours()? { store::take(ids) } else { Ok(vec![]) });
        let error = match take(chosen) {
            Ok(mut taken) => {
                // In the order in which they were submitted.
                taken.sort_by_key(|taken| chosen.iter().position(|id| *id == taken.id));
                return taken;
            }
            Err(error) => error,
        };
        // Somebody holds a lock, or the process was told to stop what it did.
        self.has_open = true;
        if !is_for_lack_of_room(&error) {
            report::log(&format!("nl2sql could not take questions in the background: {error}"));
            return Vec::new();
        }
        let mut taken = Vec::new();
        for id in chosen {
            match take(&[*id]) {
                Ok(one) => taken.extend(one),
                Err(error) if is_for_lack_of_room(&error) => self.note(failed(*id, &error)),
                Err(_) => {}
            }
        }
        taken
    }
}

/// Does something to the extension's own table, and says in the log where that failed.
fn in_ours<T>(work: impl FnOnce() -> Result<T, Error>) -> Option<T> {
    let done = background::in_transaction(|| if store::is_ours()? { work().map(Some) } else { Ok(None) });
    done.unwrap_or_else(|error| {
        report::log(&format!("nl2sql could not tidy up questions in the background: {error}"));
        None
    })
}

/// Leaves out what the quotas of its role would not let a model be asked for now: that is looked at again when one has ended.
fn within_quotas(open: &mut Vec<Open>) -> Result<(), Error> {
    let mut rooms: HashMap<u32, Option<u64>> = HashMap::new();
    for question in open.iter() {
        if let Entry::Vacant(room) = rooms.entry(question.role) {
            room.insert(quota::room_of(question.role)?);
        }
    }
    open.retain(|question| match rooms.get_mut(&question.role) {
        Some(Some(room)) => {
            let has_room = *room > 0;
            *room = room.saturating_sub(1);
            has_room
        }
        _ => true,
    });
    Ok(())
}

/// Memory, or what a value may be large.
fn is_for_lack_of_room(error: &Error) -> bool {
    ["53", "54"].iter().any(|class| error.sqlstate().starts_with(class))
}
