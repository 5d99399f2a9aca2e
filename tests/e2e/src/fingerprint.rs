//! The fingerprint of a whole cluster, which an attack must not move: tables and their rows, sequences, catalogs, roles,
//! settings, files, locks, other backends, notifications, large objects, what the attacked session holds.
//!
//! It is the state of the cluster, so only one attacked database may be in use at a time: [`crate::attack`] sees to it.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use postgres::fallible_iterator::FallibleIterator;

use crate::cluster::{Cluster, Database};
use crate::session::Session;

/// Channels on which the observer listens.
pub const CHANNEL: &str = "loot";

/// Directories of the data directory that move by themselves: the log of a running server, and its statistics.
const RESTLESS: &[&str] = &["pg_wal", "pg_stat_tmp", "pg_stat", "pg_dynshmem"];

/// Backends that were told to end may take so long on a busy machine; what stays longer was changed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Watches one database and its cluster from a session of its own.
pub struct Watch {
    cluster: &'static Cluster,
    observer: Session,
    contents: String,
    before: BTreeSet<String>,
}

impl Watch {
    /// Starts watching; `asker` is the session that will be attacked.
    pub fn start(database: &Database<'static>, asker: &mut Session) -> Watch {
        let mut observer = database.session();
        observer.run(&format!("LISTEN {CHANNEL}"));
        let mut watch = Watch { cluster: database.cluster, observer, contents: String::new(), before: BTreeSet::new() };
        watch.start_anew(asker);
        watch
    }

    /// Takes what is there now for what has to stay.
    pub fn start_anew(&mut self, asker: &mut Session) {
        self.contents = self.observer.text(include_str!("../sql/contents.sql"));
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let before = self.lines(asker);
            if before == self.before {
                return;
            }
            assert!(Instant::now() < until, "the cluster does not come to rest");
            self.before = before;
        }
    }

    /// What is different from the start, or `None`.
    pub fn moved(&mut self, asker: &mut Session) -> Option<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let after = self.lines(asker);
            if after == self.before {
                return None;
            }
            let gone: Vec<&String> = self.before.difference(&after).collect();
            let new: Vec<&String> = after.difference(&self.before).collect();
            // All else that moves stays as it is.
            let may_go = |line: &&String| ["backend", "file", "lock"].iter().any(|what| line.starts_with(what));
            if Instant::now() > until || !new.iter().all(may_go) {
                return Some(format!("there is no more {gone:#?}\nand there is {new:#?}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn lines(&mut self, asker: &mut Session) -> BTreeSet<String> {
        let mut lines = Vec::new();
        // The attacked session first: what it sends at its commit has then arrived.
        lines.extend(asker.texts(include_str!("../sql/session.sql")));
        lines.extend(self.observer.texts(include_str!("../sql/fingerprint.sql")));
        lines.extend(self.observer.texts(&self.contents));
        let mut notifications = self.observer.client.notifications();
        while let Ok(Some(notification)) = notifications.iter().next() {
            lines.push(format!("notification {} {}", notification.channel(), notification.payload()));
        }
        let data = self.cluster.data_directory();
        files(&data, &data, &mut lines);
        // Equal rows are told apart by their number, else one of them could go unseen.
        lines.sort();
        let mut set = BTreeSet::new();
        for line in lines {
            let mut copy = line.clone();
            let mut count = 1;
            while !set.insert(copy) {
                count += 1;
                copy = format!("{line} ({count})");
            }
        }
        set
    }
}

/// Every file by its name, and those outside `base` and the transaction logs by their content too.
fn files(top: &Path, directory: &Path, lines: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if RESTLESS.contains(&name.as_str()) || name.starts_with("pg_internal.init") {
            continue;
        }
        let relative = path.strip_prefix(top).unwrap_or(&path).display().to_string();
        if path.is_dir() {
            lines.push(format!("directory {relative}"));
            files(top, &path, lines);
        } else if directory == top || relative.starts_with("pg_replslot") || relative.starts_with("pg_twophase") {
            let mut hasher = DefaultHasher::new();
            fs::read(&path).unwrap_or_default().hash(&mut hasher);
            lines.push(format!("file {relative} {:x}", hasher.finish()));
        } else {
            lines.push(format!("file {relative}"));
        }
    }
}
