//! What comes a moment later, in a process of the server's own: tests wait for it, and no longer than it may take.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::session::Session;

/// So long it may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Waits until the only row of a query is this text.
#[track_caller]
pub fn wait_for(session: &mut Session, sql: &str, wanted: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = session.text(sql);
        if found == wanted {
            return;
        }
        assert!(Instant::now() < until, "{sql}: {found}, not {wanted}");
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Waits until this holds.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Kills a process of the server, and waits until the server has ended the sessions of the others.
#[track_caller]
pub fn kill(pid: &str, other: &mut Session) {
    let status = Command::new("kill").args(["-9", pid]).status();
    assert!(status.expect("kill can be run").success());
    wait_until("nothing came of it", || other.try_texts("SELECT 1").is_err());
}
