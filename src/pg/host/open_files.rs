//! How many sockets a process may have open beside the files that the server keeps open in it.
//!
//! The server opens as many files as it found at its start that a process may have (`max_safe_fds` in fd.c), and where one more fails
//! the process ends. So sockets come out of what the process may have beyond that, or out of a share that the server is told of.

use std::cell::Cell;

use pgrx::pg_sys;

/// Left for what is opened for a moment: sets of events, look-ups of names.
const SPARE: usize = 64;

thread_local! {
    /// How many of the server's own files this process has taken for sockets.
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// How many sockets the process may have open at once, of so many that are wanted. Raises its limit as far as that may be.
pub fn room_for_sockets(wanted: usize) -> usize {
    // SAFETY: a variable that the server sets when it starts.
    let server = usize::try_from(unsafe { pg_sys::max_safe_fds }).unwrap_or_default();
    let (beside, share) = room(raised_limit(wanted.saturating_add(server + SPARE)), server, wanted);
    while TAKEN.get() < share {
        TAKEN.set(TAKEN.get() + 1);
        // SAFETY: on the process's main thread; closes files that the server can open again.
        unsafe { pg_sys::ReserveExternalFD() };
    }
    beside + share
}

/// Of the third of its files that the server gives away, so many stay for its own sets of events, which fail beyond that third.
const LEFT: usize = 16;

/// How many fit beside the server's files, and how many of those are taken for the others.
fn room(limit: usize, server: usize, wanted: usize) -> (usize, usize) {
    let beside = limit.saturating_sub(server + SPARE).min(wanted);
    let share = (server.min(limit) / 3).saturating_sub(LEFT).min(wanted - beside);
    (beside, share)
}

/// How many files and sockets the process may have open; its limit is raised to so many where it may be.
fn raised_limit(most: usize) -> usize {
    // SAFETY: the calls only read and write our own structure.
    let limit = unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) != 0 {
            return 0;
        }
        let wanted = most as libc::rlim_t;
        if limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max {
            let raised = libc::rlimit { rlim_cur: wanted.min(limit.rlim_max), ..limit };
            if libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) == 0 {
                limit = raised;
            }
        }
        limit.rlim_cur
    };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn sockets_leave_the_server_its_files() {
        assert_eq!(room(524_288, 1000, 1000), (1000, 0));
        assert_eq!(room(1024, 990, 1000), (0, 314));
        assert_eq!(room(2000, 990, 1000), (946, 54));
        assert_eq!(room(300, 990, 1000), (0, 84), "the limit was lowered since");
        assert_eq!(room(1024, 990, 5), (0, 5));
    }
}
