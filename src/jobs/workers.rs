//! Which databases have a process that works on their questions, in shared memory; and how it is woken, started and sent away.

use std::time::{SystemTime, UNIX_EPOCH};

use bytemuck::Zeroable;

use crate::pg::shared::area::Area;
use crate::pg::shared::background;

/// Databases with questions in the background at the same time; further ones are looked for when one of them is done.
const MOST_DATABASES: usize = 64;

/// A process that was started and has not come by then has failed, as where its database is gone.
const START_MS: u64 = 5_000;

/// One that is sent away comes back after so long: whoever wanted its database for himself has it by then.
const AWAY_MS: u64 = 5_000;

/// After one that failed, another is started in so long.
const SOON_MS: u64 = 500;

pub static WORKERS: Area<Workers> = Area::new(c"nl2sql jobs");

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Workers {
    launcher: Process,
    /// Some database found no place below.
    has_more: u32,
    unused: u32,
    databases: [Worker; MOST_DATABASES],
}

/// A process; 0: there is none.
#[derive(Debug, Clone, Copy, Zeroable)]
#[repr(C)]
struct Process {
    id: i32,
    wake: i32,
}

#[derive(Debug, Clone, Copy, Zeroable)]
#[repr(C)]
struct Worker {
    /// 0: free.
    database: u32,
    /// 1: there is something to look for.
    is_wanted: u32,
    process: Process,
    /// Milliseconds since 1970; 0: none is being started.
    starting_since: u64,
    /// Until then it stays away.
    away_until: u64,
}

impl Workers {
    fn known(&mut self, database: u32) -> Option<&mut Worker> {
        self.databases.iter_mut().find(|worker| worker.database == database)
    }

    /// Notes that there is something to look for in a database; whom to wake for it.
    fn want(&mut self, database: u32) -> Option<i32> {
        let known = self.databases.iter().position(|worker| worker.database == database);
        let Some(place) = known.or_else(|| self.databases.iter().position(|worker| worker.database == 0)) else {
            self.has_more = 1;
            return self.launcher.to_wake();
        };
        let worker = &mut self.databases[place];
        worker.database = database;
        worker.is_wanted = 1;
        worker.process.to_wake().or(self.launcher.to_wake())
    }

    /// The databases that a process is to be started for now.
    fn due(&mut self, now: u64) -> Vec<u32> {
        let is_due = |worker: &&mut Worker| {
            worker.database != 0
                && worker.is_wanted == 1
                && worker.process.id == 0
                && now >= worker.away_until
                && (worker.starting_since == 0 || now >= worker.starting_since + START_MS)
        };
        let due = self.databases.iter_mut().filter(is_due);
        due.map(|worker| {
            worker.starting_since = now;
            worker.database
        })
        .collect()
    }

    fn attach(&mut self, database: u32, process: Process, now: u64) -> bool {
        match self.known(database) {
            Some(worker) if worker.process.id == 0 && now >= worker.away_until => {
                worker.process = process;
                worker.starting_since = 0;
                true
            }
            _ => false,
        }
    }

    /// Another goes on in the place of a process that takes too long over something.
    fn leave_behind(&mut self, process: i32) {
        for worker in self.databases.iter_mut().filter(|worker| worker.process.id == process) {
            (worker.process, worker.is_wanted, worker.starting_since) = (Process::zeroed(), 1, 0);
        }
    }

    fn leave_unless_wanted(&mut self, database: u32, process: i32) -> bool {
        match self.known(database) {
            Some(worker) if worker.process.id != process => {}
            Some(worker) if worker.is_wanted == 0 => *worker = Worker::zeroed(),
            Some(_) => return false,
            None => {}
        }
        true
    }
}

impl Process {
    fn to_wake(self) -> Option<i32> {
        (self.id != 0).then_some(self.wake)
    }

