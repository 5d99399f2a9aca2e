//! Records that wait in shared memory for the background process of their database, where the library is preloaded.
//!
//! So a record outlives the transaction it tells of. Each database has a queue of its own, so that none stands in another's way.
//! What a queue can't take is counted, never waited for, and is of those who have most in it. What was written is wiped.
//!
//! Where the server has no room for such a process (`max_worker_processes`), the queue is left to one that it keeps a place for, which
//! goes from one such database to the next.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytemuck::Zeroable;

use crate::pg::shared::area::Area;
use crate::pg::shared::background::{self, Kind};
use crate::pg::shared::ring::Ring;

/// Databases whose questions are recorded at the same time; for a further one, the one that has been quiet longest makes way. Where
/// none is quiet, what it hands over is lost and counted.
const MOST_DATABASES: usize = 64;

/// What databases without a queue lose is counted by their oids modulo this.
const COUNTS: usize = 256;

/// Processes with nothing to do make way for so long after a database found no queue.
const WANTED_MS: u64 = 2_000;

/// What a queue holds: some hundred records with texts, or some hundred more without.
const QUEUE_BYTES: usize = 256 * 1024;

/// A process that was started and has not come by then has failed, as where its database is gone.
const START_MS: u64 = 5_000;

/// What the background process takes in one go.
const BATCH_BYTES: usize = 128 * 1024;

pub static QUEUES: Area<Queues> = Area::new(c"nl2sql history");

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Queues {
    /// By which the process in reserve is woken.
    wake_reserve: i32,
    unused: u32,
    /// When a database found no queue last.
    wanted_at: u64,
    lost_without_queue: [u64; COUNTS],
    databases: [Queue; MOST_DATABASES],
}

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
struct Queue {
    /// 0: free.
    database: u32,
    /// The number of the process that writes it; 0: there is none.
    process: i32,
    /// Milliseconds since 1970; 0: none is being started.
    starting_since: u64,
    used_at: u64,
    /// When old records were looked for last because somebody asked who wrote none.
    looked_at: u64,
    written: u64,
    lost: u64,
    /// How often no process could be started.
    not_started: u64,
    /// 1: as none could be, the one in reserve is to come.
    is_left_to_reserve: u64,
    /// When that was sent here last.
    sent_at: u64,
    ring: Ring<QUEUE_BYTES>,
}

/// What is known of a database's queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    pub process: i32,
    pub pending_bytes: u64,
    pub written: u64,
    pub lost: u64,
    pub not_started: u64,
}

impl Queues {
    /// The queue of a database; for a new one, a free one or that which has been quiet longest, without a process.
    fn of(&mut self, database: u32, now: u64) -> Option<&mut Queue> {
        let known = self.databases.iter().position(|queue| queue.database == database);
        let place = known.or_else(|| {
            let quiet = |queue: &&(usize, &Queue)| queue.1.is_quiet(now);
            let free = self.databases.iter().enumerate().collect::<Vec<_>>();
            free.iter().filter(quiet).min_by_key(|(_, queue)| (queue.database != 0, queue.used_at)).map(|(at, _)| *at)
        })?;
        let queue = &mut self.databases[place];
        if known.is_none() {
            *queue = Queue::zeroed();
            queue.database = database;
        }
        queue.used_at = now;
        Some(queue)
    }

    /// Takes a record, and says whether a process has to be started for it.
    fn push(&mut self, database: u32, record: &Parts<'_>, now: u64) -> bool {
        let Some(queue) = self.of(database, now) else {
            self.wanted_at = now;
            *self.lost_without_queue(database) += u64::from(!record.figures.is_empty());
            return false;
        };
        queue.lost += queue.ring.push(record.owner, record.figures.as_bytes(), record.whole.as_bytes());
        let is_starting = now < queue.starting_since + START_MS;
        let start = queue.process == 0 && !is_starting;
        if start {
            queue.starting_since = now;
        }
        start
    }

    fn lost_without_queue(&mut self, database: u32) -> &mut u64 {
        &mut self.lost_without_queue[database as usize % COUNTS]
    }

    fn is_wanted(&self, now: u64) -> bool {
        now < self.wanted_at + WANTED_MS
    }

    fn send_reserve(&mut self, now: u64) -> Option<u32> {
        let left = self.databases.iter_mut().filter(|queue| queue.is_left_to_reserve == 1 && queue.process == 0);
        let queue = left.min_by_key(|queue| queue.sent_at)?;
        queue.is_left_to_reserve = 0;
        queue.sent_at = now;
        Some(queue.database)
    }
}

