//! Work on many threads at once, for a process that is woken by each piece that is done.
//!
//! The threads run with every signal blocked and are given owned data only: nothing in them may touch the server. One is started
//! where none is free, and ends after a while without work. Where the process ends they end with it, whatever they are doing.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::offload::{SignalsBlocked, wait_for};

/// A thread without work stays so long.
const STAYS: Duration = Duration::from_secs(5);

/// What a thread has for its stack, of which only what it uses takes memory.
const STACK_BYTES: usize = 512 * 1024;

/// Threads, and the work that they do for the pieces with these numbers.
pub struct Pool<T> {
    shared: Arc<Shared<T>>,
    /// Can be read once a piece of work is done.
    done: UnixStream,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    more: Condvar,
    announcing: UnixStream,
}

type Work<T> = Box<dyn FnOnce() -> T + Send>;

struct State<T> {
    waiting: VecDeque<(i64, Work<T>)>,
    ended: Vec<(i64, Option<T>)>,
    /// Threads that wait for work.
    idle: usize,
    /// Pieces that were started and have not been handed out by [`Pool::ended`].
    under_way: usize,
}

impl<T: Send + 'static> Pool<T> {
    pub fn new() -> std::io::Result<Self> {
        let (done, announcing) = UnixStream::pair()?;
        done.set_nonblocking(true)?;
        // Whoever finds the pipe full leaves it: a byte that is there already wakes the process.
        announcing.set_nonblocking(true)?;
        let state = State { waiting: VecDeque::new(), ended: Vec::new(), idle: 0, under_way: 0 };
        let shared = Arc::new(Shared { state: Mutex::new(state), more: Condvar::new(), announcing });
        Ok(Self { shared, done })
    }

    /// Has a piece of work done on a thread; fails where none is free and no other can be started.
    pub fn start(&self, number: i64, work: impl FnOnce() -> T + Send + 'static) -> std::io::Result<()> {
        let mut state = self.shared.lock();
        if state.idle <= state.waiting.len() {
            let (_mask, shared) = (SignalsBlocked::new(), Arc::clone(&self.shared));
            let thread = std::thread::Builder::new().name("nl2sql".to_owned()).stack_size(STACK_BYTES);
            thread.spawn(move || shared.serve())?;
        }
        state.waiting.push_back((number, Box::new(work)));
        state.under_way += 1;
        self.shared.more.notify_one();
        Ok(())
    }

    /// What has been done since the last call; `None` where the work panicked.
    pub fn ended(&self) -> Vec<(i64, Option<T>)> {
        let _ = (&self.done).read(&mut [0; 4096]);
        let mut state = self.shared.lock();
        let ended = std::mem::take(&mut state.ended);
        state.under_way -= ended.len();
        ended
    }

    /// How many pieces have not been handed out yet.
    pub fn under_way(&self) -> usize {
        self.shared.lock().under_way
    }

    /// Waits until one is done, the process is woken or the time is up; serves interrupts, which may unwind.
    pub fn wait(&self, timeout: Duration) {
        wait_for(&self.done, timeout);
    }
}

impl<T: Send> Shared<T> {
    /// A thread that failed while it held the lock has changed nothing by half.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does until there has been nothing to do for a while.
    fn serve(&self) {
        while let Some((number, work)) = self.next() {
            let result = catch_unwind(AssertUnwindSafe(work)).ok();
            self.lock().ended.push((number, result));
            let _ = (&self.announcing).write(&[1]);
        }
    }

    fn next(&self) -> Option<(i64, Work<T>)> {
        let mut state = self.lock();
        if state.waiting.is_empty() {
            state.idle += 1;
            let waited = self.more.wait_timeout_while(state, STAYS, |state| state.waiting.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
        }
        state.waiting.pop_front()
    }
}