    fn this() -> Self {
        Self { id: background::process(), wake: background::wake_number() }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Whether there is anybody to work on questions: the library was preloaded.
pub fn are_there() -> bool {
    WORKERS.is_there()
}

/// There is something to look for in this database. Raises nothing.
pub fn want(database: u32) {
    if let Some(number) = WORKERS.with(|workers| workers.want(database)).flatten() {
        background::wake(number);
    }
}

/// The same, and wakes nobody.
pub fn note(database: u32) {
    WORKERS.with(|workers| workers.want(database));
}

/// The process says that it is there; `false` where another is, or where it is not wanted now.
pub fn attach(database: u32) -> bool {
    WORKERS.with(|workers| workers.attach(database, Process::this(), now())) == Some(true)
}

/// Whether this process is the one that works for the database: another is where it took too long over something.
pub fn is_attached(database: u32) -> bool {
    let process = background::process();
    let is_it = |worker: &mut Worker| worker.process.id == process;
    WORKERS.with(|workers| workers.known(database).is_some_and(is_it)) == Some(true)
}

/// The process is about to look; whatever comes after that is looked for again.
pub fn about_to_look(database: u32) -> bool {
    WORKERS
        .with(|workers| workers.known(database).is_some_and(|worker| std::mem::take(&mut worker.is_wanted) == 1))
        .unwrap_or_default()
}

/// Whether somebody wants the database for himself.
pub fn is_sent_away(database: u32) -> bool {
    WORKERS.with(|workers| workers.known(database).is_some_and(|worker| now() < worker.away_until)) == Some(true)
}

/// The process ends, unless something has come meanwhile.
pub fn leave_unless_wanted(database: u32) -> bool {
    WORKERS.with(|workers| workers.leave_unless_wanted(database, background::process())).unwrap_or(true)
}

/// The process ends without having been asked whether it is wanted, so there may be something left: another comes soon.
pub fn leave() {
    let process = background::process();
    let launcher = WORKERS.with(|workers| {
        for worker in workers.databases.iter_mut().filter(|worker| worker.process.id == process) {
            worker.process = Process::zeroed();
            worker.is_wanted = 1;
            worker.away_until = worker.away_until.max(now() + SOON_MS);
        }
        workers.launcher.to_wake()
    });
    launcher.flatten().into_iter().for_each(background::wake);
}

/// Asks the process of a database to leave it; `true` once it has none.
pub fn send_away(database: u32) -> bool {
    let process = WORKERS.with(|workers| {
        let worker = workers.known(database)?;
        worker.away_until = now() + AWAY_MS;
        worker.process.to_wake()
    });
    match process.flatten() {
        Some(number) => {
            background::wake(number);
            false
        }
        None => true,
    }
}

// What the launcher does.

pub fn attach_launcher() {
    WORKERS.with(|workers| workers.launcher = Process::this());
}

pub fn leave_launcher() {
    WORKERS.with(|workers| workers.launcher = Process::zeroed());
}

/// The databases that a process is to be started for now.
pub fn due() -> Vec<u32> {
    WORKERS.with(|workers| workers.due(now())).unwrap_or_default()
}

/// The server had no room for the process: there will be another time.
pub fn could_not_start(database: u32) {
    WORKERS.with(|workers| workers.known(database).into_iter().for_each(|worker| worker.starting_since = 0));
}

/// Another goes on in the place of this process.
pub fn leave_behind(process: i32) {
    WORKERS.with(|workers| workers.leave_behind(process));
}

/// Whether some process is at work.
pub fn are_at_work() -> bool {
    WORKERS.with(|workers| workers.databases.iter().any(|worker| worker.process.id != 0)) == Some(true)
}

/// How many databases want a process that is not there yet.
pub fn missing() -> usize {
    let is_missing = |worker: &&Worker| worker.is_wanted == 1 && worker.process.id == 0;
    WORKERS.with(|workers| workers.databases.iter().filter(is_missing).count()).unwrap_or_default()
}

/// Whether some database found no place since the last call.
pub fn take_more() -> bool {
    WORKERS.with(|workers| std::mem::take(&mut workers.has_more) == 1) == Some(true)
}

/// The databases that want a process or have one.
pub fn known() -> Vec<u32> {
    let known = WORKERS.with(|workers| workers.databases.iter().map(|worker| worker.database).collect::<Vec<_>>());
    known.unwrap_or_default().into_iter().filter(|database| *database != 0).collect()
}

/// Forgets databases that are gone.
pub fn forget(gone: impl Iterator<Item = u32>) {
    let gone: Vec<u32> = gone.collect();
    WORKERS.with(|workers| {
        let is_gone = |worker: &&mut Worker| worker.process.id == 0 && gone.contains(&worker.database);
        workers.databases.iter_mut().filter(is_gone).for_each(|worker| *worker = Worker::zeroed());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Process = Process { id: 7, wake: 70 };

    fn workers() -> Box<Workers> {
        let mut workers: Box<Workers> = bytemuck::zeroed_box();
        workers.launcher = Process { id: 1, wake: 10 };
        workers
    }

    #[test]
    fn whoever_is_there_is_woken_and_else_the_launcher() {
        let mut workers = workers();
        assert_eq!(workers.want(5), Some(10));
        assert_eq!(workers.due(1000), [5]);
        assert_eq!(workers.due(1001), [0; 0], "it is being started");
        assert_eq!(workers.due(1000 + START_MS), [5], "it did not come");
        assert!(workers.attach(5, ME, 7000));
        assert!(!workers.attach(5, ME, 7000), "there is one");
        assert_eq!(workers.want(5), Some(70));
        assert!(!workers.leave_unless_wanted(5, ME.id));
        workers.databases[0].is_wanted = 0;
        assert!(workers.leave_unless_wanted(5, ME.id + 1), "it was left behind");
        assert_eq!(workers.databases[0].database, 5);
        assert!(workers.leave_unless_wanted(5, ME.id));
        assert_eq!(workers.databases[0].database, 0);
    }

    #[test]
    fn another_takes_the_place_of_one_that_is_left_behind() {
        let mut workers = workers();
        workers.want(5);
        assert!(workers.attach(5, ME, 7000));
        workers.databases[0].is_wanted = 0;
        workers.leave_behind(ME.id);
        assert_eq!(workers.due(7001), [5]);
        assert!(workers.attach(5, Process { id: 8, wake: 80 }, 7002));
    }

    #[test]
    fn one_that_was_sent_away_comes_back_later() {
        let mut workers = workers();
        workers.want(5);
        workers.databases[0].away_until = 2000;
        assert_eq!(workers.due(1999), [0; 0]);
        assert!(!workers.attach(5, ME, 1999));
        assert_eq!(workers.due(2000), [5]);
    }

    #[test]
    fn a_database_without_a_place_is_noted() {
        let mut workers = workers();
        (1..=64).for_each(|database| {
            let _ = workers.want(database);
        });
        assert_eq!((workers.has_more, workers.want(65)), (0, Some(10)));
        assert_eq!(workers.has_more, 1);
    }
}
