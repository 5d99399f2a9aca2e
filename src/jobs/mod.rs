//! Questions in the background: asked in a session, worked on by a process of their database, fetched in any session of the asker.
//!
//! ```text
//! nl_submit ─► link, prompt ─► nl2sql.job ─► process of the database: ask ─► judge ─► ready ─► nl_result: judge, run
//!             (asker's session)              (a thread each)    ▲        │ refused
//!                                                               └ repair ┘
//! ```
//!
//! [`asking`] is what sessions do, [`serving`] the process, [`looking`] what that reads of the table, [`flight`] one question in it,
//! [`fair`] whose question is taken next, [`judging`] whose draft is judged next, [`overdue`] what becomes of one that takes
//! too long, [`memory`] what it takes, [`store`] the table, [`workers`] which database has a process, and [`launcher`] what
//! starts it.

#![forbid(unsafe_code)]

mod asking;
mod fair;
mod flight;
mod judging;
mod launcher;
mod looking;
mod memory;
mod overdue;
mod serving;
mod store;
mod workers;

use std::time::{Duration, Instant};

pub use asking::{cancel, result, submit, submit_unless_answered, wait};
pub use launcher::launch;
pub use overdue::OVERDUE;
pub use serving::serve;
pub use workers::WORKERS;

use crate::pg::host::offload;

/// Whoever wants a database for himself waits no longer for its process to leave.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// Has the process of a database leave it, which will be dropped, renamed or copied, and waits for that.
pub fn leave_database(database: u32) {
    let started = Instant::now();
    while workers::are_there() && !workers::send_away(database) && started.elapsed() < LONGEST_WAIT {
        offload::sleep(Duration::from_millis(5));
    }
}
