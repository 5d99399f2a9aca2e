//! Work that must not hold up the backend, on a thread of our own, while the backend waits on its latch.
//!
//! Cancel, statement_timeout, pg_terminate_backend and the postmaster's death act at once; so does the result. The
//! thread runs with every signal blocked and is given owned data only: nothing in it may touch the server. It is kept for the
//! session's next work, as starting one takes longer than most of what it does; one whose work was given up ends with it.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};
use std::time::{Duration, Instant};

use pgrx::pg_sys;

use super::activity;

type Work = Box<dyn FnOnce() + Send>;

thread_local! {
    /// The thread that waits for work, while none of it is under way.
    static IDLE: RefCell<Option<Helper>> = const { RefCell::new(None) };
}

/// A thread that does one piece of work after the other until it is dropped.
struct Helper {
    work: Sender<Work>,
    /// Has a byte for each piece of work that is done, and ends with the thread.
    done: UnixStream,
    /// Threads do not follow into a child process.
    process: u32,
}

impl Helper {
    fn start() -> std::io::Result<Self> {
        let (done, mut announcing) = UnixStream::pair()?;
        done.set_nonblocking(true)?;
        let (work, waiting) = channel::<Work>();
        let _mask = SignalsBlocked::new();
        std::thread::Builder::new().name("nl2sql".to_owned()).spawn(move || {
            for work in waiting {
                work();
                if announcing.write_all(&[1]).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { work, done, process: std::process::id() })
    }

    /// The one that waits for work, or a new one.
    fn idle() -> std::io::Result<Self> {
        let kept = IDLE.take().filter(|helper| helper.process == std::process::id());
        kept.map_or_else(Self::start, Ok)
    }
}

/// Runs `work` on a thread of its own and waits for it, for at most `limit`.
///
/// `None` when the limit is up or the thread died. When the wait ends without a result, by an interrupt too, `abandon`
/// is called so that the thread can stop; its result is dropped.
pub fn offload<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
    abandon: impl FnOnce(),
) -> std::io::Result<Option<T>> {
    let helper = Helper::idle()?;
    let (sender, receiver) = sync_channel(1);
    let work = Box::new(move || {
        // The result is in the channel before the byte that announces it; closing the socket announces a death.
        let _ = sender.send(work());
    });
    helper.work.send(work).map_err(|_| std::io::Error::other("the helper thread has ended"))?;
    let abandon = OnDrop(Some(abandon));
    let result = wait(&helper.done, &receiver, limit);
    if result.is_some() {
        abandon.disarm();
        IDLE.set(Some(helper));
    }
    Ok(result)
}

fn wait<T>(done: &UnixStream, receiver: &Receiver<T>, limit: Duration) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        // Announcements are taken away before the channel is looked at, so that the next one wakes this thread.
        let _ = (&*done).read(&mut [0; 8]);
        match receiver.try_recv() {
            Ok(result) => return Some(result),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let left = end.checked_duration_since(Instant::now())?;
        wait_latch(Some(done), left);
    }
}

/// Waits for `duration`, interruptibly.
pub fn sleep(duration: Duration) {
    let end = Instant::now() + duration;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        wait_latch(None, left);
    }
}

/// Waits until a socket can be read, the latch is set or the time is up.
pub(super) fn wait_for(socket: &UnixStream, timeout: Duration) {
    wait_latch(Some(socket), timeout);
}

/// Waits until somebody sets this process's latch, or the time is up.
pub fn wait_to_be_woken(timeout: Duration) {
    wait_latch(None, timeout);
}

/// Returns when the socket is readable, the latch is set or the time is up; serves interrupts, which may unwind.
fn wait_latch(socket: Option<&UnixStream>, timeout: Duration) {
    let readable = if socket.is_some() { pg_sys::WL_SOCKET_READABLE } else { 0 };
    let events = pg_sys::WL_LATCH_SET | pg_sys::WL_TIMEOUT | pg_sys::WL_EXIT_ON_PM_DEATH | readable;
    // Rounded up, so that the last wait does not end a fraction early and spin.
    let milliseconds = std::ffi::c_long::try_from(timeout.as_millis() + 1).unwrap_or(std::ffi::c_long::MAX);
    // SAFETY: on the backend's only thread; the socket outlives the call; PGINVALID_SOCKET is -1.
    unsafe {
        let descriptor = socket.map_or(-1, AsRawFd::as_raw_fd);
        let happened =
            pg_sys::WaitLatchOrSocket(pg_sys::MyLatch, events as i32, descriptor, milliseconds, activity::event());
        if happened as u32 & pg_sys::WL_LATCH_SET != 0 {
            pg_sys::ResetLatch(pg_sys::MyLatch);
        }
    }
    pgrx::check_for_interrupts!();
}

/// Calls the closure when dropped, unless disarmed.
struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call();
        }
    }
}

/// Blocks every signal in this thread, and so in the threads it starts, until dropped.
pub(super) struct SignalsBlocked {
    before: libc::sigset_t,
}

impl SignalsBlocked {
    pub(super) fn new() -> Self {
        // SAFETY: both sets are initialized by the calls before they are read.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
            Self { before }
        }
    }
}

impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        // SAFETY: `before` is the mask `new` found.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}
