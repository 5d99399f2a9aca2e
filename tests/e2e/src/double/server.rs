//! The double's server: an accepting thread, a thread per connection, and the state they share.

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::answers::Answers;
use super::deliver;
use super::http::Request;
use super::record::Recorded;
use super::wire::{self, Action};

/// Connections that wait to be accepted.
const WAITING_CALLERS: i32 = 4096;

#[derive(Default)]
pub(super) struct State {
    key: Option<String>,
    answers: Mutex<Answers>,
    log: Mutex<Vec<Recorded>>,
    arrived: Condvar,
    /// Open connections, so that stopping can end the threads that wait on them.
    open: Mutex<HashMap<u64, TcpStream>>,
    accepted: AtomicU64,
    stopping: AtomicBool,
}

/// A test that failed while it held a lock must not fail the others with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub fn answers(&self) -> MutexGuard<'_, Answers> {
        lock(&self.answers)
    }

    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.log).clone()
    }

    pub fn clear(&self) {
        lock(&self.log).clear();
    }

    pub fn connections(&self) -> u64 {
        self.accepted.load(SeqCst)
    }

    pub fn open_connections(&self) -> usize {
        lock(&self.open).len()
    }

    pub fn wait_for_requests(&self, count: usize, at_most: Duration) -> bool {
        let waited = self.arrived.wait_timeout_while(lock(&self.log), at_most, |log| log.len() < count);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn record(&self, request: &Request, connection: u64) {
        lock(&self.log).push(Recorded {
            method: request.method.clone(),
            path: request.path.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            at: Instant::now(),
            connection,
        });
        self.arrived.notify_all();
    }
}

pub(super) fn listen(port: u16, key: Option<String>) -> io::Result<(Arc<State>, SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    // A thousand callers at once are more than the standard library lets wait: the others would try again a second later.
    SockRef::from(&listener).listen(WAITING_CALLERS)?;
    let address = listener.local_addr()?;
    let state = Arc::new(State { key, ..State::default() });
    let shared = Arc::clone(&state);
    let acceptor = thread::Builder::new().name("double".into()).spawn(move || accept(&listener, &shared))?;
    Ok((state, address, acceptor))
}

pub(super) fn stop(state: &State, address: SocketAddr) {
    state.stopping.store(true, SeqCst);
    // Wakes the acceptor, which then sees the flag.
    let _ = TcpStream::connect(address);
    for stream in lock(&state.open).values() {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        if state.stopping.load(SeqCst) {
            break;
        }
        let Ok(stream) = stream else { continue };
        let number = state.accepted.fetch_add(1, SeqCst) + 1;
        let Ok(twin) = stream.try_clone() else { continue };
        lock(&state.open).insert(number, twin);
        let shared = Arc::clone(state);
        threads.push(thread::spawn(move || {
            // A connection that ends in an error is the client's business, or one of the faults.
            let _ = serve(stream, number, &shared);
            close(&shared, number);
        }));
    }
    // A connection accepted just before the stop may not be in the list that `stop` went through.
    for stream in lock(&state.open).values() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn close(state: &State, number: u64) {
    if let Some(stream) = lock(&state.open).remove(&number) {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn serve(mut stream: TcpStream, number: u64, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = Request::read(&mut reader, &mut stream)? {
        if state.stopping.load(SeqCst) {
            return Ok(());
        }
        state.record(&request, number);
        let (wait, action) = wire::react(&request, state.key.as_deref(), &mut state.answers());
        deliver::wait(&stream, &wait)?;
        let usable = match action {
            Action::Hang => return deliver::hang(&mut stream),
            Action::Close => return Ok(()),
            Action::Send(response, delivery) => deliver::send(&mut stream, &response, delivery)?,
        };
        if !usable || request.wants_close() {
            return Ok(());
        }
    }
    Ok(())
}