impl Queue {
    /// Nobody writes it, and nobody is about to.
    fn is_quiet(&self, now: u64) -> bool {
        let is_past = |since: u64| now > since + START_MS;
        self.process == 0 && self.is_left_to_reserve == 0 && is_past(self.starting_since) && is_past(self.sent_at)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A record as it waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts<'r> {
    /// Who asked. Where there is no room, it is theirs who has most here.
    pub owner: u64,
    /// What is kept as long as that can be: who asked, when, and what it cost.
    pub figures: &'r str,
    /// These with all texts; empty where there are none.
    pub whole: &'r str,
}

/// Hands a record over; `false` where there is nobody to take it, as the library was not preloaded.
pub fn hand_over(record: &Parts<'_>) -> bool {
    if !QUEUES.is_there() {
        return false;
    }
    let database = background::database();
    if background::is_standby() {
        return true;
    }
    let start = QUEUES.with(|queues| queues.push(database, record, now()));
    if start == Some(true) && !background::start(Kind::History, database) {
        with_queue(database, |queue| {
            queue.starting_since = 0;
            queue.not_started += 1;
        });
        leave_to_reserve(database);
    }
    true
}

/// Has the process in reserve come to a database, or come back.
pub fn leave_to_reserve(database: u32) {
    with_queue(database, |queue| queue.is_left_to_reserve = 1);
    if let Some(number) = QUEUES.with(|queues| queues.wake_reserve) {
        background::wake(number);
    }
}

/// The database that the process in reserve, which is woken by this number, is to go to: of those that are left to it, the one that
/// it has not been to for longest.
pub fn next_for_reserve(wake_number: i32) -> Option<u32> {
    let next = |queues: &mut Queues| {
        queues.wake_reserve = wake_number;
        queues.send_reserve(now())
    };
    QUEUES.with(next).flatten()
}

/// Whether databases are left to the process in reserve that it is not at.
pub fn others_wait_for_reserve() -> bool {
    let is_left = |queue: &Queue| queue.is_left_to_reserve == 1 && queue.process == 0;
    QUEUES.with(|queues| queues.databases.iter().any(is_left)) == Some(true)
}

/// Whether a database found no queue a moment ago, so that processes with nothing to do make way.
pub fn is_wanted() -> bool {
    QUEUES.with(|queues| queues.is_wanted(now())) == Some(true)
}

/// Whether nobody has had old records looked for in so much time; whoever is told so is to do it. `None` without preloading.
pub fn is_due_to_be_pruned(every: Duration) -> Option<bool> {
    let (database, now) = (background::database(), now());
    let is_due = |queues: &mut Queues| {
        let Some(queue) = queues.of(database, now) else { return false };
        let is_due = u128::from(now.saturating_sub(queue.looked_at)) >= every.as_millis();
        if is_due {
            queue.looked_at = now;
        }
        is_due
    };
    QUEUES.with(is_due)
}

/// The background process says that it is there; `false` where another is.
pub fn attach(database: u32, process: i32) -> bool {
    let attached = QUEUES.with(|queues| {
        let queue = queues.of(database, now())?;
        let is_free = queue.process == 0;
        if is_free {
            queue.process = process;
            queue.starting_since = 0;
            queue.is_left_to_reserve = 0;
        }
        Some(is_free)
    });
    attached.flatten() == Some(true)
}

/// The next records of a database, and the position to [`forget`] up to.
pub fn peek(database: u32) -> (Vec<Vec<u8>>, u64) {
    with_queue(database, |queue| queue.ring.peek(BATCH_BYTES)).unwrap_or_default()
}

/// Of so many records so many were written; the others are lost.
pub fn forget(database: u32, to: u64, records: usize, written: usize) {
    with_queue(database, |queue| {
        queue.ring.forget(to);
        queue.written += written as u64;
        queue.lost += records.saturating_sub(written) as u64;
    });
}

/// The background process ends unless something has come meanwhile; whatever comes after that starts another.
pub fn leave_if_empty(database: u32) -> bool {
    with_queue(database, |queue| {
        if queue.ring.is_empty() {
            queue.process = 0;
        }
        queue.ring.is_empty()
    })
    .unwrap_or(true)
}

/// The background process ends, whatever is left.
pub fn leave() {
    let process = background::process();
    QUEUES.with(|queues| {
        for queue in queues.databases.iter_mut().filter(|queue| queue.process == process) {
            queue.process = 0;
        }
    });
}

/// Of this database; `None` without preloading.
pub fn state() -> Option<State> {
    if !QUEUES.is_there() {
        return None;
    }
    let database = background::database();
    let state = with_queue(database, |queue| State {
        process: queue.process,
        pending_bytes: queue.ring.pending(),
        written: queue.written,
        lost: queue.lost,
        not_started: queue.not_started,
    });
    let mut state = state.unwrap_or_default();
    state.lost += QUEUES.with(|queues| *queues.lost_without_queue(database)).unwrap_or_default();
    Some(state)
}

fn with_queue<R>(database: u32, work: impl FnOnce(&mut Queue) -> R) -> Option<R> {
    QUEUES.with(|queues| queues.databases.iter_mut().find(|queue| queue.database == database).map(work)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queues() -> Box<Queues> {
        bytemuck::zeroed_box()
    }

    /// A database beyond those that have queues.
    const MORE: u32 = MOST_DATABASES as u32 + 1;

    fn record(owner: u64) -> Parts<'static> {
        Parts { owner, figures: "record", whole: "" }
    }

    #[test]
    fn the_first_record_starts_a_process_and_the_next_do_not() {
        let mut queues = queues();
        let mut push = |database, figures, now| queues.push(database, &Parts { owner: 1, figures, whole: "" }, now);
        assert!(push(7, "one", 10_000));
        assert!(!push(7, "two", 10_001));
        assert!(push(8, "of another database", 10_002));
        assert!(push(7, "three", 10_000 + START_MS), "it did not come");
        let queue = queues.of(7, 20_000).map(|queue| queue.ring.peek(1000).0);
        assert_eq!(queue, Some(vec![b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]));
    }

    #[test]
    fn a_full_queue_counts_what_it_loses() {
        let mut queues = queues();
        let figures = "x".repeat(QUEUE_BYTES / 2);
        for _ in 0..3 {
            queues.push(7, &Parts { owner: 1, figures: &figures, whole: "" }, 10_000);
        }
        assert_eq!(queues.of(7, 10_000).map(|queue| queue.lost), Some(2));
    }

    /// A role that asks faster than can be written costs no other's records.
    #[test]
    fn a_flood_costs_the_records_of_who_makes_it() {
        let mut queues = queues();
        let (figures, long, usual) = ("f".repeat(600), "l".repeat(40_000), "u".repeat(1_500));
        for flooded in [&long, &usual, &figures] {
            for _ in 0..500 {
                queues.push(7, &Parts { owner: 1, figures: &figures, whole: flooded }, 10_000);
            }
        }
        let lost = |queues: &mut Queues| queues.of(7, 10_000).map_or(0, |queue| queue.lost);
        assert!(lost(&mut queues) > 1000);
        for _ in 0..10 {
            queues.push(7, &Parts { owner: 2, figures: &figures, whole: &usual }, 10_000);
            queues.push(7, &Parts { owner: 1, figures: &figures, whole: &long }, 10_000);
        }
        let kept = queues.of(7, 10_000).map(|queue| queue.ring.peek(QUEUE_BYTES).0).unwrap_or_default();
        assert_eq!(kept.iter().filter(|record| ***record == *usual.as_bytes()).count(), 10);
        assert!(kept.iter().filter(|record| ***record == *figures.as_bytes()).count() > 300);
    }

    #[test]
    fn the_quietest_database_makes_way() {
        let mut queues = queues();
        for database in 1..=MOST_DATABASES as u32 {
            queues.push(database, &record(1), 10_000 + u64::from(database));
        }
        assert!(!queues.push(MORE, &record(1), 11_000), "all are being started");
        assert_eq!((*queues.lost_without_queue(MORE), queues.is_wanted(11_001)), (1, true));
        assert!(!queues.is_wanted(11_000 + WANTED_MS));
        queues.databases[0].process = 99;
        assert!(queues.push(MORE, &record(1), 60_000));
        let known: Vec<u32> = queues.databases.iter().map(|queue| queue.database).collect();
        assert_eq!(known[..3], [1, MORE, 3], "1 has a process");
    }

    #[test]
    fn the_process_in_reserve_goes_round() {
        let mut queues = queues();
        for database in [7, 8] {
            queues.push(database, &record(1), 10_000);
            queues.of(database, 10_000).expect("a queue").is_left_to_reserve = 1;
        }
        assert_eq!(queues.send_reserve(11_000), Some(7));
        queues.of(7, 11_000).expect("a queue").is_left_to_reserve = 1;
        assert_eq!((queues.send_reserve(12_000), queues.send_reserve(13_000)), (Some(8), Some(7)));
        assert_eq!(queues.send_reserve(14_000), None);
    }

    #[test]
    fn what_is_left_to_the_process_in_reserve_makes_no_way() {
        let mut queues = queues();
        for database in 1..=MOST_DATABASES as u32 {
            queues.push(database, &record(1), 10_000);
            queues.of(database, 10_000).expect("a queue").is_left_to_reserve = 1;
        }
        assert!(queues.of(MORE, 60_000).is_none());
        assert_eq!(queues.send_reserve(60_000), Some(1));
        assert!(queues.of(MORE, 60_001).is_none(), "it is on its way");
        assert!(queues.of(MORE, 60_001 + START_MS).is_some(), "it has not come: there is no such database");
    }
}
